"""How long the proof of a chain of ten steps takes: `python -m bench.prover`.

Each step has a role, a bucket and policies of its own, so nothing that is remembered of one step answers for another.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace

from dbt_ghost.core.iam.proving import prove
from dbt_ghost.core.iam.questions import Question
from dbt_ghost.providers.iam_catalogue import load
from tests.core.iam.invariants import invariants
from tests.core.iam.written import BUCKET, GOOD

SERVICES = ("events", "iam", "kms", "lambda", "logs", "s3", "sns", "sqs", "sts")
STEPS = 10


def main() -> None:
    begun = time.perf_counter()
    catalogue = load(SERVICES)
    loaded = time.perf_counter()
    questions = [question for number in range(STEPS) for question in of_step(number)]
    read = time.perf_counter()
    verdicts = [prove(question, catalogue).verdict for question in questions]
    done = time.perf_counter()
    begun_again = time.perf_counter()
    load()
    print("| what | seconds |\n|---|---|")
    print(f"| the actions of {len(SERVICES)} services | {loaded - begun:.2f} |")
    print(f"| reading {STEPS * len(GOOD)} documents | {read - loaded:.2f} |")
    print(f"| {verdicts.count('proved')} of {len(questions)} questions proved | {done - read:.2f} |")
    print(f"| for comparison, the actions of all services | {time.perf_counter() - begun_again:.2f} |")


def of_step(number: int) -> list[Question]:
    """The invariants, with a step's own names."""

    def renamed(text: str) -> str:
        return text.replace("-orders", f"-s{number}").replace(BUCKET, f"{BUCKET}{number}")

    documents = {name: json.loads(renamed(json.dumps(each))) for name, each in GOOD.items()}
    return [
        replace(
            question,
            principal=replace(question.principal, name=renamed(question.principal.name)),
            forbidden=replace(
                question.forbidden,
                resources=tuple(map(renamed, question.forbidden.resources)),
                not_resources=tuple(map(renamed, question.forbidden.not_resources)),
                unless=tuple(
                    replace(each, values=tuple(map(renamed, each.values))) for each in question.forbidden.unless
                ),
            ),
        )
        for question in invariants(documents).values()
    ]


if __name__ == "__main__":
    main()
