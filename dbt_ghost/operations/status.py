"""What a ghost is, whether all of it is there and listens, and what went through it. Reads only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from dbt_ghost.core.errors import GhostError, reason_of
from dbt_ghost.core.found import StrayMapping
from dbt_ghost.core.invocations import LogEvent, tally, tally_of_tap
from dbt_ghost.core.naming import TAP, GhostName
from dbt_ghost.core.record import Record, RecordedResource
from dbt_ghost.core.resources import EventSourceMapping, Function, Resource, Rule, Subscription, kind_of, name_of
from dbt_ghost.operations.logs import logged_steps
from dbt_ghost.operations.world import Clock, FailureQueues, Found, Logs

LONGEST_WINDOW = timedelta(hours=24)
"""How far back events are counted unless somebody asks for more."""

PATIENCE = timedelta(seconds=60)
"""After that a step's log is too long to be counted."""

AT_ONCE = 5
"""Below what FilterLogEvents lets an account ask in one second."""


@dataclass(frozen=True)
class Off:
    """A trigger that hands nothing on, and why. `meant`: it is switched off, and the settings say `paused`."""

    trigger: RecordedResource
    why: str
    meant: bool


@dataclass(frozen=True)
class StepState:
    """What runs a step, and how much of prod's data it hears.

    `shared` is the prod function that serves it, empty where the ghost has its own. `sample` is the share of prod's
    objects that the tap lets through to it; None where it cannot be read.
    """

    name: str
    changed: bool = False
    shared: str = ""
    paused: bool = False
    sample: float | None = 1.0


@dataclass(frozen=True)
class Status:
    """The record beside what was found: `missing` is recorded and not there, `unrecorded` there and not recorded.

    `unclaimed` has the ghost's names and not its tags, in words; `strays` are mappings by which its functions read
    what is not the ghost's; `off` are the triggers that hand nothing on. `steps` are those on record, shared ones last.
    """

    record: Record | None
    found: tuple[RecordedResource, ...]
    missing: tuple[RecordedResource, ...]
    unrecorded: tuple[RecordedResource, ...]
    unclaimed: tuple[str, ...]
    strays: tuple[StrayMapping, ...]
    off: tuple[Off, ...]
    steps: tuple[StepState, ...]
    expired: bool

    @property
    def paused(self) -> bool:
        """Do steps hear nothing of prod, because the settings say so?"""
        return any(step.paused for step in self.steps)

    @property
    def listens(self) -> bool:
        """Is every trigger on that should be?"""
        return all(each.meant for each in self.off)

    @property
    def whole(self) -> bool:
        """Is there exactly what should be, and is it on?"""
        return self.listens and not (self.missing or self.unrecorded or self.unclaimed or self.strays)


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


def status_of(record: Record | None, found: Found, now: datetime, paused: bool = False) -> Status:
    """Compare a ghost's record with what exists of it. `paused` is the setting: then triggers may be off."""
    there = tuple(sorted(map(_recorded, found.resources), key=repr))
    recorded = record.resources if record and record.state != "dropped" else ()
    return Status(
        record=record,
        found=there,
        missing=tuple(resource for resource in recorded if resource not in there),
        unrecorded=tuple(resource for resource in there if resource not in recorded),
        unclaimed=found.unclaimed,
        strays=found.strays,
        off=tuple(_off(found.resources, paused)),
        steps=tuple(_step_states(record, found.resources, paused)) if record else (),
        expired=bool(record and record.state != "dropped" and record.expires_at <= now),
    )


def _recorded(resource: Resource) -> RecordedResource:
    return RecordedResource(kind=kind_of(resource), name=name_of(resource))


def _off(resources: Iterable[Resource], paused: bool) -> Iterator[Off]:
    for each in resources:
        match each:
            case Rule(target_arn=""):
                yield Off(_recorded(each), "in a state or with targets that no fork gives it", meant=False)
            case EventSourceMapping(function=""):
                yield Off(_recorded(each), "going away, or not the only one of its queue", meant=False)
            case Rule(enabled=False) | EventSourceMapping(enabled=False):
                meant = paused and (isinstance(each, EventSourceMapping) or _may_pause(each))
                yield Off(_recorded(each), "paused by the settings" if meant else "switched off", meant)


def _may_pause(rule: Rule) -> bool:
    """Not one to a queue, where events wait, nor one on the ghost's own buckets, unless it is the tap's."""
    taps = rule.target_arn.endswith(f"-{TAP}")
    return ":function:" in rule.target_arn and (taps or '"ghost-' not in rule.pattern)


def _step_states(record: Record, resources: tuple[Resource, ...], paused: bool) -> Iterator[StepState]:
    """Paused is one that nothing hands prod's events to. A ghost is sampled by its tap alone."""
    ghost = GhostName(record.project, record.branch)
    tap = ghost.function(TAP)
    samples = [_sample(each) for each in resources if isinstance(each, Function) and each.name == tap]
    ways = [way for each in resources if (way := _way_in(ghost, each))]
    for name, step in record.steps.items():
        by = {ghost.function(name), tap} if step.from_prod else {ghost.function(name)}
        ours = [on for function, on in ways if function in by]
        waits = not any(ours) and bool(ours or step.from_prod)
        sample = samples[0] if samples and step.from_prod else 1.0
        yield StepState(name, step.changed, paused=paused and waits, sample=sample)
    for name, function in record.shared.items():
        yield StepState(name, shared=function)


def _way_in(ghost: GhostName, resource: Resource) -> tuple[str, bool] | None:
    """The function that it hands events to, and whether it is on. Hops between ghost steps by S3 and SNS are none."""
    match resource:
        case EventSourceMapping():
            return resource.function, resource.enabled
        case Rule():
            return resource.target_arn.rpartition(":")[2], resource.enabled
        case Subscription() if not resource.topic_arn.rpartition(":")[2].startswith(ghost.project_prefix):
            return resource.endpoint_arn.rpartition(":")[2], True
    return None


def _sample(tap: Function) -> float | None:
    """The share of prod's objects that the tap lets through, of GHOST_ROUTES."""
    try:
        return float(json.loads(dict(tap.environment)["GHOST_ROUTES"])["sample"])
    except (KeyError, TypeError, ValueError):
        return None


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
    return Count(None, reason_of(error))
