"""DESCRIBE TABLE, VIEW, DATABASE, SCHEMA."""

from __future__ import annotations

import re

from tests.snowflake_double import errors
from tests.snowflake_double.names import ANY_NAME
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session

_TABLE = [
    *("name", "type", "kind", "null?", "default", "primary key", "unique key", "check", "expression", "comment"),
    *("policy name", "privacy domain"),
]


@statement(
    r"DESC(?:RIBE)?\s+(?P<kind>(?:DYNAMIC\s+|ICEBERG\s+|EXTERNAL\s+)?TABLE|(?:MATERIALIZED\s+)?VIEW)\s+"
    rf"(?P<name>{ANY_NAME})(?:\s+TYPE\s*=\s*COLUMNS)?"
)
def describe_table(session: Session, match: re.Match[str]) -> Rows:
    found = session.get("TABLE", match["name"])
    if not session.sees(found):
        raise errors.does_not_exist("Table", found.full_name)
    rows = []
    for column in found.columns:
        masked = [use.policy.full_name for use in found.policies if use.columns == (column.name,)]
        about = (column.default, "N", "N", None, None, column.comment or None, masked[0] if masked else None, None)
        rows.append((column.name, column.type, "COLUMN", "Y" if column.nullable else "N", *about))
    return Rows(_TABLE, rows)


@statement(rf"DESC(?:RIBE)?\s+DATABASE\s+(?P<name>{ANY_NAME})")
def describe_database(session: Session, match: re.Match[str]) -> Rows:
    database = session.get_database(match["name"])
    found = [schema for schema in sorted(database.schemas.values(), key=lambda s: s.name) if session.sees(schema)]
    return Rows(["created_on", "name", "kind"], [(schema.created, schema.name, "SCHEMA") for schema in found])


@statement(rf"DESC(?:RIBE)?\s+SCHEMA\s+(?P<name>{ANY_NAME})")
def describe_schema(session: Session, match: re.Match[str]) -> Rows:
    schema = session.get_schema(match["name"])
    return Rows(
        ["created_on", "name", "kind"], [(o.created, o.name, o.kind) for o in schema.of_kind() if session.sees(o)]
    )
