"""SHOW TABLES, VIEWS, OBJECTS, COLUMNS."""

from __future__ import annotations

import json
import re

from tests.snowflake_double.catalog import TABLE_LIKE, VIEWS, Column, Object
from tests.snowflake_double.listing import LISTING, objects_listed, schemas_in
from tests.snowflake_double.names import constant, like
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session
from tests.snowflake_double.show import TERSE

SHOWN_AS_TABLES = ("TABLE", "DYNAMIC TABLE", "ICEBERG TABLE", "HYBRID TABLE", "EVENT TABLE", "EXTERNAL TABLE")
_TABLES = [
    *("created_on", "name", "database_name", "schema_name", "kind", "comment", "cluster_by", "rows", "bytes", "owner"),
    *("retention_time", "automatic_clustering", "change_tracking", "search_optimization"),
    *("search_optimization_progress", "search_optimization_bytes", "is_external", "enable_schema_evolution"),
    *("owner_role_type", "is_event", "budget", "is_hybrid", "is_iceberg", "is_dynamic", "is_immutable"),
]
_VIEWS = [
    *("created_on", "name", "reserved", "database_name", "schema_name", "owner", "comment", "text", "is_secure"),
    *("is_materialized", "owner_role_type", "change_tracking"),
]
_OBJECTS = [
    *("created_on", "name", "database_name", "schema_name", "kind", "comment", "cluster_by", "rows", "bytes", "owner"),
    *("retention_time", "owner_role_type", "budget", "is_hybrid", "is_dynamic", "is_iceberg"),
]
_COLUMNS = [
    *("table_name", "schema_name", "column_name", "data_type", "null?", "default", "kind", "expression", "comment"),
    *("database_name", "autoincrement", "schema_evolution_record"),
]


@statement(rf"SHOW\s+(?P<terse>TERSE\s+)?TABLES{LISTING}")
def show_tables(session: Session, match: re.Match[str]) -> Rows:
    found = objects_listed(session, match, *SHOWN_AS_TABLES)
    return _terse(found) if match["terse"] else Rows(_TABLES, [_table(session, item) for item in found])


@statement(rf"SHOW\s+(?P<terse>TERSE\s+)?(?P<materialized>MATERIALIZED\s+)?VIEWS{LISTING}")
def show_views(session: Session, match: re.Match[str]) -> Rows:
    found = objects_listed(session, match, *(("MATERIALIZED VIEW",) if match["materialized"] else VIEWS))
    return _terse(found) if match["terse"] else Rows(_VIEWS, [_view(item) for item in found])


@statement(rf"SHOW\s+(?P<terse>TERSE\s+)?OBJECTS{LISTING}")
def show_objects(session: Session, match: re.Match[str]) -> Rows:
    found = objects_listed(session, match, *TABLE_LIKE)
    return _terse(found) if match["terse"] else Rows(_OBJECTS, [_object(session, item) for item in found])


@statement(rf"SHOW\s+COLUMNS{LISTING}")
def show_columns(session: Session, match: re.Match[str]) -> Rows:
    wanted = like(constant(match["like"])) if match["like"] else None
    if (match["scope"] or "").upper() in ("TABLE", "VIEW") or match["bare"]:
        items = [session.get("TABLE", match["place"] or match["bare"])]
    else:
        items = [o for s in schemas_in(session, match) for o in s.of_kind(*TABLE_LIKE) if session.sees(o)]
    return Rows(_COLUMNS, [_column(o, c) for o in items for c in o.columns if not wanted or wanted.fullmatch(c.name)])


def data_type(column: Column) -> str:
    """The JSON of SHOW COLUMNS."""
    base, _, sizes = column.type.rstrip(")").partition("(")
    numbers = [int(size) for size in sizes.split(",")] if sizes else []
    about: dict[str, object] = {"type": {"NUMBER": "FIXED", "VARCHAR": "TEXT", "FLOAT": "REAL"}.get(base, base)}
    if base == "NUMBER":
        about |= {"precision": numbers[0], "scale": numbers[1]}
    elif base == "VARCHAR":
        about |= {"length": numbers[0], "byteLength": min(numbers[0] * 4, 16777216)}
    elif numbers:
        about |= {"precision": 0, "scale": numbers[0]}
    return json.dumps({**about, "nullable": column.nullable}, separators=(",", ":"))


def retention(item: Object) -> int:
    own, schema = item.properties.get("retention_days"), item.schema
    inherited = schema.database.retention_days if schema.retention_days is None else schema.retention_days
    days = inherited if own is None else int(own)
    return min(days, 1) if is_transient(item) else days


def is_transient(item: Object) -> bool:
    return bool(item.properties.get("transient") or item.schema.transient or item.schema.database.transient)


def table_kind(item: Object) -> str:
    if item.properties.get("temporary"):
        return "TEMPORARY"
    return "TRANSIENT" if is_transient(item) else "TABLE"


def _terse(found: list[Object]) -> Rows:
    return Rows(TERSE, [(o.created, o.name, _kind(o), o.schema.database.name, o.schema.name) for o in found])


def _kind(item: Object) -> str:
    return "VIEW" if item.kind in VIEWS else "TABLE"


def _yes(found: bool) -> str:
    return "Y" if found else "N"


def _place(item: Object) -> tuple[object, ...]:
    return item.created, item.name, item.schema.database.name, item.schema.name


def _table(session: Session, item: Object) -> tuple[object, ...]:
    count = session.double.store.count(item)
    kind, by = table_kind(item), item.properties.get("cluster_by") or ""
    size = (by, count, None if count is None else count * 64, item.owner, str(retention(item)))
    flags = ("ON" if by else "OFF", "OFF", "OFF", None, None, _yes(item.kind == "EXTERNAL TABLE"), "N", "ROLE")
    kinds = [_yes(item.kind == f"{k} TABLE") for k in ("HYBRID", "ICEBERG", "DYNAMIC")]
    event = _yes(item.kind == "EVENT TABLE")
    return (*_place(item), kind, item.comment, *size, *flags, event, None, *kinds, "N")


def _view(item: Object) -> tuple[object, ...]:
    created, name, database, schema = _place(item)
    secure, materialized = bool(item.properties.get("secure")), item.kind == "MATERIALIZED VIEW"
    about = (item.owner, item.comment, item.text, _said(secure), _said(materialized), "ROLE", "OFF")
    return (created, name, "", database, schema, *about)


def _said(found: bool) -> str:
    return "true" if found else "false"


def _object(session: Session, item: Object) -> tuple[object, ...]:
    count = session.double.store.count(item)
    size = (item.properties.get("cluster_by") or "", count, None if count is None else count * 64)
    kinds = [_yes(item.kind == f"{k} TABLE") for k in ("HYBRID", "DYNAMIC", "ICEBERG")]
    return (*_place(item), _kind(item), item.comment, *size, item.owner, str(retention(item)), "ROLE", None, *kinds)


def _column(item: Object, column: Column) -> tuple[object, ...]:
    nullable = "true" if column.nullable else "NOT_NULL"
    about = (data_type(column), nullable, column.default or "", "COLUMN", "", column.comment)
    return (item.name, item.schema.name, column.name, *about, item.schema.database.name, "", None)
