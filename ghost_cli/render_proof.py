"""A plan's proof as text and as JSON: a table of claims, requests that are let through, and what nobody can prove."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from dbt_ghost.core.proof.findings import VIEWS, Proof, View


def proof_lines(proof: Proof | None) -> Iterator[str]:
    if proof is None:
        return
    yield ""
    yield f"Proof, over all actions that AWS has ({proof.reference}) and may come to have:"
    width = max(map(len, proof.claims))
    yield f"  {'':<{width}}  {'  '.join(f'{view:<10}' for view in VIEWS)}".rstrip()
    for claim in proof.claims:
        cells = "  ".join(f"{cell(proof, claim, view):<10}" for view in VIEWS)
        failed = any(each.claim == claim for each in proof.failed)
        line = f"  {claim:<{width}}  {cells}".rstrip()
        yield click.style(line, fg="red") if failed else line
    for each in proof.failed:
        yield click.style(f"  {each.verdict}: {each.of}: {each.because}", fg="red")
    yield from (f"  note: {each.of}: {each.claim}: {each.because}" for each in proof.advice)
    yield "Not proved, since IAM cannot see it:"
    yield from (f"  - {sentence}" for sentence in proof.not_proved)


def cell(proof: Proof, claim: str, view: View) -> str:
    """How many parts of the ghost it is proved of; a dash where the view says nothing of it."""
    verdicts = proof.verdicts(claim, view)
    if not verdicts:
        return "-"
    good = verdicts.count("proved")
    return "proved" if good == len(verdicts) else f"{good} of {len(verdicts)}"


def proof_json(proof: Proof | None) -> dict[str, Any] | None:
    if proof is None:
        return None
    return {
        "holds": proof.holds,
        "reference": proof.reference,
        "findings": [
            {"claim": f.claim, "of": f.of, "view": f.view, "verdict": f.verdict, "because": f.because}
            for f in proof.findings
        ],
        "documents": dict(proof.documents),
        "not_proved": list(proof.not_proved),
    }
