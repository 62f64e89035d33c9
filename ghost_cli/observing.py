"""What `observe` runs: the comparison of tables by dbt, and that of files."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.observe.gate import Halves
from dbt_ghost.core.observe.objects import ObjectsObservation
from dbt_ghost.core.observe.observation import Observation, observed
from dbt_ghost.core.observe.tables import TablesObservation, tables_of
from dbt_ghost.operations.apply import see
from dbt_ghost.operations.observe_objects import Observer, observe_objects
from dbt_ghost.providers.aws.compared_objects import AwsComparedObjects
from dbt_ghost.providers.aws.failure_queues import AwsFailureQueues
from dbt_ghost.providers.dbt_project import DbtRun
from dbt_ghost.providers.object_rows import DuckRows
from dbt_ghost.providers.process import SystemClock
from ghost_cli.operating import result_of
from ghost_cli.render import say_note
from ghost_cli.wiring import Project

HAVE_TABLES = ("model", "seed", "snapshot", "source")
"""What dbt selects that has a table or a view."""


@dataclass(frozen=True)
class Asked:
    """What is compared: `tables` as schema.name, `select` as dbt does, and `steps`; all where nothing is named."""

    tables: Sequence[str] = ()
    select: Sequence[str] = ()
    steps: Sequence[str] = ()
    prefix: str = ""
    profiles_dir: Path | None = None


def observe(project: Project, ghost: GhostName, asked: Asked, *, want_tables: bool, want_files: bool) -> Observation:
    """Compare what is wanted of both halves. What cannot be compared is said, and is never equal."""
    tables, why_no_tables = _tables(project, ghost, asked) if want_tables else (None, "")
    files, why_no_files = _files(project, ghost, asked) if want_files and project.forks_steps else (None, "")
    halves = Halves(tables, files, why_no_tables, why_no_files)
    return observed(ghost, SystemClock().now(), halves, project.config.observe)


def _tables(project: Project, ghost: GhostName, asked: Asked) -> tuple[TablesObservation | None, str]:
    dbt = project.dbt(ghost, asked.profiles_dir)
    names = [*asked.tables, *(_selected(dbt, asked.select) if asked.select else ())]
    arguments = {"branch": ghost.branch} | ({"tables": names} if names else {})
    done = dbt("run-operation", "ghost_diff", "--args", json.dumps(arguments))
    if done.result is None:
        first = next(iter(done.error.strip().splitlines()), "dbt said nothing")
        say_note(f"dbt cannot run in your project, so keys are those of the settings alone: {first}")
        done = project.run_operation("ghost_diff", arguments, ghost.branch, asked.profiles_dir)
    try:
        return tables_of(result_of("ghost_diff", done)), ""
    except GhostError as error:
        return None, _told(error)


def _selected(dbt: Callable[..., DbtRun], select: Sequence[str]) -> list[str]:
    """The tables and views of what dbt selects, as schema.name. Raises GhostError where that is nothing."""
    keys = ("schema", "alias", "identifier", "name", "config")
    listed = dbt(
        "ls", "--select", *select, "--resource-types", *HAVE_TABLES, "--output", "json", "--output-keys", *keys
    )
    if not listed.ok:
        raise GhostError(f"dbt ls --select {' '.join(select)} failed:\n{listed.error}")
    nodes = [json.loads(line) for line in listed.lines if line.startswith("{")]
    names = [
        f"{node['schema']}.{node.get('alias') or node.get('identifier') or node['name']}"
        for node in nodes
        if (node.get("config") or {}).get("materialized") != "ephemeral"
    ]
    if not names:
        raise GhostError(f"nothing with a table is selected by {' '.join(select)}", "try it: dbt ls --select ...")
    return names


def _files(project: Project, ghost: GhostName, asked: Asked) -> tuple[ObjectsObservation | None, str]:
    observer = Observer(
        AwsComparedObjects(project.session),
        DuckRows(),
        AwsFailureQueues(project.session),
        SystemClock(),
        listing=lambda url: click.echo(f"listing {url}", err=True),
    )
    seen = see(project.ghosts, project.records, ghost)
    record = seen.stored.record if seen.stored else None
    if record is None or record.state == "dropped":
        say_note(f"{ghost.branch} forks no step, so there are no files of its own to compare")
        return None, ""
    paused = project.config.ingestion.paused
    try:
        return (
            observe_objects(observer, record, seen.found, paused=paused, steps=asked.steps, prefix=asked.prefix),
            "",
        )
    except GhostError as error:
        return None, _told(error)


def _told(error: GhostError) -> str:
    return f"{error.message}{f' ({error.hint})' if error.hint else ''}"
