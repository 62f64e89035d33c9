"""What two events have in common: their fields at every level, JSON within strings too, and where they differ."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

MISSING = "missing"


def unwrapped(value: Any) -> Any:
    """Strings that hold JSON objects become those objects."""
    if isinstance(value, str) and value.startswith("{"):
        return unwrapped(json.loads(value))
    if isinstance(value, dict):
        return {name: unwrapped(each) for name, each in value.items()}
    return [unwrapped(each) for each in value] if isinstance(value, list) else value


def fields(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(path, value) of every leaf, empty objects and lists among them."""
    if isinstance(value, dict) and value:
        for name, each in value.items():
            yield from fields(each, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        for number, each in enumerate(value):
            yield from fields(each, f"{path}[{number}]")
    else:
        yield path, value


def structure(event: Any) -> dict[str, str]:
    """Path -> type of every leaf."""
    return {path: type(value).__name__ for path, value in fields(unwrapped(event))}


def differences(one: Any, other: Any) -> set[str]:
    """The paths whose values differ, or that only one of them has."""
    ours, theirs = dict(fields(unwrapped(one))), dict(fields(unwrapped(other)))
    return {path for path in ours | theirs if ours.get(path, MISSING) != theirs.get(path, MISSING)}


def s3_record(event: Any) -> dict[str, Any]:
    """S3's own record within whatever is around it."""
    event = unwrapped(event)
    record = event["Records"][0]
    for inside in ("body", "Sns", "Message"):
        record = record.get(inside, record)
    found: dict[str, Any] = record if "s3" in record else s3_record(record)
    return found


def key_of(event: dict[str, Any]) -> str:
    """The plain key that an event of any route tells of."""
    if "detail" in event:
        return str(event["detail"]["object"]["key"])
    return unquote_plus(s3_record(event)["s3"]["object"]["key"])
