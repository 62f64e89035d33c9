"""`ghost-ingest status`: one ghost, its record beside what exists, and what went through it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import click

from ghost_cli.durations import duration
from ghost_cli.options import branch_option, json_option, project_dir_option


@click.command("status")
@project_dir_option
@branch_option
@click.option(
    "--since",
    callback=duration,
    metavar="TIME",
    help="Count events of the last TIME, for example 1h. Default: see above.",
)
@click.option("--no-events", is_flag=True, help="Do not count events: no log group and no failure queue is read.")
@json_option
def command(
    project_dir: Path | None, branch: str | None, since: timedelta | None, no_events: bool, as_json: bool
) -> None:
    """Show the branch's ghost, whether all of it is there, and how many events went through it.

    Events are counted since the ghost was made, and at most for 24 hours. `in` are those that reached a step, a batch
    of a queue's messages being one; `out` those that it dealt with, and for the tap what it passed on; `failed` waits
    in the step's failure queue now. What cannot be counted is `?`, with the reason.

    A step is `paused` that hears nothing of prod's because the settings say so; `sample` is the share of prod's objects
    that the ghost's tap lets through to it. A step that prod's function serves has no events here: they are prod's.

    Exit code 1 if something on record is missing, something of the ghost is not on record or not tagged, a rule or
    mapping is off without `paused: true`, or a mapping that no fork made reads for one of the ghost's functions.
    """
    from dbt_ghost.operations.apply import see
    from dbt_ghost.operations.status import Counter, status_of, steps_of, window_start
    from dbt_ghost.providers.aws.failure_queues import AwsFailureQueues
    from dbt_ghost.providers.aws.logs import AwsLogs
    from dbt_ghost.providers.process import SystemClock
    from ghost_cli.render_status import status_json, status_text
    from ghost_cli.wiring import Project

    project, clock = Project.load(project_dir), SystemClock()
    ghost = project.ghost(branch)
    seen = see(project.ghosts, project.records, ghost)
    record, paused = seen.stored.record if seen.stored else None, project.config.ingestion.paused
    status = status_of(record, seen.found, clock.now(), paused)
    traffic = None
    if steps := () if no_events else steps_of(ghost, status):
        counter = Counter(AwsLogs(project.session), AwsFailureQueues(project.session), clock, ghost)
        traffic = counter.traffic(steps, window_start(status.record, clock.now(), since))
    as_text = status_text(ghost.branch, status, traffic)
    click.echo(json.dumps(status_json(ghost.branch, status, traffic), indent=2) if as_json else as_text)
    if not status.whole:
        raise click.exceptions.Exit(1)
