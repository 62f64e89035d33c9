"""`ghost-ingest list`: all ghosts of the project."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ghost_cli.options import json_option, project_dir_option


@click.command("list")
@project_dir_option
@click.option("--all", "with_dropped", is_flag=True, help="Also those that were dropped.")
@json_option
def command(project_dir: Path | None, with_dropped: bool, as_json: bool) -> None:
    """List the ghosts on record: branch, state, and until when.

    Exit code 1 if a record cannot be read; the others are listed all the same.
    """
    from dbt_ghost.core.record import UnreadableRecord
    from dbt_ghost.providers.process import SystemClock
    from ghost_cli.render_status import records_text
    from ghost_cli.wiring import Project

    found = list(Project.load(project_dir).records.list())
    records = [one.record for one in found if not isinstance(one, UnreadableRecord)]
    records = [record for record in records if with_dropped or record.state != "dropped"]
    as_text = records_text(records, SystemClock().now())
    click.echo(json.dumps([r.model_dump(mode="json") for r in records], indent=2) if as_json else as_text)
    unreadable = [one for one in found if isinstance(one, UnreadableRecord)]
    for one in unreadable:
        click.echo(f"UNREADABLE {one.why}", err=True)
    if unreadable:
        raise click.exceptions.Exit(1)
