"""The EventBridge route at a fork's entry: additive, beside prod's own notification (F 1.11). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.resources import BucketEvent, canonical
from dbt_ghost.core.topology import ProdBucket

OBJECT_CREATED = "s3:ObjectCreated:"
PATTERN_LIMIT = 4096  # characters (F 1.14)


def rule_pattern(triggers: Iterable[tuple[str, BucketEvent]]) -> str:
    """The event pattern of all of a ghost's triggers, as (prod bucket, entry). Canonical JSON.

    It only narrows: a list in a pattern means OR, so which prefix AND suffix goes with which bucket is the tap's to
    enforce. One rule a ghost, since a bus has room for 300 (F 1.14).
    """
    triggers = list(triggers)
    detail: dict[str, Any] = {"bucket": {"name": sorted({bucket for bucket, _ in triggers})}}
    keys = {_key_filter(entry) for _, entry in triggers}
    if None not in keys:
        detail["object"] = {"key": [{kind: text} for kind, text in sorted(key for key in keys if key)]}
    pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}
    if len(canonical(pattern)) > PATTERN_LIMIT:
        del detail["object"]
    return canonical(pattern)


def _key_filter(entry: BucketEvent) -> tuple[str, str] | None:
    """The one part of a filter that a pattern can narrow by; None if every key may be meant."""
    if entry.prefix:
        return "prefix", entry.prefix
    return ("suffix", entry.suffix) if entry.suffix else None


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
