"""Replays as text, as JSON, and as progress while they run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from dbt_ghost.core.blueprint.listening import Arrival
from dbt_ghost.core.replay import Lane
from dbt_ghost.operations.replay import ReplayOutcome, ReplayPlan
from ghost_cli.render import count_of

EVERY_S = 5.0
"""Between two lines of progress where there is no terminal."""

SHOWN_FAILURES = 20
SHAPES = {"s3": "S3's events", "sns": "SNS's events", "eventbridge": "EventBridge's events"}


def replay_text(plan: ReplayPlan) -> str:
    """What will be sent where, how much it is, and what is left out."""
    fork, replay = plan.through.fork, plan.replay
    lines = [f"{fork.ghost.branch}  ->  {fork.ghost.id}  (account {fork.account.id}, {fork.account.region})", ""]
    lines += [f"  objects modified from {_second(replay.since)} to {_second(replay.until)}{_filters(plan)}"]
    lines += [line for lane in plan.lanes for line in _lane(lane)]
    lines += [f"  {each.step:<10} not replayed: {_source(each)}: {why}" for each, why in plan.skipped]
    lines += ["", *(f"  note: {note}" for note in plan.notes)] if plan.notes else []
    return "\n".join([*lines, "", _sum(plan)])


def replay_json(plan: ReplayPlan) -> dict[str, Any]:
    fork, replay = plan.through.fork, plan.replay
    return {
        "branch": fork.ghost.branch,
        "ghost": fork.ghost.id,
        "account": fork.account.id,
        "region": fork.account.region,
        "request": replay.request.model_dump(),
        "since": _iso(replay.since),
        "until": _iso(replay.until),
        "resumes": plan.known is not None,
        "objects": plan.count,
        "to_send": plan.todo,
        "bytes_to_send": plan.size,
        "production_resources_modified": 0,
        "steps": [_lane_json(lane) for lane in plan.lanes],
        "not_replayed": [
            {"step": each.step, "bucket": each.bucket, "prefix": each.prefix, "suffix": each.suffix, "why": why}
            for each, why in plan.skipped
        ],
        "notes": list(plan.notes),
    }


def nothing_text(plan: ReplayPlan) -> str:
    """Why there is nothing to send."""
    if not plan.count:
        return "Nothing to replay: no object of prod's lies in the window and passes the filters."
    return f"Nothing to replay: all {count_of(plan.count, 'object')} went through already. --fresh sends them again."


def outcome_text(outcome: ReplayOutcome) -> str:
    """How it ended, and what failed."""
    rate = f" ({outcome.sent / outcome.seconds:.1f} a second)" if outcome.sent and outcome.seconds else ""
    lines = [f"{count_of(outcome.sent, 'object')} sent in {length(outcome.seconds)}{rate}."]
    lines += [f"{outcome.gone} were removed from prod meanwhile."] if outcome.gone else []
    if outcome.failed:
        lines += [f"{len(outcome.failed)} failed; the same command tries them again:"]
        lines += [f"  {each.step:<10} {failed.key}: {failed.why}" for each, failed in outcome.failed[:SHOWN_FAILURES]]
        more = len(outcome.failed) - SHOWN_FAILURES
        lines += [f"  and {more} more; --json lists all"] if more > 0 else []
    return "\n".join(lines)


def outcome_json(outcome: ReplayOutcome) -> dict[str, Any]:
    return {
        "sent": outcome.sent,
        "gone": outcome.gone,
        "seconds": round(outcome.seconds, 3),
        "failed": [
            {"step": each.step, "bucket": each.bucket, "key": failed.key, "why": failed.why}
            for each, failed in outcome.failed
        ],
    }


class Watch:
    """Says how far a replay is: a bar on a terminal, else a line every few seconds; on stderr.

    Called with how many objects ended since, and how many of them failed. `now` gives seconds.
    """

    def __init__(self, plan: ReplayPlan, console: Console | None = None, now: Callable[[], float] = time.monotonic):
        self._console = console or Console(stderr=True, highlight=False)  # it respects NO_COLOR
        self._now = now
        self._all, self._done_before = plan.count, plan.count - plan.todo
        self._ended = self._failed = 0
        self._begun = self._said = now()
        self._bar = Progress(
            TextColumn("replay"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
        )
        self._task = self._bar.add_task("replay", total=self._all, completed=self._done_before, rate="")

    def __enter__(self) -> Watch:
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._console.is_terminal:
            self._bar.stop()

    def __call__(self, ended: int, failed: int) -> None:
        self._ended, self._failed = self._ended + ended, self._failed + failed
        rate = self._rate()
        if self._console.is_terminal:
            told = f"{rate:.1f}/s" + (f", {self._failed} failed" if self._failed else "")
            self._bar.update(self._task, completed=self._done_before + self._ended, rate=told)
        elif self._now() - self._said >= EVERY_S:
            self._said = self._now()
            self._console.print(self._line(rate), soft_wrap=True)

    def _line(self, rate: float) -> str:
        done = self._done_before + self._ended
        failed = f", {self._failed} failed" if self._failed else ""
        left = f", about {length((self._all - done) / rate)} left" if rate else ""
        return f"{done} of {self._all} objects, {rate:.1f} a second{failed}{left}"

    def _rate(self) -> float:
        """Objects per second in this run."""
        seconds = self._now() - self._begun
        return self._ended / seconds if seconds else 0.0


def say_listing(url: str) -> None:
    """It may take long, so it is said before there is any progress to show."""
    click.echo(f"listing {url}", err=True)


def length(seconds: float) -> str:
    """`45 s`, `12 min`, `3.5 h`."""
    if seconds < 90:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"


def size(count: int) -> str:
    """`512 B`, `1.5 MB`."""
    amount, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if amount < 1000 or unit == "TB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"


def _filters(plan: ReplayPlan) -> str:
    request = plan.replay.request
    told = [f", keys {request.prefix}*"] if request.prefix else []
    told += [f", {request.sample:g} of them by their keys' hash"] if request.sample < 1 else []
    told += [f", the first {request.limit} in order of time"] if request.limit is not None else []
    return "".join(told)


def _lane(lane: Lane) -> Iterator[str]:
    done = len(lane.objects) - len(lane.todo)
    earlier = f" ({done} of {len(lane.objects)} went through already)" if done else ""
    yield f"  {lane.arrival.step:<10} {count_of(len(lane.todo), 'object')}, {size(lane.size)}{earlier}"
    how = "copied" if lane.arrival.kind == "bucket" else SHAPES[lane.arrival.shape]
    yield f"    {_source(lane.arrival)} -> {lane.arrival.kind} {lane.arrival.to} ({how})"


def _lane_json(lane: Lane) -> dict[str, Any]:
    arrival = lane.arrival
    return {
        "step": arrival.step,
        "bucket": arrival.bucket,
        "prefix": arrival.prefix,
        "suffix": arrival.suffix,
        "to": {arrival.kind: arrival.to},
        "shape": arrival.shape,
        "objects": len(lane.objects),
        "to_send": len(lane.todo),
        "bytes_to_send": lane.size,
    }


def _sum(plan: ReplayPlan) -> str:
    rate = plan.known.rate if plan.known else None
    if rate:
        time_needed = f", about {length(plan.todo / rate)} at the rate so far"
    else:
        time_needed = "; how long it takes is said once the first ones are through" if plan.todo else ""
    what = f"{count_of(plan.todo, 'object')}, {size(plan.size)}{time_needed}"
    return click.style(f"To send: {what}. Production resources modified: 0.", bold=True)


def _source(arrival: Arrival) -> str:
    if not arrival.bucket:
        return "events"
    return f"s3://{arrival.bucket}/{arrival.prefix}*{arrival.suffix}"


def _second(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
