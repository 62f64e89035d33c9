"""What people and programs read of a plan's proof."""

from __future__ import annotations

import click

from dbt_ghost.core.proof.findings import Finding, Proof
from ghost_cli.render_proof import proof_json, proof_lines

GOOD = Proof(
    (
        Finding("No role does it", "clean", "own policy", "proved"),
        Finding("No role does it", "clean", "boundary", "proved"),
        Finding("No role does it", "clean", "together", "proved"),
        Finding("Nobody comes in", "queue", "together", "proved"),
        Finding("production's own policies refuse it", "clean", "together", "violated", "s3:GetObject on x", True),
    ),
    (("role clean", "abc"),),
    ("what the code does",),
    "2026-10-27",
)


def text(proof: Proof | None) -> list[str]:
    return [click.unstyle(line) for line in proof_lines(proof)]


def test_the_table_has_a_line_a_claim_and_a_column_a_view() -> None:
    assert text(GOOD) == [
        "",
        "Proof, over all actions that AWS has (2026-10-27) and may come to have:",
        "                   own policy  boundary    together",
        "  No role does it  proved      proved      proved",
        "  Nobody comes in  -           -           proved",
        "  note: clean: production's own policies refuse it: s3:GetObject on x",
        "Not proved, since IAM cannot see it:",
        "  - what the code does",
    ]


def test_what_fails_is_counted_and_told_with_its_request() -> None:
    bad = Finding(
        "No role does it", "enrich", "together", "violated", "s3:PutObject on arn:aws:s3:::prod/x; allowed by a#B"
    )
    lines = text(Proof((*GOOD.findings, bad), (), (), "1"))
    assert "  No role does it  proved      proved      1 of 2" in lines
    assert "  violated: enrich: s3:PutObject on arn:aws:s3:::prod/x; allowed by a#B" in lines


def test_programs_get_every_finding_and_the_hashes() -> None:
    read = proof_json(GOOD)
    assert read and read["holds"] and read["documents"] == {"role clean": "abc"}
    assert len(read["findings"]) == len(GOOD.findings)


def test_a_plan_without_a_proof_says_nothing_of_one() -> None:
    assert text(None) == [] and proof_json(None) is None
