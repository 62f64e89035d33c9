"""What a ghost is and whether all of it is there. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dbt_ghost.core.record import Record, RecordedResource
from dbt_ghost.core.resources import Resource, kind_of, name_of


@dataclass(frozen=True)
class Status:
    """The record beside what was found: `missing` is recorded and not there, `unrecorded` there and not recorded."""

    record: Record | None
    found: tuple[RecordedResource, ...]
    missing: tuple[RecordedResource, ...]
    unrecorded: tuple[RecordedResource, ...]
    expired: bool


def status_of(record: Record | None, found: Iterable[Resource], now: datetime) -> Status:
    """Compare a ghost's record with what exists of it."""
    there = tuple(sorted((RecordedResource(kind=kind_of(r), name=name_of(r)) for r in found), key=repr))
    recorded = record.resources if record and record.state != "dropped" else ()
    return Status(
        record=record,
        found=there,
        missing=tuple(resource for resource in recorded if resource not in there),
        unrecorded=tuple(resource for resource in there if resource not in recorded),
        expired=bool(record and record.state != "dropped" and record.expires_at <= now),
    )
