"""`ghost-ingest drop`: remove the branch's ingestion half."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ghost_cli.options import branch_option, confirm, json_option, project_dir_option, yes_option


@click.command("drop")
@project_dir_option
@branch_option
@yes_option
@json_option
def command(project_dir: Path | None, branch: str | None, yes: bool, as_json: bool) -> None:
    """Remove everything that `fork` made for the branch.

    It is found by name and tag, so nothing is lost with the record. Stops listening first; roles and log groups go
    last, and then how far a replay has come. The cloned database is `ghost_drop`'s to remove.

    Something with the ghost's name and not its tags is named in the plan and stays; the drop then fails. While a
    mapping that no fork made reads for one of the ghost's functions, nothing is dropped.
    """
    from ghost_cli.render import count_of, plan_json, plan_text, progress
    from ghost_cli.wiring import Project, no_package

    project = Project.load(project_dir)
    ghost = project.ghost(branch)
    plan, seen = project.plan_drop(ghost)
    click.echo(plan_text(plan), err=as_json)
    applier = project.applier(no_package, progress(plan))
    if applier.is_settled(plan, seen):
        message = f"Nothing to drop: there is no ghost of {ghost.branch}."
        if seen.stored:
            project.forget_replay(ghost)
    else:
        if plan.deletes:
            confirm("Remove all of this?", yes)
        applier.carry_out(plan, project.config.ttl, seen=seen)
        removed = count_of(len(plan.changes), "resource")
        message = f"Dropped: {removed} removed, nothing of {ghost.branch} is left on AWS."
    outcome = {**plan_json(plan), "state": "dropped", "message": message}
    click.echo(json.dumps(outcome, indent=2) if as_json else message)
