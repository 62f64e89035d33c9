"""The embedded warehouse: clone and drop a branch's DuckLake. The dbt plugin and the CLI both come here.

A clone is a copy of prod's catalog (its data paths made the ghost's) and hard links to prod's Parquet files: flat in
the data's size. DuckLake never writes into a file, and removing a hard link removes the ghost's name of it only, so
nothing that a ghost does reaches prod's files.
"""

from __future__ import annotations

import importlib.util
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from dbt_ghost import __version__
from dbt_ghost.core.errors import Conflict, GhostError, NotFound, Refused
from dbt_ghost.core.naming import GhostName
from dbt_ghost.providers import lake_files
from dbt_ghost.providers.lake_files import Lake, Link, Place, Provenance

CATALOG_VERSION = "1.0"
"""The version of DuckLake's catalog tables that the copy below was tried on."""

EXTRA = 'pip install "dbt-ghost[duckdb]"'
LOCK_PATIENCE_S = 5.0
LOCKED = "Could not set lock"
METADATA = "__ducklake_metadata_prod"

Sleep = Callable[[float], None]


@dataclass(frozen=True)
class Prod:
    """Prod as a clone would see it: T (snapshot id, UTC time) and the number of data files."""

    snapshot: int
    snapshot_at: datetime
    files: int
    data: Path


def now() -> datetime:
    return datetime.now(UTC)


def prod(lake: Lake, sleep: Sleep = time.sleep) -> Prod:
    """Look at prod, read only. Raises whatever a clone would be refused for."""
    with _prod_attached(lake, sleep) as connection:
        return _read_prod(lake, connection)


def clone(lake: Lake, name: GhostName, expires_at: datetime, *, link: Link = os.link) -> tuple[Provenance, bool]:
    """Make the branch's ghost, or keep the one there is (and renew its expiry). Returns (provenance, made it)."""
    there = lake_files.ours(lake, name, now())
    if there is not None and there.state == "ready":
        return renew(lake, name, expires_at), False
    prod(lake)
    begin(lake, name, expires_at)
    copy(lake, name, link=link)
    return ready(lake, name), True


def begin(lake: Lake, name: GhostName, expires_at: datetime) -> Provenance:
    """Take the ghost's place: ghost.json, saying `building`, exists before anything else does."""
    place, at = lake.ghost(name), now()
    there = lake_files.ours(lake, name, at)
    if there is not None and there.state == "ready":
        raise Refused(f"{place.folder} is already there", "drop it first")
    provenance = Provenance(
        project=name.project,
        branch=name.branch,
        source=str(lake.prod.catalog),
        state="building",
        created_at=at,
        expires_at=expires_at,
        version=__version__,
        owner=lake_files.owner(),
        lease_until=at + lake_files.LEASE,
    )
    place.folder.mkdir(parents=True, exist_ok=True)
    lake_files.write_provenance(place, provenance, first=there is None)
    lake_files.wipe(place, with_folder=False)
    return provenance


def copy(lake: Lake, name: GhostName, *, link: Link = os.link, sleep: Sleep = time.sleep) -> int:
    """Copy prod's catalog, then link its files; returns how many.

    Prod stays attached read-only meanwhile: its lock keeps writers out, so no file vanishes in between.
    """
    place, provenance = lake.ghost(name), _building(lake, name)
    with _prod_attached(lake, sleep) as connection:
        source = _read_prod(lake, connection)
        _copy_catalog(connection, place)
        files = lake_files.link_tree(source.data, place.data, link)
    copied = {"snapshot": source.snapshot, "snapshot_at": source.snapshot_at}
    lake_files.write_provenance(place, provenance.model_copy(update=copied))
    return files


def ready(lake: Lake, name: GhostName) -> Provenance:
    """The last step: from now on the ghost may be used."""
    provenance = _building(lake, name)
    if provenance.snapshot is None:
        raise Refused(f"{lake.ghost(name).folder} holds no catalog yet", "run ghost_clone again")
    done = provenance.model_copy(update={"state": "ready"})
    lake_files.write_provenance(lake.ghost(name), done)
    return done


def renew(lake: Lake, name: GhostName, expires_at: datetime) -> Provenance:
    """Let an existing ghost live until `expires_at`."""
    there = lake_files.ours(lake, name, now())
    if there is None or there.state != "ready":
        raise NotFound(f"there is no ghost of branch {name.branch!r}", "run ghost_clone")
    renewed = there.model_copy(update={"expires_at": expires_at})
    lake_files.write_provenance(lake.ghost(name), renewed)
    return renewed


def drop(lake: Lake, name: GhostName) -> bool:
    """Remove the branch's ghost; False if there is none. Raises Refused for what is not this ghost, or is in use."""
    place, at = lake.ghost(name), now()
    there = lake_files.ours(lake, name, at)
    if there is None:
        _remove_empty(place)
        return False
    _not_in_use(place)
    going = {"state": "dropping", "owner": lake_files.owner(), "lease_until": at + lake_files.LEASE}
    lake_files.write_provenance(place, there.model_copy(update=going))
    lake_files.wipe(place, with_folder=True)
    return True


def list_ghosts(lake: Lake, project: str) -> tuple[Provenance, ...]:
    """Every ghost of the project, by branch. Folders that are not ghosts are passed over."""
    if not lake.ghosts.is_dir():
        return ()
    found = (lake_files.look(Place(folder)).provenance for folder in lake.ghosts.iterdir())
    mine = (provenance for provenance in found if provenance is not None and provenance.project == project)
    return tuple(sorted(mine, key=lambda provenance: provenance.branch))


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
def _prod_attached(lake: Lake, sleep: Sleep) -> Iterator[duckdb.DuckDBPyConnection]:
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


def _read_prod(lake: Lake, connection: duckdb.DuckDBPyConnection) -> Prod:
    metadata = dict(
        connection.execute(f"select key, value from {METADATA}.ducklake_metadata where scope is null").fetchall()
    )
    if metadata["version"] != CATALOG_VERSION:
        found = metadata["version"]
        raise GhostError(f"{lake.prod.catalog} has catalog version {found}", f"only {CATALOG_VERSION} can be cloned")
    data = Path(metadata["data_path"])
    if not data.is_absolute():
        raise GhostError(f"prod's data path {metadata['data_path']!r} is not a local folder", "ghosts link local files")
    _only_relative_paths(lake, connection)
    lake_files.can_link(data, lake.ghosts)
    snapshot, microseconds, files = connection.execute(
        f"select snapshot_id, epoch_us(snapshot_time), (select count(*) from {METADATA}.ducklake_data_file)"
        f" from {METADATA}.ducklake_snapshot order by snapshot_id desc limit 1"
    ).fetchall()[0]
    return Prod(snapshot, datetime.fromtimestamp(microseconds / 1_000_000, UTC), files, data)


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


def _copy_catalog(connection: duckdb.DuckDBPyConnection, place: Place) -> None:
    connection.execute(f"attach {quoted(str(place.catalog))} as ghost")
    connection.execute(f"copy from database {METADATA} to ghost")
    connection.execute(
        "update ghost.ducklake_metadata set value = ? where key = 'data_path' and scope is null", [place.data_path]
    )
    connection.execute("detach ghost")


def _building(lake: Lake, name: GhostName) -> Provenance:
    provenance = lake_files.ours(lake, name, now())
    if provenance is None or provenance.state != "building":
        raise Refused(f"{lake.ghost(name).folder} is not being built", "run ghost_clone")
    return provenance


def _not_in_use(place: Place) -> None:
    """Raises Conflict while another process has the ghost open; a broken catalog is no reason to keep it."""
    if not place.catalog.is_file():
        return
    try:
        duckdb.connect(str(place.catalog), read_only=True).close()
    except duckdb.Error as error:
        if LOCKED in str(error):
            raise _locked(place.catalog, error) from error


def _remove_empty(place: Place) -> None:
    """What a crash before the first ghost.json left: an empty folder, or one with a draft."""
    if place.folder.is_dir() and not place.folder.is_symlink():
        place.draft.unlink(missing_ok=True)
        place.folder.rmdir()
