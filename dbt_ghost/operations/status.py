"""What a ghost is, whether all of it is there, and what went through it. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from dbt_ghost.core.errors import Denied, GhostError
from dbt_ghost.core.invocations import LogEvent, tally, tally_of_tap
from dbt_ghost.core.naming import TAP, GhostName
from dbt_ghost.core.record import Record, RecordedResource
from dbt_ghost.core.resources import kind_of, name_of
from dbt_ghost.operations.logs import logged_steps
from dbt_ghost.operations.world import Clock, FailureQueues, Found, Logs

LONGEST_WINDOW = timedelta(hours=24)
"""How far back events are counted unless somebody asks for more."""

PATIENCE = timedelta(seconds=60)
"""After that a step's log is too long to be counted."""

AT_ONCE = 5
"""Below what FilterLogEvents lets an account ask in one second."""


@dataclass(frozen=True)
class Status:
    """The record beside what was found: `missing` is recorded and not there, `unrecorded` there and not recorded.

    `unclaimed` has the ghost's names and not its tags, in words.
    """

    record: Record | None
    found: tuple[RecordedResource, ...]
    missing: tuple[RecordedResource, ...]
    unrecorded: tuple[RecordedResource, ...]
    unclaimed: tuple[str, ...]
    expired: bool

    @property
    def whole(self) -> bool:
        """Is there exactly what should be?"""
        return not (self.missing or self.unrecorded or self.unclaimed)


@dataclass(frozen=True)
class Count:
    """A number, or None and why it is not known."""

    number: int | None
    why: str = ""


@dataclass(frozen=True)
class StepTraffic:
    """Events that reached a step, that it dealt with, and that wait in its failure queue now, whenever they came."""

    step: str
    came: Count
    went: Count
    failed: Count


@dataclass(frozen=True)
class Traffic:
    """Events per step, the tap first. `since` to `until` is what `came` and `went` count."""

    since: datetime
    until: datetime
    steps: tuple[StepTraffic, ...]


def status_of(record: Record | None, found: Found, now: datetime) -> Status:
    """Compare a ghost's record with what exists of it."""
    resources = (RecordedResource(kind=kind_of(r), name=name_of(r)) for r in found.resources)
    there = tuple(sorted(resources, key=repr))
    recorded = record.resources if record and record.state != "dropped" else ()
    return Status(
        record=record,
        found=there,
        missing=tuple(resource for resource in recorded if resource not in there),
        unrecorded=tuple(resource for resource in there if resource not in recorded),
        unclaimed=found.unclaimed,
        expired=bool(record and record.state != "dropped" and record.expires_at <= now),
    )


def window_start(record: Record | None, now: datetime, length: timedelta | None) -> datetime:
    """From when on events are counted: so long ago, or since the ghost was made and at most a day ago."""
    if length:
        return now - length
    return max(now - LONGEST_WINDOW, record.created_at) if record else now - LONGEST_WINDOW


def steps_of(ghost: GhostName, status: Status) -> tuple[str, ...]:
    """The steps with a log group, there or missing: the tap, then in the order of the record."""
    return logged_steps(ghost, status.record, {*status.found, *status.missing})


@dataclass(frozen=True)
class Counter:
    """Counts what went through a ghost's steps, several at once."""

    logs: Logs
    queues: FailureQueues
    clock: Clock
    ghost: GhostName

    def traffic(self, steps: Iterable[str], since: datetime) -> Traffic:
        """What cannot be counted is unknown, with the reason; it is never zero."""
        until = self.clock.now()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            counted = tuple(pool.map(lambda step: self._step(step, since, until), steps))
        return Traffic(since, until, counted)

    def _step(self, step: str, since: datetime, until: datetime) -> StepTraffic:
        count = tally_of_tap if step == TAP else tally
        events = self._in_time(self.logs.events(self.ghost.log_group(step), since, until), until + PATIENCE)
        failed = _known(lambda: self.queues.waiting(self.ghost.failures(step)))
        try:
            found = count(events)
        except GhostError as error:
            return StepTraffic(step, _unknown(error), _unknown(error), failed)
        return StepTraffic(step, Count(found.came), Count(found.went), failed)

    def _in_time(self, events: Iterator[LogEvent], end: datetime) -> Iterator[LogEvent]:
        for event in events:
            if self.clock.now() > end:
                raise GhostError(f"the log is too long to count in {PATIENCE.seconds} s: use a shorter --since")
            yield event


def _known(count: Callable[[], int]) -> Count:
    try:
        return Count(count())
    except GhostError as error:
        return _unknown(error)


def _unknown(error: GhostError) -> Count:
    return Count(None, f"denied: {error.message}" if isinstance(error, Denied) else error.message)
