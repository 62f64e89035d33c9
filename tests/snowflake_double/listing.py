"""What every SHOW shares: which objects it lists."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

from tests.snowflake_double import errors
from tests.snowflake_double.catalog import Database, Object, Schema, Securable
from tests.snowflake_double.names import ANY_NAME, STRING, constant, dotted, like
from tests.snowflake_double.session import Session

# Follows SHOW <kind> in a regex. IN takes a database, a schema, ACCOUNT, or nothing: then where the session stands.
LISTING = (
    rf"(?:\s+LIKE\s+(?P<like>{STRING}))?"
    rf"(?:\s+IN\s+(?:(?P<account>ACCOUNT)|(?P<scope>DATABASE|SCHEMA|TABLE|VIEW)(?:\s+(?P<place>(?!STARTS\b|LIMIT\b)"
    rf"{ANY_NAME}))?|(?P<bare>{ANY_NAME})))?"
    rf"(?:\s+STARTS\s+WITH\s+(?P<starts>{STRING}))?"
    rf"(?:\s+LIMIT\s+(?P<limit>\d+)(?:\s+FROM\s+(?P<after>{STRING}))?)?"
)
MOST = 10_000  # SHOW returns no more

Listed = TypeVar("Listed", bound=Securable)


def listed(session: Session, match: re.Match[str], items: Iterable[Listed]) -> list[Listed]:
    """Those of `items` that LIKE, STARTS WITH and LIMIT .. FROM leave and the session sees, by name."""
    wanted = like(constant(match["like"])) if match["like"] else None
    starts = constant(match["starts"]) if match["starts"] else ""
    after = constant(match["after"]) if match["after"] else ""
    found = [
        item
        for item in items
        if (wanted is None or wanted.fullmatch(item.name))
        and item.name.startswith(starts)
        and item.name > after
        and session.sees(item)
    ]
    found.sort(key=lambda item: item.name)
    return found[: int(match["limit"] or MOST)]


def schemas_in(session: Session, match: re.Match[str]) -> list[Schema]:
    """The schemas that IN names. Without IN: the session's database, or the account."""
    scope, place = (match["scope"] or "").upper(), match["place"]
    if match["bare"]:
        return [_schema(session, match["bare"])]
    if scope == "SCHEMA" and (place or session.schema):
        return [_schema(session, place or (session.database or "", session.schema or ""))]
    if match["account"] or not (place or session.database):
        return list(session.account.schemas())
    return list(database_in(session, place or (session.database or "",)).schemas.values())


def database_in(session: Session, name: str | tuple[str, ...]) -> Database:
    if found := session.find_database(name):
        return found
    raise errors.nowhere("Database", dotted(session.qualify(name, 1)))


def _schema(session: Session, name: str | tuple[str, ...]) -> Schema:
    if found := session.find_schema(name):
        return found
    raise errors.nowhere("Schema", dotted(session.qualify(name, 2)))


def objects_listed(session: Session, match: re.Match[str], *kinds: str) -> list[Object]:
    """The objects of these kinds that the SHOW lists."""
    schemas = schemas_in(session, match)
    temporary = [item for (schema, _), item in session.temporary.items() if schema in schemas and item.kind in kinds]
    seen = [schema for schema in schemas if session.sees(schema)]
    return listed(session, match, [*temporary, *(item for schema in seen for item in schema.of_kind(*kinds))])
