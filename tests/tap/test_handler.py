"""The tap: what passes, what S3 would have said, and that a failure is not swallowed."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.tap.handler import forward, s3_record

ROUTE = {
    "bucket": "flights-raw",
    "prefix": "flights/",
    "suffix": ".csv.gz",
    "events": ["s3:ObjectCreated:*"],
    "function": "ghost-flights-x-abc123-clean",
}


def event(key: str = "flights/2013-02-01.csv.gz", reason: str = "PutObject", **of_object: Any) -> dict[str, Any]:
    """As documented for S3 events on EventBridge."""
    return {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": "111111111111",
        "time": "2026-11-12T00:00:00Z",
        "region": "eu-west-1",
        "resources": ["arn:aws:s3:::flights-raw"],
        "detail": {
            "version": "0",
            "bucket": {"name": "flights-raw"},
            "object": {
                "key": key,
                "size": 5,
                "etag": "b1946ac92492d2347c6235b4d2611184",
                "version-id": "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e",
                "sequencer": "617f08299329d189",
            }
            | of_object,
            "request-id": "N4N7GDK58NMKJ12R",
            "requester": "111111111111",
            "source-ip-address": "1.2.3.4",
            "reason": reason,
        },
    }


class Lambda:
    """Remembers invocations; fails on the functions in `broken`."""

    def __init__(self, *broken: str) -> None:
        self.broken = broken
        self.calls: list[dict[str, Any]] = []

    def invoke(self, **call: Any) -> None:
        if call["FunctionName"] in self.broken:
            raise ConnectionError(call["FunctionName"])
        self.calls.append(call)


def forwarded(one: dict[str, Any], *routes: dict[str, Any]) -> list[str]:
    client = Lambda()
    answer = forward(one, list(routes), client)
    assert answer == [call["FunctionName"] for call in client.calls]
    return answer


def test_an_object_becomes_the_event_that_s3_would_have_sent() -> None:
    client = Lambda()
    forward(event("flights/a b+é/1.csv.gz"), [ROUTE], client)
    (call,) = client.calls
    assert call["FunctionName"] == ROUTE["function"] and call["InvocationType"] == "Event"
    assert json.loads(call["Payload"]) == {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": "eu-west-1",
                "eventTime": "2026-11-12T00:00:00.000Z",
                "eventName": "ObjectCreated:Put",
                "userIdentity": {"principalId": "ghost-tap"},
                "requestParameters": {"sourceIPAddress": "1.2.3.4"},
                "responseElements": {"x-amz-request-id": "N4N7GDK58NMKJ12R", "x-amz-id-2": "ghost-tap"},
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": "ghost-tap",
                    "bucket": {
                        "name": "flights-raw",
                        "ownerIdentity": {"principalId": "ghost-tap"},
                        "arn": "arn:aws:s3:::flights-raw",
                    },
                    "object": {
                        "key": "flights/a+b%2B%C3%A9/1.csv.gz",
                        "size": 5,
                        "eTag": "b1946ac92492d2347c6235b4d2611184",
                        "versionId": "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e",
                        "sequencer": "617f08299329d189",
                    },
                },
            }
        ]
    }


def test_an_unversioned_object_has_no_version_and_an_empty_one_has_a_size() -> None:
    created = s3_record(event(size=0, **{"version-id": ""}))["s3"]["object"]
    assert "versionId" not in created and created["size"] == 0


@given(st.text(min_size=1))
def test_any_key_survives(key: str) -> None:
    encoded = s3_record(event(key))["s3"]["object"]["key"]
    assert unquote_plus(encoded) == key and encoded.count("/") == key.count("/")


@pytest.mark.parametrize(
    ("key", "passes"),
    [
        ("flights/2013-02-01.csv.gz", True),
        ("flights/.csv.gz", True),
        ("flights/2013-02-01.csv", False),
        ("weather/2013-02-01.csv.gz", False),
        ("Flights/2013-02-01.csv.gz", False),
        ("old/flights/2013-02-01.csv.gz", False),
    ],
)
def test_prefix_and_suffix_must_both_fit(key: str, passes: bool) -> None:
    assert bool(forwarded(event(key), ROUTE)) == passes


@pytest.mark.parametrize(
    ("reason", "name"),
    [
        ("PutObject", "Put"),
        ("POST Object", "Post"),
        ("CopyObject", "Copy"),
        ("CompleteMultipartUpload", "CompleteMultipartUpload"),
    ],
)
def test_the_event_type_must_fit(reason: str, name: str) -> None:
    one = event(reason=reason)
    assert s3_record(one)["eventName"] == f"ObjectCreated:{name}"
    assert forwarded(one, ROUTE | {"events": [f"s3:ObjectCreated:{name}"]})
    assert forwarded(one, ROUTE | {"events": ["s3:*"]})
    assert not forwarded(one, ROUTE | {"events": ["s3:ObjectCreated:Other", "s3:ObjectRemoved:*"]})


def test_another_bucket_and_other_events_are_ignored() -> None:
    assert not forwarded(event(), ROUTE | {"bucket": "flights-clean"})
    assert not forwarded(event() | {"detail-type": "Object Deleted"}, ROUTE)
    assert not forwarded({"Service": "Amazon S3", "Event": "s3:TestEvent"}, ROUTE)
    assert not forwarded({}, ROUTE)


def test_each_route_that_fits_is_served() -> None:
    assert forwarded(event(), ROUTE, ROUTE | {"function": "b"}, ROUTE | {"prefix": "x"}) == [ROUTE["function"], "b"]


def test_a_failed_invocation_fails_the_event() -> None:
    with pytest.raises(ConnectionError):
        forward(event(), [ROUTE], Lambda(ROUTE["function"]))


def test_an_unknown_way_of_creating_objects_is_not_guessed() -> None:
    with pytest.raises(KeyError, match="RenameObject"):
        forwarded(event(reason="RenameObject"), ROUTE)
