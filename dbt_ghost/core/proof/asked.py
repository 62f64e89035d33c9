"""A question with what its answer is about. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from dbt_ghost.core.iam.catalogue import Catalogue
from dbt_ghost.core.iam.documents import parse
from dbt_ghost.core.iam.proving import prove
from dbt_ghost.core.iam.questions import Answer, Question
from dbt_ghost.core.proof.findings import Finding, View, because, worst


@dataclass(frozen=True)
class Asked:
    """`must` turns the answer round: some such request has to be let through. Of `advice` only that is told which is
    certain.
    """

    claim: str
    of: str
    view: View
    question: Question
    must: bool = False
    advice: bool = False


ANYTHING = parse(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}, "anything"
)
"""A role that may do everything, to see what its boundary alone leaves of that."""


def answered(asked: Iterable[Asked], catalogue: Catalogue) -> tuple[Finding, ...]:
    """One finding of each (claim, part, view), of which there may be several questions."""

    def key(one: Asked) -> tuple[str, str, View, bool]:
        return one.claim, one.of, one.view, one.advice

    found = []
    for (claim, of, view, advice), group in groupby(asked, key):
        answer = worst(_answer(one, catalogue) for one in group)
        if not advice or answer.verdict == "violated":
            found.append(Finding(claim, of, view, answer.verdict, because(answer), advice))
    return tuple(found)


def _answer(one: Asked, catalogue: Catalogue) -> Answer:
    answer = prove(one.question, catalogue)
    if not one.must:
        return answer
    if answer.verdict == "violated":
        return Answer("proved")
    forbidden = one.question.forbidden
    told = f"{' '.join(forbidden.actions)} on {' '.join(forbidden.resources)} is not let through"
    return Answer("violated" if answer.verdict == "proved" else "unknown", reasons=(told, *answer.reasons))
