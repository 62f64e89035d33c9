"""The EventBridge route at a fork's entry."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dbt_ghost.core.eventbridge import rule_pattern
from dbt_ghost.core.resources import BucketEvent


def event(key: str, bucket: str = "p-raw") -> dict[str, Any]:
    detail = {"bucket": {"name": bucket}, "object": {"key": key}}
    return {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}


def matches(pattern: Any, value: Any) -> bool:
    """EventBridge's rule for the operators in use: every field of the pattern, any of its alternatives."""
    if isinstance(pattern, dict):
        return all(name in value and matches(inner, value[name]) for name, inner in pattern.items())
    return any(_one(alternative, value) for alternative in pattern)


def _one(alternative: Any, value: str) -> bool:
    if isinstance(alternative, str):
        return alternative == value
    ((operator, text),) = alternative.items()
    return value.startswith(text) if operator == "prefix" else value.endswith(text)


@pytest.mark.parametrize(
    ("prefix", "suffix", "key", "let_through"),
    [
        ("", "", "anything", True),
        ("in/", "", "in/a.csv", True),
        ("in/", "", "out/a.csv", False),
        ("", ".csv", "in/a.csv", True),
        ("", ".csv", "in/a.txt", False),
        ("in/", ".csv", "in/a.csv", True),
        ("in/", ".csv", "out/a.csv", False),
    ],
)
def test_a_rule_narrows_and_never_loses_what_prod_would_get(
    prefix: str, suffix: str, key: str, let_through: bool
) -> None:
    pattern = json.loads(rule_pattern("p-raw", BucketEvent("arn", prefix=prefix, suffix=suffix)))
    assert matches(pattern, event(key)) is let_through
    assert not matches(pattern, event(key, bucket="p-raw-2"))
