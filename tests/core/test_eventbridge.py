"""The EventBridge route at a fork's entry."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

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


ENTRIES = [
    BucketEvent("arn", prefix=prefix, suffix=suffix)
    for prefix in ("", "in/", "ref/")
    for suffix in ("", ".csv", ".json")
]
KEYS = ("in/a.csv", "in/a.json", "in/a", "ref/a.csv", "other/a.csv", "other/a", "a.csv/x", "ref/in/b.json")

triggers = st.lists(st.tuples(st.sampled_from(["p-raw", "p-mid"]), st.sampled_from(ENTRIES)), min_size=1)


def wanted_by(entry: BucketEvent, key: str) -> bool:
    return key.startswith(entry.prefix) and key.endswith(entry.suffix)


@given(triggers)
def test_a_rule_narrows_and_never_loses_what_prod_would_get(triggers: list[tuple[str, BucketEvent]]) -> None:
    pattern = json.loads(rule_pattern(triggers))
    for bucket in ("p-raw", "p-mid", "p-raw-2"):
        for key in KEYS:
            if any(bucket == name and wanted_by(entry, key) for name, entry in triggers):
                assert matches(pattern, event(key, bucket))
            elif bucket not in {name for name, _ in triggers}:
                assert not matches(pattern, event(key, bucket))


def test_a_prefix_keeps_other_keys_from_waking_the_tap() -> None:
    pattern = json.loads(rule_pattern([("p-raw", BucketEvent("arn", prefix="in/", suffix=".csv"))]))
    assert matches(pattern, event("in/a.csv"))
    assert not matches(pattern, event("out/a.csv"))


def test_two_triggers_of_one_bucket_share_one_rule() -> None:
    both = [("p-raw", BucketEvent("arn", prefix="in/", suffix=suffix)) for suffix in (".csv", ".json")]
    assert json.loads(rule_pattern(both))["detail"]["object"]["key"] == [{"prefix": "in/"}]


def test_a_pattern_that_would_be_too_long_narrows_by_bucket_alone() -> None:
    many = [("p-raw", BucketEvent("arn", prefix=f"{number:0200}/")) for number in range(30)]
    assert len(rule_pattern(many)) <= 4096
    assert "object" not in json.loads(rule_pattern(many))["detail"]
