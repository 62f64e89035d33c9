"""Records, statuses and log lines as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from dbt_ghost.core.record import Record
from dbt_ghost.operations.logs import Line
from dbt_ghost.operations.status import Count, Off, Status, StepState, StepTraffic, Traffic
from ghost_cli.render import code_of, time_of


def status_text(branch: str, status: Status, traffic: Traffic | None = None) -> str:
    record = status.record
    if record is None:
        rest = "run fork to make it so, or drop to remove it" if status.found else "nothing of it is there"
        lines = [f"{branch}: no ghost on record; {rest}"]
    else:
        lines = [f"{branch}: {record.state}{_marks(status)}"]
        lines += [f"  ghost    {record.ghost}", f"  since    {time_of(record.created_at)}"]
        lines += [f"  until    {time_of(record.expires_at)}"]
        lines += [f"  locked   by {record.lock.owner} until {time_of(record.lock.expires_at)}"] if record.lock else []
        lines += [f"  step     {step.name}: {_step(step)}" for step in status.steps]
    told = [*status.unrecorded, *(each.trigger for each in status.off)]
    lines += [f"  there    {r.kind:<20} {r.name}" for r in status.found if r not in told]
    lines += [_off_line(each) for each in status.off]
    lines += [f"  MISSING  {r.kind:<20} {r.name}" for r in status.missing]
    lines += [f"  EXTRA    {r.kind:<20} {r.name} (not on record)" for r in status.unrecorded]
    lines += [f"  UNTAGGED {what} (has the ghost's name and not its tags)" for what in status.unclaimed]
    lines += [f"  STRAY    {stray.told}; remove it:\n           {stray.removal}" for stray in status.strays]
    return "\n".join([*lines, *(_traffic_lines(traffic) if traffic else ())])


def status_json(branch: str, status: Status, traffic: Traffic | None = None) -> dict[str, Any]:
    """`events` is null if nothing was counted; an unknown number is null, and `unknown` says why."""
    return {
        "branch": branch,
        "record": status.record.model_dump(mode="json") if status.record else None,
        "expired": status.expired,
        "paused": status.paused,
        "steps": {step.name: _step_json(step) for step in status.steps},
        "found": [r.model_dump() for r in status.found],
        "missing": [r.model_dump() for r in status.missing],
        "unrecorded": [r.model_dump() for r in status.unrecorded],
        "unclaimed": list(status.unclaimed),
        "strays": [{**asdict(stray), "told": stray.told, "removal": stray.removal} for stray in status.strays],
        "off": [{**each.trigger.model_dump(), "why": each.why, "meant": each.meant} for each in status.off],
        "events": _traffic_json(traffic) if traffic else None,
    }


def records_text(records: Iterable[Record], now: datetime) -> str:
    rows = [
        f"{r.branch:<40} {_state(r, now):<9} until {time_of(r.expires_at)}  {len(r.resources):>3} resources"
        for r in sorted(records, key=lambda r: r.branch)
    ]
    return "\n".join(rows) or "no ghosts"


def line_text(line: Line, width: int) -> str:
    """`2026-01-05T12:00:01.123Z clean  text`; each line of a text of several has its time and step."""
    head = f"{_precise(line.time)} {line.step:<{width}}  "
    return "\n".join(head + text for text in line.text.splitlines() or [""])


def line_json(line: Line) -> dict[str, Any]:
    return {"time": _precise(line.time), "step": line.step, "id": line.id, "text": line.text}


def _marks(status: Status) -> str:
    marks = ["expired"] if status.expired else []
    marks += ["paused"] if status.paused else []
    marks += ["not every trigger is on"] if not status.listens else []
    return f" ({', '.join(marks)})" if marks else ""


def _step(step: StepState) -> str:
    told = [f"is served by prod's function {step.shared}" if step.shared else code_of(step.changed)]
    told += ["paused"] if step.paused else []
    if step.sample != 1:
        told += [f"sample {'unknown' if step.sample is None else format(step.sample, 'g')}"]
    return ", ".join(told)


def _step_json(step: StepState) -> dict[str, Any]:
    """`shared` is null where the ghost has a function of its own; `sample` is null where it cannot be read."""
    return {"changed": step.changed, "shared": step.shared or None, "paused": step.paused, "sample": step.sample}


def _off_line(off: Off) -> str:
    how = "" if off.meant else "; fork puts it right"
    return f"  {'paused' if off.meant else 'OFF':<8} {off.trigger.kind:<20} {off.trigger.name} ({off.why}{how})"


def _traffic_lines(traffic: Traffic) -> Iterator[str]:
    width = max([4, *(len(one.step) for one in traffic.steps)])
    yield ""
    yield f"  events in and out from {time_of(traffic.since)} to {time_of(traffic.until)}, failed: waiting now"
    yield f"    {'step':<{width}} {'in':>8} {'out':>8} {'failed':>8}"
    for one in traffic.steps:
        numbers = " ".join(f"{_number(count):>8}" for count in _counts(one).values())
        yield f"    {one.step:<{width}} {numbers}"
    for one in traffic.steps:
        reasons: dict[str, list[str]] = {}
        for what, count in _counts(one).items():
            if count.number is None:
                reasons.setdefault(count.why, []).append(what)
        yield from (f"    ? {one.step} {', '.join(what)}: {why}" for why, what in reasons.items())


def _traffic_json(traffic: Traffic) -> dict[str, Any]:
    return {
        "since": _precise(traffic.since),
        "until": _precise(traffic.until),
        "steps": {
            one.step: {
                **{what: count.number for what, count in _counts(one).items()},
                "unknown": {what: count.why for what, count in _counts(one).items() if count.number is None},
            }
            for one in traffic.steps
        },
    }


def _counts(one: StepTraffic) -> dict[str, Count]:
    return {"in": one.came, "out": one.went, "failed": one.failed}


def _number(count: Count) -> str:
    return "?" if count.number is None else str(count.number)


def _precise(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _state(record: Record, now: datetime) -> str:
    return "expired" if record.state != "dropped" and record.expires_at <= now else record.state
