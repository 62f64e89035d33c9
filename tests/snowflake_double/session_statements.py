"""USE, ALTER SESSION, SHOW PARAMETERS, transactions. USE ROLE is with the roles."""

from __future__ import annotations

import re

from tests.snowflake_double import errors
from tests.snowflake_double.names import ANY_NAME, STRING, constant, like, parse_name
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session

_PARAMETERS = {
    **{"QUERY_TAG": "", "TIMEZONE": "Etc/UTC", "STATEMENT_TIMEOUT_IN_SECONDS": "172800", "AUTOCOMMIT": "true"},
    **{"TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_NTZ", "QUOTED_IDENTIFIERS_IGNORE_CASE": "false", "WEEK_START": "0"},
    **{"LOCK_TIMEOUT": "43200", "ABORT_DETACHED_QUERY": "false", "MULTI_STATEMENT_COUNT": "1"},
    **{"TIMESTAMP_OUTPUT_FORMAT": "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM", "JSON_INDENT": "2"},
}


@statement(rf"USE\s+(?:DATABASE\s+)?(?!ROLE\b|SECONDARY\b|SCHEMA\b|WAREHOUSE\b|DATABASE\b)(?P<name>{ANY_NAME})")
def use_database(session: Session, match: re.Match[str]) -> Rows | None:
    if len(parse_name(match["name"])) == 2:
        return use_schema(session, match)
    database = session.find_database(match["name"])
    if database is None or not session.can("USAGE", database):
        raise errors.nowhere("Database", match["name"])
    session.database = database.name
    session.schema = "PUBLIC" if session.find_schema((database.name, "PUBLIC")) else None
    return None


@statement(rf"USE\s+SCHEMA\s+(?P<name>{ANY_NAME})")
def use_schema(session: Session, match: re.Match[str]) -> None:
    schema = session.find_schema(match["name"])
    if schema is None or not session.can("USAGE", schema):
        raise errors.nowhere("Schema", match["name"])
    session.database, session.schema = schema.database.name, schema.name


@statement(rf"USE\s+WAREHOUSE\s+(?P<name>{ANY_NAME})")
def use_warehouse(session: Session, match: re.Match[str]) -> None:
    (name,) = parse_name(match["name"])
    found = session.account.of_kind("WAREHOUSE").get(name)
    if found is None or not session.can("USAGE", found):
        raise errors.does_not_exist("Warehouse", name)
    session.warehouse = name


@statement(rf"ALTER\s+SESSION\s+SET\s+(?P<name>\w+)\s*=\s*(?P<value>{STRING}|[\w.]+)")
def alter_session(session: Session, match: re.Match[str]) -> None:
    name, value = match["name"].upper(), match["value"]
    if name not in _PARAMETERS:
        raise errors.unmodelled(f"the session parameter {name}")
    session.parameters[name] = constant(value) if value[0] in "'$" else value


@statement(r"ALTER\s+SESSION\s+UNSET\s+(?P<name>\w+)")
def unset_session(session: Session, match: re.Match[str]) -> None:
    if match["name"].upper() not in _PARAMETERS:
        raise errors.unmodelled(f"the session parameter {match['name'].upper()}")
    session.parameters.pop(match["name"].upper(), None)


@statement(
    rf"SHOW\s+PARAMETERS(?:\s+LIKE\s+(?P<like>{STRING}))?"
    rf"(?:\s+(?:IN|FOR)\s+(?P<scope>SESSION|ACCOUNT|DATABASE|SCHEMA)(?:\s+(?P<place>{ANY_NAME}))?)?"
)
def show_parameters(session: Session, match: re.Match[str]) -> Rows:
    columns = ["key", "value", "default", "level", "description", "type"]
    wanted = like(constant(match["like"])) if match["like"] else None
    rows: list[tuple[str, ...]] = []
    if (match["scope"] or "SESSION").upper() in ("SESSION", "ACCOUNT"):
        for key, default in sorted(_PARAMETERS.items()):
            value = session.parameters.get(key, default)
            rows.append((key, value, default, "SESSION" if key in session.parameters else "", "", "STRING"))
    else:
        rows.append(_retention(session, match))
    return Rows(columns, [row for row in rows if wanted is None or wanted.fullmatch(row[0])])


def _retention(session: Session, match: re.Match[str]) -> tuple[str, ...]:
    kind = match["scope"].upper()
    if kind == "DATABASE":
        database = session.get_database(match["place"] or (session.database or "",))
        days, level = database.retention_days, "" if database.retention_days == 1 else kind
    else:
        schema = session.get_schema(match["place"] or (session.database or "", session.schema or ""))
        own, inherited = schema.retention_days, schema.database.retention_days
        days, level = (inherited, "DATABASE") if own is None else (own, kind)
    return "DATA_RETENTION_TIME_IN_DAYS", str(days), "1", level, "", "NUMBER"


@statement(r"(?:BEGIN(?:\s+(?:WORK|TRANSACTION))?|START\s+TRANSACTION)(?:\s+NAME\s+\w+)?")
def begin(session: Session, _: re.Match[str]) -> None:
    session.begin()


@statement(r"COMMIT(?:\s+WORK)?")
def commit(session: Session, _: re.Match[str]) -> None:
    session.commit()


@statement(r"ROLLBACK(?:\s+WORK)?")
def rollback(session: Session, _: re.Match[str]) -> None:
    session.rollback()
