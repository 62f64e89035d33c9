"""Which buckets an EventBridge pattern is about. Pure.

A pattern's field is a list of values; a value that is an object is a filter (prefix, anything-but, exists, ...).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

S3_SOURCE = "aws.s3"
OBJECT_EVENTS = "Object "
"""How the detail-types of what happens to objects begin."""


@dataclass(frozen=True)
class About:
    """The buckets whose objects a pattern matches; none where it is about other events. Or why that cannot be told."""

    buckets: tuple[str, ...] = ()
    unclear: str = ""


def about(pattern: str) -> About:
    """`pattern` is JSON."""
    fields = json.loads(pattern)
    if "$or" in fields:
        return About(unclear="its pattern has alternatives ($or), so which buckets it is about cannot be told")
    if not _may_be(fields.get("source"), S3_SOURCE):
        return About()
    types = fields.get("detail-type")
    if types is not None and not any(isinstance(each, dict) or _is_of_objects(each) for each in types):
        if _certainly(fields.get("source"), S3_SOURCE):
            return About(unclear="it is about events of S3 that are not its own notifications")
        return About()
    return _buckets(fields.get("detail"))


def _buckets(detail: Any) -> About:
    bucket = detail.get("bucket") if isinstance(detail, Mapping) else None
    names = bucket.get("name") if isinstance(bucket, Mapping) else None
    if names is None:
        return About(unclear="it matches the objects of buckets that it does not name")
    hidden = any("$or" in each for each in (detail, bucket) if isinstance(each, Mapping))
    if hidden or not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return About(unclear="it names its buckets by a filter")
    return About(tuple(sorted(set(names))))


def _may_be(values: Any, text: str) -> bool:
    """Could a field with these values be `text`? A filter could; so could a field that is not there."""
    return values is None or any(value == text or isinstance(value, dict) for value in values)


def _certainly(values: Any, text: str) -> bool:
    return values is not None and text in values


def _is_of_objects(detail_type: Any) -> bool:
    return isinstance(detail_type, str) and detail_type.startswith(OBJECT_EVENTS)
