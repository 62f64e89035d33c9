"""Small DuckLakes for the tests of the embedded warehouse."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from dbt_ghost.core.naming import GhostName
from dbt_ghost.providers import lake
from dbt_ghost.providers.lake_files import Lake, Place

NAME = GhostName("shop", "fix/late-orders")
OTHER = GhostName("shop", "feature/other")
LATER = datetime.now(UTC) + timedelta(days=3)


@contextmanager
def opened(place: Place) -> Iterator[duckdb.DuckDBPyConnection]:
    """The lake as `lake`, for writing, as dbt opens it."""
    with duckdb.connect(":memory:") as connection:
        lake.load_extension(connection, "ducklake")
        connection.execute(f"attach 'ducklake:{place.catalog}' as lake (data_path '{place.data_path}')")
        yield connection


def make_prod(home: Path) -> Lake:
    """Prod with a table of two data files and a delete file, a view on it, and rows that live in the catalog."""
    home.mkdir()
    made = Lake(home)
    with opened(made.prod) as connection:
        connection.execute("create schema lake.raw")
        connection.execute("create table lake.raw.orders as select n as id, n * 2 as total from range(5000) r(n)")
        connection.execute("insert into lake.raw.orders select n, 0 from range(5000, 9000) r(n)")
        connection.execute("delete from lake.raw.orders where id % 3 = 0")
        connection.execute("create view lake.raw.amount as select count(*) as orders from lake.raw.orders")
        connection.execute("create table lake.raw.inlined as select 1 as one")
    return made


def contents(place: Place) -> list[tuple[object, ...]]:
    """What a reader of the lake gets."""
    with opened(place) as connection:
        queries = (
            "select count(*), sum(id), sum(total) from lake.raw.orders",
            "select * from lake.raw.amount",
            "select * from lake.raw.inlined",
        )
        return [row for query in queries for row in connection.execute(query).fetchall()]


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below the folder, ghosts left out."""
    files = (file for file in folder.rglob("*") if file.is_file() and "ghosts" not in file.relative_to(folder).parts)
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
