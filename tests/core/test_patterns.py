"""Which buckets an event pattern is about, or why that cannot be told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dbt_ghost.core.patterns import About, about

S3 = {"source": ["aws.s3"], "detail-type": ["Object Created"]}


def of(pattern: Any) -> About:
    return about(json.dumps(pattern))


@pytest.mark.parametrize(
    ("pattern", "buckets"),
    [
        (S3 | {"detail": {"bucket": {"name": ["b", "a", "b"]}}}, ("a", "b")),
        (S3 | {"detail": {"bucket": {"name": ["a"]}, "object": {"key": [{"prefix": "é/"}], "$or": [{}, {}]}}}, ("a",)),
        ({"source": ["aws.s3", "other"], "detail": {"bucket": {"name": ["a"]}}}, ("a",)),
        ({"detail": {"bucket": {"name": ["a"]}}}, ("a",)),
        ({"source": [{"prefix": "aws."}], "detail": {"bucket": {"name": ["a"]}}}, ("a",)),
        (S3 | {"detail-type": [{"prefix": "Object"}], "detail": {"bucket": {"name": ["a"]}}}, ("a",)),
    ],
)
def test_buckets_that_are_named_are_told(pattern: Any, buckets: tuple[str, ...]) -> None:
    assert of(pattern) == About(buckets)


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": ["shop.orders"]},
        {"source": ["shop"], "detail": {"bucket": {"name": [{"prefix": "x"}]}}},
        {"detail-type": ["Bestellung aufgegeben ✓"]},
        {"source": [{"prefix": "aws."}], "detail-type": ["EC2 Instance State-change Notification"]},
    ],
)
def test_other_events_are_about_no_bucket(pattern: Any) -> None:
    assert of(pattern) == About()


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (S3, "does not name"),
        ({"account": ["111111111111"]}, "does not name"),
        (S3 | {"detail": {"bucket": {}}}, "does not name"),
        (S3 | {"detail": {"bucket": {"name": [{"prefix": "a"}]}}}, "by a filter"),
        (S3 | {"detail": {"bucket": {"name": ["a", {"suffix": "b"}]}}}, "by a filter"),
        (S3 | {"detail": {"bucket": {"name": [{"anything-but": "a"}]}}}, "by a filter"),
        (S3 | {"detail": {"bucket": {"name": ["a"], "$or": [{}, {}]}}}, "by a filter"),
        (S3 | {"detail": {"bucket": {"name": ["a"]}, "$or": [{}, {}]}}, "by a filter"),
        ({"$or": [{"source": ["aws.s3"]}, {"source": ["x"]}]}, "alternatives"),
        (S3 | {"detail-type": ["AWS API Call via CloudTrail"]}, "not its own notifications"),
    ],
)
def test_where_it_cannot_be_told_why_is_said(pattern: Any, why: str) -> None:
    found = of(pattern)
    assert found.buckets == ()
    assert why in found.unclear
