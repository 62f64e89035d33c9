"""S3 notification documents: read of any bucket, written of ghost buckets only (F 1.1-1.7).

S3 wants special characters of a filter percent-encoded (F 1.7); our prefixes and suffixes are plain.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from botocore.exceptions import ClientError

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.naming import md5
from dbt_ghost.core.resources import BucketEvent, Notifications
from dbt_ghost.core.topology import ProdBucket
from dbt_ghost.providers.aws.session import Session, code_of, friendly_errors, message_of, swallowing

GONE = ("NoSuchBucket", "404")
PERMISSION_WAITS = (1, 2, 4, 8)  # seconds; a permission just given to S3 may not be seen yet
TARGETS = {
    "LambdaFunctionConfigurations": "LambdaFunctionArn",
    "QueueConfigurations": "QueueArn",
    "TopicConfigurations": "TopicArn",
}


def read_prod(session: Session, bucket: str) -> ProdBucket:
    """What a bucket sends to functions, and whether to EventBridge.

    Raises NotFound, Denied (also for another account's bucket), or GhostError for another region's.
    """
    s3, owner = session.client("s3"), session.account().id
    with friendly_errors(f"reading the notifications of bucket {bucket} as one of account {owner}"):
        region = s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=owner).get("BucketRegion") or session.region
        document = s3.get_bucket_notification_configuration(Bucket=bucket, ExpectedBucketOwner=owner)
    if region != session.region:
        raise GhostError(
            f"bucket {bucket} is in region {region}, but the configured region is {session.region}",
            "one configuration covers one region: correct ingestion.region, or leave this step out",
        )
    entries = _entries(document, ("LambdaFunctionConfigurations",))
    return ProdBucket(bucket, entries, "EventBridgeConfiguration" in document)


def read(session: Session, bucket: str) -> Notifications | None:
    """A ghost bucket's document, or None without a bucket or entries. Queues and topics in it show as entries too."""
    with friendly_errors(f"reading the notifications of bucket {bucket}"), swallowing(*GONE):
        document = session.client("s3").get_bucket_notification_configuration(Bucket=bucket)
        entries = _entries(document, tuple(TARGETS))
        return Notifications(bucket, entries) if entries else None
    return None


def put(session: Session, wanted: Notifications) -> None:
    entries = [_configuration(entry) for entry in wanted.entries]
    document = {"LambdaFunctionConfigurations": entries} if entries else {}

    def write() -> None:
        session.client("s3").put_bucket_notification_configuration(
            Bucket=wanted.bucket, NotificationConfiguration=document
        )

    with friendly_errors(f"writing the notifications of bucket {wanted.bucket}"):
        session.patiently(write, _is_unseen_permission, PERMISSION_WAITS)


def delete(session: Session, bucket: str) -> None:
    with friendly_errors(f"clearing the notifications of bucket {bucket}"), swallowing(*GONE):
        session.client("s3").put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})


def _entries(document: dict[str, Any], kinds: tuple[str, ...]) -> tuple[BucketEvent, ...]:
    return tuple(sorted(_entry(found, TARGETS[kind]) for kind in kinds for found in document.get(kind, [])))


def _entry(found: dict[str, Any], target: str) -> BucketEvent:
    rules = found.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    parts = {rule["Name"].lower(): unquote(rule.get("Value", "")) for rule in rules}
    events = tuple(sorted(found["Events"]))
    return BucketEvent(found[target], events, parts.get("prefix", ""), parts.get("suffix", ""))


def _configuration(entry: BucketEvent) -> dict[str, Any]:
    parts = (("prefix", entry.prefix), ("suffix", entry.suffix))
    rules = [{"Name": name, "Value": quote(value, safe="/!*'()")} for name, value in parts if value]
    identity = "ghost-" + md5("|".join((entry.function_arn, *entry.events, entry.prefix, entry.suffix)))
    found: dict[str, Any] = {"Id": identity, "LambdaFunctionArn": entry.function_arn, "Events": list(entry.events)}
    return found | ({"Filter": {"Key": {"FilterRules": rules}}} if rules else {})


def _is_unseen_permission(error: ClientError) -> bool:
    return code_of(error) == "InvalidArgument" and "Unable to validate" in message_of(error)
