"""The tap's routes from EventBridge: what passes, where it goes, and that a failure is not swallowed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dbt_ghost.tap.handler import Routing, Tap
from dbt_ghost.tap.shapes import UnknownReason, Way, created_of, event_of, in_sample, s3_event
from tests.tap.events import BUCKET, KEY, QUEUE, STEP, TEST_EVENT, TOPIC, Clients, eventbridge, forwarded, route


def test_an_object_becomes_the_event_that_s3_would_have_sent() -> None:
    event = eventbridge("flights/a b+é/1.csv.gz")
    ((function, payload),) = forwarded(event, route()).clients.invoked
    assert function == STEP and payload == s3_event(created_of(event))
    assert payload["Records"][0]["s3"]["object"]["key"] == "flights/a+b%2B%C3%A9/1.csv.gz"
    assert payload["Records"][0]["s3"]["object"]["sequencer"] == "617f08299329d189"


def test_an_event_of_the_same_shape_goes_on_unchanged() -> None:
    event = eventbridge() | {"unheard-of": {"field": [None]}}
    assert forwarded(event, route(shape="same")).clients.invoked == [(STEP, event)]


@pytest.mark.parametrize("shape", ["s3", "same"])
def test_a_queue_gets_what_a_function_gets_as_its_body(shape: str) -> None:
    done = forwarded(eventbridge(), route(to={"queue": QUEUE}, shape=shape), route(shape=shape))
    ((url, body, attributes),) = done.clients.sent
    assert (url, attributes) == (QUEUE, {}) and [(STEP, json.loads(body))] == done.clients.invoked


@pytest.mark.parametrize(
    ("around", "way"),
    [
        ({}, Way()),
        ({"topic": TOPIC, "raw": False}, Way(topic_arn=TOPIC)),
        ({"queue": "arn:aws:sqs:eu-west-1:111111111111:q"}, Way(queue_arn="arn:aws:sqs:eu-west-1:111111111111:q")),
        ({"topic": TOPIC, "raw": True, "queue": "arn:q:s:r:a:q"}, Way(False, TOPIC, True, "arn:q:s:r:a:q")),
    ],
)
def test_a_shared_function_gets_around_the_event_what_prod_has_there(around: dict[str, Any], way: Way) -> None:
    ((function, payload),) = forwarded(eventbridge(), route(**{"as": around})).clients.invoked
    assert (function, payload) == (STEP, event_of(created_of(eventbridge()), way))


def test_a_message_around_eventbridges_own_event_is_one() -> None:
    around = {"queue": "arn:aws:sqs:eu-west-1:111111111111:q"}
    ((_, payload),) = forwarded(eventbridge(), route(shape="same", **{"as": around})).clients.invoked
    assert json.loads(payload["Records"][0]["body"])["detail"] == eventbridge()["detail"]


def test_a_routes_own_sample_stands_in_for_that_of_all() -> None:
    key = next(f"flights/{n}.csv.gz" for n in range(99) if not in_sample(f"flights/{n}.csv.gz", 0.5))
    assert forwarded(eventbridge(key), route(), route(sample=1.0), sample=0.5).to == [[STEP]]


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
    assert forwarded(eventbridge(key), route()).to == [[STEP] if passes else []]


def test_a_filter_is_of_the_plain_key() -> None:
    keys = ["a b=+%/x y", "a+b%3D%2B%25/x+y"]
    done = [forwarded(eventbridge(key), route(prefix="a b=+%/", suffix="x y")).to for key in keys]
    assert done == [[[STEP]], [[]]]


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
    event = eventbridge(reason=reason)
    exact = forwarded(event, route(events=[f"s3:ObjectCreated:{name}"]))
    assert exact.clients.invoked[0][1]["Records"][0]["eventName"] == f"ObjectCreated:{name}"
    assert forwarded(event, route(events=["s3:*"])).to == [[STEP]]
    assert forwarded(event, route(events=["s3:ObjectRemoved:*", f"s3:ObjectCreated:{name}"])).to == [[STEP]]
    assert forwarded(event, route(events=["s3:ObjectCreated:Other", "s3:ObjectRemoved:*"])).to == [[]]


@pytest.mark.parametrize(
    "event",
    [
        eventbridge() | {"detail-type": "Object Deleted"},
        eventbridge() | {"detail-type": "Object Frobnicated"},
        eventbridge() | {"source": "my.app"},
        TEST_EVENT,
        {},
        {"Records": []},
        {"Records": [{"eventSource": "aws:s3"}]},
    ],
)
def test_other_events_are_ignored_and_the_log_says_so(event: dict[str, Any]) -> None:
    done = forwarded(event, route())
    assert done.lines == [{"ghost": "tap", "to": [], "ignored": True}] and not done.clients.invoked


def test_another_bucket_is_none_of_the_routes_business() -> None:
    done = forwarded(eventbridge(), route(bucket="flights-clean"))
    assert done.lines == [{"ghost": "tap", "key": KEY, "bucket": BUCKET, "to": []}]


def test_an_event_of_eventbridge_takes_no_route_from_a_topic() -> None:
    assert forwarded(eventbridge(), route(**{"from": "sns", "topic": ""})).to == [[]]


def test_each_route_that_fits_is_served_in_order() -> None:
    routes = [route(), route(to={"queue": QUEUE}), route(prefix="x"), route(to={"function": "a"})]
    assert forwarded(eventbridge(), *routes).to == [[STEP, QUEUE.rsplit("/", 1)[1], "a"]]


@pytest.mark.parametrize("to", [{"function": "broken"}, {"queue": "broken"}])
def test_a_failed_destination_fails_the_event_but_not_the_other_destinations(to: dict[str, str]) -> None:
    lines: list[str] = []
    clients = Clients(("broken",))
    routes = [route(to=to), route()]
    tap = Tap(Routing.of(json.dumps({"sample": 1.0, "routes": routes})), clients, lines.append)
    with pytest.raises(RuntimeError, match="1 of 2 routes failed; the first: broken") as failure:
        tap.forward(eventbridge())
    assert isinstance(failure.value.__cause__, ConnectionError)
    assert [name for name, _ in clients.invoked] == [STEP]
    assert [json.loads(line) for line in lines] == [
        {"ghost": "tap", "key": KEY, "bucket": BUCKET, "failed": ["broken"], "to": [STEP]}
    ]


def test_an_unknown_way_of_creating_objects_is_not_guessed_and_nothing_is_sent() -> None:
    clients = Clients()
    routes = [route(bucket="other"), route(shape="same"), route(events=["s3:*"])]
    tap = Tap(Routing.of(json.dumps({"sample": 1.0, "routes": routes})), clients, print)
    with pytest.raises(UnknownReason, match="RenameObject"):
        tap.forward(eventbridge(reason="RenameObject"))
    assert clients == Clients()
    assert forwarded(eventbridge(reason="RenameObject"), route(prefix="x")).to == [[]]


@pytest.mark.parametrize(
    "wrong",
    [
        route(**{"from": "kinesis"}),
        route(**{"from": "sns"}),
        route(topic="arn"),
        route(shape="sns"),
        route(to={"topic": "arn"}),
        route(to={"function": STEP, "queue": QUEUE}),
        route(to={}),
        route(pattern={}),
    ],
)
def test_a_route_that_the_tap_does_not_understand_is_an_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        forwarded(eventbridge("weather/1"), wrong)


@pytest.mark.parametrize("missing", ["from", "bucket", "prefix", "suffix", "events", "to", "shape"])
def test_a_route_without_a_part_is_an_error(missing: str) -> None:
    with pytest.raises(KeyError, match=missing):
        forwarded(eventbridge(), {name: value for name, value in route().items() if name != missing})


def test_a_key_with_line_breaks_is_one_line_of_the_log() -> None:
    lines: list[str] = []
    routing = Routing.of(json.dumps({"sample": 1.0, "routes": [route(prefix="", suffix="")]}))
    Tap(routing, Clients(), lines.append).forward(eventbridge("a\nb\r\u2028☃"))
    (line,) = lines
    assert len(line.splitlines()) == 1 and line.isascii() and json.loads(line)["key"] == "a\nb\r\u2028☃"
