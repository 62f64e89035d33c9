"""The package's operations as `run-operation`, `up` and `down` run them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dbt_ghost.core.errors import GhostError

if TYPE_CHECKING:
    from dbt_ghost.providers.dbt_project import DbtRun
    from ghost_cli.wiring import Project


def operate(
    project: Project,
    name: str,
    arguments: Mapping[str, Any],
    branch: str | None,
    profiles_dir: Path | None,
    *,
    err: bool,
) -> DbtRun:
    """Run an operation and print what it says to people, on stderr if `err`."""
    done = project.run_operation(name, arguments, branch, profiles_dir)
    for line in done.said:
        click.echo(line, err=err)
    return done


def result_of(name: str, done: DbtRun) -> dict[str, Any]:
    """Raises GhostError with the operation's own words, or dbt's where it did not come to any."""
    if done.ok and done.result is not None:
        return done.result
    if done.result is not None:  # one that came to an end may be a failure all the same: a ghost that is not proved
        error = done.result.get("error") or {"message": done.result["message"], "hint": ""}
        raise GhostError(error["message"], error["hint"])
    said = done.error or "the operation said no result"
    raise GhostError(f"dbt run-operation {name} failed:\n{said}")
