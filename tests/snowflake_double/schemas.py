"""CREATE, ALTER, DROP SCHEMA."""

from __future__ import annotations

import re

from tests.snowflake_double import errors, rights
from tests.snowflake_double.catalog import Schema, now
from tests.snowflake_double.cloning import Cloning
from tests.snowflake_double.databases import read_options
from tests.snowflake_double.moments import AT, moment_of_clause
from tests.snowflake_double.names import ANY_NAME, constant
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session

_OPTIONS = ("DATA_RETENTION_TIME_IN_DAYS", "MAX_DATA_EXTENSION_TIME_IN_DAYS", "COMMENT")


@statement(
    rf"CREATE\s+(?P<replace>OR\s+REPLACE\s+)?(?P<transient>TRANSIENT\s+)?SCHEMA\s+(?P<exists>IF\s+NOT\s+EXISTS\s+)?"
    rf"(?P<name>{ANY_NAME})(?:\s+CLONE\s+(?P<source>{ANY_NAME})(?:\s+{AT})?"
    r"(?P<lenient>\s+IGNORE\s+TABLES\s+WITH\s+INSUFFICIENT\s+DATA\s+RETENTION)?"
    r"(?P<hybrid>\s+IGNORE\s+HYBRID\s+TABLES)?)?(?P<managed>\s+WITH\s+MANAGED\s+ACCESS)?"
    r"(?P<options>(?:\s+\w+\s*=.*)?)"
)
def create_schema(session: Session, match: re.Match[str]) -> Rows:
    database_name, name = session.qualify(match["name"], 2)
    database = session.get_database((database_name,))
    given = read_options(match["options"], _OPTIONS)
    old = database.schemas.get(name)
    if old and match["exists"] and session.sees(old):
        return Rows.status(f"{name} already exists, statement succeeded.")
    if not session.can("USAGE", database):
        raise errors.does_not_exist("Database", database.name)
    if not session.can("CREATE SCHEMA", database):
        raise errors.insufficient("database", database.name)
    if old and not match["replace"]:
        raise errors.already_exists(name)
    if old and not session.can("OWNERSHIP", old):
        raise errors.insufficient("schema", name)
    made = Schema(name=name, owner=session.role, managed_access=bool(match["managed"]))
    made.transient = bool(match["transient"]) or database.transient
    made.database = database
    _set(made, given)
    if match["source"]:
        source = session.get_schema(match["source"])
        if not session.can("USAGE", source):
            raise errors.does_not_exist("Schema", source.full_name)
        Cloning(session, moment_of_clause(session, match), bool(match["lenient"])).schema(source, made)
    if old:
        _discard(session, old)
    database.add(made)
    rights.created(session.account, made)
    session.database, session.schema = database.name, name
    return Rows.status(f"Schema {name} successfully created.")


@statement(rf"DROP\s+SCHEMA\s+(?P<exists>IF\s+EXISTS\s+)?(?P<name>{ANY_NAME})(?:\s+(?:CASCADE|RESTRICT))?")
def drop_schema(session: Session, match: re.Match[str]) -> Rows:
    found = session.find_schema(match["name"])
    if found is None and match["exists"]:
        return Rows.status("Drop statement executed successfully (already dropped).")
    found = found or session.get_schema(match["name"])
    _require_owner(session, found)
    _discard(session, found)
    del found.database.schemas[found.name]
    if (session.database, session.schema) == found.path:
        session.schema = None
    return Rows.status(f"{found.name} successfully dropped.")


@statement(rf"ALTER\s+SCHEMA\s+(?P<exists>IF\s+EXISTS\s+)?(?P<name>{ANY_NAME})\s+RENAME\s+TO\s+(?P<to>{ANY_NAME})")
def rename_schema(session: Session, match: re.Match[str]) -> None:
    found = session.find_schema(match["name"])
    if found is None and match["exists"]:
        return
    found = found or session.get_schema(match["name"])
    database_name, to = session.qualify(match["to"], 2)
    database = session.get_database((database_name,))
    _require_owner(session, found)
    if not session.can("CREATE SCHEMA", database):
        raise errors.insufficient("database", database.name)
    if to in database.schemas:
        raise errors.already_exists(to)
    del found.database.schemas[found.name]
    if (session.database, session.schema) == found.path:
        session.database, session.schema = database.name, to
    found.name, found.altered = to, now()
    database.add(found)


@statement(
    rf"ALTER\s+SCHEMA\s+(?P<exists>IF\s+EXISTS\s+)?(?P<name>{ANY_NAME})\s+SET\s+"
    r"(?P<options>(?:COMMENT|DATA_RETENTION_TIME_IN_DAYS|MAX_DATA_EXTENSION_TIME_IN_DAYS)\s*=.*)"
)
def alter_schema(session: Session, match: re.Match[str]) -> None:
    found = session.find_schema(match["name"])
    if found is None and match["exists"]:
        return
    found = found or session.get_schema(match["name"])
    if not session.can("MODIFY", found):
        raise errors.insufficient("schema", found.name)
    _set(found, read_options(match["options"], _OPTIONS, ordered=False))


@statement(rf"ALTER\s+SCHEMA\s+(?P<name>{ANY_NAME})\s+(?P<how>ENABLE|DISABLE)\s+MANAGED\s+ACCESS")
def manage_schema(session: Session, match: re.Match[str]) -> None:
    found = session.get_schema(match["name"])
    _require_owner(session, found)
    found.managed_access = match["how"].upper() == "ENABLE"
    found.altered = now()


def _set(schema: Schema, given: dict[str, str]) -> None:
    schema.altered = now()
    if "COMMENT" in given:
        schema.comment = constant(given["COMMENT"])
    if "DATA_RETENTION_TIME_IN_DAYS" in given:
        schema.retention_days = int(given["DATA_RETENTION_TIME_IN_DAYS"])


def _require_owner(session: Session, schema: Schema) -> None:
    if not session.can("OWNERSHIP", schema):
        raise errors.insufficient("schema", schema.name)


def _discard(session: Session, schema: Schema) -> None:
    for item in (*schema.objects.values(), *(gone for _, gone in schema.dropped)):
        session.double.store.release(item)
