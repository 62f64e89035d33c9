"""The statements of a policy: what they are about, and whether their conditions hold. Pure.

Three answers: a condition that cannot be judged from here makes it `unknown`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from dbt_ghost.core.globs import like

Answer = Literal["yes", "no", "unknown"]

Statement = dict[str, Any]


def statements(policy: str) -> list[Statement]:
    found = json.loads(policy)["Statement"] if policy else []
    return [found] if isinstance(found, dict) else found


def is_about(statement: Statement, action: str) -> bool:
    if "NotAction" in statement:
        return not any(like(each.lower(), action.lower()) for each in texts(statement["NotAction"]))
    return any(like(each.lower(), action.lower()) for each in texts(statement.get("Action", "*")))


def holds(statement: Statement, brought: Mapping[str, str]) -> Answer:
    """Do all its conditions hold for a call that brings these keys (in small letters) along?"""
    answers = [
        _condition(operator, texts(values), brought.get(key.lower()))
        for operator, tests in statement.get("Condition", {}).items()
        for key, values in tests.items()
    ]
    return "no" if "no" in answers else "unknown" if "unknown" in answers else "yes"


def texts(value: Any) -> list[str]:
    """One or several; a policy may say true and 1 without quotes."""
    listed = value if isinstance(value, list) else [value]
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in listed]


def _condition(operator: str, values: list[str], brought: str | None) -> Answer:
    name = operator.rpartition(":")[2].removesuffix("IfExists")
    if brought is None:
        return "unknown"
    if name == "Null":
        return "yes" if values == ["false"] else "no"
    positive = name.replace("Not", "")
    if positive in ("ArnLike", "ArnEquals", "StringLike"):
        matches = any(like(value, brought) for value in values)
    elif positive in ("StringEquals", "StringEqualsIgnoreCase", "Bool"):
        fold = str.lower if positive != "StringEquals" else str
        matches = fold(brought) in {fold(value) for value in values}
    else:
        return "unknown"
    return "yes" if matches == ("Not" not in name) else "no"
