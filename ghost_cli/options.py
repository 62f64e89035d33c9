"""Options that several commands share."""

from __future__ import annotations

import sys
from pathlib import Path

import click

branch_option = click.option(
    "--branch", metavar="NAME", help="The git branch. Default: GHOST_BRANCH, the CI's own variable, or git."
)
project_dir_option = click.option(
    "--project-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder with dbt_project.yml. Default, as in dbt: DBT_PROJECT_DIR, or the nearest one upwards from here.",
)
profiles_dir_option = click.option(
    "--profiles-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder with profiles.yml. Default, as in dbt: DBT_PROFILES_DIR, the project's folder, or ~/.dbt.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask before something is removed.")


steps_option = click.option(
    "--step", "steps", multiple=True, metavar="NAME", help="Fork this step whether the branch changes it or not."
)


def confirm(question: str, yes: bool) -> None:
    """Ask before something is removed. Without a terminal only `--yes` goes on."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("something would be removed and there is no terminal to ask at: add --yes")
    click.confirm(question, abort=True, err=True)
