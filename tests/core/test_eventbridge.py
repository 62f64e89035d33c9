"""The EventBridge route at a fork's entry."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.core.eventbridge import KeyFilter, key_filters, rule_pattern, with_bucket


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


FILTERS = [(prefix, suffix) for prefix in ("", "in/", "ref/") for suffix in ("", ".csv", ".json")]
KEYS = ("in/a.csv", "in/a.json", "in/a", "ref/a.csv", "other/a.csv", "other/a", "a.csv/x", "ref/in/b.json")

heard = st.lists(st.tuples(st.sampled_from(["p-raw", "p-mid"]), st.sampled_from(FILTERS)), min_size=1)


def wanted_by(keys: KeyFilter, key: str) -> bool:
    return key.startswith(keys[0]) and key.endswith(keys[1])


@given(heard)
def test_a_rule_narrows_and_never_loses_what_prod_would_get(heard: list[tuple[str, KeyFilter]]) -> None:
    pattern = json.loads(rule_pattern(heard))
    for bucket in ("p-raw", "p-mid", "p-raw-2"):
        for key in KEYS:
            if any(bucket == name and wanted_by(keys, key) for name, keys in heard):
                assert matches(pattern, event(key, bucket))
            elif bucket not in {name for name, _ in heard}:
                assert not matches(pattern, event(key, bucket))


def test_a_prefix_keeps_other_keys_from_waking_the_tap() -> None:
    pattern = json.loads(rule_pattern([("p-raw", ("in/", ".csv"))]))
    assert matches(pattern, event("in/a.csv"))
    assert not matches(pattern, event("out/a.csv"))


def test_two_triggers_of_one_bucket_share_one_rule() -> None:
    both = [("p-raw", ("in/", suffix)) for suffix in (".csv", ".json")]
    assert json.loads(rule_pattern(both))["detail"]["object"]["key"] == [{"prefix": "in/"}]


def test_a_pattern_that_would_be_too_long_narrows_by_bucket_alone() -> None:
    many = [("p-raw", (f"{number:0200}/", "")) for number in range(30)]
    assert len(rule_pattern(many)) <= 4096
    assert "object" not in json.loads(rule_pattern(many))["detail"]


def test_prods_pattern_keeps_everything_but_the_bucket() -> None:
    prod = {
        "source": ["aws.s3"],
        "detail": {"bucket": {"name": ["p-raw", "p-b"]}, "object": {"size": [{"numeric": 1}]}},
    }
    turned = json.loads(with_bucket(json.dumps(prod), "ghost-x"))
    assert turned == {"source": ["aws.s3"], "detail": {**prod["detail"], "bucket": {"name": ["ghost-x"]}}}


def pattern_of(*keys: dict[str, str], **more: object) -> str:
    detail: dict[str, object] = {"bucket": {"name": ["p-raw"]}, **more}
    if keys:
        detail["object"] = {"key": list(keys)}
    return json.dumps({"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail})


@given(st.lists(st.sampled_from([{"prefix": "in/"}, {"suffix": ".csv"}, {"prefix": "ref/"}])))
def test_a_pattern_of_prefixes_and_suffixes_is_as_key_filters_what_it_was(keys: list[dict[str, str]]) -> None:
    pattern = pattern_of(*keys)
    filters = key_filters(pattern)
    assert filters is not None
    for key in KEYS:
        assert any(wanted_by(each, key) for each in filters) == matches(json.loads(pattern), event(key))


@pytest.mark.parametrize(
    "pattern",
    [
        pattern_of({"anything-but": "x"}),
        pattern_of({"wildcard": "in/*"}),
        pattern_of({"prefix": "in/"}, reason=["PutObject"]),
        json.dumps({"source": ["shop.orders"], "detail-type": ["Order Placed"]}),
        json.dumps({"source": ["aws.s3"], "detail": {"bucket": {"name": ["p-raw"]}}}),
    ],
)
def test_a_pattern_that_asks_for_more_is_eventbridges_alone_to_enforce(pattern: str) -> None:
    assert key_filters(pattern) is None
