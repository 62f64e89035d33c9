"""The EventBridge route at a fork's entry: additive, beside prod's own notification (F 1.11). Pure."""

from __future__ import annotations

from typing import Any

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.resources import BucketEvent, canonical
from dbt_ghost.core.topology import ProdBucket

OBJECT_CREATED = "s3:ObjectCreated:"


def rule_pattern(bucket: str, entry: BucketEvent) -> str:
    """The event pattern of one trigger, as canonical JSON.

    It only narrows: a list in a pattern means OR, so prefix AND suffix is the tap's to enforce.
    """
    detail: dict[str, Any] = {"bucket": {"name": [bucket]}}
    if entry.prefix:
        detail["object"] = {"key": [{"prefix": entry.prefix}]}
    elif entry.suffix:
        detail["object"] = {"key": [{"suffix": entry.suffix}]}
    return canonical({"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail})


def tap_route(bucket: str, entry: BucketEvent, function: str) -> dict[str, Any]:
    """One route of the tap's GHOST_ROUTES: prod's exact filter, and the ghost function it feeds."""
    return {
        "bucket": bucket,
        "prefix": entry.prefix,
        "suffix": entry.suffix,
        "events": list(entry.events),
        "function": function,
    }


def check_tappable(step: str, bucket: ProdBucket, entry: BucketEvent) -> None:
    """Raises Refused where the EventBridge route cannot carry prod's trigger."""
    if not bucket.eventbridge:
        raise Refused(
            f"step {step}: the prod bucket {bucket.name} does not send its events to EventBridge",
            switch_on(bucket.name),
        )
    others = [event for event in entry.events if not event.startswith(OBJECT_CREATED)]
    if others:
        raise Refused(
            f"step {step}: {bucket.name} triggers it on {', '.join(others)}",
            "so far a ghost follows created objects only (s3:ObjectCreated:*)",
        )


def switch_on(bucket: str) -> str:
    """How the bucket's owner switches EventBridge on, once: the exact lines for three tools."""
    return f"""its owner switches that on once, in whatever deploys the bucket; prod's own notifications stay.
  Terraform:       in the bucket's aws_s3_bucket_notification:  eventbridge = true
  CloudFormation:  in the bucket's properties:
                     NotificationConfiguration: {{EventBridgeConfiguration: {{EventBridgeEnabled: true}}}}
  AWS CLI (the call replaces the whole document, so it is read first):
    aws s3api get-bucket-notification-configuration --bucket {bucket} \\
      | jq '. + {{EventBridgeConfiguration: {{}}}}' > notification.json
    aws s3api put-bucket-notification-configuration --bucket {bucket} --notification-configuration file://notification.json
  It takes about five minutes to take effect."""
