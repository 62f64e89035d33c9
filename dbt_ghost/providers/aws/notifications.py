"""S3 notification documents of ghost buckets; prod's are never written (F 1.1-1.7).

S3 wants special characters of a filter percent-encoded (F 1.7); our prefixes and suffixes are plain.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from botocore.exceptions import ClientError

from dbt_ghost.core.naming import md5
from dbt_ghost.core.resources import BucketEvent, Notifications
from dbt_ghost.providers.aws.session import Session, code_of, friendly_errors, message_of, swallowing

GONE = ("NoSuchBucket", "404")
PERMISSION_WAITS = (1, 2, 4, 8)  # seconds; a permission just given to S3 may not be seen yet
TARGETS = {
    "LambdaFunctionConfigurations": "LambdaFunctionArn",
    "QueueConfigurations": "QueueArn",
    "TopicConfigurations": "TopicArn",
}
KINDS = dict(zip(("lambda", "sqs", "sns"), TARGETS, strict=True))
"""By the service of the target's ARN."""

EVENTBRIDGE = "EventBridgeConfiguration"


def read(session: Session, bucket: str) -> Notifications | None:
    """A ghost bucket's document, or None without a bucket or anything in it."""
    with friendly_errors(f"reading the notifications of bucket {bucket}"), swallowing(*GONE):
        document = session.client("s3").get_bucket_notification_configuration(Bucket=bucket)
        entries, eventbridge = entries_in(document), EVENTBRIDGE in document
        return Notifications(bucket, entries, eventbridge) if entries or eventbridge else None
    return None


def put(session: Session, wanted: Notifications) -> None:
    """Write the whole document: there is nothing of anybody else's in it."""
    document: dict[str, Any] = {EVENTBRIDGE: {}} if wanted.eventbridge else {}
    for entry in wanted.entries:
        kind = KINDS[entry.target_arn.split(":")[2]]
        document.setdefault(kind, []).append(_configuration(entry, TARGETS[kind]))

    def write() -> None:
        session.client("s3").put_bucket_notification_configuration(
            Bucket=wanted.bucket, NotificationConfiguration=document
        )

    with friendly_errors(f"writing the notifications of bucket {wanted.bucket}"):
        session.patiently(write, _is_unseen_permission, PERMISSION_WAITS)


def delete(session: Session, bucket: str) -> None:
    with friendly_errors(f"clearing the notifications of bucket {bucket}"), swallowing(*GONE):
        session.client("s3").put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})


def entries_in(document: dict[str, Any]) -> tuple[BucketEvent, ...]:
    """What a notification document, anybody's, sends where."""
    return tuple(sorted(_entry(found, target) for kind, target in TARGETS.items() for found in document.get(kind, [])))


def _entry(found: dict[str, Any], target: str) -> BucketEvent:
    rules = found.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    parts = {rule["Name"].lower(): unquote(rule.get("Value", "")) for rule in rules}
    events = tuple(sorted(found["Events"]))
    return BucketEvent(found[target], events, parts.get("prefix", ""), parts.get("suffix", ""))


def _configuration(entry: BucketEvent, target: str) -> dict[str, Any]:
    parts = (("prefix", entry.prefix), ("suffix", entry.suffix))
    rules = [{"Name": name, "Value": quote(value, safe="/!*'()")} for name, value in parts if value]
    identity = "ghost-" + md5("|".join((entry.target_arn, *entry.events, entry.prefix, entry.suffix)))
    found: dict[str, Any] = {"Id": identity, target: entry.target_arn, "Events": list(entry.events)}
    return found | ({"Filter": {"Key": {"FilterRules": rules}}} if rules else {})


def _is_unseen_permission(error: ClientError) -> bool:
    return code_of(error) == "InvalidArgument" and "Unable to validate" in message_of(error)
