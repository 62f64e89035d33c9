"""Production beside an open ghost, as it is now and as it was at T: to compare them, read only.

Both are copies of production's catalog, its files stay where they are: an attached catalog would keep production's
writers out for as long as the comparison takes. What production's clean-up removes meanwhile ends it with an error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb

from dbt_ghost.providers.lake_catalog import METADATA, prod_attached, quoted
from dbt_ghost.providers.lake_files import Lake

NOW, THEN = "ghost_prod", "ghost_base"
"""The names of production in the ghost's connection."""

AT_ONCE = 4
"""Statements. Each uses all of DuckDB's threads where its tables are large."""

Connection = duckdb.DuckDBPyConnection


def attach(connection: Connection, lake: Lake, ghost: str, snapshot: int, folder: Path) -> dict[str, Any]:
    """Attach production as NOW, and as of `snapshot` as THEN; `ghost` is the open ghost's name there, `folder` is for
    the copies of the catalog and must outlive the connection.

    Returns {prod, base, touched: {prod, ghost}, note}: the names, `base` None where production keeps no snapshot of T;
    the tables that each side changed since T, as {lower-case schema.table: when last, UTC}, None where nobody knows.
    """
    copies = {each: folder / f"{each}.ducklake" for each in (NOW, THEN)}
    with prod_attached(lake) as other:
        for name, copy in copies.items():
            other.execute(f"attach {quoted(str(copy))} as {name}")
            other.execute(f"copy from database {METADATA} to {name}")
            other.execute(f"detach {name}")
    connection.execute(f"attach {quoted(f'ducklake:{copies[NOW]}')} as {NOW} (read_only)")
    is_kept = _has(connection, NOW, snapshot)
    if is_kept:
        at = f"read_only, snapshot_version {snapshot}"
        connection.execute(f"attach {quoted(f'ducklake:{copies[THEN]}')} as {THEN} ({at})")
    gone = f"production keeps no snapshot {snapshot} (T) any more: nobody can tell whose a difference is"
    return {
        "prod": NOW,
        "base": THEN if is_kept else None,
        "touched": {
            "prod": _touched(connection, NOW, snapshot) if is_kept else None,
            "ghost": _touched(connection, ghost, snapshot) if _has(connection, ghost, snapshot) else None,
        },
        "note": "" if is_kept else gone,
    }


def ask(connection: Connection, statements: Sequence[str]) -> list[dict[str, Any]]:
    """Each statement's column of JSON as {answers}, or {error}; several at once, the answers in order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda statement: _one(connection, statement), statements))


def _one(connection: Connection, statement: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        try:
            return {"answers": [json.loads(answer) for (answer,) in cursor.execute(statement).fetchall()]}
        except duckdb.Error as error:
            return {"error": str(error).splitlines()[0]}


def _has(connection: Connection, catalog: str, snapshot: int) -> bool:
    found = connection.execute(f"select 1 from ducklake_snapshots({quoted(catalog)}) where snapshot_id = {snapshot}")
    return found.fetchone() is not None


def _touched(connection: Connection, catalog: str, snapshot: int) -> dict[str, str]:
    """From DuckLake's own list of changes, which has rows that are not in files yet as well."""
    changes = connection.execute(
        "select changes, strftime(snapshot_time at time zone 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')"
        f" from ducklake_snapshots({quoted(catalog)}) where snapshot_id > {snapshot} order by snapshot_id"
    ).fetchall()
    names: dict[str, set[str]] = {}
    for number, schema, table in connection.execute(
        f"select t.table_id, s.schema_name, t.table_name from __ducklake_metadata_{catalog}.ducklake_table t"
        f" join __ducklake_metadata_{catalog}.ducklake_schema s using (schema_id)"
    ).fetchall():
        names.setdefault(str(number), set()).add(f"{schema}.{table}".lower())
    return {table: at for change, at in changes for table in _tables_of(change, names)}


def _tables_of(changes: Mapping[str, Sequence[str]], names: Mapping[str, set[str]]) -> set[str]:
    """A change names what it made, and numbers what it changed or removed: a renamed table has several names."""
    found = [each for kind, what in changes.items() if "schema" not in kind for each in what]
    return {name for each in found for name in names.get(each, {each.lower()})}
