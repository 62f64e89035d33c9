"""`ghost-ingest up`: both halves of the branch's ghost, in the right order."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ghost_cli.durations import duration
from ghost_cli.options import (
    branch_option,
    json_option,
    profiles_dir_option,
    project_dir_option,
    steps_option,
    yes_option,
)

if TYPE_CHECKING:
    from dbt_ghost.core.naming import GhostName
    from dbt_ghost.core.record import Channel, Record
    from dbt_ghost.core.replay import Request
    from ghost_cli.wiring import PlannedFork, Project

Outcome = dict[str, Any]


@click.command("up", short_help="Make both halves of the branch's ghost, and replay the gap between them.")
@project_dir_option
@profiles_dir_option
@branch_option
@steps_option
@click.option(
    "--lag",
    callback=duration,
    default="1m",
    show_default=True,
    metavar="TIME",
    help="How long a new trigger may take until it surely fires; so long the gap is held open.",
)
@click.option("--no-wait", is_flag=True, help="Do not wait for that: what comes in between may be missing.")
@yes_option
@json_option
def command(
    *,
    project_dir: Path | None,
    profiles_dir: Path | None,
    branch: str | None,
    steps: tuple[str, ...],
    lag: timedelta,
    no_wait: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Clone the databases, fork the ingestion, feed the clone, and replay the gap between the two.

    The clone is of one time T, and the ghost hears prod a little later. What came in between, and `ingestion.lookback`
    before T, is sent through the ghost again: an object may come twice, none is missed. Run it again at any time: it
    makes what is missing, and sends no gap twice.

    Pipes go on loading by themselves. The embedded load takes what is there: files that are still on their way through
    the ghost's steps are loaded by the next `up`, or `dbt run-operation ghost_feed`.

    Without `ingestion.steps` only the clone is made, and AWS is not asked for anything. Exit code 1 if a step failed on
    an object.
    """
    from ghost_cli.wiring import Project

    project = Project.load(project_dir)
    outcome = Up(project, project.ghost(branch), steps, lag, not no_wait, yes, profiles_dir, as_json).carry_out()
    if as_json:
        click.echo(json.dumps(outcome, indent=2))
    if (outcome["replay"] or {}).get("failed"):
        raise click.exceptions.Exit(1)


@dataclass(frozen=True)
class Up:
    """What was asked for. `steps` are forked whether the branch changes them or not; `sleep` takes seconds."""

    project: Project
    ghost: GhostName
    steps: tuple[str, ...] = ()
    lag: timedelta = timedelta(minutes=1)
    wait: bool = True
    yes: bool = False
    profiles_dir: Path | None = None
    as_json: bool = False
    sleep: Callable[[float], None] = time.sleep

    def carry_out(self) -> Outcome:
        """{branch, clone, fork, feed, feed_after_replay, replay}; null is what was not done, and had not to be."""
        from ghost_cli.render import say_note

        for note in self.project.notes:
            say_note(note)
        outcome: Outcome = dict.fromkeys(("clone", "fork", "feed", "feed_after_replay", "replay"))
        outcome = {"branch": self.ghost.branch, **outcome}
        if not self.project.forks_steps:
            return {**outcome, **self._clone_alone()}
        planned = self._planned()
        outcome["clone"] = self._operation("ghost_clone")
        outcome["fork"], record = self._fork(planned)
        if record is None or record.state != "ready":
            return outcome
        record, outcome["feed"] = self._feed(record)
        outcome["replay"] = self._replay(record, outcome["clone"], planned)
        if outcome["replay"].get("sent") and _is_embedded(outcome["feed"]):
            outcome["feed_after_replay"] = self._operation("ghost_feed")
            self._say("Files still on their way through the ghost's steps are loaded by the next ghost_feed.")
        self._say(f"Up: `dbt build --target {self.project.config.target}` builds in the ghost of {self.ghost.branch}.")
        return outcome

    def _clone_alone(self) -> Outcome:
        from dbt_ghost.core.branch import refuse_protected
        from dbt_ghost.core.errors import Refused

        refuse_protected(self.ghost.branch, self.project.config.protected)
        if self.steps:
            raise Refused(f"there is no step {', '.join(self.steps)}", "vars: ghost: ingestion: has no `steps`")
        clone = self._operation("ghost_clone")
        self._say("No ingestion half: vars: ghost: ingestion: has no `steps`, so nothing was forked or fed.")
        return {"clone": clone}

    def _planned(self) -> PlannedFork:
        """All that can refuse, and what is to be asked, comes before the first change."""
        from ghost_cli.forking import ask_for_deletes
        from ghost_cli.render import plan_text

        planned = self.project.plan_fork(self.ghost, self.steps)
        self._refuse_unfinished(planned)
        self._say(plan_text(planned.plan))
        ask_for_deletes(planned, self.yes)
        return planned

    def _refuse_unfinished(self, planned: PlannedFork) -> None:
        """A replay of the user's own keeps its progress: there is one a ghost. A gap's own may begin anew."""
        from dbt_ghost.core.errors import Refused

        before = planned.seen.stored
        if before is None or before.record.state == "dropped" or planned.plan.becomes == "dropped":
            return
        stored = self.project.replays.read(self.ghost)
        if stored and not stored.replay.finished and not _is_gap(stored.replay.request):
            raise Refused(
                f"`{stored.replay.request}` is not finished, and the gap's replay would forget how far it came",
                "run that one again first, it goes on where it stopped",
            )

    def _fork(self, planned: PlannedFork) -> tuple[Outcome, Record | None]:
        from ghost_cli.forking import make
        from ghost_cli.render import plan_json

        message, record = make(self.project, planned, wait=self.wait)
        self._say(message)
        return {**plan_json(planned.plan), "state": record.state if record else "dropped", "message": message}, record

    def _feed(self, record: Record) -> tuple[Record, Outcome | None]:
        """The record afterwards: a pipe's channel exists only once the pipe does, so the fork is done again (F 0.2)."""
        feed = self._operation("ghost_feed") if self.project.config.feed else None
        channels = channels_of(feed or {})
        if set(channels) == set(record.channels):
            return record, feed
        connected = self.project.plan_fork(self.ghost, self.steps, channels)
        left = sorted({each.bucket for each in channels} - {each.bucket for each in connected.plan.channels})
        if left:
            self._say(f"note: no step of the ghost writes {', '.join(left)}, so no pipe hears of it")
        if set(connected.plan.channels) == set(record.channels):
            return record, feed
        _, after = self._fork(connected)
        return after or record, feed

    def _replay(self, record: Record, clone: Outcome, planned: PlannedFork) -> Outcome:
        """What came in the gap. The same gap again goes on where it stopped; another one begins anew."""
        from dbt_ghost.operations.replay import Through
        from ghost_cli.render_replay import Watch, nothing_text, outcome_json, outcome_text, replay_json, say_listing

        request, until = gap(t_of(clone), record, self.project.config.ingestion.lookback, self.lag)
        settled = not planned.plan.changes and record.channels == planned.plan.channels
        fork = planned.plan if settled else self.project.plan_fork(self.ghost, self.steps).plan
        if not any(arrival.replayable for arrival in fork.arrivals):
            message = "No way into the ghost can be replayed: what came in the gap is missing."
            self._say(message)
            return {"message": message}
        self._wait(until)
        replayer = self.project.replayer(self.ghost, say_listing)
        stored = replayer.replays.read(self.ghost)
        fresh = stored is not None and stored.replay.request != request
        plan = replayer.plan(request, Through(record, fork, self.project.config), fresh=fresh)
        with Watch(plan) as watch:
            done = replace(replayer, watch=watch).carry_out(plan)
        message = outcome_text(done) if plan.todo else nothing_text(plan)
        self._say(message)
        return {**replay_json(plan), **outcome_json(done), "message": message}

    def _wait(self, until: datetime) -> None:
        left = (until - datetime.now(UTC)).total_seconds()
        if self.wait and left > 0:
            click.echo(f"waiting {left:.0f} s, until prod's events surely reach the ghost", err=True)
            self.sleep(left)

    def _operation(self, name: str) -> Outcome:
        from ghost_cli.operating import operate, result_of

        branch = self.ghost.branch
        done = operate(self.project, name, {"branch": branch}, branch, self.profiles_dir, err=self.as_json)
        return result_of(name, done)

    def _say(self, line: str) -> None:
        click.echo(line, err=self.as_json)


def channels_of(feed: Outcome) -> tuple[Channel, ...]:
    """The queues of the pipes that `ghost_feed` told; the embedded load has none.

    Two pipes of one place, or of a place within the other's, need one entry: S3 takes no two that overlap (F 8.5).
    """
    from dbt_ghost.core.record import Channel

    told = {(each["bucket"], each["notification_channel"], each["prefix"]) for each in feed.get("pipes", ())}
    wanted = {(bucket, queue, prefix) for bucket, queue, prefix in told if queue}
    return tuple(
        Channel(bucket=bucket, prefix=prefix, queue_arn=queue)
        for bucket, queue, prefix in sorted(wanted)
        if not any((bucket, queue) == (b, q) and prefix != p and prefix.startswith(p) for b, q, p in wanted)
    )


def t_of(clone: Outcome) -> datetime:
    """When the clone is of. Raises GhostError where that is not told: what the gap is would be a guess."""
    from dbt_ghost.core.errors import GhostError

    told = (clone.get("t") or {}).get("at")
    if not told:
        raise GhostError(
            "the clone does not say which time it is of, so the gap is not known", "drop it and clone anew"
        )
    t = datetime.fromisoformat(told)
    return t if t.tzinfo else t.replace(tzinfo=UTC)


def gap(t: datetime, record: Record, lookback: timedelta, lag: timedelta) -> tuple[Request, datetime]:
    """The gap as a request, the same each time, and its end: when the last of the triggers surely fires (F 1.13).

    A clone made anew may be younger than the triggers: then the lookback alone is the gap.
    """
    from dbt_ghost.core.replay import Request

    live = max((step.live_since for step in record.steps.values() if step.live_since), default=record.created_at)
    until = max(live + lag, t)
    return Request(since=(t - lookback).isoformat(), until=until.isoformat()), until


def _is_gap(request: Request) -> bool:
    """Was it made by `gap`, with both times in full? People leave the zone out, or name one end only."""
    from dbt_ghost.core.replay import Request

    times = request.since, request.until
    return request == Request(since=times[0], until=times[1]) and all(each[-6:] == "+00:00" for each in times)


def _is_embedded(feed: Outcome | None) -> bool:
    return feed is not None and "pipes" not in feed
