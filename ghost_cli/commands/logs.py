"""`ghost-ingest logs`: what the ghost's Lambdas write."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path

import click

from ghost_cli.durations import duration
from ghost_cli.options import branch_option, project_dir_option


@click.command("logs")
@project_dir_option
@branch_option
@click.option("--follow", "-f", is_flag=True, help="Go on with what comes, until Ctrl-C or the ghost's end.")
@click.option(
    "--since", callback=duration, default="10m", show_default=True, metavar="TIME", help="How far back, for example 2h."
)
@click.option("--step", "steps", multiple=True, metavar="NAME", help="Only this step, or `tap`; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line instead of text.")
def command(
    project_dir: Path | None,
    branch: str | None,
    *,
    follow: bool,
    since: timedelta,
    steps: tuple[str, ...],
    as_json: bool,
) -> None:
    """Print what the ghost's Lambdas wrote, all steps merged by time.

    Events reach CloudWatch some seconds after they were written: while following, late ones are printed when they
    come, each once.

    A step with `downstream: share` has no log here: prod's function writes the ghost's events into its own, among
    prod's.
    """
    from dbt_ghost.operations.logs import Tail, groups_of
    from dbt_ghost.providers.aws.logs import AwsLogs
    from dbt_ghost.providers.process import SystemClock
    from ghost_cli.render_status import line_json, line_text
    from ghost_cli.wiring import Project

    project = Project.load(project_dir)
    ghost = project.ghost(branch)
    stored = project.records.read(ghost)
    groups = groups_of(ghost, stored.record if stored else None, steps)
    tail = Tail(AwsLogs(project.session), groups, lambda what: click.echo(what, err=True))
    width, start = max(map(len, groups)), SystemClock().now() - since
    try:
        for line in tail.follow(start, time.sleep) if follow else tail.read(start):
            click.echo(json.dumps(line_json(line)) if as_json else line_text(line, width))
    except KeyboardInterrupt:
        if not follow:
            raise
