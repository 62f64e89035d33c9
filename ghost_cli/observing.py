"""What `observe` runs: the comparison of tables by dbt, that of files, and the bill."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from dbt_ghost.core.bill.bill import Actual
from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.observe.gate import Halves
from dbt_ghost.core.observe.objects import ObjectsObservation
from dbt_ghost.core.observe.observation import Observation, observed
from dbt_ghost.core.observe.tables import TablesObservation, tables_of
from dbt_ghost.core.record import Record
from dbt_ghost.operations.apply import see
from dbt_ghost.operations.bill import Biller, Warehouse, actual_bill
from dbt_ghost.operations.observe_objects import Observer, observe_objects
from dbt_ghost.operations.world import Found
from dbt_ghost.providers import price_table
from dbt_ghost.providers.aws.compared_objects import AwsComparedObjects
from dbt_ghost.providers.aws.failure_queues import AwsFailureQueues
from dbt_ghost.providers.aws.logs import AwsLogs
from dbt_ghost.providers.dbt_project import DbtRun
from dbt_ghost.providers.object_rows import DuckRows
from dbt_ghost.providers.process import SystemClock
from ghost_cli.operating import result_of
from ghost_cli.render import say_note
from ghost_cli.wiring import Project

SAMPLE_ROWS = 5
"""Of each side of a file, unless the settings ask for fewer."""

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


def observe(
    project: Project, ghost: GhostName, asked: Asked, *, want_tables: bool, want_files: bool, want_bill: bool
) -> Observation:
    """Compare what is wanted of both halves. What cannot be compared is said, and is never equal."""
    tables, why_no_tables = _tables(project, ghost, asked) if want_tables else (None, "")
    files, why_no_files, bill = None, "", None
    if project.forks_steps and (want_files or want_bill):
        try:
            record, found = _on_record(project, ghost)
            files = _files(project, record, found, asked) if record and want_files else None
            bill = _bill(project, record, found, tables) if record and want_bill else None
        except GhostError as error:
            why_no_files = _told(error)
    halves = Halves(tables, files, why_no_tables, why_no_files)
    return observed(ghost, SystemClock().now(), halves, project.config.observe, bill)


def _tables(project: Project, ghost: GhostName, asked: Asked) -> tuple[TablesObservation | None, str]:
    dbt = project.dbt(ghost, asked.profiles_dir)
    names = [*asked.tables, *(_selected(dbt, asked.select) if asked.select else ())]
    arguments = {"branch": ghost.branch} | ({"tables": names} if names else {})
    try:  # in the user's own project: its tests and contracts are the keys
        done = dbt("run-operation", "ghost_diff", "--args", json.dumps(arguments))
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


def _on_record(project: Project, ghost: GhostName) -> tuple[Record | None, Found]:
    seen = see(project.ghosts, project.records, ghost)
    if seen.stored and seen.stored.record.state != "dropped":
        return seen.stored.record, seen.found
    say_note(f"{ghost.branch} forks no step, so there are no files of its own to compare")
    return None, seen.found


def _files(project: Project, record: Record, found: Found, asked: Asked) -> ObjectsObservation:
    settings = project.config.observe
    observer = Observer(
        AwsComparedObjects(project.session),
        DuckRows(samples=min(SAMPLE_ROWS, settings.samples), ignore=settings.ignore),
        AwsFailureQueues(project.session),
        SystemClock(),
        listing=lambda url: click.echo(f"listing {url}", err=True),
    )
    paused = project.config.ingestion.paused
    return observe_objects(observer, record, found, paused=paused, steps=asked.steps, prefix=asked.prefix)


def _bill(project: Project, record: Record, found: Found, tables: TablesObservation | None) -> Actual:
    session = project.session
    biller = Biller(AwsLogs(session), AwsComparedObjects(session), SystemClock(), price_table.load())
    warehouse = None
    if tables is None:
        warehouse = Warehouse(why="tables were not compared, so the warehouse was not asked")
    elif tables.cost:
        why = "Snowflake has not written it yet, or the role may not read it (see `ghost_status`)"
        warehouse = Warehouse(tables.cost.credits, tables.cost.size_bytes, why=why)
    return actual_bill(biller, record, found, warehouse)


def _told(error: GhostError) -> str:
    return f"{error.message}{f' ({error.hint})' if error.hint else ''}"
