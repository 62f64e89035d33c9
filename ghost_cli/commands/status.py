"""`ghost-ingest status`: one ghost, its record beside what exists."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ghost_cli.options import branch_option, json_option, project_dir_option


@click.command("status")
@project_dir_option
@branch_option
@json_option
def command(project_dir: Path | None, branch: str | None, as_json: bool) -> None:
    """Show the branch's ghost, and whether all of it is there.

    Exit code 1 if something on record is missing or something of the ghost is not on record.
    """
    from dbt_ghost.operations.status import status_of
    from dbt_ghost.providers.process import SystemClock
    from ghost_cli.render import status_json, status_text
    from ghost_cli.wiring import Project

    project = Project.load(project_dir)
    ghost = project.ghost(branch)
    stored = project.records.read(ghost)
    status = status_of(stored.record if stored else None, project.ghosts.find(ghost), SystemClock().now())
    as_text = status_text(ghost.branch, status)
    click.echo(json.dumps(status_json(ghost.branch, status), indent=2) if as_json else as_text)
    if status.missing or status.unrecorded:
        raise click.exceptions.Exit(1)
