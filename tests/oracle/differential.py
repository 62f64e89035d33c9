"""`python -m tests.oracle.differential`: random policies, judged by the prover and by an engine that others wrote.

Where the prover shows a request, the engine must let it through; where it has proved that there is none, and of every
single request, the two must say the same. The engine runs in a process of its own. Exit code 0 if they agree, 1 if
they do not, 75 if nothing was tried, since there is no node or the engine could not be installed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from random import Random
from typing import Any

from dbt_ghost.core.iam.catalogue import FUTURE, Catalogue
from dbt_ghost.core.iam.conditions import Values
from dbt_ghost.core.iam.proving import allows, prove
from dbt_ghost.core.iam.questions import Question
from dbt_ghost.core.iam.searching import Rules
from dbt_ghost.providers.iam_catalogue import load
from tests.core.iam.broken import BROKEN
from tests.oracle.cases import ACCOUNT, ROLE, SESSION, Asked, Case, case

HERE = Path(__file__).parent
THERE = HERE.parents[1] / ".work/oracle"
FILES = ("package.json", "package-lock.json", "simulate.mjs")
NOT_RUN = 75
SHOWN = 3
ENOUGH = 5  # broken evaluators: some are so in what the random policies do not have
BATCH = 200  # cases whose requests the engine is given at once

Engine = Callable[[Iterable[dict[str, Any]]], list[dict[str, str]]]


@dataclass(frozen=True)
class Claim:
    """What the prover says of one request. `of`: of a request it `found`, or of one that it was `asked`."""

    case: Case
    of: str
    request: Asked
    let_through: bool


def main(words: Sequence[str], install: Callable[[], str] | None = None, engine: Engine | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.oracle.differential", description=__doc__)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--seed", type=int, default=20260701)
    chosen = parser.parse_args(words)
    missing = (install or installed)()
    if missing:
        print(f"not run: {missing}")
        return NOT_RUN
    counts, wrong = compare(chosen.cases, chosen.seed, engine or ask_node)
    print("\n".join(wrong[:SHOWN]), end="\n" if wrong else "")
    print(", ".join(f"{count} {what}" for what, count in sorted(counts.items())))
    few = min(chosen.cases, BATCH)
    blind = [name for name, rules in BROKEN.items() if not compare(few, chosen.seed, engine or ask_node, rules)[1]]
    print(f"{len(BROKEN) - len(blind)} of {len(BROKEN)} evaluators that are broken on purpose are noticed", *blind)
    return 1 if wrong or len(BROKEN) - len(blind) < ENOUGH or not counts["requests judged"] else 0


def installed(which: Callable[[str], str | None] = shutil.which) -> str:
    """Installs the engine below `.work`; why it could not be, or nothing."""
    missing = [name for name in ("node", "npm") if which(name) is None]
    if missing:
        return f"there is no {missing[0]}"
    THERE.mkdir(parents=True, exist_ok=True)
    if all((THERE / name).exists() and (THERE / name).read_bytes() == (HERE / name).read_bytes() for name in FILES):
        return ""
    shutil.copy(HERE / FILES[0], THERE)
    shutil.copy(HERE / FILES[1], THERE)
    done = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=THERE, capture_output=True, text=True, check=False
    )
    if done.returncode:
        return f"npm could not install the engine: {done.stderr.strip()[-300:]}"
    shutil.copy(HERE / FILES[2], THERE)
    return ""


def ask_node(simulations: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    lines = "".join(json.dumps(each) + "\n" for each in simulations)
    done = subprocess.run(["node", "simulate.mjs"], cwd=THERE, input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def compare(cases: int, seed: int, engine: Engine, rules: Rules | None = None) -> tuple[Counter[str], list[str]]:
    """What was counted, and what the two do not agree on."""
    random, catalogue = Random(seed), load(("events", "lambda", "s3"))
    counts: Counter[str] = Counter(cases=cases)
    wrong: list[str] = []
    for start in range(0, cases, BATCH):
        batch = [case(random) for _ in range(min(BATCH, cases - start))]
        claims = [claim for each in batch for claim in claimed(each, catalogue, rules or Rules(), counts)]
        answers = engine(simulation(claim) for claim in claims)
        for claim, answer in zip(claims, answers, strict=True):
            if "skipped" in answer:
                counts["requests that the engine does not take"] += 1
                continue
            counts["requests judged"] += 1
            counts["of them shown by the prover"] += claim.of == "found"
            if claim.let_through != (answer["result"] == "Allowed"):
                counts["disagreements"] += 1
                wrong.append(f"{answer['result']}, but {claim.of} {claim.let_through}: {json.dumps(simulation(claim))}")
    return counts, wrong


def claimed(case: Case, catalogue: Catalogue, rules: Rules, counts: Counter[str]) -> Iterator[Claim]:
    question = case.question
    answer = prove(question, catalogue, rules)
    counts[answer.verdict] += 1
    if answer.verdict == "violated" and answer.request is not None and FUTURE not in answer.request.action:
        context = {key: _given(values) for key, values in answer.request.context.items() if values}
        yield Claim(case, "found", Asked(answer.request.action, answer.request.resource, context), True)
    for request in case.requests:
        single = allows(
            *(question.principal, question.policies, request.action, request.resource),
            context=request.context,
            catalogue=catalogue,
            rules=rules,
        )
        if answer.verdict == "proved" and _is_forbidden(question, request, catalogue):
            yield Claim(case, "proved", request, False)
        if single.verdict != "unknown":
            yield Claim(case, "asked", request, single.verdict == "violated")
        else:
            counts["requests that the prover leaves open"] += 1


def simulation(claim: Claim) -> dict[str, Any]:
    documents = claim.case.documents
    own = {"aws:PrincipalArn": ROLE, "aws:PrincipalAccount": ACCOUNT, "aws:PrincipalType": "AssumedRole"}
    context = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in {**own, **claim.request.context}.items()
    }
    return {
        "request": {
            "principal": SESSION,
            "action": claim.request.action,
            "resource": {"resource": claim.request.resource, "accountId": ACCOUNT},
            "contextVariables": context,
        },
        "identityPolicies": [{"name": "identity", "policy": documents["identity"]}],
        "permissionBoundaryPolicies": [
            {"name": part, "policy": documents[part]} for part in ("boundary",) if part in documents
        ]
        or None,
        "sessionPolicy": documents.get("session"),
        "resourcePolicy": documents.get("resource"),
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    }


def _given(values: Values) -> str | tuple[str, ...]:
    return values[0] if len(values) == 1 else values


def _is_forbidden(question: Question, request: Asked, catalogue: Catalogue) -> bool:
    """By a plain reading of the lists of patterns."""
    forbidden = question.forbidden

    def among(text: str, patterns: Sequence[str]) -> bool:
        return any(fnmatchcase(text.lower(), each.lower()) for each in patterns)

    return (
        among(request.action, forbidden.actions)
        and not among(request.action, forbidden.not_actions)
        and any(fnmatchcase(request.resource, each) for each in forbidden.resources)
        and not any(fnmatchcase(request.resource, each) for each in forbidden.not_resources)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
