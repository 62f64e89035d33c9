"""What a proof found, as frozen values: shown with the plan, kept in the record. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from dbt_ghost.core.iam.questions import Answer

Verdict = Literal["proved", "violated", "unknown"]
View = Literal["own policy", "boundary", "together"]
"""What a claim is asked of: the role's own policies, as if no boundary were there; the boundary, as if the role were
allowed everything; and all that counts, with what production's resources let in. In the first two, production's
resources let the role do anything.
"""

VIEWS: tuple[View, ...] = ("own policy", "boundary", "together")
WORST: tuple[Verdict, ...] = ("violated", "unknown", "proved")


@dataclass(frozen=True)
class Finding:
    """One claim about one part of the ghost in one view. What is not `proved` says by which request, and why.

    `advice` stops nothing: the ghost would be safe, and not work.
    """

    claim: str
    of: str
    view: View
    verdict: Verdict
    because: str = ""
    advice: bool = False

    @property
    def decides(self) -> bool:
        """The other views are further lines of defence: each holds alone, or is shown not to."""
        return self.view == "together" and not self.advice


@dataclass(frozen=True)
class Proof:
    """`documents` are (name, SHA-256 of the canonical JSON) of all that it is about. `not_proved` are sentences: what
    IAM cannot see. `reference` is the version of AWS's list of actions.
    """

    findings: tuple[Finding, ...]
    documents: tuple[tuple[str, str], ...]
    not_proved: tuple[str, ...]
    reference: str

    @property
    def failed(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.decides and each.verdict != "proved")

    @property
    def holds(self) -> bool:
        return not self.failed

    @property
    def advice(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.advice)

    @property
    def claims(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.claim for each in self.findings if not each.advice))

    def verdicts(self, claim: str, view: View) -> tuple[Verdict, ...]:
        """Of each part of the ghost that the claim is about; empty where the view is not asked for."""
        return tuple(each.verdict for each in self.findings if (each.claim, each.view) == (claim, view))


def worst(answers: Iterable[Answer]) -> Answer:
    """Of several questions that are one claim."""
    return min(answers, key=lambda answer: WORST.index(answer.verdict), default=Answer("proved"))


def digest(document: str) -> str:
    return sha256(document.encode()).hexdigest()


def because(answer: Answer) -> str:
    """A request that is let through, or why that is not known, on one line."""
    if answer.verdict == "proved":
        return ""
    told = list(answer.reasons)
    if request := answer.request:
        brought = {key: values for key, values in request.context.items() if not key.startswith("aws:principal")}
        context = ", ".join(f"{key} {' '.join(values) or 'absent'}" for key, values in sorted(brought.items()))
        told.insert(
            0, f"{request.action} on {request.resource} by {request.principal}{f' with {context}' if context else ''}"
        )
    if answer.allowed_by:
        told.append(f"allowed by {' and '.join(answer.allowed_by)}")
    return "; ".join(told)
