"""What a Lambda's log tells: how many events came, and how many were dealt with. Pure.

Lambda writes `START RequestId: ...`, `END` and `REPORT` around each attempt; an event that is tried again keeps its
request's id. No line says that an attempt went well: it did if it was reported and nothing says that it failed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_ID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_START = re.compile(rf"START RequestId: ({_ID})")
_REPORT = re.compile(rf"REPORT RequestId: {_ID}")
_NAMED = re.compile(rf"(?:(?:END |REPORT )?RequestId: |\S+Z\s)({_ID})")
_FAILED = re.compile(
    "|".join(
        (
            r"^\[ERROR\] ",  # an exception in Python; what a logger writes has a tab there
            r"^REPORT .*\tStatus: (?:error|failure|timeout)",
            rf"^(?:\S+Z )?(?:{_ID} )?Task timed out after [\d.]+ seconds",
            rf"^RequestId: {_ID} (?:Process exited before completing request|Error: )",
            r"\tERROR\t(?:Invoke Error|Uncaught Exception|Unhandled Promise Rejection) ",  # Node.js
            r"^Worker process died$",  # this and the next: the local AWS
            r"^  File \".*/ministack-lambda-[^/]+/_worker\.py\", line \d+, in run$",
        )
    )
)


@dataclass(frozen=True)
class LogEvent:
    """One entry of a log group. `id` tells it from all others of the group; `time_ms` counts from 1970 in UTC."""

    id: str
    stream: str
    time_ms: int
    text: str


@dataclass(frozen=True)
class Tally:
    """Events that came and events that were dealt with. The tap's `went` are deliveries: an event may go two ways."""

    came: int
    went: int


@dataclass
class _Attempt:
    request: str
    reported: bool = False
    failed: bool = False


@dataclass
class _Reading:
    attempts: list[_Attempt] = field(default_factory=list)
    running: dict[str, _Attempt] = field(default_factory=dict)
    """Stream -> its last attempt: an instance works on one event at a time."""
    delivered: int = 0

    def take(self, event: LogEvent) -> None:
        if start := _START.match(event.text):
            self.attempts.append(_Attempt(start[1]))
            self.running[event.stream] = self.attempts[-1]
            return
        attempt, named = self.running.get(event.stream), _NAMED.match(event.text)
        if attempt and (named is None or named[1] == attempt.request):  # else it began before the first event
            attempt.reported |= _REPORT.match(event.text) is not None
            attempt.failed |= _FAILED.search(event.text) is not None
        self.delivered += _deliveries(event.text)


def tally(events: Iterable[LogEvent]) -> Tally:
    """Count one step's log, in the order that it was written. A batch of a queue's messages is one event.

    Attempts that began before the first of these events are not counted.
    """
    reading = _read(events)
    done = {attempt.request for attempt in reading.attempts if attempt.reported and not attempt.failed}
    return Tally(came=len({attempt.request for attempt in reading.attempts}), went=len(done))


def tally_of_tap(events: Iterable[LogEvent]) -> Tally:
    """Count the tap's log, in which every event has a line `{"ghost": "tap", "key": ..., "to": [...]}`."""
    reading = _read(events)
    return Tally(came=len({attempt.request for attempt in reading.attempts}), went=reading.delivered)


def _read(events: Iterable[LogEvent]) -> _Reading:
    reading = _Reading()
    for event in events:
        reading.take(event)
    return reading


def _deliveries(text: str) -> int:
    if not text.startswith("{"):
        return 0
    try:
        line = json.loads(text)
    except ValueError:
        return 0
    to = line.get("to") if line.get("ghost") == "tap" else None
    return len(to) if isinstance(to, list) else 0
