"""The ghost's tap: events about prod's new objects go on to the ghost's own functions, queues and buckets.

GHOST_ROUTES: {"sample": 1.0, "routes": [ROUTE, ...]} in JSON, ROUTE as in `Route`. Every object that an event tells of
goes on by each route whose filter it passes and if its key is in the sample; all else is ignored. If one destination
fails, the others are served all the same, and then the event fails, so that Lambda tries it again: delivery is at
least once, as S3's is. Standard library and boto3 only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING or __package__:
    from dbt_ghost.tap import shapes, staging
else:  # in Lambda, the files lie side by side and are no package
    import shapes
    import staging

KINDS = ("function", "queue", "bucket")
FIELDS = {"from", "bucket", "prefix", "suffix", "events", "topic", "to", "shape", "raw", "as", "sample"}


@dataclass(frozen=True)
class Arrival:
    """An object that an event tells of. `message` and `record` say where in SNS's event it stands."""

    source: str  # as Route.source
    bucket: str
    key: str  # plain
    told: str  # EventBridge's reason, or S3's name of the event
    version_id: str = ""
    topic: str = ""
    message: int = 0
    record: int = 0

    @property
    def version(self) -> staging.Version:
        return staging.Version(self.bucket, self.key, self.version_id)

    @property
    def name(self) -> str:
        """S3's name of the event, without `s3:`. Raises shapes.UnknownReason."""
        return shapes.event_name(self.told) if self.source == "eventbridge" else self.told


@dataclass(frozen=True)
class Route:
    """{"from": "eventbridge" | "sns", "bucket", "prefix", "suffix", "events": ["s3:ObjectCreated:*"], "topic": ARN if
    from sns, "to": {"function": NAME} | {"queue": URL} | {"bucket": NAME}, "shape": "s3" | "same", "raw": true if a
    queue gets SNS's message without its envelope}. Prefix and suffix are plain text, as the key is.

    "as": {"topic": ARN, "raw", "queue": ARN} puts around an event from EventBridge what a function expects there; each
    may be left out. "sample" stands in for that of all routes.
    """

    source: str
    bucket: str
    prefix: str
    suffix: str
    events: tuple[str, ...]
    topic: str
    kind: str
    target: str
    shape: str
    raw: bool
    way: shapes.Way
    sample: float | None = None

    @classmethod
    def of(cls, route: dict[str, Any]) -> Route:
        """Raises ValueError for a route that this tap does not understand."""
        ((kind, target),) = route["to"].items()
        source, shape = route["from"], route["shape"]
        understood = source in ("eventbridge", "sns") and shape in ("s3", "same") and kind in KINDS
        if not understood or set(route) - FIELDS or (source == "sns") != ("topic" in route):
            raise ValueError(f"GHOST_ROUTES has a route that this tap does not understand: {json.dumps(route)}")
        filters = (route["bucket"], route["prefix"], route["suffix"], tuple(route["events"]))
        around = route.get("as", {})
        way = shapes.Way(shape == "same", around.get("topic", ""), around.get("raw", False), around.get("queue", ""))
        raw, topic = route.get("raw", False), route.get("topic", "")
        return cls(source, *filters, topic, kind, target, shape, raw, way, route.get("sample"))

    @property
    def name(self) -> str:
        """The destination's name: of a queue the last part of its URL."""
        return self.target.rsplit("/", 1)[-1]

    def takes(self, arrival: Arrival) -> bool:
        """Prefix AND suffix AND event type: the list in an EventBridge pattern would mean OR.

        Raises shapes.UnknownReason for an object that could be meant.
        """
        return (
            (arrival.source, arrival.topic, arrival.bucket) == (self.source, self.topic, self.bucket)
            and arrival.key.startswith(self.prefix)
            and arrival.key.endswith(self.suffix)
            and any(_covers(wanted, arrival.name) for wanted in self.events)
        )


@dataclass(frozen=True)
class Routing:
    sample: float
    routes: tuple[Route, ...]

    @classmethod
    def of(cls, text: str) -> Routing:
        given = json.loads(text)
        return cls(given["sample"], tuple(Route.of(route) for route in given["routes"]))


@dataclass(frozen=True)
class Tap:
    """`client` gives the client of a service; `log` takes one line of JSON."""

    routing: Routing
    client: Callable[[str], Any]
    log: Callable[[str], None] = print
    limits: staging.CopyLimits = staging.AWS_LIMITS

    def forward(self, event: dict[str, Any]) -> None:
        """One log line an object; `to` are the destinations that got it, in the order of the routes.

        Raises shapes.UnknownReason before anything is sent, and RuntimeError if a destination failed.
        """
        lines = {arrival: _line(arrival) for arrival in arrivals(event)}
        if not lines:
            self.log(json.dumps({"ghost": "tap", "to": [], "ignored": True}))
        meant = [(route, [arrival for arrival in lines if route.takes(arrival)]) for route in self.routing.routes]
        errors: list[Exception] = []
        for route, objects in meant:
            share = self.routing.sample if route.sample is None else route.sample
            sampled = [each for each in objects if shapes.in_sample(each.key, share)]
            for arrival in set(objects).difference(sampled):
                lines[arrival]["sampled_out"] = True
            outcome = "to"
            try:
                gone = self._deliver(route, event, sampled)
            except Exception as error:
                gone, outcome = [], "failed"
                errors.append(error)
            for arrival in sampled:
                lines[arrival].setdefault("gone" if arrival in gone else outcome, []).append(route.name)
        for line in lines.values():
            self.log(json.dumps(line))
        if errors:
            raise RuntimeError(f"{len(errors)} of {len(meant)} routes failed; the first: {errors[0]}") from errors[0]

    def _deliver(self, route: Route, event: dict[str, Any], objects: list[Arrival]) -> list[Arrival]:
        """Answers with the objects that are gone, so that they cannot be copied."""
        if not objects:
            return []
        if route.kind == "bucket":
            s3 = self.client("s3")
            return [each for each in objects if not staging.copied(s3, each.version, route.target, self.limits)]
        if route.kind == "function":
            for payload in payloads(route, event, objects):
                body = shapes.compact(payload).encode()
                self.client("lambda").invoke(FunctionName=route.target, InvocationType="Event", Payload=body)
        else:
            for text, attributes in messages(route, event, objects):
                self.client("sqs").send_message(QueueUrl=route.target, MessageBody=text, MessageAttributes=attributes)
        return []


def handler(event: dict[str, Any], context: object) -> None:
    Tap(Routing.of(os.environ["GHOST_ROUTES"]), _client).forward(event)


@cache
def _client(service: str) -> Any:
    return boto3.client(service)


def arrivals(event: dict[str, Any]) -> Iterator[Arrival]:
    """The objects that an event tells of: none for S3's test events, other events and other people's messages."""
    if event.get("source") == "aws.s3" and event.get("detail-type") == "Object Created":
        created = shapes.created_of(event)
        yield Arrival("eventbridge", created.bucket, created.key, created.reason, created.version_id)
    for number, record in enumerate(event.get("Records", [])):
        if record.get("EventSource") != "aws:sns":
            continue
        for position, of_s3 in enumerate(_s3_records(record["Sns"]["Message"])):
            about = of_s3["s3"]["object"]
            bucket, key = of_s3["s3"]["bucket"]["name"], shapes.decoded(about["key"])
            where = (record["Sns"]["TopicArn"], number, position)
            yield Arrival("sns", bucket, key, of_s3["eventName"], about.get("versionId") or "", *where)


def payloads(route: Route, event: dict[str, Any], objects: list[Arrival]) -> list[dict[str, Any]]:
    """What a function gets: SNS's records together as they came, S3's events one by one."""
    if route.source == "eventbridge":
        bare = route.way == shapes.Way(rule=True)
        return [event if bare else shapes.event_of(shapes.created_of(event), route.way)]
    records = _narrowed(event, objects)
    if route.shape == "same":
        return [event | {"Records": records}]
    return [json.loads(record["Sns"]["Message"]) for record in records]


def messages(route: Route, event: dict[str, Any], objects: list[Arrival]) -> list[tuple[str, dict[str, Any]]]:
    """What a queue gets: bodies, and attributes in SendMessage's form."""
    if route.source == "eventbridge":
        return [(shapes.compact(payload), {}) for payload in payloads(route, event, objects)]
    notifications = [record["Sns"] for record in _narrowed(event, objects)]
    if route.shape == "s3":
        return [(sns["Message"], {}) for sns in notifications]
    if route.raw:
        return [(sns["Message"], shapes.message_attributes(sns)) for sns in notifications]
    return [(shapes.envelope(sns), {}) for sns in notifications]


def _line(arrival: Arrival) -> dict[str, Any]:
    return {"ghost": "tap", "key": arrival.key, "bucket": arrival.bucket, "to": []}


def _covers(wanted: str, name: str) -> bool:
    full = "s3:" + name
    return full == wanted or (wanted.endswith("*") and full.startswith(wanted[:-1]))


def _s3_records(message: str) -> list[dict[str, Any]]:
    try:
        body = json.loads(message)
    except ValueError:
        return []
    records = body.get("Records", []) if isinstance(body, dict) else []
    return [record for record in records if record.get("eventSource") == "aws:s3"]


def _narrowed(event: dict[str, Any], objects: list[Arrival]) -> list[dict[str, Any]]:
    """SNS's records with these objects only. A message of which all may pass stays as it is, signature and all."""
    narrowed = []
    for number, record in enumerate(event["Records"]):
        wanted = [each.record for each in objects if each.message == number]
        message = record["Sns"]["Message"]
        of_s3 = _s3_records(message) if wanted else []
        if len(wanted) < len(of_s3):
            message = shapes.compact(json.loads(message) | {"Records": [of_s3[position] for position in wanted]})
        if wanted:
            narrowed.append(record | {"Sns": record["Sns"] | {"Message": message}})
    return narrowed
