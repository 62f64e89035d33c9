"""`ghost-ingest plan`: what `fork` would do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ghost_cli.options import branch_option, json_option, project_dir_option, steps_option
from ghost_cli.page_file import STDOUT, html_option, write_page

if TYPE_CHECKING:
    from dbt_ghost.core.bill.estimate import Estimate
    from ghost_cli.wiring import PlannedFork, Project


@click.command("plan")
@project_dir_option
@branch_option
@steps_option
@html_option("Write the plan into this file as well, as a page with the flow drawn, to send on or to print")
@json_option
def command(
    project_dir: Path | None, branch: str | None, steps: tuple[str, ...], html: Path | None, as_json: bool
) -> None:
    """Show what `fork` would do, and change nothing.

    Discovers the configured steps in the account, finds out which of them the branch changes, and lists every
    resource that the ghost needs. Proves, over all of AWS's actions, what the ghost's roles cannot do; ends with 1
    where that does not hold. Says what 1,000 files and an idle day cost at list prices, as far as a plan can tell.
    Environment values are never shown.
    """
    if html == STDOUT and as_json:
        raise click.UsageError("--html - and --json are two answers: choose one")
    from dbt_ghost.core.bill.estimate import estimated
    from dbt_ghost.operations.apply import refuse_unproved
    from dbt_ghost.providers import price_table
    from ghost_cli.render import plan_json, plan_text, say_note
    from ghost_cli.render_bill import estimate_json
    from ghost_cli.wiring import Project

    project = Project.load(project_dir)
    for note in project.notes:
        say_note(note)
    planned = project.plan_fork(project.ghost(branch), steps)
    estimate = estimated(planned.plan, price_table.load())
    if html:
        write_page(html, _page(project, planned, estimate))
    if html != STDOUT:
        told = {**plan_json(planned.plan), "bill": estimate_json(estimate)}
        click.echo(json.dumps(told, indent=2) if as_json else plan_text(planned.plan, estimate))
    if html and html != STDOUT:
        click.echo(f"The plan as a page: {html}", err=True)
    refuse_unproved(planned.plan)


def _page(project: Project, planned: PlannedFork, estimate: Estimate | None) -> str:
    from dbt_ghost.core.graph import graph_of_project
    from dbt_ghost.providers.process import SystemClock
    from ghost_cli.render_html import plan_html

    return plan_html(planned.plan, graph_of_project(planned.topology, project.config), SystemClock().now(), estimate)
