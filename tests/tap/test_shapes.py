"""Shapes: the same object is told as AWS documents it and as the local AWS tells it, field by field."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.tap.shapes import (
    NOT_TOLD,
    REPLAY,
    TAP,
    Created,
    UnknownReason,
    Way,
    body_of,
    created_of,
    decoded,
    encoded,
    event_of,
    eventbridge_event,
    s3_event,
)
from tests.tap.events import eventbridge
from tests.tap.production import ODD_KEYS, ROUTES
from tests.tap.record import recorded
from tests.tap.structure import differences, fields, key_of, s3_record, structure, unwrapped

DOCUMENTED = created_of(recorded("documented", "eventbridge"))
TOPIC = recorded("documented", "sns")["Records"][0]["Sns"]["TopicArn"]
QUEUE = recorded("documented", "sqs")["Records"][0]["eventSourceARN"]
WAYS = {
    "s3": Way(),
    "sqs": Way(queue_arn=QUEUE),
    "sns": Way(topic_arn=TOPIC),
    "sns-sqs": Way(topic_arn=TOPIC, queue_arn=QUEUE),
    "sns-sqs-raw": Way(topic_arn=TOPIC, raw=True, queue_arn=QUEUE),
    "eventbridge": Way(rule=True),
}
PATHS = {  # where the fields of each shape stand
    "s3": {"s3": "Records[0]."},
    "sqs": {"sqs": "Records[0].", "s3": "Records[0].body.Records[0]."},
    "sns": {"sns": "Records[0].Sns.", "s3": "Records[0].Sns.Message.Records[0]."},
    "sns-sqs": {"sqs": "Records[0].", "sns": "Records[0].body.", "s3": "Records[0].body.Message.Records[0]."},
    "sns-sqs-raw": {"sqs": "Records[0].", "s3": "Records[0].body.Records[0]."},
    "eventbridge": {"eventbridge": ""},
}
OWN = {  # ids, that are each event's own, and what follows from the body
    "s3": set[str](),
    "sqs": {"messageId", "md5OfBody"},
    "sns": {"MessageId"},
    "eventbridge": {"id"},
}
LOCAL = {  # where the local AWS tells otherwise than documented
    "sns": {
        "Records[0].Sns.SigningCertUrl": "it spells it as in a queue, SigningCertURL",
        "Records[0].Sns.SigningCertURL": "documented for queues",
        "Records[0].Sns.UnsubscribeUrl": "it spells it as in a queue, UnsubscribeURL",
        "Records[0].Sns.UnsubscribeURL": "documented for queues",
        "Records[0].Sns.MessageAttributes": "it leaves them out when empty, as in a queue",
    },
    "eventbridge": {"detail.event-version": "of a later version of the event"},
}


def not_told(route: str) -> set[str]:
    """The documented constants of a route, and its own ids."""
    return {
        prefix + name.replace("Url", "URL" if route == "sns-sqs" else "Url")
        for shape, prefix in PATHS[route].items()
        for name in {*NOT_TOLD[shape], *OWN[shape]}
    }


@pytest.mark.parametrize("route", ROUTES)
def test_an_event_has_the_documented_fields_and_types(route: str) -> None:
    assert structure(event_of(DOCUMENTED, WAYS[route])) == structure(recorded("documented", route))


@pytest.mark.parametrize("route", ROUTES)
def test_only_what_nobody_told_differs_from_the_documented_event(route: str) -> None:
    ours, theirs = event_of(DOCUMENTED, WAYS[route]), recorded("documented", route)
    subscription = {"Records[0].EventSubscriptionArn"} if route == "sns" else set()
    assert differences(ours, theirs) == not_told(route) | subscription


@pytest.mark.parametrize("route", ROUTES)
def test_the_documented_constants_are_all_that_is_made_up(route: str) -> None:
    found = {path for path, value in fields(unwrapped(event_of(DOCUMENTED, WAYS[route]))) if value == TAP}
    ids = {prefix + name for shape, prefix in PATHS[route].items() for name in OWN[shape]}
    assert found == not_told(route) - ids


@pytest.mark.parametrize("route", ROUTES)
def test_an_event_has_the_fields_and_types_that_the_local_aws_delivers(route: str) -> None:
    told = {key_of(event): event for event in recorded("local", "eventbridge")}
    events = recorded("local", route)
    assert sorted(map(key_of, events)) == sorted(ODD_KEYS)
    for event in events:
        ours, theirs = structure(event_of(created_of(told[key_of(event)]), WAYS[route])), structure(event)
        differing = {path for path in ours | theirs if ours.get(path) != theirs.get(path)}
        assert differing == LOCAL.get(route, {}).keys()


@pytest.mark.parametrize("key", ODD_KEYS)
def test_a_key_is_encoded_as_the_local_aws_encodes_it(key: str) -> None:
    (theirs,) = [event for event in recorded("local", "s3") if key_of(event) == key]
    assert encoded(key) == s3_record(theirs)["s3"]["object"]["key"]


def test_the_documented_key_is_encoded_as_documented() -> None:
    assert encoded("red flower.jpg") == "red+flower.jpg"


@given(st.text())
def test_any_key_survives(key: str) -> None:
    assert unquote_plus(encoded(key)) == key == decoded(encoded(key))
    assert encoded(key).count("/") == key.count("/") and encoded(key).isascii() and " " not in encoded(key)


@given(st.text(min_size=1), st.sampled_from(sorted(WAYS)))
def test_any_key_survives_every_way(key: str, route: str) -> None:
    assert key_of(event_of(replace(DOCUMENTED, key=key), WAYS[route])) == key


CREATED = st.builds(
    Created,
    bucket=st.just("b"),
    key=st.text(min_size=1),
    size=st.integers(0),
    etag=st.just("b1946ac92492d2347c6235b4d2611184-3"),
    region=st.just("cn-north-1"),
    account=st.just("111111111111"),
    time=st.datetimes(min_value=datetime(2006, 3, 14), timezones=st.just(UTC)).map(
        lambda at: at.replace(microsecond=0)
    ),
    reason=st.sampled_from(["PutObject", "POST Object", "CopyObject", "CompleteMultipartUpload"]),
    version_id=st.sampled_from(["", "null", "v1"]),
    sequencer=st.sampled_from(["", "0055AED6DCD90281E5"]),
    request_id=st.just("C3D13FE58DE4C810"),
    requester=st.just("222222222222"),
    source_ip=st.just("1.2.3.4"),
    partition=st.sampled_from(["aws", "aws-cn"]),
)


@given(CREATED)
def test_an_eventbridge_event_holds_all_that_is_known_of_an_object(created: Created) -> None:
    assert created_of(json.loads(json.dumps(eventbridge_event(created)))) == created


def test_an_unversioned_object_has_no_version_and_an_empty_one_has_a_size() -> None:
    unknown: dict[str, Any] = {"size": 0, "version-id": "", "sequencer": None}
    created = created_of(eventbridge(**unknown))
    assert s3_event(created)["Records"][0]["s3"]["object"].keys() == {"key", "size", "eTag"}
    assert s3_event(created)["Records"][0]["s3"]["object"]["size"] == 0
    assert eventbridge_event(created)["detail"]["object"].keys() == {"key", "size", "etag"}


@pytest.mark.parametrize("way", WAYS.values())
def test_an_unknown_way_of_creating_objects_is_not_guessed(way: Way) -> None:
    with pytest.raises(UnknownReason, match="RenameObject"):
        event_of(replace(DOCUMENTED, reason="RenameObject"), way)


@pytest.mark.parametrize("route", ROUTES)
def test_a_replayed_event_says_so_and_makes_no_order_up(route: str) -> None:
    listed = Created(
        bucket="flights-raw",
        key="flights/1.csv",
        size=5,
        etag='"b1946ac92492d2347c6235b4d2611184"',
        region="eu-west-1",
        account="111111111111",
        time=datetime(2026, 11, 12, tzinfo=UTC),
        told_by=REPLAY,
    )
    event = event_of(listed, WAYS[route])
    left_out = structure(event_of(DOCUMENTED, WAYS[route])).keys() - structure(event).keys()
    version = "version-id" if route == "eventbridge" else "versionId"
    assert {path.rsplit(".", 1)[1] for path in left_out} == {"sequencer", version}
    values = [value for _, value in fields(unwrapped(event))]
    assert REPLAY in values and TAP not in values and '"' not in "".join(v for v in values if isinstance(v, str))


def test_telling_an_object_again_gives_the_same_ids_and_another_object_gives_others() -> None:
    for way in WAYS.values():
        assert event_of(DOCUMENTED, way) == event_of(DOCUMENTED, way)
    others = [
        replace(DOCUMENTED, key="b"),
        replace(DOCUMENTED, bucket="b"),
        replace(DOCUMENTED, version_id="b"),
        replace(DOCUMENTED, sequencer="b"),
    ]
    for name, path in {"eventbridge": "id", "sqs": "Records[0].messageId", "sns": "Records[0].Sns.MessageId"}.items():
        for other in others:
            assert path in differences(event_of(DOCUMENTED, WAYS[name]), event_of(other, WAYS[name]))


@pytest.mark.parametrize("route", ["sqs", "sns-sqs", "sns-sqs-raw"])
def test_a_message_sent_to_the_queue_is_the_body_that_the_function_gets(route: str) -> None:
    event: Any = event_of(DOCUMENTED, WAYS[route])
    assert body_of(DOCUMENTED, WAYS[route]) == event["Records"][0]["body"]


def test_a_wrapped_message_is_laid_out_as_sns_does_it() -> None:
    ours, theirs = body_of(DOCUMENTED, WAYS["sns-sqs"]), recorded("documented", "sns-sqs")["Records"][0]["body"]
    assert [line.split(" : ")[0] for line in ours.splitlines()] == [
        line.split(" : ")[0] for line in theirs.splitlines()
    ]


def test_a_rules_event_through_a_queue_is_its_body() -> None:
    way = Way(rule=True, queue_arn=QUEUE)
    assert json.loads(body_of(DOCUMENTED, way)) == eventbridge_event(DOCUMENTED)
    with pytest.raises(ValueError, match="topic"):
        Way(rule=True, topic_arn=TOPIC)
