"""`ghost-ingest observe`: what did my branch change?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ghost_cli.options import branch_option, json_option, profiles_dir_option, project_dir_option
from ghost_cli.page_file import STDOUT, html_option, write_page

if TYPE_CHECKING:
    from dbt_ghost.core.naming import GhostName
    from dbt_ghost.core.record import RecordedProof
    from ghost_cli.wiring import Project

EXIT_CODES = {"pass": 0, "fail": 1, "inconclusive": 3}


@click.command("observe", short_help="Compare the branch's ghost with production: what differs, and whose it is.")
@project_dir_option
@profiles_dir_option
@branch_option
@click.option("--select", multiple=True, metavar="NODES", help="Compare these models only, as dbt selects them.")
@click.option("--table", "tables", multiple=True, metavar="NAME", help="Compare this table only, as schema.name.")
@click.option("--step", "steps", multiple=True, metavar="NAME", help="Compare this step's files only.")
@click.option("--prefix", default="", metavar="KEY", help="Compare files below this prefix only.")
@click.option("--no-tables", is_flag=True, help="Do not compare tables: dbt is not run.")
@click.option("--no-files", is_flag=True, help="Do not compare files: AWS is not asked for anything.")
@click.option("--no-bill", is_flag=True, help="Do not ask what the ghost has cost: its logs are not read.")
@click.option("--markdown", is_flag=True, help="Print a comment for the pull request instead of text.")
@html_option("Write a report into this file as well, one page to send on or to print")
@json_option
def command(
    *,
    project_dir: Path | None,
    profiles_dir: Path | None,
    branch: str | None,
    select: tuple[str, ...],
    tables: tuple[str, ...],
    steps: tuple[str, ...],
    prefix: str,
    no_tables: bool,
    no_files: bool,
    no_bill: bool,
    markdown: bool,
    html: Path | None,
    as_json: bool,
) -> None:
    """Compare tables and files of the branch's ghost with production's, and say whose each difference is.

    `yours` is the branch's doing. `world` differs because production moved since the clone, or because the ghost has
    not caught up. `both` changed a row; of `unknown` rows production as of the clone is not to be had. Only counts and
    some rows leave the warehouse. Nothing is changed.

    Exit code 0 if all that differs because of the branch is declared in `observe: expect`, 1 if something is not, and 3
    if that cannot be told: too little was seen, or a part could not be read.
    """
    from ghost_cli.observing import Asked, observe
    from ghost_cli.render_observe import observation_text
    from ghost_cli.render_observe_json import observation_json
    from ghost_cli.render_observe_markdown import observation_markdown
    from ghost_cli.report.report import observation_html
    from ghost_cli.wiring import Project

    if as_json and markdown:
        raise click.UsageError("--json and --markdown are two forms of the same: choose one")
    if html == STDOUT and (as_json or markdown):
        raise click.UsageError("--html - and --json or --markdown are two answers: choose one")
    project = Project.load(project_dir)
    asked = Asked(tables, select, steps, prefix, profiles_dir)
    wanted = {"want_tables": not no_tables, "want_files": not no_files, "want_bill": not (no_bill or no_files)}
    seen = observe(project, project.ghost(branch), asked, **wanted)
    if html:
        write_page(html, observation_html(seen, _proof(project, seen.ghost) if wanted["want_files"] else None))
    if as_json:
        click.echo(json.dumps(observation_json(seen), indent=2))
    elif html != STDOUT:
        click.echo(observation_markdown(seen) if markdown else observation_text(seen))
    if html and html != STDOUT:
        click.echo(f"The report: {html}", err=True)
    if code := EXIT_CODES[seen.verdict.result]:
        raise click.exceptions.Exit(code)


def _proof(project: Project, ghost: GhostName) -> RecordedProof | None:
    """That of the last fork, if the ghost has one and its record can be read."""
    from dbt_ghost.core.errors import GhostError

    try:
        stored = project.records.read(ghost) if project.forks_steps else None
    except GhostError:
        return None
    return stored.record.proof if stored and stored.record.state != "dropped" else None
