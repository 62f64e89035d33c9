"""Evidence that production is unharmed: its configuration as documents, its objects as hashes. Only reads AWS.

Nothing of the ghosts is in it, so what differs between two snapshots is what somebody did to production.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from dbt_ghost.core.resources import canonical
from dbt_ghost.demo import prod_reader
from dbt_ghost.demo.production import Aws

Documents = dict[str, str]
"""What it is, as `bucket flights-raw: notifications` -> canonical JSON."""

Objects = dict[tuple[str, str], str]
"""(part as `raw`, key) -> hex SHA-256 of the content."""

VOLATILE = {
    "ResponseMetadata": "is about the reply, not about the thing",
    "Location": "is where the code can be fetched, signed anew for every reply; CodeSha256 says what it is",
    "RoleLastUsed": "moves when production runs",
    "LastProcessingResult": "moves when production reads a queue",
    "storedBytes": "grows when production logs",
    "ApproximateNumberOfMessages": "is what flows through a queue, not how it is configured",
    "ApproximateNumberOfMessagesDelayed": "is what flows through a queue, not how it is configured",
    "ApproximateNumberOfMessagesNotVisible": "is what flows through a queue, not how it is configured",
}
"""Fields left out of every document, and why. Times of change stay in: they must not move."""


def documents(aws: Aws, state_bucket: str = "") -> Documents:
    """How everything in the account is configured, except the ghosts and the bucket that keeps their records.

    Raises GhostError for whatever cannot be read: unknown is not unharmed.
    """
    return {name: canonical(plain(document)) for name, document in prod_reader.everything(aws, state_bucket)}


def differences(before: Documents, after: Documents) -> tuple[str, ...]:
    """What changed, appeared or disappeared, each with both values. Empty if nothing did."""
    found: list[str] = []
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            found.append(f"{name}: is gone; it was {before[name]}")
        elif name not in before:
            found.append(f"{name}: is new: {after[name]}")
        else:
            was_and_is = _changes(json.loads(before[name]), json.loads(after[name]))
            found += [f"{name}{path}: was {was}, is {now}" for path, was, now in was_and_is]
    return tuple(found)


def objects(aws: Aws, buckets: Mapping[str, str]) -> Objects:
    """The content of every object; `buckets` is part -> bucket name, so that two productions can be compared."""
    s3, found = aws.client("s3"), {}
    for part, bucket in buckets.items():
        for entry in prod_reader.pages(s3, "list_objects_v2", "Contents", Bucket=bucket):
            content = prod_reader.ask(s3, "get_object", Bucket=bucket, Key=entry["Key"])["Body"].read()
            found[part, entry["Key"]] = hashlib.sha256(content).hexdigest()
    return found


def compare_objects(prod: Objects, control: Objects) -> tuple[str, ...]:
    """How production's objects differ from the control's. Empty if they are the same."""
    found = []
    for part, key in sorted(prod.keys() | control.keys()):
        here, there = prod.get((part, key)), control.get((part, key))
        if there is None:
            found.append(f"{part}/{key}: only production has it (sha256 {here})")
        elif here is None:
            found.append(f"{part}/{key}: only the control has it (sha256 {there})")
        elif here != there:
            found.append(f"{part}/{key}: production's sha256 is {here}, the control's {there}")
    return tuple(found)


def plain(value: Any) -> Any:
    """A document without what is volatile; policies as documents; environment values, maybe secrets, as hashes."""
    if isinstance(value, dict):
        return {name: _field(name, inner) for name, inner in value.items() if name not in VOLATILE}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _field(name: str, value: Any) -> Any:
    if name == "Policy" and isinstance(value, str):
        return json.loads(value)
    if name == "Variables":
        return {key: f"sha256 {hashlib.sha256(secret.encode()).hexdigest()}" for key, secret in value.items()}
    return plain(value)


_ABSENT = "(nothing)"


def _changes(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """(path, value before, value after) of the smallest parts that differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from _changes(before.get(name, _ABSENT), after.get(name, _ABSENT), f"{path} > {name}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (was, now) in enumerate(zip(before, after, strict=True)):
            yield from _changes(was, now, f"{path} > {index}")
    elif before != after:
        yield path, canonical(before), canonical(after)
