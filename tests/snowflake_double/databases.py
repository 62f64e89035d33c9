"""CREATE, ALTER, DROP DATABASE."""

from __future__ import annotations

import re

from tests.snowflake_double import errors
from tests.snowflake_double.catalog import Database, Schema, now
from tests.snowflake_double.cloning import Cloning
from tests.snowflake_double.moments import AT, moment_of_clause
from tests.snowflake_double.names import ANY_NAME, constant, options, parse_name
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session

CREATE_OPTIONS = ("DATA_RETENTION_TIME_IN_DAYS", "MAX_DATA_EXTENSION_TIME_IN_DAYS", "COMMENT")


@statement(
    rf"CREATE\s+(?P<replace>OR\s+REPLACE\s+)?(?P<transient>TRANSIENT\s+)?DATABASE\s+(?P<exists>IF\s+NOT\s+EXISTS\s+)?"
    rf"(?P<name>{ANY_NAME})(?:\s+CLONE\s+(?P<source>{ANY_NAME})(?:\s+{AT})?"
    r"(?P<lenient>\s+IGNORE\s+TABLES\s+WITH\s+INSUFFICIENT\s+DATA\s+RETENTION)?"
    r"(?P<hybrid>\s+IGNORE\s+HYBRID\s+TABLES)?)?(?P<options>(?:\s+\w+\s*=.*)?)"
)
def create_database(session: Session, match: re.Match[str]) -> Rows:
    (name,) = _one(match["name"])
    given = read_options(match["options"], CREATE_OPTIONS)
    if match["replace"] and match["exists"]:
        raise errors.syntax("options OR REPLACE and IF NOT EXISTS are incompatible.")
    old = session.account.databases.get(name)
    if old and match["exists"]:
        return Rows.status(f"{name} already exists, statement succeeded.")
    if not session.can("CREATE DATABASE", session.account):
        raise errors.insufficient("account", session.account.name)
    if old and not match["replace"]:
        raise errors.already_exists(name)
    if old:
        _require_owner(session, old)
    made = Database(name=name, owner=session.role, transient=bool(match["transient"]))
    _set(made, given)
    if match["source"]:
        source = session.get_database(match["source"])
        _clone(session, match, source, made)
        if "DATA_RETENTION_TIME_IN_DAYS" not in given:
            made.retention_days = source.retention_days
    else:
        made.add(Schema(name="PUBLIC", owner=session.role))
    if old:
        _discard(session, old)
    session.account.add(made)
    session.database, session.schema = name, "PUBLIC" if "PUBLIC" in made.schemas else None
    return Rows.status(f"Database {name} successfully created.")


def _clone(session: Session, match: re.Match[str], source: Database, made: Database) -> None:
    if source.type != "STANDARD":
        raise errors.invalid(f"Cannot clone from a shared database '{source.name}'.")
    if not session.can("USAGE", source):
        raise errors.does_not_exist("Database", source.name)
    if source.transient and not made.transient:
        raise errors.invalid(f"Transient object cannot be cloned to a permanent object: {source.name}")
    Cloning(session, moment_of_clause(session, match), bool(match["lenient"])).database(source, made)


@statement(rf"DROP\s+DATABASE\s+(?P<exists>IF\s+EXISTS\s+)?(?P<name>{ANY_NAME})(?:\s+(?:CASCADE|RESTRICT))?")
def drop_database(session: Session, match: re.Match[str]) -> Rows:
    found = session.find_database(match["name"])
    if found is None and match["exists"]:
        return Rows.status("Drop statement executed successfully (already dropped).")
    found = found or session.get_database(match["name"])
    _require_owner(session, found)
    _discard(session, found)
    del session.account.databases[found.name]
    if session.database == found.name:
        session.database = session.schema = None
    return Rows.status(f"{found.name} successfully dropped.")


@statement(rf"ALTER\s+DATABASE\s+(?P<exists>IF\s+EXISTS\s+)?(?P<name>{ANY_NAME})\s+RENAME\s+TO\s+(?P<to>{ANY_NAME})")
def rename_database(session: Session, match: re.Match[str]) -> None:
    found = session.find_database(match["name"])
    if found is None and match["exists"]:
        return
    found = found or session.get_database(match["name"])
    (to,) = _one(match["to"])
    _require_owner(session, found)
    if not session.can("CREATE DATABASE", session.account):
        raise errors.insufficient("account", session.account.name)
    if to in session.account.databases:
        raise errors.already_exists(to)
    del session.account.databases[found.name]
    if session.database == found.name:
        session.database = to
    found.name, found.altered = to, now()
    session.account.add(found)


@statement(
    rf"ALTER\s+DATABASE\s+(?P<exists>IF\s+EXISTS\s+)?(?P<name>{ANY_NAME})\s+SET\s+"
    r"(?P<options>(?:COMMENT|DATA_RETENTION_TIME_IN_DAYS|MAX_DATA_EXTENSION_TIME_IN_DAYS)\s*=.*)"
)
def alter_database(session: Session, match: re.Match[str]) -> None:
    found = session.find_database(match["name"])
    if found is None and match["exists"]:
        return
    found = found or session.get_database(match["name"])
    if not session.can("MODIFY", found):
        raise errors.insufficient("database", found.name)
    _set(found, read_options(match["options"], CREATE_OPTIONS, ordered=False))


@statement(rf"ALTER\s+DATABASE\s+(?P<name>{ANY_NAME})\s+UNSET\s+(?P<what>COMMENT|DATA_RETENTION_TIME_IN_DAYS)")
def unset_database(session: Session, match: re.Match[str]) -> None:
    found = session.get_database(match["name"])
    if not session.can("MODIFY", found):
        raise errors.insufficient("database", found.name)
    found.altered = now()
    if match["what"].upper() == "COMMENT":
        found.comment = ""
    else:
        found.retention_days = 1


def read_options(text: str, allowed: tuple[str, ...], ordered: bool = True) -> dict[str, str]:
    """Options in the grammar's order; anything else is refused."""
    try:
        given = options(text)
    except ValueError as error:
        raise errors.syntax(f"syntax error: {error}") from None
    if unknown := [key for key in given if key not in allowed]:
        raise errors.unmodelled(f"the option {unknown[0]}")
    if ordered and list(given) != [key for key in allowed if key in given]:
        raise errors.syntax(f"syntax error: the order is {', '.join(allowed)}")
    return given


def _set(database: Database, given: dict[str, str]) -> None:
    database.altered = now()
    if "COMMENT" in given:
        database.comment = constant(given["COMMENT"])
    if "DATA_RETENTION_TIME_IN_DAYS" in given:
        days = int(given["DATA_RETENTION_TIME_IN_DAYS"])
        if not 0 <= days <= (1 if database.transient else 90):
            raise errors.invalid(f"Invalid value [{days}] for parameter 'DATA_RETENTION_TIME_IN_DAYS'")
        database.retention_days = days


def _require_owner(session: Session, database: Database) -> None:
    if not session.can("OWNERSHIP", database):
        raise errors.insufficient("database", database.name)


def _discard(session: Session, database: Database) -> None:
    for schema in database.schemas.values():
        for item in (*schema.objects.values(), *(gone for _, gone in schema.dropped)):
            session.double.store.release(item)


def _one(name: str) -> tuple[str]:
    path = parse_name(name)
    if len(path) != 1:
        raise errors.syntax(f"a database has a name of one part, not {name}.")
    return (path[0],)
