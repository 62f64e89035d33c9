"""`ghost-ingest down`: remove both halves of the branch's ghost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ghost_cli.options import (
    branch_option,
    confirm,
    json_option,
    profiles_dir_option,
    project_dir_option,
    yes_option,
)


@click.command("down")
@project_dir_option
@profiles_dir_option
@branch_option
@yes_option
@json_option
def command(
    *, project_dir: Path | None, profiles_dir: Path | None, branch: str | None, yes: bool, as_json: bool
) -> None:
    """Remove both halves of the branch's ghost: what `fork` made, then the cloned databases.

    Shows what goes and asks once. Run it again after an error: what is gone already is success.
    """
    from ghost_cli.commands.run_operation import SHOW, fail_unless_ok
    from ghost_cli.render import plan_json, plan_text, progress
    from ghost_cli.wiring import Project, no_package

    project = Project.load(project_dir)
    ghost = project.ghost(branch)
    plan, seen = project.plan_drop(ghost)
    click.echo(plan_text(plan), err=as_json)

    def drop_clone(more: dict[str, bool]) -> dict[str, Any]:
        done = project.run_operation("ghost_drop", {"branch": ghost.branch, **more}, ghost.branch, profiles_dir)
        for line in done.said:
            click.echo(line, err=as_json)
        fail_unless_ok("ghost_drop", done, as_json=False)
        return done.result or {}

    if not yes:
        drop_clone(SHOW)
        confirm("Remove all of this?", yes)
    applier = project.applier(no_package, progress(plan))
    if not applier.is_settled(plan, seen):
        applier.carry_out(plan, project.config.ttl, seen=seen)
    outcome = {"ingestion": plan_json(plan), "clone": drop_clone({})}
    click.echo(json.dumps(outcome, indent=2) if as_json else f"Down: nothing of {ghost.branch} is left on AWS.")
