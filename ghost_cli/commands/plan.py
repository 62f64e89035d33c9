"""`ghost-ingest plan`: what `fork` would do."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ghost_cli.options import branch_option, json_option, project_dir_option, steps_option


@click.command("plan")
@project_dir_option
@branch_option
@steps_option
@json_option
def command(project_dir: Path | None, branch: str | None, steps: tuple[str, ...], as_json: bool) -> None:
    """Show what `fork` would do, and change nothing.

    Discovers the configured steps in the account, finds out which of them the branch changes, and lists every
    resource that the ghost needs. Environment values are never shown.
    """
    from ghost_cli.render import plan_json, plan_text
    from ghost_cli.wiring import Project

    project = Project.load(project_dir)
    for note in project.notes:
        click.echo(f"note: {note}", err=True)
    plan = project.plan_fork(project.ghost(branch), steps).plan
    click.echo(json.dumps(plan_json(plan), indent=2) if as_json else plan_text(plan))
