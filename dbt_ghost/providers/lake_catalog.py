"""SQL on the catalogs of an embedded warehouse: attach prod read-only, look whether it can be cloned, copy it."""

from __future__ import annotations

import importlib.util
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from dbt_ghost.core.errors import Conflict, GhostError, NotFound, Refused
from dbt_ghost.providers import lake_files
from dbt_ghost.providers.lake_files import Lake, Place

CATALOG_VERSION = "1.0"
"""The version of DuckLake's catalog tables that the copy below was tried on."""

EXTRA = 'pip install "dbt-ghost[duckdb]"'
LOCK_PATIENCE_S = 5.0
LOCKED = "Could not set lock"
METADATA = "__ducklake_metadata_prod"

Sleep = Callable[[float], None]


@dataclass(frozen=True)
class Prod:
    """Prod as a clone would see it: T (snapshot id, UTC time) and where its data is."""

    snapshot: int
    snapshot_at: datetime
    data: Path


def load_extension(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load a DuckDB extension from its wheel, else one installed before; never from the web."""
    wheel = importlib.util.find_spec(f"duckdb_extension_{name}")
    folder = Path(wheel.origin).parent if wheel is not None and wheel.origin else Path()
    file = folder / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
    try:
        connection.execute(f"load {quoted(str(file))}" if file.is_file() else f"load {name}")
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise GhostError(f"DuckDB {duckdb.__version__} cannot load its extension {name}: {reason}", EXTRA) from error


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def prod_attached(lake: Lake, sleep: Sleep = time.sleep) -> Iterator[duckdb.DuckDBPyConnection]:
    """Our own in-memory DuckDB with prod attached read-only as `prod`, its catalog's tables as METADATA."""
    if not lake.prod.catalog.is_file():
        raise NotFound(f"there is no warehouse at {lake.home}", "build prod first: dbt build --target prod")
    with duckdb.connect(":memory:") as connection:
        load_extension(connection, "ducklake")
        _attach(connection, lake.prod.catalog, sleep)
        yield connection


def _attach(connection: duckdb.DuckDBPyConnection, catalog: Path, sleep: Sleep) -> None:
    """Attach prod, waiting up to LOCK_PATIENCE_S for a writer to let go of it."""
    waited, pause = 0.0, 0.25
    while True:
        try:
            connection.execute(f"attach {quoted(f'ducklake:{catalog}')} as prod (read_only)")
            return
        except duckdb.Error as error:
            if LOCKED not in str(error):
                raise GhostError(f"{catalog} cannot be opened: {error}") from error
            if waited >= LOCK_PATIENCE_S:
                raise _locked(catalog, error) from error
        sleep(pause)
        waited += pause


def _locked(catalog: Path, error: duckdb.Error) -> Conflict:
    holder = re.search(r"PID (\d+)", str(error))
    who = f"process {holder[1]}" if holder else "another process"
    return Conflict(f"{catalog} is held open by {who}", "wait until it is done (a dbt run?), then try again")


def read_prod(lake: Lake, connection: duckdb.DuckDBPyConnection) -> Prod:
    metadata = dict(
        connection.execute(f"select key, value from {METADATA}.ducklake_metadata where scope is null").fetchall()
    )
    if metadata["version"] != CATALOG_VERSION:
        found = metadata["version"]
        raise GhostError(f"{lake.prod.catalog} has catalog version {found}", f"only {CATALOG_VERSION} can be cloned")
    data = Path(metadata["data_path"])
    if not data.is_absolute():
        raise GhostError(f"prod's data path {metadata['data_path']!r} is not a local folder", "ghosts link local files")
    _only_own_data(lake, data)
    _only_relative_paths(lake, connection)
    lake_files.can_link(data, lake.ghosts)
    snapshot, microseconds = connection.execute(
        f"select snapshot_id, epoch_us(snapshot_time) from {METADATA}.ducklake_snapshot"
        " order by snapshot_id desc limit 1"
    ).fetchall()[0]
    return Prod(snapshot, datetime.fromtimestamp(microseconds / 1_000_000, UTC), data)


def _only_own_data(lake: Lake, data: Path) -> None:
    """A moved or copied home names the data of another one; a symbolic link would lead a ghost out of its folder."""
    if data.resolve() != lake.prod.data.resolve():
        raise Refused(
            f"{lake.prod.catalog} keeps its data in {data}, not in {lake.prod.data}",
            "was the warehouse moved or copied? Give its first folder as `home`, or build it anew",
        )
    link = next(lake_files.symlinks(data), None)
    if link is not None:
        raise Refused(f"{link} is a symbolic link, which cannot be cloned", "put what it leads to in its place")


def _only_relative_paths(lake: Lake, connection: duckdb.DuckDBPyConnection) -> None:
    """A file that the catalog names by an absolute path would be prod's own, within reach of the ghost's clean-up."""
    tables = ("schema", "table", "data_file", "delete_file", "files_scheduled_for_deletion")
    rows = " union all ".join(
        f"select path from {METADATA}.ducklake_{table} where not path_is_relative" for table in tables
    )
    own_paths = f"select value from {METADATA}.ducklake_metadata where key = 'data_path' and scope is not null"
    paths = connection.execute(f"{rows} union all {own_paths} limit 1").fetchall()
    if paths:
        raise Refused(
            f"{lake.prod.catalog} names {paths[0][0]!r} by its absolute path: a ghost would share that file with prod",
            "keep every file of the warehouse below its data folder; copy in what ducklake_add_data_files added",
        )


def copy_catalog(connection: duckdb.DuckDBPyConnection, place: Place) -> None:
    connection.execute(f"attach {quoted(str(place.catalog))} as ghost")
    connection.execute(f"copy from database {METADATA} to ghost")
    connection.execute(
        "update ghost.ducklake_metadata set value = ? where key = 'data_path' and scope is null", [place.data_path]
    )
    connection.execute("detach ghost")


def check_whole(connection: duckdb.DuckDBPyConnection, place: Place) -> None:
    """Raises GhostError unless the ghost's folder has every file that prod's catalog lists, old snapshots' too."""
    for kind in ("data", "delete"):
        paths = connection.execute(
            f"select distinct s.path || t.path || f.path from {METADATA}.ducklake_{kind}_file f"
            f" join {METADATA}.ducklake_table t using (table_id) join {METADATA}.ducklake_schema s using (schema_id)"
        ).fetchall()
        missing = next((path for (path,) in paths if not (place.data / path).is_file()), None)
        if missing is not None:
            raise GhostError(
                f"prod's catalog lists {missing}, which is not among prod's files: the ghost would not be readable",
                "restore the file or the table in prod, then run ghost_clone again",
            )


def not_in_use(place: Place) -> None:
    """Raises Conflict while another process has the ghost open; a broken catalog is no reason to keep it."""
    if not place.catalog.is_file():
        return
    try:
        duckdb.connect(str(place.catalog), read_only=True).close()
    except duckdb.Error as error:
        if LOCKED in str(error):
            raise _locked(place.catalog, error) from error
