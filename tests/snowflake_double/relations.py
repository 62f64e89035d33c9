"""Rows that are not stored but asked for: information_schema, table functions. DuckDB reads them as Arrow tables."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

import pyarrow

from tests.snowflake_double import errors
from tests.snowflake_double.catalog import Schema
from tests.snowflake_double.names import dotted
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.wire import rowtype

if TYPE_CHECKING:
    from tests.snowflake_double.session import Session

View = Callable[["Session", "list[str] | None", str], Rows]
VIEWS: dict[str, View] = {}  # of information_schema: (session, roles or the session's, database) -> Rows
ACCOUNT_VIEWS: dict[str, View] = {}  # of snowflake.account_usage

_numbers = itertools.count(1)
_ARROW = {
    **{"fixed": pyarrow.int64(), "boolean": pyarrow.bool_(), "real": pyarrow.float64(), "date": pyarrow.date32()},
    **{"timestamp_ltz": pyarrow.timestamp("us", "UTC"), "timestamp_tz": pyarrow.timestamp("us", "UTC")},
    "timestamp_ntz": pyarrow.timestamp("us"),
}


class Relations:
    """Those of one statement: `with Relations(session) as relations`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._names: list[str] = []

    def __enter__(self) -> Relations:
        return self

    def __exit__(self, *_: object) -> None:
        for name in self._names:
            self._session.duck.unregister(name)

    def add(self, rows: Rows) -> str:
        """Make the rows readable; the name they have in DuckDB."""
        name = f"R{next(_numbers)}"
        kinds = [_ARROW.get(column["type"], pyarrow.string()) for column in rowtype(rows)]
        kinds = [pyarrow.float64() if k == pyarrow.int64() and _fractions(rows, i) else k for i, k in enumerate(kinds)]
        arrays = [
            pyarrow.array([_cell(row[at], kind) for row in rows.rows], type=kind) for at, kind in enumerate(kinds)
        ]
        self._session.duck.register(name, pyarrow.Table.from_arrays(arrays, names=list(rows.columns)))
        self._names.append(name)
        return name

    def view(self, roles: list[str] | None, path: tuple[str, ...], home: Schema | None) -> str:
        """[db.]information_schema.x or snowflake.account_usage.x."""
        if path[0] == "SNOWFLAKE":
            found = ACCOUNT_VIEWS.get(path[2]) if path[1] == "ACCOUNT_USAGE" else None
            database = "SNOWFLAKE"
        else:
            found = VIEWS.get(path[-1])
            here = home.database.name if home else self._session.database
            database = self._session.get_database(path[:1] if len(path) == 3 else (here or "",)).name
        if found is None:
            raise errors.unmodelled(f"the view {dotted(path)}")
        return self.add(found(self._session, roles, database))


def _fractions(rows: Rows, at: int) -> bool:
    return any(row[at] is not None and int(row[at]) != row[at] for row in rows.rows)


def _cell(value: object, kind: pyarrow.DataType) -> object:
    return str(value) if value is not None and kind == pyarrow.string() else value
