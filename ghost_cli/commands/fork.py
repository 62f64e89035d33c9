"""`ghost-ingest fork`: make the branch's ingestion half, or make it so again."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ghost_cli.options import branch_option, confirm, json_option, project_dir_option, yes_option


@click.command("fork")
@project_dir_option
@branch_option
@yes_option
@json_option
def command(project_dir: Path | None, branch: str | None, yes: bool, as_json: bool) -> None:
    """Deploy the branch's version of the changed Lambdas, fed by production's events.

    Changed steps run the branch's code, later steps a copy of prod's; they write to the ghost's own buckets. Run it
    again at any time: it makes what is missing, changes what differs, and says so when there is nothing to do.
    """
    from ghost_cli.render import forked_text, plan_json, plan_text, progress
    from ghost_cli.wiring import Project

    project = Project.load(project_dir)
    for note in project.notes:
        click.echo(f"note: {note}", err=True)
    ghost = project.ghost(branch)
    plan, code = project.plan_fork(ghost)
    click.echo(plan_text(plan), err=as_json)
    applier = project.applier(code.package, progress(plan))
    if applier.is_settled(plan):
        message, state = f"Nothing to fork: no step's code differs from prod's on {ghost.branch}.", "dropped"
    else:
        if plan.deletes:
            confirm("Remove what is no longer part of the ghost?", yes)
        record = applier.carry_out(plan, project.config.ttl, project.origin)
        message, state = forked_text(plan, record), record.state
    outcome = {**plan_json(plan), "state": state, "message": message}
    click.echo(json.dumps(outcome, indent=2) if as_json else message)
