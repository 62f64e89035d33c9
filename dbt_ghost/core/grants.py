"""Does a resource's policy let an AWS service send to it? Pure.

Three answers: a condition that cannot be judged from here makes it `unknown`. Only what a service brings along is
judged: its source's ARN and account, and that it speaks TLS. A policy's `Resource` is the resource that has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dbt_ghost.core.statements import Answer, holds, is_about, statements, texts

S3, SNS, EVENTS = "s3.amazonaws.com", "sns.amazonaws.com", "events.amazonaws.com"
ANYBODY = "*"


@dataclass(frozen=True)
class Source:
    """For whom a service sends: the ARN of a bucket, topic or rule, and its account."""

    service: str
    arn: str
    account: str


@dataclass(frozen=True)
class Named:
    """The source ARNs that a policy names, and whether it also lets in some that it does not name."""

    arns: frozenset[str]
    and_others: bool


def lets_in(policy: str, action: str, source: Source) -> Answer:
    """A Deny wins (F 4.1). Anything that is not allowed is refused."""
    answers = {"Allow": set[Answer](), "Deny": set[Answer]()}
    for statement in statements(policy):
        answers[statement.get("Effect", "Deny")].add(_applies(statement, action, source))
    if "yes" in answers["Deny"] or not {"yes", "unknown"} & answers["Allow"]:
        return "no"
    return "yes" if "yes" in answers["Allow"] and "unknown" not in answers["Deny"] else "unknown"


def named_sources(policy: str, action: str, service: str) -> Named:
    """Whom of a service's sources the policy means: by name where it can be told, whatever accounts they are of."""
    arns, and_others = set[str](), False
    for statement in _allowing(policy, action):
        if _is_for(statement, service):
            tested = [value for key, value in _tested(statement) if key == "aws:sourcearn"]
            literal = {name for value in tested if (name := _literal(value))}
            arns |= literal
            and_others = and_others or not tested or len(literal) < len(set(tested))
    return Named(frozenset(arns), and_others)


def accounts_of(policy: str, action: str, service: str, arn: str) -> frozenset[str]:
    """The accounts that the policy wants the source with this ARN to be of; none where it does not say."""
    found = set[str]()
    for statement in _allowing(policy, action):
        tested = _tested(statement)
        if _is_for(statement, service) and any(key == "aws:sourcearn" and _literal(v) == arn for key, v in tested):
            found |= {value for key, value in tested if key == "aws:sourceaccount"}
    return frozenset(found)


def other_senders(policy: str, action: str) -> tuple[str, ...]:
    """Who else may send: services, accounts and roles, by name; `*` where nothing says for whom. Sorted."""
    found = set[str]()
    for statement in _allowing(policy, action):
        names_sources = any(key == "aws:sourcearn" for key, _ in _tested(statement))
        found |= {who for who in _principals(statement) if not (who == ANYBODY and names_sources)}
    return tuple(sorted(found - {S3, SNS, EVENTS}))


def _allowing(policy: str, action: str) -> Iterator[dict[str, Any]]:
    for statement in statements(policy):
        if statement.get("Effect") == "Allow" and is_about(statement, action):
            yield statement


def _applies(statement: dict[str, Any], action: str, source: Source) -> Answer:
    if not (is_about(statement, action) and _is_for(statement, source.service)):
        return "no"
    return holds(statement, _brought(source))


def _brought(source: Source) -> dict[str, str]:
    return {
        "aws:sourcearn": source.arn,
        "aws:sourceaccount": source.account,
        "aws:sourceowner": source.account,
        "aws:securetransport": "true",
        "aws:principalisawsservice": "true",
        "aws:principalservicename": source.service,
    }


def _is_for(statement: dict[str, Any], service: str) -> bool:
    if "NotPrincipal" in statement:
        return service not in _principals(statement)
    return bool({service, ANYBODY} & set(_principals(statement)))


def _principals(statement: dict[str, Any]) -> list[str]:
    principal = statement.get("NotPrincipal", statement.get("Principal", ANYBODY))
    of_kinds: Iterable[Any] = principal.values() if isinstance(principal, dict) else [principal]
    return [text for of_kind in of_kinds for text in texts(of_kind)]


def _tested(statement: dict[str, Any]) -> list[tuple[str, str]]:
    """(key in small letters, value) of the conditions that want one of their values."""
    return [
        (key.lower(), value)
        for operator, tests in statement.get("Condition", {}).items()
        if "Not" not in operator and not operator.startswith("Null")
        for key, values in tests.items()
        for value in texts(values)
    ]


def _literal(value: str) -> str:
    """The ARN that a value names, empty for a pattern. S3's own examples leave a bucket's region and account open."""
    if match := re.fullmatch(r"arn:([^:*?]+):s3:\*?:\*?:([^:/*?]+)", value):
        return f"arn:{match[1]}:s3:::{match[2]}"
    return "" if set("*?") & set(value) else value
