"""Which code answers a statement, a function in a query, a table function."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.snowflake_double import errors
from tests.snowflake_double.names import bare, tokens
from tests.snowflake_double.rows import Rows

if TYPE_CHECKING:
    from tests.snowflake_double.session import Session

Handler = Callable[["Session", "re.Match[str]"], Rows | None]
ScalarFunction = Callable[..., Any]
TableFunction = Callable[..., Rows]


@dataclass(frozen=True)
class Route:
    pattern: re.Pattern[str]
    handler: Handler
    locked: bool


_first: list[Route] = []
_routes: list[Route] = []
FUNCTIONS: dict[str, ScalarFunction] = {}
TABLE_FUNCTIONS: dict[str, TableFunction] = {}

MODULES = (
    *(
        "session_statements",
        "databases",
        "schemas",
        "tables",
        "altering",
        "views",
        "comments",
        "show",
        "show_tables",
        "describe",
    ),
    *(
        "information_schema",
        "information_schema_more",
        "account_usage",
        "context",
        "scripting",
        "roles",
        "grants",
        "ownership",
        "show_grants",
        "procedures",
        "files",
        "others",
    ),
)


def statement(pattern: str, *, first: bool = False, locked: bool = True) -> Callable[[Handler], Handler]:
    """Register a handler for the statements that `pattern` matches in full.

    Matched against the statement without the comments and semicolons around it, case-blind, with `.` for line breaks
    too. Routes marked `first` are asked before all others. While a handler runs it holds the account's lock, unless
    `locked` is false: a handler that runs other statements through the session must not hold it.
    """

    def register(handler: Handler) -> Handler:
        (_first if first else _routes).append(Route(re.compile(pattern, re.I | re.S), handler, locked))
        return handler

    return register


def function(name: str) -> Callable[[ScalarFunction], ScalarFunction]:
    """Register a scalar function with constant arguments: `handler(session, *values)` gives one value."""

    def register(handler: ScalarFunction) -> ScalarFunction:
        FUNCTIONS[name.upper()] = handler
        return handler

    return register


def table_function(name: str) -> Callable[[TableFunction], TableFunction]:
    """Register what `table([db.]information_schema.name(...))` reads, by its last name.

    `handler(session, database, *values, **named)`: `database` is the one named before information_schema, or the
    session's; names of arguments are lower-case.
    """

    def register(handler: TableFunction) -> TableFunction:
        TABLE_FUNCTIONS[name.upper()] = handler
        return handler

    return register


def load() -> None:
    """Import every module that registers something."""
    for name in MODULES:
        importlib.import_module(f"tests.snowflake_double.{name}")


_QUERY = re.compile(r"(?:\(|SELECT\b|WITH\b|VALUES\b|INSERT\b|UPDATE\b|DELETE\b|MERGE\b|TRUNCATE\b)", re.I)


def answer(session: Session, text: str) -> Rows | None:
    """Run one statement: blocks and calls, then registered handlers, then queries and DML."""
    sql = bare(text)
    for route in _first:
        if match := route.pattern.fullmatch(sql):
            return _handle(session, route, match)
    if ";" in sql and any(token.text == ";" for token in tokens(sql)):
        count = 1 + sum(token.text == ";" for token in tokens(sql))
        raise errors.SnowflakeError(
            8, "0A000", f"Actual statement count {count} did not match the desired statement count 1."
        )
    for route in _routes:
        if match := route.pattern.fullmatch(sql):
            return _handle(session, route, match)
    if _QUERY.match(sql):
        from tests.snowflake_double import queries

        with session.double.lock:
            return queries.run(session, sql)
    raise errors.unmodelled(sql[:200] or "an empty statement")


def _handle(session: Session, route: Route, match: re.Match[str]) -> Rows | None:
    if not route.locked:
        return route.handler(session, match)
    with session.double.lock:
        return route.handler(session, match)
