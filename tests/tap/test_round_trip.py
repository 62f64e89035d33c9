"""Prod's bucket -> rule or topic -> tap -> function or queue, all real on the local AWS, beside prod's own routes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest

from dbt_ghost.providers.artifacts import zipped
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from dbt_ghost.tap.shapes import NOT_TOLD, TAP, created_of, eventbridge_event, in_sample
from tests.local_aws import session_of
from tests.tap.events import TEST_EVENT, eventbridge
from tests.tap.production import (
    BUCKET,
    CREATED,
    KEEPER,
    ODD_KEYS,
    ROUTES,
    STAGED,
    STAGED_BY_TOPIC,
    TOPIC,
    WAIT_SECONDS,
    kept,
    listen,
    logged,
    make_buckets,
    make_function,
    make_ghost,
    make_production,
    make_tap,
    notify,
    route,
    staged,
    subscribe,
    told,
)
from tests.tap.record import recorded
from tests.tap.structure import differences, fields, key_of, s3_record, structure


@dataclass(frozen=True)
class Heard:
    """What prod's step and the ghost's were told of every odd key, by route; what was staged; the tap's log."""

    prod: dict[str, list[dict[str, Any]]]
    ghost: dict[str, list[dict[str, Any]]]
    staged: dict[str, dict[str, bytes]]
    lines: list[dict[str, Any]]


DELIVERY = {"messageId", "receiptHandle", "attributes.SentTimestamp", "attributes.ApproximateFirstReceiveTimestamp"}
OWN = {  # what two deliveries of one message differ in
    "s3": set[str](),
    "sqs": {"md5OfBody", "eventSourceARN", *DELIVERY},
    "sns": {"EventSubscriptionArn"},
    "sns-sqs": {"md5OfBody", "eventSourceARN", *DELIVERY},  # the layout of the envelope, so its sum
    "sns-sqs-raw": {"eventSourceARN", *DELIVERY},
    "eventbridge": set[str](),
}
MADE = {"s3": "Records[0].", "sqs": "Records[0].body.Records[0]."}  # routes on which the tap makes S3's record
VERSION = "eventVersion"  # documented as 2.1 for created objects; the local AWS is ahead of it


def until(arrived: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not arrived():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def put(session: Session, key: str) -> None:
    """One at a time, and waited for: each event without an idle worker starts one, and bursts get lost."""
    session.client("s3").put_object(Bucket=BUCKET, Key=key, Body=key.encode())


@pytest.fixture(scope="module")
def heard(aws_server: LocalStack) -> Heard:
    aws_server.reset()
    session = session_of(aws_server)
    make_production(session)
    make_ghost(session)
    for number, key in enumerate(ODD_KEYS, 1):
        put(session, key)
        prod, ghost = told(session, "prod-step", number), told(session, "ghost-step", number)
    buckets = {bucket: staged(session, bucket) for bucket in (STAGED, STAGED_BY_TOPIC)}
    until(lambda: len(logged(session)) == 2 * len(ODD_KEYS))
    return Heard(prod, ghost, buckets, logged(session))


@pytest.mark.parametrize("name", ROUTES)
def test_a_ghosts_step_hears_of_every_odd_key_as_prods_step_does(heard: Heard, name: str) -> None:
    prod, ghost = [{key_of(event): event for event in each[name]} for each in (heard.prod, heard.ghost)]
    assert prod.keys() == ghost.keys() == set(ODD_KEYS)
    for key in ODD_KEYS:
        assert structure(ghost[key]) == structure(prod[key])
        differing = differences(ghost[key], prod[key])
        made = {MADE[name] + field for field in (*NOT_TOLD["s3"], VERSION)} if name in MADE else set()
        own = {f"Records[0].{field}" for field in OWN[name]}
        assert made <= differing <= made | own


def test_only_the_documented_constants_are_made_up(heard: Heard) -> None:
    for event in heard.ghost["s3"]:
        assert {path for path, value in fields(event) if value == TAP} == {
            f"Records[0].{name}" for name in NOT_TOLD["s3"]
        }


@pytest.mark.parametrize("name", ROUTES)
def test_the_recorded_events_have_the_structure_that_the_local_aws_still_delivers(heard: Heard, name: str) -> None:
    now = {key_of(event): structure(event) for event in heard.prod[name]}
    assert now == {key_of(event): structure(event) for event in recorded("local", name)}


@pytest.mark.parametrize("bucket", [STAGED, STAGED_BY_TOPIC])
def test_objects_are_staged_under_their_own_keys(heard: Heard, bucket: str) -> None:
    assert heard.staged[bucket] == {key: key.encode() for key in ODD_KEYS}


def test_every_event_of_every_source_is_one_line_of_the_taps_log(heard: Heard) -> None:
    by_rule = ["ghost-step", "ghost-sqs", "ghost-step", STAGED]
    by_topic = ["ghost-step", "ghost-sns-sqs", "ghost-sns-sqs-raw", STAGED_BY_TOPIC]
    for key in ODD_KEYS:
        lines = [line for line in heard.lines if line["key"] == key]
        assert sorted(lines, key=str) == [
            {"ghost": "tap", "key": key, "bucket": BUCKET, "to": to} for to in (by_topic, by_rule)
        ]


@pytest.fixture
def prod(session: Session) -> Session:
    make_buckets(session)
    session.client("sns").create_topic(Name="prod-topic")
    make_function(session, "ghost-step", zipped({"app.py": KEEPER.encode()}), "app.handler")
    notify(session, TopicConfigurations=[CREATED | {"TopicArn": TOPIC}])
    return session


def has_logged(session: Session, lines: int) -> bool:
    return len(logged(session)) == lines


def call_tap(session: Session, event: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = session.client("lambda").invoke(FunctionName="tap", Payload=json.dumps(event).encode())
    return answer


def test_only_the_sample_arrives(prod: Session) -> None:
    make_tap(prod, route("sns", {"bucket": STAGED}), route("eventbridge", {"function": "ghost-step"}), sample=0.5)
    subscribe(prod, "tap")
    listen(prod, "tap")
    for number, key in enumerate(ODD_KEYS, 1):
        put(prod, key)
        until(partial(has_logged, prod, 2 * number))
    sampled = {key for key in ODD_KEYS if in_sample(key, 0.5)}
    until(lambda: len(kept(prod, "ghost-step")) == len(sampled))
    assert staged(prod).keys() == {key_of(event) for event in kept(prod, "ghost-step")} == sampled
    assert {line["key"] for line in logged(prod) if "sampled_out" in line} == set(ODD_KEYS) - sampled != set()


def test_of_a_versioned_bucket_the_events_version_is_told_and_staged(prod: Session) -> None:
    s3 = prod.client("s3")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=BUCKET, Key="k +", Body=b"first")["VersionId"]
    s3.put_object(Bucket=BUCKET, Key="k +", Body=b"second")
    make_tap(
        prod, route("eventbridge", {"bucket": STAGED}), route("eventbridge", {"function": "ghost-step"}, shape="s3")
    )
    event = created_of(eventbridge("k +", **{"version-id": version}))
    answer = call_tap(prod, eventbridge_event(replace(event, bucket=BUCKET)))
    assert "FunctionError" not in answer and staged(prod) == {"k +": b"first"}
    until(lambda: len(kept(prod, "ghost-step")) == 1)
    assert s3_record(kept(prod, "ghost-step")[0])["s3"]["object"]["versionId"] == version


def test_a_topic_tells_the_versions_of_a_versioned_bucket(prod: Session) -> None:
    s3 = prod.client("s3")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    make_tap(prod, route("sns", {"function": "ghost-step"}))
    subscribe(prod, "tap")
    versions = [s3.put_object(Bucket=BUCKET, Key="k", Body=body)["VersionId"] for body in (b"first", b"second")]
    until(lambda: len(kept(prod, "ghost-step")) == len(versions))
    told_versions = {s3_record(event)["s3"]["object"]["versionId"] for event in kept(prod, "ghost-step")}
    assert told_versions == set(versions)


def test_a_failed_destination_fails_the_invocation_after_the_others_got_theirs(prod: Session) -> None:
    make_tap(prod, route("eventbridge", {"function": "no-such-step"}), route("eventbridge", {"bucket": STAGED}))
    put(prod, "k")
    answer = call_tap(
        prod, eventbridge_event(replace(created_of(eventbridge("k", **{"version-id": ""})), bucket=BUCKET))
    )
    assert answer["FunctionError"] and b"1 of 2 routes failed" in answer["Payload"].read()
    assert staged(prod) == {"k": b"k"}


def test_the_test_event_of_a_new_notification_does_the_tap_no_harm(prod: Session) -> None:
    make_tap(prod, route("sns", {"bucket": STAGED}))
    subscribe(prod, "tap")
    notify(prod, TopicConfigurations=[CREATED | {"TopicArn": TOPIC}])
    prod.client("sns").publish(TopicArn=TOPIC, Message=json.dumps(TEST_EVENT))
    put(prod, "k")
    until(lambda: staged(prod) == {"k": b"k"})
    until(lambda: {"ghost": "tap", "to": [], "ignored": True} in logged(prod))
