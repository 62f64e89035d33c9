"""What a ghost's Lambdas write, merged by time. Reads only."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dbt_ghost.core.errors import NotFound
from dbt_ghost.core.invocations import LogEvent
from dbt_ghost.core.naming import TAP, GhostName
from dbt_ghost.core.record import Record, RecordedResource
from dbt_ghost.operations.world import Logs

POLL_S = 1.0

OVERLAP = timedelta(seconds=30)
"""How much older than the newest event a late one may be and is not missed."""


def logged_steps(ghost: GhostName, record: Record | None, resources: Collection[RecordedResource]) -> tuple[str, ...]:
    """The steps that have a log group among the resources: the tap, then in the order of the record."""
    folder = ghost.log_group("")
    groups = [resource.name for resource in resources if resource.kind == "log group"]
    there = {name.removeprefix(folder) for name in groups if name.startswith(folder)}
    known = dict.fromkeys((TAP, *(record.steps if record else ()), *sorted(there)))
    return tuple(step for step in known if step in there)


def groups_of(ghost: GhostName, record: Record | None, only: Collection[str] = ()) -> dict[str, str]:
    """Step -> log group, of all steps or `only` these. Raises NotFound for a ghost or step that is not on record."""
    steps = logged_steps(ghost, record, record.resources) if record else ()
    if not steps:
        raise NotFound(f"there is no ghost of {ghost.branch!r} on record", "`ghost-ingest list` shows those there are")
    shared = record.shared if record else {}
    if served := [step for step in only if step in shared]:
        raise NotFound(
            "; ".join(
                f"step {step} has no log of the ghost's: prod's function {shared[step]} serves it" for step in served
            ),
            "the ghost's events are in that function's own log, among prod's; "
            f"the ghost's logs are of {', '.join(steps)}",
        )
    if unknown := [step for step in only if step not in steps]:
        raise NotFound(f"the ghost has no step {', '.join(unknown)}", f"its steps are {', '.join(steps)}")
    return {step: ghost.log_group(step) for step in steps if step in only or not only}


@dataclass(frozen=True)
class Line:
    """One event of one step. `id` tells it from all others of the step."""

    step: str
    time: datetime
    id: str
    text: str


@dataclass(frozen=True)
class Tail:
    """The log groups of a ghost, by step. `tell` hears, once, of each that is not there (any more)."""

    logs: Logs
    groups: Mapping[str, str]
    tell: Callable[[str], None]

    def read(self, since: datetime) -> Iterator[Line]:
        """Everything until now, oldest first. Raises NotFound if none of the groups is there."""
        gone: set[str] = set()
        yield from heapq.merge(*(self._lines(step, since, gone) for step in self.groups), key=lambda line: line.time)
        self._refuse_if_all(gone)

    def follow(self, since: datetime, sleep: Callable[[float], None]) -> Iterator[Line]:
        """Everything, and then what comes, until no group is left. Raises NotFound if none is there at first.

        Each event once, by its id; a late one comes as soon as it is seen.
        """
        gone: set[str] = set()
        newest = dict.fromkeys(self.groups, since)
        seen: dict[str, dict[str, datetime]] = {step: {} for step in self.groups}
        began = False
        while True:
            fresh: list[Line] = []
            for step in [step for step in self.groups if step not in gone]:
                start = max(since, newest[step] - OVERLAP)
                lines = [line for line in self._lines(step, start, gone) if line.id not in seen[step]]
                seen[step] |= {line.id: line.time for line in lines}
                newest[step] = max([newest[step], *seen[step].values()])
                seen[step] = {id: time for id, time in seen[step].items() if time >= newest[step] - OVERLAP}
                fresh += lines
            yield from sorted(fresh, key=lambda line: line.time)
            if not began:
                self._refuse_if_all(gone)
            if len(gone) == len(self.groups):
                return
            began = True
            sleep(POLL_S)

    def _lines(self, step: str, since: datetime, gone: set[str]) -> Iterator[Line]:
        try:
            for event in self.logs.events(self.groups[step], since):
                yield _line(step, event)
        except NotFound:
            gone.add(step)
            self.tell(f"{step}: log group {self.groups[step]} is not there")

    def _refuse_if_all(self, gone: set[str]) -> None:
        if len(gone) == len(self.groups):
            raise NotFound("none of the ghost's log groups is there", "`ghost-ingest status` shows what is; run fork")


def _line(step: str, event: LogEvent) -> Line:
    moment = datetime.fromtimestamp(event.time_ms // 1000, UTC) + timedelta(milliseconds=event.time_ms % 1000)
    return Line(step, moment, event.id, event.text.rstrip("\r\n"))
