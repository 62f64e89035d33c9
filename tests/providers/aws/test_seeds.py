"""History of prod's is in a ghost's bucket, whole, before the bucket says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.errors import NotFound
from dbt_ghost.core.resources import TAG_BRANCH, Bucket
from dbt_ghost.providers.aws import buckets, seeds
from dbt_ghost.providers.aws.session import Session
from tests.local_aws import REGION

PROD = "flights-clean"
GHOST = Bucket("ghost-flights-x-abc123-beef", PROD, seeds=("s3://flights-clean/2013/",), tags=((TAG_BRANCH, "x"),))
KEYS = {"2013/a b+é=%.csv": b"one", "2013/b.csv": b"two", "2014/c.csv": b"three"}


@pytest.fixture
def s3(session: Session) -> Any:
    s3 = session.client("s3")
    s3.create_bucket(Bucket=PROD, CreateBucketConfiguration={"LocationConstraint": REGION})
    for key, body in KEYS.items():
        s3.put_object(Bucket=PROD, Key=key, Body=body)
    return s3


def contents(s3: Any) -> dict[str, bytes]:
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=GHOST.name).get("Contents", [])]
    return {key: s3.get_object(Bucket=GHOST.name, Key=key)["Body"].read() for key in keys}


def copies(session: Session) -> list[str]:
    """The keys that CopyObject is called for from now on."""
    made: list[str] = []
    session.client("s3").meta.events.register(
        "provide-client-params.s3.CopyObject", lambda params, **_: made.append(params["Key"])
    )
    return made


def put(session: Session, bucket: Bucket) -> None:
    buckets.put(session, bucket, buckets.read(session, bucket.name))


def test_the_prefix_is_copied_under_the_same_keys_and_nothing_else(session: Session, s3: Any) -> None:
    put(session, GHOST)
    assert contents(s3) == {key: body for key, body in KEYS.items() if key.startswith("2013/")}
    assert buckets.read(session, GHOST.name) == GHOST


def test_one_object_is_copied_without_those_that_begin_like_it(session: Session, s3: Any) -> None:
    s3.put_object(Bucket=PROD, Key="2013/b.csv.old", Body=b"")
    put(session, replace(GHOST, seeds=("s3://flights-clean/2013/b.csv",)))
    assert set(contents(s3)) == {"2013/b.csv"}


def test_what_is_whole_is_not_copied_again(session: Session, s3: Any) -> None:
    put(session, GHOST)
    made = copies(session)
    put(session, GHOST)
    assert made == []


def test_a_copy_that_was_killed_goes_on_with_what_is_missing(session: Session, s3: Any) -> None:
    put(session, replace(GHOST, seeds=()))
    s3.copy_object(Bucket=GHOST.name, Key="2013/b.csv", CopySource={"Bucket": PROD, "Key": "2013/b.csv"})
    made = copies(session)
    put(session, GHOST)
    assert made == ["2013/a b+é=%.csv"]


def test_until_all_is_copied_the_bucket_does_not_say_so(session: Session, s3: Any) -> None:
    with pytest.raises(NotFound, match="listing s3://no-such-bucket/x/"):
        put(session, replace(GHOST, seeds=("s3://flights-clean/2013/", "s3://no-such-bucket/x/")))
    found = buckets.read(session, GHOST.name)
    assert found is not None and found.seeds == ()


def test_another_seed_is_added_and_one_that_is_not_wanted_any_more_is_forgotten(session: Session, s3: Any) -> None:
    put(session, GHOST)
    put(session, replace(GHOST, seeds=("s3://flights-clean/2014/",)))
    found = buckets.read(session, GHOST.name)
    assert found is not None and found.seeds == ("s3://flights-clean/2014/",)
    assert set(contents(s3)) == set(KEYS), "what was copied stays: a step may have built on it"


def test_tags_of_others_are_left(session: Session, s3: Any) -> None:
    put(session, replace(GHOST, seeds=()))
    there = s3.get_bucket_tagging(Bucket=GHOST.name)["TagSet"]
    s3.put_bucket_tagging(Bucket=GHOST.name, Tagging={"TagSet": [*there, {"Key": "cost", "Value": "42"}]})
    put(session, GHOST)
    found = buckets.read(session, GHOST.name)
    assert found is not None and ("cost", "42") in found.tags


def test_two_urls_have_two_tags() -> None:
    both = replace(GHOST, seeds=("s3://flights-clean/2013/", "s3://flights-clean/2014/"))
    assert len(seeds.tags_of(both)) == 2
