"""`ghost-ingest run-operation`: the package's own operations, without the user's project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ghost_cli.options import (
    branch_option,
    confirm,
    json_option,
    profiles_dir_option,
    project_dir_option,
    yes_option,
)

if TYPE_CHECKING:
    from dbt_ghost.providers.dbt_project import DbtRun
    from ghost_cli.wiring import Project

OPERATIONS = ("ghost_status", "ghost_drop", "ghost_gc", "ghost_prove")
ABOUT_ONE = ("ghost_drop", "ghost_prove")
"""They need a branch, so git is asked for it too; ghost_gc is about all ghosts, ghost_status about all or one."""


@click.command("run-operation", short_help="Run an operation of the package, also when your project does not compile.")
@click.argument("name", type=click.Choice(OPERATIONS), metavar="NAME")
@click.option("--args", "given", metavar="YAML", default="{}", help="The operation's arguments, as dbt takes them.")
@project_dir_option
@profiles_dir_option
@branch_option
@yes_option
@json_option
def command(
    *,
    name: str,
    given: str,
    project_dir: Path | None,
    profiles_dir: Path | None,
    branch: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Run one of the package's operations from a minimal project, also when yours does not compile.

    NAME is ghost_status, ghost_drop, ghost_gc or ghost_prove. Of your project only the profile's name and
    `vars: ghost:` are read. The target is the one of ghosts. ghost_drop, and ghost_gc with `dry_run: false`, show
    what they would remove and ask. Without --branch, ghost_status does not ask git: where no variable names a branch
    it lists every ghost.
    """
    from ghost_cli.operating import operate, result_of
    from ghost_cli.wiring import Project

    project = Project.load(project_dir)
    arguments = _read(given)
    named = _branch(project, name, branch, arguments)
    if not yes and removes(name, arguments):
        shown = operate(project, name, {**arguments, "dry_run": True}, named, profiles_dir, err=as_json)
        _print_result(shown, as_json and not shown.ok)
        result_of(name, shown)
        confirm("Remove this?", yes)
    done = operate(project, name, arguments, named, profiles_dir, err=as_json)
    _print_result(done, as_json)
    result_of(name, done)


def _print_result(done: DbtRun, wanted: bool) -> None:
    if wanted and done.result is not None:
        click.echo(json.dumps(done.result, indent=2))


def _read(given: str) -> dict[str, Any]:
    import yaml

    try:
        arguments = yaml.safe_load(given)
    except yaml.YAMLError as error:
        raise click.BadParameter(f"not valid YAML: {error}", param_hint="--args") from error
    if not isinstance(arguments, dict):
        raise click.BadParameter("not a YAML mapping: write '{dry_run: true}', say", param_hint="--args")
    return arguments


def _branch(project: Project, name: str, option: str | None, arguments: dict[str, Any]) -> str | None:
    """The branch that the operation is about, None where it is about every ghost."""
    argument = arguments.get("branch")
    if option and argument and option != argument:
        raise click.UsageError(f"two branches: --branch {option}, and {argument} in --args")
    asked = option or (argument if isinstance(argument, str) else None)  # what else it is, the macro refuses
    if name in ABOUT_ONE or asked:
        return project.ghost(asked).branch
    return None


def removes(name: str, arguments: dict[str, Any]) -> bool:
    default = name == "ghost_gc"  # only shows, unless told otherwise
    return name in ("ghost_drop", "ghost_gc") and arguments.get("dry_run", default) is False
