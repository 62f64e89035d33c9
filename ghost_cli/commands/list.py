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
    """List the ghosts on record: branch, state, and until when."""
    from ghost_cli.render import records_text
    from ghost_cli.wiring import Project

    stored = Project.load(project_dir).records.list()
    records = [s.record for s in stored if with_dropped or s.record.state != "dropped"]
    as_text = records_text(records)
    click.echo(json.dumps([r.model_dump(mode="json") for r in records], indent=2) if as_json else as_text)
