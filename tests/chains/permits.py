"""Does a policy let somebody do something? As much of IAM's evaluation as the policies of these tests need.

What it does not model it refuses with AssertionError, rather than guess.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Decision = Literal["allow", "deny", ""]


@dataclass(frozen=True)
class Asked:
    """One call. `caller` is a service (`s3.amazonaws.com`) or an account's number, empty for a role's own policy.

    `context` is the values of condition keys, which are in small letters here.
    """

    action: str
    resource: str
    caller: str = ""
    context: Mapping[str, str] = field(default_factory=dict)


def delivery(action: str, resource: str, service: str, source_arn: str, account: str) -> Asked:
    """A service delivers an event of one source of the account."""
    context = {"aws:sourcearn": source_arn, "aws:sourceaccount": account}
    return Asked(action, resource, f"{service}.amazonaws.com", context)


def allowed(policies: Iterable[str], asked: Asked) -> bool:
    """Some statement allows it and none denies it."""
    decisions = {decide(policy, asked) for policy in policies}
    return "allow" in decisions and "deny" not in decisions


def decide(policy: str, asked: Asked) -> Decision:
    """What the policy itself says; an empty text is no policy."""
    statements = _many(json.loads(policy)["Statement"] if policy else [])
    found = {each["Effect"] for each in statements if _is_about(each, asked)}
    return "deny" if "Deny" in found else "allow" if "Allow" in found else ""


def _is_about(statement: Mapping[str, Any], asked: Asked) -> bool:
    known = {"Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
    assert statement.keys() <= known, f"not modelled: {statement.keys() - known}"
    return (
        _principal(statement, asked)
        and _named(statement, "Action", asked.action.lower(), str.lower)
        and _named(statement, "Resource", asked.resource, str)
        and all(_condition(operator, each, asked.context) for operator, each in statement.get("Condition", {}).items())
    )


def _principal(statement: Mapping[str, Any], asked: Asked) -> bool:
    if not asked.caller:
        assert "Principal" not in statement, "a role's own policy names no principal"
        return True
    principal = statement["Principal"]
    if principal == "*":
        return True
    named = [*_many(principal.get("Service", [])), *_many(principal.get("AWS", []))]
    return any(each in ("*", asked.caller, f"arn:aws:iam::{asked.caller}:root") for each in named)


def _named(statement: Mapping[str, Any], kind: str, value: str, fold: Callable[[str], str]) -> bool:
    if kind in statement:
        return any(_like(fold(each), value) for each in _many(statement[kind]))
    if f"Not{kind}" in statement:
        return not any(_like(fold(each), value) for each in _many(statement[f"Not{kind}"]))
    return False


def _condition(operator: str, wanted: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    """A key that the call does not have fits no condition of these kinds."""
    assert operator in ("StringEquals", "ArnEquals", "StringLike", "ArnLike"), f"not modelled: {operator}"

    def fits(key: str, each: str) -> bool:
        value = context[key.lower()]
        return each == value if operator == "StringEquals" else _like(each, value)

    return all(
        key.lower() in context and any(fits(key, each) for each in _many(values)) for key, values in wanted.items()
    )


def _like(pattern: str, value: str) -> bool:
    return bool(re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), value, re.DOTALL))


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
