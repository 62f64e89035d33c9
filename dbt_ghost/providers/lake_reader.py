"""Opens several DuckLake catalogs beside each other, to read and compare them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from dbt_ghost.core.errors import GhostError, NotFound
from dbt_ghost.providers.lake import load_extension, quoted


@contextmanager
def connect(catalogs: Mapping[str, Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory DuckDB with each catalog file attached read-only under its alias.

    A view inside a catalog reads that catalog, under whatever alias. Raises GhostError for a catalog that is missing
    or that a writer holds open.
    """
    with duckdb.connect(":memory:") as connection:
        load_extension(connection, "ducklake")
        for alias, catalog in catalogs.items():
            if not catalog.is_file():
                raise NotFound(f"there is no DuckLake catalog at {catalog}", "build the warehouse first")
            try:
                connection.execute(f"attach {quoted(f'ducklake:{catalog}')} as {identifier(alias)} (read_only)")
            except duckdb.Error as error:
                hint = "wait until the program that writes to it is done, then try again"
                raise GhostError(f"{catalog} cannot be opened: {error}", hint) from error
        yield connection


def identifier(name: str) -> str:
    """A SQL identifier, whatever is in the name."""
    return '"' + name.replace('"', '""') + '"'
