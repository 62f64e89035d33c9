"""Log groups and failure queues in memory. Groups and queues that nobody made are not there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from dbt_ghost.core.errors import GhostError, NotFound
from dbt_ghost.core.invocations import LogEvent


@dataclass
class FakeLogs:
    groups: dict[str, list[LogEvent]] = field(default_factory=dict)
    errors: dict[str, GhostError] = field(default_factory=dict)
    asked: list[tuple[str, datetime]] = field(default_factory=list)

    def write(self, group: str, when: datetime, text: str, stream: str = "s") -> None:
        events = self.groups.setdefault(group, [])
        events.append(LogEvent(f"{group}/{len(events)}", stream, int(when.timestamp() * 1000), text))

    def events(self, group: str, since: datetime, until: datetime | None = None) -> Iterator[LogEvent]:
        self.asked.append((group, since))
        if group in self.errors:
            raise self.errors[group]
        if group not in self.groups:
            raise NotFound(f"reading log group {group}: there is none")
        first = since.timestamp() * 1000
        last = until.timestamp() * 1000 if until else float("inf")
        found = [event for event in self.groups[group] if first <= event.time_ms <= last]
        yield from sorted(found, key=lambda event: event.time_ms)


@dataclass
class FakeFailureQueues:
    messages: dict[str, int] = field(default_factory=dict)
    errors: dict[str, GhostError] = field(default_factory=dict)

    def waiting(self, queue: str) -> int:
        if queue in self.errors:
            raise self.errors[queue]
        if queue not in self.messages:
            raise NotFound(f"counting queue {queue}: it does not exist")
        return self.messages[queue]
