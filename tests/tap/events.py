"""Events as the tap gets them, and clients that remember what it did. What they do not model, they refuse."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from dbt_ghost.tap.handler import Routing, Tap
from dbt_ghost.tap.shapes import encoded

BUCKET, TOPIC = "flights-raw", "arn:aws:sns:eu-west-1:111111111111:flights-landed"
KEY = "flights/2013-02-01.csv.gz"
VERSION = "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e"
STEP = "ghost-flights-x-abc123-clean"
QUEUE = "https://sqs.eu-west-1.amazonaws.com/111111111111/ghost-flights-x-abc123-clean-1a2b"
TEST_EVENT = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET}


def eventbridge(key: str = KEY, *, reason: str = "PutObject", **of_object: Any) -> dict[str, Any]:
    """As documented for S3 events on EventBridge."""
    about = {"key": key, "size": 5, "etag": "b1946ac92492d2347c6235b4d2611184", "version-id": VERSION}
    return {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": "111111111111",
        "time": "2026-11-12T00:00:00Z",
        "region": "eu-west-1",
        "resources": [f"arn:aws:s3:::{BUCKET}"],
        "detail": {
            "version": "0",
            "bucket": {"name": BUCKET},
            "object": about | {"sequencer": "617f08299329d189"} | of_object,
            "request-id": "N4N7GDK58NMKJ12R",
            "requester": "111111111111",
            "source-ip-address": "1.2.3.4",
            "reason": reason,
        },
    }


def of_s3(*keys: str, name: str = "ObjectCreated:Put", bucket: str = BUCKET) -> str:
    """S3's message about these keys, as a topic carries it."""
    records = [
        {
            "eventSource": "aws:s3",
            "eventName": name,
            "s3": {"bucket": {"name": bucket}, "object": {"key": encoded(key), "size": 5}},
        }
        for key in keys
    ]
    return json.dumps({"Records": records})


def sns(*messages: str, topic: str = TOPIC, **others: Any) -> dict[str, Any]:
    records = [
        {
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": f"{topic}:tap",
            "Sns": {
                "Type": "Notification",
                "MessageId": f"message-{number}",
                "TopicArn": topic,
                "Subject": "Amazon S3 Notification",
                "Message": message,
                "Timestamp": "2026-11-12T00:00:00.000Z",
                "SignatureVersion": "1",
                "Signature": "signed",
                "SigningCertUrl": "https://sns.eu-west-1.amazonaws.com/cert.pem",
                "UnsubscribeUrl": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
                "MessageAttributes": {},
            }
            | others,
        }
        for number, message in enumerate(messages)
    ]
    return {"Records": records}


def route(**others: Any) -> dict[str, Any]:
    every = {"from": "eventbridge", "bucket": BUCKET, "prefix": "flights/", "suffix": ".csv.gz", "shape": "s3"}
    return every | {"events": ["s3:ObjectCreated:*"], "to": {"function": STEP}} | others


def from_topic(**others: Any) -> dict[str, Any]:
    return route(**{"from": "sns", "topic": TOPIC, "shape": "same"} | others)


@dataclass
class Clients:
    """Lambda and SQS. Fails for the destinations in `broken`."""

    broken: tuple[str, ...] = ()
    invoked: list[tuple[str, Any]] = field(default_factory=list)
    sent: list[tuple[str, str, Any]] = field(default_factory=list)

    def __call__(self, service: str) -> Clients:
        assert service in ("lambda", "sqs")
        return self

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> None:
        assert InvocationType == "Event"
        if FunctionName in self.broken:
            raise ConnectionError(FunctionName)
        self.invoked.append((FunctionName, json.loads(Payload)))

    def send_message(self, *, QueueUrl: str, MessageBody: str, MessageAttributes: dict[str, Any]) -> None:
        if QueueUrl in self.broken:
            raise ConnectionError(QueueUrl)
        self.sent.append((QueueUrl, MessageBody, MessageAttributes))


@dataclass
class Forwarded:
    clients: Clients
    lines: list[dict[str, Any]]

    @property
    def to(self) -> list[list[str]]:
        """Per object, where it went."""
        return [line["to"] for line in self.lines]


def forwarded(event: dict[str, Any], *routes: dict[str, Any], sample: float = 1.0, broken: str = "") -> Forwarded:
    """What became of an event; RuntimeError if a destination is broken, the log being kept in `lines` all the same."""
    done = Forwarded(Clients((broken,)), [])
    routing = Routing.of(json.dumps({"sample": sample, "routes": routes}))
    Tap(routing, done.clients, lambda line: done.lines.append(json.loads(line))).forward(event)
    return done
