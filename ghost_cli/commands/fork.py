"""`ghost-ingest fork`: make the branch's ingestion half, or make it so again."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ghost_cli.options import branch_option, json_option, project_dir_option, steps_option, yes_option


@click.command("fork")
@project_dir_option
@branch_option
@steps_option
@click.option("--no-wait", is_flag=True, help="Do not wait until Lambda reads the ghost's new queues.")
@yes_option
@json_option
def command(
    *, project_dir: Path | None, branch: str | None, steps: tuple[str, ...], no_wait: bool, yes: bool, as_json: bool
) -> None:
    """Deploy the branch's version of the changed Lambdas, fed by production's events.

    Changed steps run the branch's code, later steps a copy of prod's; they write to the ghost's own buckets. Run it
    again at any time: it makes what is missing, changes what differs, and says so when there is nothing to do.
    """
    from ghost_cli.forking import ask_for_deletes, make
    from ghost_cli.render import plan_json, plan_text, say_note
    from ghost_cli.wiring import Project

    project = Project.load(project_dir)
    for note in project.notes:
        say_note(note)
    planned = project.plan_fork(project.ghost(branch), steps)
    click.echo(plan_text(planned.plan), err=as_json)
    ask_for_deletes(planned, yes)
    message, record = make(project, planned, wait=not no_wait)
    outcome = {**plan_json(planned.plan), "state": record.state if record else "dropped", "message": message}
    click.echo(json.dumps(outcome, indent=2) if as_json else message)
