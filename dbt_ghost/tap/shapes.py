"""The shapes in which functions hear of a created object: S3's own, SNS's, SQS's and EventBridge's (F 1).

Pure, and of the standard library only: the tap uses it inside Lambda, `replay` in the CLI. What the source of an event
does not tell is `Created.told_by`, in the fields that `NOT_TOLD` names.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus, unquote_plus
from uuid import NAMESPACE_URL, uuid5

TAP, REPLAY = "ghost-tap", "ghost-replay"
NOT_TOLD = {
    "s3": (
        "userIdentity.principalId",
        "responseElements.x-amz-id-2",
        "s3.configurationId",
        "s3.bucket.ownerIdentity.principalId",
    ),
    "sns": ("Signature", "SigningCertUrl", "UnsubscribeUrl"),
    "sqs": ("receiptHandle", "attributes.SenderId"),
    "eventbridge": (),
}
"""By shape, the fields of a record that hold `Created.told_by`, because nobody told them. `request-id` and
`source-ip-address` join them where the object was found by listing. A replayed notification has no valid signature."""
EVENT_NAMES = {
    "PutObject": "ObjectCreated:Put",
    "POST Object": "ObjectCreated:Post",
    "CopyObject": "ObjectCreated:Copy",
    "CompleteMultipartUpload": "ObjectCreated:CompleteMultipartUpload",
}
"""What S3 calls the event, by the `reason` that EventBridge gives."""
S3_EVENT_VERSION = "2.1"  # as documented for created objects; later minor versions only add fields
SNS_SUBJECT = "Amazon S3 Notification"


class UnknownReason(ValueError):
    """EventBridge names a way of creating objects that S3's events have no name for here."""


@dataclass(frozen=True)
class Created:
    """An object that was created, as far as it is known.

    `key` is plain and `etag` without quotes; `size` is in bytes; `time` knows its zone; `reason` is one of
    EVENT_NAMES. Empty: no version (an unversioned bucket), no `sequencer` (found by listing, F 6.1), not told.
    """

    bucket: str
    key: str
    size: int
    etag: str
    region: str
    account: str
    time: datetime
    reason: str = "PutObject"
    version_id: str = ""
    sequencer: str = ""
    request_id: str = ""
    requester: str = ""  # the bucket's account, if empty
    source_ip: str = ""
    partition: str = "aws"
    told_by: str = TAP

    @property
    def bucket_arn(self) -> str:
        return f"arn:{self.partition}:s3:::{self.bucket}"


@dataclass(frozen=True)
class Way:
    """How a step hears of objects: by an EventBridge rule or by S3's own event, maybe through a topic, maybe through
    a queue. `raw`: the queue gets the topic's message without an envelope."""

    rule: bool = False
    topic_arn: str = ""
    raw: bool = False
    queue_arn: str = ""

    def __post_init__(self) -> None:
        if self.rule and self.topic_arn:
            raise ValueError("a rule's event does not come through a topic here")


def event_of(created: Created, way: Way) -> dict[str, Any]:
    """What the function gets. Raises UnknownReason."""
    if way.queue_arn:
        return sqs_event([body_of(created, way)], way.queue_arn, created)
    if way.topic_arn:
        return sns_event(notification(created, way.topic_arn), f"{way.topic_arn}:{created.told_by}")
    return eventbridge_event(created) if way.rule else s3_event(created)


def body_of(created: Created, way: Way) -> str:
    """The body of the message in the way's queue. Raises UnknownReason."""
    if way.topic_arn and not way.raw:
        return envelope(notification(created, way.topic_arn))
    return compact(eventbridge_event(created) if way.rule else s3_event(created))


def created_of(event: dict[str, Any]) -> Created:
    """The object of EventBridge's "Object Created" event; KeyError where a documented field is missing."""
    detail = event["detail"]
    return Created(
        bucket=detail["bucket"]["name"],
        key=detail["object"]["key"],
        size=detail["object"]["size"],
        etag=detail["object"]["etag"],
        region=event["region"],
        account=event["account"],
        time=datetime.fromisoformat(event["time"]),
        reason=detail["reason"],
        version_id=detail["object"].get("version-id") or "",
        sequencer=detail["object"].get("sequencer") or "",
        request_id=detail.get("request-id", ""),
        requester=detail.get("requester", ""),
        source_ip=detail.get("source-ip-address", ""),
        partition=event["resources"][0].split(":")[1],
    )


def event_name(reason: str) -> str:
    """As S3 calls it, without `s3:`. Raises UnknownReason: an unknown way of creating objects is not guessed."""
    if reason not in EVENT_NAMES:
        raise UnknownReason(f"reason {reason!r} is none of {', '.join(EVENT_NAMES)}: the tap must be taught it")
    return EVENT_NAMES[reason]


def encoded(key: str) -> str:
    """A key as S3's own events have it: form-encoded, slashes left alone."""
    return quote_plus(key, safe="/")


def decoded(key: str) -> str:
    return unquote_plus(key)


def s3_event(created: Created) -> dict[str, Any]:
    """S3's own event: one record (F 1.9). Raises UnknownReason."""
    unknown = {"principalId": created.told_by}
    about = {"key": encoded(created.key), "size": created.size, "eTag": created.etag.strip('"')}
    optional = {"versionId": created.version_id, "sequencer": created.sequencer}
    record = {
        "eventVersion": S3_EVENT_VERSION,
        "eventSource": "aws:s3",
        "awsRegion": created.region,
        "eventTime": _milliseconds(created.time),
        "eventName": event_name(created.reason),
        "userIdentity": unknown,
        "requestParameters": {"sourceIPAddress": created.source_ip or created.told_by},
        "responseElements": {
            "x-amz-request-id": created.request_id or created.told_by,
            "x-amz-id-2": created.told_by,
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": created.told_by,
            "bucket": {"name": created.bucket, "ownerIdentity": unknown, "arn": created.bucket_arn},
            "object": about | {name: value for name, value in optional.items() if value},
        },
    }
    return {"Records": [record]}


def eventbridge_event(created: Created) -> dict[str, Any]:
    """EventBridge's event about the object, its key plain. Raises UnknownReason."""
    event_name(created.reason)
    about = {"key": created.key, "size": created.size, "etag": created.etag.strip('"')}
    optional = {"version-id": created.version_id, "sequencer": created.sequencer}
    return {
        "version": "0",
        "id": _id("eventbridge", created),
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": created.account,
        "time": created.time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": created.region,
        "resources": [created.bucket_arn],
        "detail": {
            "version": "0",
            "bucket": {"name": created.bucket},
            "object": about | {name: value for name, value in optional.items() if value},
            "request-id": created.request_id or created.told_by,
            "requester": created.requester or created.account,
            "source-ip-address": created.source_ip or created.told_by,
            "reason": created.reason,
        },
    }


def notification(created: Created, topic_arn: str) -> dict[str, Any]:
    """S3's event as a topic hands it to a function: the `Sns` of a record. Raises UnknownReason."""
    return {
        "Type": "Notification",
        "MessageId": _id("sns", created),
        "TopicArn": topic_arn,
        "Subject": SNS_SUBJECT,
        "Message": compact(s3_event(created)),
        "Timestamp": _milliseconds(created.time),
        "SignatureVersion": "1",
        "Signature": created.told_by,
        "SigningCertUrl": created.told_by,
        "UnsubscribeUrl": created.told_by,
        "MessageAttributes": {},
    }


def sns_event(sns: dict[str, Any], subscription_arn: str) -> dict[str, Any]:
    """What a function that is subscribed to a topic gets."""
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription_arn,
        "Sns": sns,
    }
    return {"Records": [record]}


def envelope(sns: dict[str, Any]) -> str:
    """The `Sns` of a function's record as the body that SNS sends to a queue: some names differ, and what is empty is
    left out. Laid out as SNS does it."""
    names = {"SigningCertUrl": "SigningCertURL", "UnsubscribeUrl": "UnsubscribeURL"}
    left_out = [name for name in ("Subject", "MessageAttributes") if not sns.get(name)]
    body = {names.get(name, name): value for name, value in sns.items() if name not in left_out}
    return json.dumps(body, indent=2, separators=(",", " : "), ensure_ascii=False)


def message_attributes(sns: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The attributes of a message in SendMessage's form: raw delivery hands them on beside the body."""
    found: dict[str, dict[str, Any]] = {}
    for name, attribute in (sns.get("MessageAttributes") or {}).items():
        kind, value = attribute["Type"], attribute["Value"]
        binary = kind.startswith("Binary")
        given = {"BinaryValue": base64.b64decode(value)} if binary else {"StringValue": value}
        found[name] = {"DataType": kind} | given
    return found


def sqs_event(bodies: Iterable[str], queue_arn: str, created: Created) -> dict[str, Any]:
    """What the mapping of a queue hands to a function: one record a body, as if just sent."""
    sent = str(int(created.time.timestamp() * 1000))
    records = [
        {
            "messageId": str(uuid5(NAMESPACE_URL, f"{queue_arn} {number} {body}")),
            "receiptHandle": created.told_by,
            "body": body,
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": sent,
                "SenderId": created.told_by,
                "ApproximateFirstReceiveTimestamp": sent,
            },
            "messageAttributes": {},
            "md5OfBody": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
            "eventSource": "aws:sqs",
            "eventSourceARN": queue_arn,
            "awsRegion": queue_arn.split(":")[3],
        }
        for number, body in enumerate(bodies)
    ]
    return {"Records": records}


def in_sample(key: str, share: float) -> bool:
    """Is a key among the sampled? The first 48 bits of SHA-256 of the key in UTF-8, as a fraction of 2**48, are less
    than `share`: the same for every ghost, step, run and version, and a key of a small sample is in every larger one.
    """
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:6]) / 2**48 < share


def compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _milliseconds(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _id(shape: str, created: Created) -> str:
    """Told again, the same thing has the same id."""
    about = (shape, created.bucket, created.key, created.version_id, created.etag, created.sequencer)
    return str(uuid5(NAMESPACE_URL, json.dumps(about)))
