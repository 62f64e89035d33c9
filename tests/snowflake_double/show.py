"""SHOW DATABASES, SCHEMAS."""

from __future__ import annotations

import re

from tests.snowflake_double import errors
from tests.snowflake_double.catalog import Database, Schema
from tests.snowflake_double.listing import LISTING, database_in, listed
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session

TERSE = ["created_on", "name", "kind", "database_name", "schema_name"]
_DATABASES = [
    *("created_on", "name", "is_default", "is_current", "origin", "owner", "comment", "options", "retention_time"),
    *("kind", "budget", "owner_role_type", "object_visibility"),
]
_SCHEMAS = [
    *("created_on", "name", "is_default", "is_current", "database_name", "owner", "comment", "options"),
    *("retention_time", "owner_role_type", "classification_profile_database", "classification_profile_schema"),
    *("classification_profile", "object_visibility"),
]


@statement(rf"SHOW\s+(?P<terse>TERSE\s+)?DATABASES(?P<history>\s+HISTORY)?{LISTING}")
def show_databases(session: Session, match: re.Match[str]) -> Rows:
    if match["history"]:
        raise errors.unmodelled("SHOW DATABASES HISTORY")
    found = listed(session, match, session.account.databases.values())
    if match["terse"]:
        return Rows(TERSE, [(d.created, d.name, d.type, None, None) for d in found])
    return Rows(_DATABASES, [_database(session, database) for database in found])


@statement(rf"SHOW\s+(?P<terse>TERSE\s+)?SCHEMAS(?P<history>\s+HISTORY)?{LISTING}")
def show_schemas(session: Session, match: re.Match[str]) -> Rows:
    if match["history"]:
        raise errors.unmodelled("SHOW SCHEMAS HISTORY")
    place = match["place"] or match["bare"]
    if match["account"] or not (place or session.database):
        around = [database for database in session.account.databases.values() if session.sees(database)]
    else:
        around = [database_in(session, place or (session.database or "",))]
    found = listed(session, match, [schema for database in around for schema in database.schemas.values()])
    if match["terse"]:
        return Rows(TERSE, [(s.created, s.name, None, s.database.name, None) for s in found])
    return Rows(_SCHEMAS, [_schema(session, schema) for schema in found])


def _database(session: Session, database: Database) -> tuple[object, ...]:
    current = "Y" if session.database == database.name else "N"
    options = "TRANSIENT" if database.transient else ""
    about = (database.owner or "", database.comment, options, str(database.retention_days))
    return (database.created, database.name, "N", current, database.origin, *about, database.type, None, "ROLE", None)


def _schema(session: Session, schema: Schema) -> tuple[object, ...]:
    current = "Y" if (session.database, session.schema) == schema.path else "N"
    options = [name for name, on in (("TRANSIENT", schema.transient), ("MANAGED ACCESS", schema.managed_access)) if on]
    days = schema.database.retention_days if schema.retention_days is None else schema.retention_days
    about = (schema.database.name, schema.owner or "", schema.comment, ", ".join(options), str(days), "ROLE")
    return (schema.created, schema.name, "N", current, *about, None, None, None, None)
