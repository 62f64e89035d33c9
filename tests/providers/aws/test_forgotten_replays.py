"""A replay is removed from the state bucket with its ghost; what may not be removed is never taken as gone."""

from __future__ import annotations

import io

import pytest

from dbt_ghost.core.errors import Conflict, Denied, GhostError
from dbt_ghost.core.naming import GhostName
from dbt_ghost.providers.aws.replays import AwsReplays, key_of
from dbt_ghost.providers.aws.session import Session
from tests.local_aws import PROD_ACCOUNT
from tests.providers.aws.stubbed import answers
from tests.providers.aws.test_replay_providers import GHOST, NOW, STATE, buckets, replay_of, replays

__all__ = ["buckets", "replays"]

OTHER = GhostName("flights", "another")
ASKED = {"Bucket": STATE, "Key": key_of(GHOST.id), "ExpectedBucketOwner": PROD_ACCOUNT}


def test_a_replay_is_removed_and_another_ghosts_stays(replays: AwsReplays) -> None:
    replays.write(replay_of(GHOST), None)
    theirs = replays.write(replay_of(OTHER), None)
    replays.delete(GHOST)
    assert (replays.read(GHOST), replays.read(OTHER)) == (None, theirs)


def test_a_replay_that_cannot_be_read_is_removed_too(replays: AwsReplays, buckets: Session) -> None:
    buckets.client("s3").put_object(Bucket=STATE, Key=key_of(GHOST.id), Body=b"{")
    replays.delete(GHOST)
    assert replays.read(GHOST) is None


def test_who_replays_into_a_ghost_while_it_is_dropped_hears_a_conflict(replays: AwsReplays) -> None:
    first = replays.write(replay_of(GHOST).locked("me", NOW), None)
    replays.delete(GHOST)
    with pytest.raises(Conflict):
        replays.write(first.replay.unlocked(NOW), first.version)


def test_of_a_ghost_without_a_replay_nothing_is_removed() -> None:
    """It is asked for, and no call that changes anything is made."""
    with answers("s3") as session:
        session.fail("s3.get_object", "NoSuchKey", status=404)
        AwsReplays(session, STATE).delete(GHOST)


def test_what_may_not_be_read_or_removed_is_not_gone() -> None:
    with answers("s3") as session:
        session.fail("s3.get_object", "AccessDenied", status=403)
        with pytest.raises(Denied, match=f"removing replay s3://{STATE}/{key_of(GHOST.id)}: AccessDenied"):
            AwsReplays(session, STATE).delete(GHOST)
        session.say("s3.get_object", {"Body": io.BytesIO(b"{}"), "ETag": '"e"'}, **ASKED)
        session.fail("s3.delete_object", "AccessDenied", status=403)
        with pytest.raises(Denied):
            AwsReplays(session, STATE).delete(GHOST)


def test_only_the_projects_own_bucket_is_written() -> None:
    with answers("s3") as session:
        session.say("s3.get_object", {"Body": io.BytesIO(b"{}"), "ETag": '"e"'}, **ASKED)
        session.say("s3.delete_object", {}, **ASKED)
        AwsReplays(session, STATE).delete(GHOST)


def test_a_missing_state_bucket_is_an_error(session: Session) -> None:
    with pytest.raises(GhostError, match=f"state bucket {STATE} does not exist"):
        AwsReplays(session, STATE).delete(GHOST)
