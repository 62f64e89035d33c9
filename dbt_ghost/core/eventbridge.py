"""EventBridge patterns: of the tap's rule, and prod's own ones turned to the ghost. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from dbt_ghost.core.resources import canonical

OBJECT_CREATED = "s3:ObjectCreated:"
PATTERN_LIMIT = 4096  # characters (F 1.14)

KeyFilter = tuple[str, str]
"""The prefix and the suffix of keys, empty for any."""


def rule_pattern(filters: Iterable[tuple[str, KeyFilter]]) -> str:
    """The pattern of the tap's rule, for all (bucket, key filter) that it takes from EventBridge. Canonical JSON.

    It only narrows: a list in a pattern means OR, so which prefix AND suffix goes with which bucket is the tap's to
    enforce. One rule a ghost, since a bus has room for 300 (F 1.14).
    """
    filters = list(filters)
    detail: dict[str, Any] = {"bucket": {"name": sorted({bucket for bucket, _ in filters})}}
    keys = {_narrowing(keys) for _, keys in filters}
    if None not in keys:
        detail["object"] = {"key": [{kind: text} for kind, text in sorted(key for key in keys if key)]}
    pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}
    if len(canonical(pattern)) > PATTERN_LIMIT:
        del detail["object"]
    return canonical(pattern)


def _narrowing(keys: KeyFilter) -> tuple[str, str] | None:
    """The one part of a filter that a pattern can narrow by; None if every key may be meant."""
    prefix, suffix = keys
    if prefix:
        return "prefix", prefix
    return ("suffix", suffix) if suffix else None


def with_bucket(pattern: str, bucket: str) -> str:
    """Prod's pattern, for this bucket alone. Canonical JSON."""
    document = json.loads(pattern)
    detail = document.setdefault("detail", {})
    detail["bucket"] = {**detail.get("bucket", {}), "name": [bucket]}
    return canonical(document)


def key_filters(pattern: str) -> list[KeyFilter] | None:
    """The pattern as key filters of which one must pass, if it asks for nothing but created objects of buckets.

    None where it asks for more, so that only EventBridge itself can enforce it.
    """
    document = json.loads(pattern)
    detail = document.get("detail", {})
    known = (
        document.keys() <= {"source", "detail-type", "detail"}
        and document.get("detail-type") == ["Object Created"]
        and detail.keys() <= {"bucket", "object"}
        and detail.get("bucket", {}).keys() <= {"name"}
        and detail.get("object", {}).keys() <= {"key"}
    )
    if not known:
        return None
    filters = [_key_filter(matcher) for matcher in detail.get("object", {}).get("key", [{"prefix": ""}])]
    return None if None in filters else [each for each in filters if each]


def _key_filter(matcher: Any) -> KeyFilter | None:
    match matcher:
        case {"prefix": str(text), **rest} if not rest:
            return text, ""
        case {"suffix": str(text), **rest} if not rest:
            return "", text
        case _:
            return None


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
