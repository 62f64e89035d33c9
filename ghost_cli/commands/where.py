"""`ghost-ingest where`: does each model and source resolve to the ghost, to production or elsewhere, and why?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ghost_cli.options import branch_option, json_option, profiles_dir_option, project_dir_option

if TYPE_CHECKING:
    from dbt_ghost.core.naming import GhostName
    from dbt_ghost.operations.where import Asked


@click.command("where", short_help="Show where each model and source of the branch resolves, and why.")
@project_dir_option
@profiles_dir_option
@branch_option
@click.option("--select", "-s", multiple=True, metavar="NODES", help="Show these only, as `dbt ls` selects them.")
@click.option("--exclude", multiple=True, metavar="NODES", help="Leave these out, as `dbt ls` does.")
@click.option("--selector", metavar="NAME", help="One of the project's selectors.yml.")
@click.option("--defer/--no-defer", envvar=["DBT_ENGINE_DEFER", "DBT_DEFER"], help="As in dbt; needs --state.")
@click.option("--favor-state", is_flag=True, envvar=["DBT_ENGINE_FAVOR_STATE", "DBT_FAVOR_STATE"], help="As in dbt.")
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    envvar=["DBT_ENGINE_STATE", "DBT_STATE"],
    help="The folder of the manifest that dbt compares with and defers to.",
)
@json_option
def command(
    *,
    project_dir: Path | None,
    profiles_dir: Path | None,
    branch: str | None,
    select: tuple[str, ...],
    exclude: tuple[str, ...],
    selector: str | None,
    defer: bool,
    favor_state: bool,
    state: Path | None,
    as_json: bool,
) -> None:
    """Show where each model, seed, snapshot and source resolves for the branch, and why.

    dbt is run in your project, on the target of ghosts, and its own answers are shown. The warehouse is only asked with
    --defer, which also shows what the selected nodes read and is not selected. Nothing is built. Tests are shown that
    store their failures; disabled nodes are not, as in `dbt ls`. What hooks and macros write by themselves has no place
    that dbt knows, and is not shown either.

    Exit code 1 if a node would be written outside the ghost, and 3 if that, or where something is read, cannot be told.
    """
    from dbt_ghost.core.observe.where import exit_code
    from dbt_ghost.operations.where import where
    from ghost_cli.render_where import where_json, where_text
    from ghost_cli.wiring import Project

    if defer and state is None:
        raise click.UsageError("--defer needs --state: the folder of production's manifest.json")
    project = Project.load(project_dir)
    ghost = project.ghost(branch)
    _refuse_production(ghost, project.config.protected)
    selection = {"--select": select, "--exclude": exclude, "--selector": (selector,) if selector else ()}
    asked = _asked(selection, state, defer, favor_state)
    found = where(project.dbt(ghost, profiles_dir), ghost, project.config.databases, asked)
    there = _is_there(project.folder, found.home, ghost)
    as_text = where_text(ghost, found, there)
    click.echo(json.dumps(where_json(ghost, found, there), indent=2) if as_json else as_text)
    if code := exit_code(found.rows):
        raise click.exceptions.Exit(code)


def _refuse_production(ghost: GhostName, protected: tuple[str, ...]) -> None:
    from dbt_ghost.core.branch import ALWAYS_PROTECTED, refuse_protected
    from dbt_ghost.core.errors import Refused

    try:
        refuse_protected(ghost.branch, protected)
    except Refused as error:
        if ghost.branch.lower() not in ALWAYS_PROTECTED:
            raise
        raise Refused(f"{ghost.branch} is production: nothing resolves to a ghost", error.hint) from error


def _asked(selection: dict[str, tuple[str, ...]], state: Path | None, defer: bool, favor_state: bool) -> Asked:
    """dbt runs in the project's folder, so the state's is made absolute."""
    from dbt_ghost.operations.where import Asked

    compared = ("--state", str(state.absolute())) if state else ()
    words = [word for flag, given in selection.items() for each in given for word in (flag, each)]
    preferred = ("--favor-state",) if favor_state else ()
    return Asked((*words, *compared), ("--defer", *preferred, *compared) if defer else ())


def _is_there(folder: Path, home: str, ghost: GhostName) -> bool | None:
    """Is the ghost there, and whole? Only the embedded warehouse is looked at: others cost a connection."""
    from dbt_ghost.core.errors import Denied
    from dbt_ghost.providers.lake_files import Lake, find

    if not home:
        return None
    try:
        provenance = find(Lake((folder / home).resolve()), ghost).provenance
    except Denied:
        return None
    return provenance is not None and provenance.state == "ready"
