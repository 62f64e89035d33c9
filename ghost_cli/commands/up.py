"""`ghost-ingest up`: both halves of the branch's ghost, in the right order."""

from __future__ import annotations

import json
import time
from dataclasses import replace
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
    from dbt_ghost.core.record import Channel, Record
    from dbt_ghost.core.replay import Request
    from ghost_cli.wiring import Project


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
    before T, is sent through the ghost again: an object may come twice, none is missed. Run it again at any time.
    """
    from dbt_ghost.core.replay import Request
    from ghost_cli.forking import carry_out
    from ghost_cli.render import plan_json, plan_text
    from ghost_cli.wiring import Project

    project = Project.load(project_dir)
    for note in project.notes:
        click.echo(f"note: {note}", err=True)
    ghost = project.ghost(branch)
    planned = project.plan_fork(ghost, steps)  # before anything is made: what refuses the fork refuses it all
    click.echo(plan_text(planned.plan), err=as_json)

    def operation(name: str) -> dict[str, Any]:
        return _operation(project, name, ghost.branch, profiles_dir, as_json)

    clone = operation("ghost_clone")
    message, record = carry_out(project, planned, yes)
    click.echo(message, err=as_json)
    outcome: dict[str, Any] = {"clone": clone, "fork": {**plan_json(planned.plan), "message": message}}
    if record and project.config.feed:
        outcome["feed"] = operation("ghost_feed")
        channels = _channels(outcome["feed"])
        if channels != planned.plan.channels:
            message, record = carry_out(project, project.plan_fork(ghost, steps, channels), yes)
            click.echo(message, err=as_json)
    if record:
        until = _until(record, lag)
        if not no_wait:
            _wait(until)
        request = Request(since=_since(project, clone, record).isoformat(), until=until.isoformat())
        outcome["replay"] = _replay(project, record, request, steps)
        click.echo(outcome["replay"]["message"], err=as_json)
    if as_json:
        click.echo(json.dumps(outcome, indent=2))
    if outcome.get("replay", {}).get("failed"):
        raise click.exceptions.Exit(1)


def _operation(project: Project, name: str, branch: str, profiles_dir: Path | None, as_json: bool) -> dict[str, Any]:
    from ghost_cli.commands.run_operation import fail_unless_ok

    done = project.run_operation(name, {"branch": branch}, branch, profiles_dir)
    for line in done.said:
        click.echo(line, err=as_json)
    fail_unless_ok(name, done, as_json=False)
    return done.result or {}


def _channels(feed: dict[str, Any]) -> tuple[Channel, ...]:
    """The queues of the pipes that Snowflake made; the embedded load has none."""
    from dbt_ghost.core.record import Channel

    return tuple(
        Channel(bucket=pipe["bucket"], prefix=pipe["prefix"], queue_arn=pipe["notification_channel"])
        for pipe in feed.get("pipes", ())
        if pipe["notification_channel"]
    )


def _since(project: Project, clone: dict[str, Any], record: Record) -> datetime:
    """T less the lookback. A clone whose T is not told is at most as old as the ghost."""
    told = (clone.get("t") or {}).get("at")
    t = datetime.fromisoformat(told) if told else record.created_at
    return (t if t.tzinfo else t.replace(tzinfo=UTC)) - project.config.ingestion.lookback


def _until(record: Record, lag: timedelta) -> datetime:
    """When the last of the ghost's triggers surely fires (F 1.13)."""
    return max((step.live_since for step in record.steps.values() if step.live_since), default=record.updated_at) + lag


def _wait(until: datetime) -> None:
    left = (until - datetime.now(UTC)).total_seconds()
    if left > 0:
        click.echo(f"waiting {left:.0f} s, until prod's events surely reach the ghost", err=True)
        time.sleep(left)


def _replay(project: Project, record: Record, request: Request, steps: tuple[str, ...]) -> dict[str, Any]:
    """What came in the gap, through the ghost. The same gap again goes on where it stopped; another one begins anew."""
    from dbt_ghost.operations.replay import Through
    from ghost_cli.commands.replay import replayer_of
    from ghost_cli.render_replay import Watch, nothing_text, outcome_json, outcome_text, replay_json

    ghost = project.ghost(record.branch)
    fork = project.plan_fork(ghost, steps).plan
    if not any(arrival.replayable for arrival in fork.arrivals):
        return {"message": "No way into the ghost can be replayed: what came in the gap is missing."}
    replayer = replayer_of(project, ghost)
    stored = replayer.replays.read(ghost)
    fresh = stored is not None and stored.replay.request != request
    plan = replayer.plan(request, Through(record, fork, project.config), fresh=fresh)
    with Watch(plan) as watch:
        outcome = replace(replayer, watch=watch).carry_out(plan)
    message = outcome_text(outcome) if plan.todo else nothing_text(plan)
    return {**replay_json(plan), **outcome_json(outcome), "message": message}
