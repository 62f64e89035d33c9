"""Sequences, and SHOW for functions and procedures (procedures.py makes those). Nothing draws from a sequence.

Properties of a SEQUENCE: start, increment, next, ordered.
"""

from __future__ import annotations

from typing import Any

from tests.snowflake_double import making, showing, tagging
from tests.snowflake_double.catalog import Object
from tests.snowflake_double.clauses import Clauses
from tests.snowflake_double.session import Session


def _number(clauses: Clauses, word: str, filler: str, default: int) -> int:
    """START [WITH] [=] n, INCREMENT [BY] [=] n."""
    if not clauses.accept(word):
        return default
    clauses.accept(filler)
    clauses.accept("=")
    return int(clauses.number())


def _read_sequence(session: Session, made: Object, clauses: Clauses) -> None:
    clauses.accept("WITH")
    start = _number(clauses, "START", "WITH", 1)
    increment = _number(clauses, "INCREMENT", "BY", 1)
    ordered = clauses.one_of("ORDER", "NOORDER") == "ORDER"
    made.comment = str(clauses.options(("COMMENT",)).get("COMMENT", ""))
    made.properties = {"start": start, "increment": increment, "next": start, "ordered": ordered}


making.creates("SEQUENCE", _read_sequence)
making.alters("SEQUENCE", tagging.alter)
making.drops("SEQUENCE")
showing.show_objects(
    "SEQUENCES",
    ("SEQUENCE",),
    (
        *("name", "database_name", "schema_name", "next_value", "interval", "created_on", "owner", "comment"),
        *("owner_role_type", "ordered"),
    ),
    lambda item: (
        *(item.name, item.schema.database.name, item.schema.name, item.properties["next"]),
        *(item.properties["increment"], item.created, item.owner, item.comment, "ROLE"),
        showing.yes(item.properties["ordered"]),
    ),
)


def _routine(item: Object) -> tuple[Any, ...]:
    """The columns that functions and procedures share, up to valid_for_clustering and is_secure."""
    held = item.properties
    count = item.signature.count(",") + (item.signature != "()")
    return (
        *(item.created, item.name, item.schema.name, "N", "N", "N", count, count),
        *(f"{item.name}{item.signature} RETURN {held['returns']}", item.comment or "user-defined function"),
        *(item.schema.database.name, showing.yes(str(held["returns"]).startswith("TABLE")), "N"),
        showing.yes(held.get("secure")),
    )


_SHARED = (
    *("created_on", "name", "schema_name", "is_builtin", "is_aggregate", "is_ansi", "min_num_arguments"),
    *("max_num_arguments", "arguments", "description", "catalog_name", "is_table_function", "valid_for_clustering"),
    "is_secure",
)
for _plural in ("USER FUNCTIONS", "FUNCTIONS"):  # there are no built-in ones to show
    showing.show_objects(
        _plural,
        ("FUNCTION",),
        (
            *(*_SHARED, "secrets", "external_access_integrations", "is_external_function", "language"),
            *("is_memoizable", "is_data_metric"),
        ),
        lambda item: (*_routine(item), None, None, "N", item.properties["language"], "N", "N"),
    )
for _plural in ("USER PROCEDURES", "PROCEDURES"):
    showing.show_objects(
        _plural,
        ("PROCEDURE",),
        (*_SHARED, "secrets", "external_access_integrations"),
        lambda item: (*_routine(item)[:9], item.comment or "user-defined procedure", *_routine(item)[10:], None, None),
    )
