"""A policy document as it is written: statements, each with its reason. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.resources import canonical

MANAGED_LIMIT, INLINE_LIMIT, TRUST_LIMIT, BUCKET_LIMIT = 6144, 10240, 2048, 20480
"""Characters without white space of a managed policy, of a role's inline ones together, of a trust policy; and bytes
of a bucket policy (IAM and S3 quotas)."""


@dataclass(frozen=True)
class Statement:
    """Actions or all but some, on resources or on all but some (none given: a trust policy, which is about its role).

    `reason` is for people, one sentence: AWS has no place for it. `condition` and `principal` are canonical JSON, empty
    without one.
    """

    sid: str
    effect: Literal["Allow", "Deny"]
    reason: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    condition: str = ""
    principal: str = ""

    @property
    def json(self) -> dict[str, Any]:
        """As AWS takes it."""
        listed = {
            "Action": self.actions,
            "NotAction": self.not_actions,
            "Resource": self.resources,
            "NotResource": self.not_resources,
        }
        told = {"Principal": self.principal, "Condition": self.condition}
        return (
            {"Sid": self.sid, "Effect": self.effect}
            | {element: list(values) for element, values in listed.items() if values}
            | {element: json.loads(text) for element, text in told.items() if text}
        )


@dataclass(frozen=True)
class Document:
    """A whole document. Raises Refused where it is longer than `limit` or two statements have one Sid."""

    name: str
    statements: tuple[Statement, ...]
    limit: int

    def __post_init__(self) -> None:
        sids = [each.sid for each in self.statements]
        if len(set(sids)) < len(sids):
            raise Refused(f"{self.name}: two statements have one Sid", "this is a bug in dbt-ghost")
        if len(self.text) > self.limit:
            raise Refused(
                f"{self.name} has {len(self.text)} characters; AWS takes {self.limit}",
                "name fewer prefixes or wider ones, or make two projects: every bucket and function stands in it",
            )

    @property
    def json(self) -> dict[str, Any]:
        return {"Version": "2012-10-17", "Statement": [each.json for each in self.statements]}

    @property
    def text(self) -> str:
        """Canonical JSON."""
        return canonical(self.json)


def condition(**operators: Mapping[str, str | Collection[str]]) -> str:
    """`condition(StringEquals={key: value})` as canonical JSON; `__` in an operator stands for `:`."""
    return canonical(
        {
            operator.replace("__", ":"): {key: _texts(each) for key, each in tests.items()}
            for operator, tests in operators.items()
        }
    )


def principal(**who: str | Collection[str]) -> str:
    """`principal(Service="lambda.amazonaws.com")` as canonical JSON."""
    return canonical({kind: _texts(each) for kind, each in who.items()})


def _texts(values: str | Collection[str]) -> str | list[str]:
    return values if isinstance(values, str) else sorted(values)
