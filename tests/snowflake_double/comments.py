"""COMMENT ON."""

from __future__ import annotations

import re

from tests.snowflake_double import errors
from tests.snowflake_double.altering import column_of
from tests.snowflake_double.catalog import KINDS, Database, Object, Schema, Securable, now
from tests.snowflake_double.names import ANY_NAME, STRING, constant, dotted, parse_name
from tests.snowflake_double.router import statement
from tests.snowflake_double.session import Session

_ANY = "|".join(kind.replace(" ", r"\s+") for kind in sorted(KINDS, key=len, reverse=True))


@statement(
    rf"COMMENT\s+(?P<exists>IF\s+EXISTS\s+)?ON\s+(?P<kind>DATABASE|SCHEMA|{_ANY})\s+(?P<name>{ANY_NAME})"
    rf"(?P<types>\s*\([^)]*\))?\s+IS\s+(?P<text>{STRING})"
)
def comment_on(session: Session, match: re.Match[str]) -> None:
    kind = " ".join(match["kind"].upper().split())
    found = _find(session, kind, match)
    if found is None:
        if match["exists"]:
            return
        raise errors.does_not_exist(kind, dotted(parse_name(match["name"])))
    if not session.can("MODIFY" if kind in ("DATABASE", "SCHEMA") else "OWNERSHIP", found):
        raise errors.insufficient(kind, found.name)
    found.comment = constant(match["text"])
    if isinstance(found, (Database, Schema, Object)):
        found.altered = now()


def _find(session: Session, kind: str, match: re.Match[str]) -> Securable | None:
    if kind == "DATABASE":
        return session.find_database(match["name"])
    if kind == "SCHEMA":
        return session.find_schema(match["name"])
    if match["types"]:
        raise errors.unmodelled(f"COMMENT ON {kind} with argument types")
    found = session.find(kind, match["name"])
    if found is not None and found.kind != kind:
        raise errors.invalid(f"Object found is of type '{found.kind}', not specified type '{kind}'.")
    return found


@statement(
    rf"COMMENT\s+(?:IF\s+EXISTS\s+)?ON\s+COLUMN\s+(?P<name>{ANY_NAME}(?:\s*\.\s*\S+)?)\s+IS\s+(?P<text>{STRING})"
)
def comment_on_column(session: Session, match: re.Match[str]) -> None:
    *path, name = parse_name(match["name"])
    found = session.get("TABLE", tuple(path))
    if not session.can("OWNERSHIP", found):
        raise errors.insufficient(found.kind, found.name)
    column_of(found, name).comment = constant(match["text"])
    found.altered = now()
