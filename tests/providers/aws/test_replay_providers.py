"""What a replay reads of prod, hands to a ghost, and keeps in the state bucket."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from dbt_ghost.core.errors import Conflict, Denied, GhostError, NotFound, Refused
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.replay import Handed, ProdObject, Replay, Request, StoredReplay
from dbt_ghost.demo.production import make_bucket
from dbt_ghost.demo.production_documents import trust
from dbt_ghost.providers.artifacts import zipped
from dbt_ghost.providers.aws.deliveries import (
    LONGEST_CALL_S,
    THROTTLED_WAITS,
    TRANSIENT_WAITS,
    AwsDeliveries,
    long_calls,
)
from dbt_ghost.providers.aws.prod_objects import AwsProdObjects
from dbt_ghost.providers.aws.replays import AwsReplays, key_of
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.aws.state_bucket import installation
from dbt_ghost.tap.staging import CopyLimits
from tests.local_aws import PROD_ACCOUNT, REGION
from tests.providers.aws.stubbed import answers

GHOST = GhostName("flights", "fix/overnight-arrivals")
FUNCTION, QUEUE, INTO = GHOST.function("clean"), GHOST.piece("clean", "p-queue"), GHOST.bucket("p-raw")
STATE, PROD = "flights-ghost-state", "p-raw"
NOW = datetime(2026, 1, 2, tzinfo=UTC)
KEY = "in/ä + b%20/c.txt"
THING = ProdObject(PROD, KEY, 3, "abc", NOW)
CODE = b"""
def handler(event, context):
    if "bad" in event:
        raise ValueError("no such\\n   key")
    return event
"""


def listed(key: str) -> dict[str, Any]:
    return {"Key": key, "Size": 3, "ETag": '"abc"', "LastModified": NOW}


def replay_of(ghost: GhostName, **others: Any) -> Replay:
    times = {name: NOW for name in ("since", "until", "started_at", "updated_at")}
    fields = {"ghost": ghost.id, "branch": ghost.branch, "through": "x", "request": Request(since="2h")}
    return Replay(**(fields | times | others))


@pytest.fixture
def buckets(session: Session) -> Session:
    for name in (STATE, PROD, INTO):
        make_bucket(session, name)
    return session


@pytest.fixture
def replays(buckets: Session) -> AwsReplays:
    return AwsReplays(buckets, STATE)


def test_objects_are_listed_by_their_prefix_with_plain_keys_and_etags(buckets: Session) -> None:
    for key in (KEY, "in/b", "out/c"):
        buckets.client("s3").put_object(Bucket=PROD, Key=key, Body=b"abc")
    found = {each.key: each for each in AwsProdObjects(buckets).list(PROD, "in/")}
    assert set(found) == {KEY, "in/b"}
    head = buckets.client("s3").head_object(Bucket=PROD, Key=KEY)
    modified = found[KEY].modified.replace(microsecond=0)
    assert found[KEY].size == 3 and f'"{found[KEY].etag}"' == head["ETag"]
    assert modified == head["LastModified"].replace(microsecond=0)
    assert list(AwsProdObjects(buckets).list(PROD, "nothing/")) == []


def test_all_pages_of_a_listing_are_read() -> None:
    with answers("s3") as session:
        asked = {"Bucket": PROD, "Prefix": "", "ExpectedBucketOwner": PROD_ACCOUNT}
        first = {"Contents": [listed("a")], "IsTruncated": True, "NextContinuationToken": "t"}
        session.say("s3.list_objects_v2", first, **asked)
        session.say("s3.list_objects_v2", {"Contents": [listed("b")]}, **asked, ContinuationToken="t")
        assert [each.key for each in AwsProdObjects(session).list(PROD, "")] == ["a", "b"]


def test_a_bucket_that_is_missing_or_denied_is_never_empty(session: Session) -> None:
    with pytest.raises(NotFound, match="listing s3://p-raw/"):
        list(AwsProdObjects(session).list(PROD, ""))
    with answers("s3") as denied:
        denied.fail("s3.list_objects_v2", "AccessDenied", status=403)
        with pytest.raises(Denied):
            list(AwsProdObjects(denied).list(PROD, ""))


def test_a_replay_is_read_back_with_the_version_it_was_written_at(replays: AwsReplays) -> None:
    assert replays.read(GHOST) is None
    written = replays.write(replay_of(GHOST), None)
    assert replays.read(GHOST) == written
    again = replays.write(written.replay.locked("me", NOW), written.version)
    assert replays.read(GHOST) == again != written


def test_of_two_who_write_a_replay_one_gets_a_conflict(replays: AwsReplays, buckets: Session) -> None:
    first = replays.write(replay_of(GHOST).locked("me", NOW), None)
    with pytest.raises(Conflict, match="changed by somebody else"):
        replays.write(replay_of(GHOST).locked("you", NOW), None)
    second = replays.write(first.replay.unlocked(NOW), first.version)
    with pytest.raises(Conflict):
        replays.write(first.replay.locked("you", NOW), first.version)
    assert replays.read(GHOST) == second
    buckets.client("s3").delete_object(Bucket=STATE, Key=key_of(GHOST.id))
    with pytest.raises(Conflict):
        replays.write(first.replay, second.version)


def test_a_write_whose_answer_was_lost_is_success() -> None:
    ours, sent = replay_of(GHOST).locked("me", NOW), list[bytes]()
    with answers("s3") as session:
        session.client("s3").meta.events.register_first(
            "provide-client-params.s3.PutObject", lambda params, **_: sent.append(params["Body"])
        )
        session.say("s3.put_object", {"ETag": '"first"'})
        AwsReplays(session, STATE).write(ours, None)
        session.fail("s3.put_object", "PreconditionFailed", status=412)
        session.say("s3.get_object", {"Body": io.BytesIO(sent[0]), "ETag": '"after"'})
        assert AwsReplays(session, STATE).write(ours, None) == StoredReplay(ours, '"after"')


@pytest.mark.parametrize("body", [b"", b"{", b'{"ghost_replay": 2}'])
def test_a_replay_that_cannot_be_read_is_named_and_left(replays: AwsReplays, buckets: Session, body: bytes) -> None:
    buckets.client("s3").put_object(Bucket=STATE, Key=key_of(GHOST.id), Body=body)
    with pytest.raises(GhostError, match=f"s3://{STATE}/replays/{GHOST.id}.json cannot be read"):
        replays.read(GHOST)


def test_a_replay_under_another_ghosts_key_is_refused(replays: AwsReplays, buckets: Session) -> None:
    body = replay_of(GhostName("flights", "another")).model_dump_json()
    buckets.client("s3").put_object(Bucket=STATE, Key=key_of(GHOST.id), Body=body.encode())
    with pytest.raises(GhostError, match="of another ghost"):
        replays.read(GHOST)


def test_a_missing_state_bucket_is_an_error_with_the_lines_that_make_it(session: Session) -> None:
    replays = AwsReplays(session, STATE)
    for attempt in (lambda: replays.read(GHOST), lambda: replays.write(replay_of(GHOST), None)):
        with pytest.raises(GhostError, match=f"state bucket {STATE} does not exist") as caught:
            attempt()
        assert caught.value.hint.endswith(installation(STATE, REGION))


def test_nothing_but_this_ghosts_is_ever_called() -> None:
    """No answer is prepared, so a call would be an error of another kind."""
    others = (
        "p-clean",
        GhostName("flights", "other").function("clean"),
        GhostName("flightsx", GHOST.branch).bucket("b"),
    )
    with answers("lambda", "sqs", "s3") as session:
        deliveries = AwsDeliveries(session, GHOST)
        for name in others:
            for attempt in (
                lambda name=name: deliveries.invoke(name, "{}"),
                lambda name=name: deliveries.send(name, ["{}"]),
                lambda name=name: deliveries.copy(THING, name),
            ):
                with pytest.raises(Refused, match="is not of the ghost"):
                    attempt()


def test_a_functions_error_is_the_objects_and_says_what_it_was(session: Session) -> None:
    session.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument=trust())
    session.client("lambda").create_function(
        FunctionName=FUNCTION,
        Role=session.account().role_arn("role"),
        Runtime="python3.11",
        Handler="app.handler",
        Code={"ZipFile": zipped({"app.py": CODE})},
    )
    deliveries = AwsDeliveries(long_calls(session), GHOST)
    assert deliveries.invoke(FUNCTION, "{}") == Handed()
    failed = deliveries.invoke(FUNCTION, '{"bad": 1}').failed
    assert "no such key" in failed and "\n" not in failed
    with pytest.raises(NotFound, match="invoking function") as caught:
        deliveries.invoke(GHOST.function("enrich"), "{}")
    assert "run fork" in caught.value.hint


def test_a_throttled_call_is_waited_for_longer_and_longer() -> None:
    with answers("lambda") as session:
        for _ in range(3):
            session.fail("lambda.invoke", "TooManyRequestsException", status=429)
        event = {"FunctionName": FUNCTION, "InvocationType": "RequestResponse", "Payload": b"{}"}
        session.say("lambda.invoke", {"StatusCode": 200, "Payload": io.BytesIO(b"null")}, **event)
        assert AwsDeliveries(session, GHOST).invoke(FUNCTION, "{}") == Handed()
        assert session.slept == list(THROTTLED_WAITS[:3]) == sorted(set(session.slept))


def test_a_fault_of_awss_own_is_tried_again_and_a_denial_is_not() -> None:
    with answers("lambda") as session:
        session.fail("lambda.invoke", "ServiceException", status=500)
        session.fail("lambda.invoke", "AccessDeniedException", status=403)
        with pytest.raises(Denied, match="invoking function"):
            AwsDeliveries(session, GHOST).invoke(FUNCTION, "{}")
        assert session.slept == [TRANSIENT_WAITS[0]]


def test_patience_ends() -> None:
    with answers("lambda") as session:
        for _ in range(len(THROTTLED_WAITS) + 1):
            session.fail("lambda.invoke", "TooManyRequestsException", status=429)
        with pytest.raises(GhostError, match="TooManyRequestsException"):
            AwsDeliveries(session, GHOST).invoke(FUNCTION, "{}")


def test_a_slow_function_is_waited_for_and_not_invoked_again(session: Session) -> None:
    config = long_calls(session).client("lambda").meta.config
    assert config.read_timeout == LONGEST_CALL_S > 900
    assert config.retries["total_max_attempts"] == 1
    assert session.client("lambda").meta.config.read_timeout < 900, "and all else is as it was"


def test_messages_arrive_in_the_queue_as_they_are(session: Session) -> None:
    url = session.client("sqs").create_queue(QueueName=QUEUE)["QueueUrl"]
    bodies = [json.dumps({"key": f"ä {number}"}) for number in range(10)]
    assert AwsDeliveries(long_calls(session), GHOST).send(QUEUE, bodies) == (Handed(),) * 10
    found = session.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert {each["Body"] for each in found} == set(bodies)


def test_a_queue_that_is_missing_is_said(session: Session) -> None:
    with pytest.raises(GhostError, match=f"filling queue {QUEUE}"):
        AwsDeliveries(long_calls(session), GHOST).send(QUEUE, ["{}"])


def entries(url: str, **bodies: str) -> dict[str, Any]:
    found = [{"Id": name.removeprefix("m"), "MessageBody": body} for name, body in bodies.items()]
    return {"QueueUrl": url, "Entries": found}


def test_of_a_batch_what_was_not_taken_is_sent_again_or_is_the_messages_own_fault() -> None:
    url = f"https://sqs.{REGION}.amazonaws.com/{PROD_ACCOUNT}/{QUEUE}"
    taken = {"MessageId": "m", "MD5OfMessageBody": "m"}
    ours, theirs = ({"SenderFault": fault, "Code": "C", "Message": "no"} for fault in (True, False))
    with answers("sqs") as session:
        session.say("sqs.get_queue_url", {"QueueUrl": url}, QueueName=QUEUE)
        first = {"Successful": [{"Id": "0", **taken}], "Failed": [{"Id": "1", **ours}, {"Id": "2", **theirs}]}
        session.say("sqs.send_message_batch", first, **entries(url, m0="a", m1="b", m2="c"))
        session.say(
            "sqs.send_message_batch", {"Successful": [], "Failed": [{"Id": "2", **theirs}]}, **entries(url, m2="c")
        )
        session.say(
            "sqs.send_message_batch", {"Successful": [{"Id": "2", **taken}], "Failed": []}, **entries(url, m2="c")
        )
        deliveries = AwsDeliveries(session, GHOST)
        assert deliveries.send(QUEUE, ["a", "b", "c"]) == (Handed(), Handed("C: no"), Handed())
        assert session.slept == list(THROTTLED_WAITS[:2])


@pytest.mark.parametrize("limits", [CopyLimits(), CopyLimits(whole=2, part=5 * 2**20)], ids=["whole", "in parts"])
def test_an_object_is_copied_under_its_own_key_with_all_that_belongs_to_it(
    buckets: Session, limits: CopyLimits
) -> None:
    s3 = buckets.client("s3")
    s3.put_object(Bucket=PROD, Key=KEY, Body=b"abc", Metadata={"by": "hand"}, Tagging="a=b", ContentType="text/csv")
    assert AwsDeliveries(long_calls(buckets), GHOST, limits).copy(THING, INTO) == Handed()
    copy = s3.get_object(Bucket=INTO, Key=KEY)
    assert (copy["Body"].read(), copy["Metadata"], copy["ContentType"]) == (b"abc", {"by": "hand"}, "text/csv")
    assert s3.get_object_tagging(Bucket=INTO, Key=KEY)["TagSet"] == [{"Key": "a", "Value": "b"}]


def test_an_object_that_was_removed_meanwhile_is_gone(buckets: Session) -> None:
    assert AwsDeliveries(long_calls(buckets), GHOST).copy(THING, INTO) == Handed(gone=True)


def test_a_bucket_that_is_missing_is_no_object_that_is_gone(buckets: Session) -> None:
    buckets.client("s3").put_object(Bucket=PROD, Key=KEY, Body=b"abc")
    buckets.client("s3").delete_bucket(Bucket=INTO)
    with pytest.raises(NotFound, match="copying s3://p-raw/"):
        AwsDeliveries(long_calls(buckets), GHOST).copy(THING, INTO)


def test_an_archived_object_fails_alone() -> None:
    with answers("s3") as session:
        session.say("s3.head_object", {"ETag": '"abc"', "ContentLength": 3})
        session.fail("s3.copy_object", "InvalidObjectState", "it is in Glacier", status=403)
        assert AwsDeliveries(session, GHOST).copy(THING, INTO).failed == "InvalidObjectState: it is in Glacier"
