"""Reading CloudWatch's log groups. Lambda's events arrive some seconds late, and not in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.invocations import LogEvent
from dbt_ghost.providers.aws.session import Session, friendly_errors

PAGE = 10_000
"""FilterLogEvents' own limit of events in one answer."""


class AwsLogs:
    """`operations.world.Logs`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def events(self, group: str, since: datetime, until: datetime | None = None) -> Iterator[LogEvent]:
        ask: dict[str, Any] = {"logGroupName": group, "startTime": _milliseconds(since)}
        ask |= {"endTime": _milliseconds(until)} if until else {}
        before: set[str] = set()
        while True:
            with friendly_errors(f"reading log group {group}", "it goes with the ghost: was it dropped?"):
                page = self._session.client("logs").filter_log_events(**ask)
            events = _identified(page.get("events", []))
            fresh = [event for event in events if event.id not in before]
            yield from fresh
            if token := page.get("nextToken"):  # a page may be empty and not the last
                ask["nextToken"] = token
            elif len(events) < PAGE:
                return
            elif not fresh:
                raise GhostError(f"reading log group {group}: more than {PAGE} events in one millisecond")
            else:  # the local AWS cuts its answer there without a token
                ask = {**ask, "startTime": events[-1].time_ms}
                ask.pop("nextToken", None)
                before = {event.id for event in events}


def _identified(found: list[dict[str, Any]]) -> list[LogEvent]:
    """The local AWS gives no ids: there, equal lines of one millisecond and stream are told apart by their order."""
    equal: Counter[tuple[str, int, str]] = Counter()
    events = []
    for event in found:
        what = event.get("logStreamName", ""), event["timestamp"], event["message"]
        equal[what] += 1
        events.append(LogEvent(event.get("eventId") or repr((*what, equal[what])), *what))
    return events


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
