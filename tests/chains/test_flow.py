"""What the comparison of a ghost with its prod sees, and what is told of an object that does not arrive."""

from __future__ import annotations

from itertools import accumulate
from urllib.parse import quote_plus

import pytest

from dbt_ghost.demo.production import make_bucket
from dbt_ghost.providers.aws.session import Session
from tests.chains import flow
from tests.chains.chain import BUCKETS, Chain
from tests.chains.matrix import FEW, MANY


@pytest.mark.parametrize("count", [FEW, MANY])
def test_no_two_keys_are_equal_and_all_are_odd(count: int) -> None:
    keys = flow.keys(count, "under/")
    assert len(set(keys)) == count
    assert all(quote_plus(key) != key and key.startswith("in/under/") and key.endswith(".txt") for key in keys)


def test_a_step_of_the_branch_shows_in_every_bucket_after_it() -> None:
    lines = ["in/x.txt\n", "first 1\n", "middle 2\n", "last 1\n"]
    assert [flow.expected("in/x.txt", part, "middle") for part in BUCKETS] == list(accumulate(lines))


def test_what_is_missing_too_much_or_other_is_told() -> None:
    assert flow.differences({"a": "1", "b": "2"}, {"b": "3", "c": "4"}, "out") == [
        "out: 'a' is missing",
        "out: 'c' is too much",
        "out: 'b' is '3', not '2'",
    ]


def test_prod_and_the_ghost_are_compared_bucket_by_bucket(session: Session) -> None:
    chain, key, ghost = Chain("s3"), "in/x.txt", "ghost-out"
    for part in BUCKETS:
        make_bucket(session, chain.bucket(part))
        put(session, chain.bucket(part), key, flow.expected(key, part))
    make_bucket(session, ghost)
    put(session, ghost, key, flow.expected(key, "out", "last"))
    assert flow.compare(session, chain, [key], {"out": ghost}, changed="last") == []
    put(session, ghost, key, flow.expected(key, "out"))
    put(session, chain.bucket("mid"), "in/y.txt", "")
    assert [
        line.partition(" is ")[0] for line in flow.compare(session, chain, [key], {"out": ghost}, changed="last")
    ] == [
        f"{chain.bucket('mid')}: 'in/y.txt'",
        f"{ghost}: 'in/x.txt'",
    ]


def test_of_an_object_that_does_not_arrive_it_is_told_how_far_it_got(session: Session) -> None:
    path = flow.path_of(Chain("s3"), "mid")
    for bucket in path:
        make_bucket(session, bucket)
    for bucket, key in ((path[0], "in/stuck"), (path[1], "in/stuck"), (path[2], "in/there")):
        put(session, bucket, key, "")
    flow.wait_for(session, path, ["in/there"], timeout_s=0)
    with pytest.raises(AssertionError) as told:
        flow.wait_for(session, path, ["in/stuck", "in/lost", "in/there"], timeout_s=0)
    assert "{'in/lost': [], 'in/stuck': ['prod-s3-next']}" in str(told.value)


def put(session: Session, bucket: str, key: str, text: str) -> None:
    session.client("s3").put_object(Bucket=bucket, Key=key, Body=text.encode())
