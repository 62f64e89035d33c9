"""`ghost-ingest replay`: past objects of prod's through the ghost."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ghost_cli.options import branch_option, confirm, json_option, project_dir_option

if TYPE_CHECKING:
    from dbt_ghost.operations.replay import ReplayOutcome, ReplayPlan

MOST_AT_ONCE = 64


def moment(ctx: click.Context, param: click.Parameter, value: str | None) -> str:
    """The text as it is, since that is what the same request is known by; but one that can be read."""
    from dbt_ghost.core.replay import moment as read

    try:
        if value:
            read(value, datetime.now(UTC))
    except ValueError as error:
        raise click.BadParameter(f"{value!r} {error}", ctx, param) from error
    return value or ""


@click.command("replay")
@project_dir_option
@branch_option
@click.option(
    "--since",
    callback=moment,
    metavar="TIME",
    help="Objects modified from then on: 2026-01-05T12:00 (UTC, if it has no zone), or 3d ago. Default: see above.",
)
@click.option("--until", callback=moment, metavar="TIME", help="Objects modified until then. Default: now.")
@click.option("--prefix", default="", metavar="TEXT", help="Only keys that start with TEXT, too.")
@click.option("--step", default="", metavar="NAME", help="Only what comes in to this step.")
@click.option(
    "--sample",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    metavar="SHARE",
    help="Only this share of the keys, the same as the setting `sample` chooses; that applies, too.",
)
@click.option("--limit", type=click.IntRange(1), metavar="NUMBER", help="Only the first objects in order of time.")
@click.option(
    "--concurrency",
    type=click.IntRange(1, MOST_AT_ONCE),
    default=4,
    show_default=True,
    metavar="NUMBER",
    help="How many calls at once; of a function never more than its step's `cap`.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be sent, and stop.")
@click.option("--fresh", is_flag=True, help="Begin anew, whatever a replay did before.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask before objects are sent.")
@json_option
def command(
    *,
    project_dir: Path | None,
    branch: str | None,
    concurrency: int,
    dry_run: bool,
    fresh: bool,
    yes: bool,
    as_json: bool,
    **request: str | float | int | None,
) -> None:
    """Send past objects of production's through the ghost, and only through it.

    The ghost's steps get the events that prod's steps got, for every object that is there now and was modified in a
    window of time: by default since the ghost was made, less `ingestion.lookback`. Run the same command again and it
    goes on where it stopped, tries again what failed, and sends nothing else twice, unless it was killed.

    Exit code 1 if a step failed on an object.
    """
    from dbt_ghost.core.replay import Request
    from dbt_ghost.operations.replay import Through, refuse_unready
    from ghost_cli.render_replay import Watch, replay_text, say_listing
    from ghost_cli.wiring import Project

    project = Project.load(project_dir)
    ghost = project.ghost(branch)
    stored = project.records.read(ghost)
    record = refuse_unready(ghost, stored.record if stored else None)
    replayer = project.replayer(ghost, say_listing)
    through = Through(record, project.plan_fork(ghost, tuple(record.steps)).plan, project.config)
    plan = replayer.plan(Request.model_validate(request), through, fresh=fresh)
    click.echo(replay_text(plan), err=as_json)
    if plan.todo and not dry_run:
        _ask(plan.todo, yes)
    outcome = None
    if not dry_run:
        with Watch(plan) as watch:
            outcome = replace(replayer, watch=watch).carry_out(plan, concurrency)
    _report(plan, outcome, as_json)
    if outcome and outcome.failed:
        raise click.exceptions.Exit(1)


def _report(plan: ReplayPlan, outcome: ReplayOutcome | None, as_json: bool) -> None:
    """`outcome` is None after a dry run."""
    from ghost_cli.render_replay import nothing_text, outcome_json, outcome_text, replay_json

    if as_json:
        click.echo(json.dumps({**replay_json(plan), "outcome": outcome and outcome_json(outcome)}, indent=2))
    elif not plan.todo:
        click.echo(nothing_text(plan))
    elif outcome:
        click.echo(outcome_text(outcome))


def _ask(count: int, yes: bool) -> None:
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("objects would be sent and there is no terminal to ask at: add --yes")
    confirm(f"Send {count} objects through the ghost?", yes)
