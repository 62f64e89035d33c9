"""Dynamic, Iceberg, hybrid, external and event tables.

A dynamic table has its query's rows as they were when it was made or refreshed by hand; nothing refreshes it by
itself. A (Snowflake-managed) Iceberg table is read and written like any table; no file is written to its volume. An
external table exists and cannot be read. An event table is empty. A hybrid table is like any table, its keys are not.

Properties of a DYNAMIC TABLE: body, target_lag, warehouse, refresh_mode, scheduling_state (RUNNING or SUSPENDED). Of an
ICEBERG TABLE: external_volume, base_location, catalog. Of an EXTERNAL TABLE: stage (path), location (as written),
file_format (options).
"""

from __future__ import annotations

import re
from typing import Any

from tests.snowflake_double import columns, errors, making, showing, stages, tables, tagging
from tests.snowflake_double.catalog import Column, Object
from tests.snowflake_double.clauses import Clauses, Options, group_of, said
from tests.snowflake_double.names import ANY_NAME, dotted
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session

_NEW = r"CREATE\s+(?P<replace>OR\s+REPLACE\s+)?(?P<temporary>\b\B)?"
_NAMED = rf"(?P<exists>IF\s+NOT\s+EXISTS\s+)?(?P<name>{ANY_NAME})(?P<rest>[\s(].*)?"
DYNAMIC_OPTIONS = ("TARGET_LAG", "WAREHOUSE", "REFRESH_MODE", "INITIALIZE", "COMMENT", "DATA_RETENTION_TIME_IN_DAYS")
ICEBERG_OPTIONS = ("EXTERNAL_VOLUME", "CATALOG", "BASE_LOCATION", "COMMENT", "DATA_RETENTION_TIME_IN_DAYS")
EVENTS = (
    *("TIMESTAMP", "START_TIMESTAMP", "OBSERVED_TIMESTAMP", "TRACE", "RESOURCE", "RESOURCE_ATTRIBUTES", "SCOPE"),
    *("SCOPE_ATTRIBUTES", "RECORD_TYPE", "RECORD", "RECORD_ATTRIBUTES", "VALUE", "EXEMPLARS"),
)


def _there(session: Session, match: re.Match[str]) -> Rows | None:
    """IF NOT EXISTS finds something: nothing else in the statement is looked at."""
    found = session.find("TABLE", match["name"]) if match["exists"] else None
    return Rows.status(f"{found.name} already exists, statement succeeded.") if found else None


def _options(text: str, allowed: tuple[str, ...]) -> Options:
    clauses = Clauses(text)
    found: Options = {}
    while not clauses.done:
        before = clauses.at
        if clauses.accept("CLUSTER", "BY"):
            clauses.group()
        elif clauses.accept("COPY", "GRANTS"):
            found["COPY GRANTS"] = "TRUE"
        clauses.options(allowed, found)
        if clauses.at == before:
            clauses.refuse()
    return found


@statement(rf"{_NEW}(?:TRANSIENT\s+)?DYNAMIC\s+TABLE\s+{_NAMED}")
def create_dynamic(session: Session, match: re.Match[str]) -> Rows:
    if there := _there(session, match):
        return there
    given = columns.definition(match["rest"] or "")
    options = _options(given.options, DYNAMIC_OPTIONS)
    for needed in ("TARGET_LAG", "WAREHOUSE"):
        if needed not in options:
            raise errors.syntax(f"Missing option(s): [{needed}]")
    if said(options, "INITIALIZE", "ON_CREATE").upper() != "ON_CREATE":
        raise errors.unmodelled("INITIALIZE other than ON_CREATE")
    if not given.query:
        raise errors.syntax("syntax error: AS expected in CREATE DYNAMIC TABLE")
    warehouse = making.account_item(session, "WAREHOUSE", said(options, "WAREHOUSE"))
    if not session.can("USAGE", warehouse):
        raise errors.insufficient("warehouse", warehouse.name)
    session.commit()
    made = Object("DYNAMIC TABLE", text=match[0], comment=said(options, "COMMENT"))
    made.properties = {
        **{"body": given.query, "target_lag": said(options, "TARGET_LAG"), "warehouse": warehouse.name},
        **{"refresh_mode": said(options, "REFRESH_MODE", "AUTO").upper(), "scheduling_state": "RUNNING"},
    }
    tables.create_from_query(session, made, given.query, given.columns)
    return tables.place(session, made, match, "COPY GRANTS" in options)


def _alter_dynamic(session: Session, item: Object, clauses: Clauses) -> bool:
    held = item.properties
    if clauses.accept("REFRESH"):
        _refresh(session, item)
    elif clauses.accept("SUSPEND"):
        held["scheduling_state"] = "SUSPENDED"
    elif clauses.accept("RESUME"):
        held["scheduling_state"] = "RUNNING"
    elif clauses.sees("SET") and not clauses.sees("SET", "TAG") and not clauses.sees("SET", "COMMENT"):
        clauses.expect("SET")
        options = clauses.options(("TARGET_LAG", "WAREHOUSE"))
        held |= {name.lower(): said(options, name) for name in options}
    else:
        return tagging.alter(session, item, clauses)
    return True


def _refresh(session: Session, item: Object) -> None:
    """Its query again, as its owner, with names looked up from where it is."""
    before = session.database, session.schema
    session.database, session.schema = item.path[:2]
    try:
        with session.acting_as(item.owner or ""):
            tables.create_from_query(session, item, item.properties["body"], [Column(c.name, "") for c in item.columns])
    finally:
        session.database, session.schema = before


def _operates(clauses: Clauses) -> str:
    return "OPERATE" if any(clauses.sees(word) for word in ("REFRESH", "SUSPEND", "RESUME")) else ""


@statement(rf"{_NEW}ICEBERG\s+TABLE\s+{_NAMED}")
def create_iceberg(session: Session, match: re.Match[str]) -> Rows:
    if there := _there(session, match):
        return there
    given = columns.definition(match["rest"] or "")
    options = _options(given.options, ICEBERG_OPTIONS)
    if said(options, "CATALOG", "SNOWFLAKE").upper() != "SNOWFLAKE":
        raise errors.unmodelled("Iceberg tables of another catalog than Snowflake's")
    for needed in ("EXTERNAL_VOLUME", "BASE_LOCATION"):
        if needed not in options:
            raise errors.syntax(f"Missing option(s): [{needed}]")
    volume = making.account_item(session, "EXTERNAL VOLUME", said(options, "EXTERNAL_VOLUME").upper())
    if not session.can("USAGE", volume):
        raise errors.insufficient("external volume", volume.name)
    session.commit()
    made = Object("ICEBERG TABLE", text=match[0], comment=said(options, "COMMENT"))
    made.properties = {"external_volume": volume.name, "base_location": said(options, "BASE_LOCATION")}
    made.properties["catalog"] = "SNOWFLAKE"
    if given.query:
        tables.create_from_query(session, made, given.query, given.columns)
    elif given.columns and given.typed:
        tables.create_empty(session, made, given.columns)
    else:
        raise errors.syntax("syntax error: columns with types or AS expected after the table's name")
    return tables.place(session, made, match, "COPY GRANTS" in options)


@statement(rf"{_NEW}HYBRID\s+TABLE\s+{_NAMED}")
def create_hybrid(session: Session, match: re.Match[str]) -> Rows:
    if there := _there(session, match):
        return there
    given = columns.definition(match["rest"] or "")
    options = _options(given.options, ("COMMENT",))
    if given.query or not given.typed:
        raise errors.unmodelled("a hybrid table without a list of columns")
    if "PRIMARY KEY" not in " ".join(match["rest"].upper().split()):
        raise errors.syntax("A hybrid table needs a primary key.")
    session.commit()
    made = Object("HYBRID TABLE", text=match[0], comment=said(options, "COMMENT"))
    tables.create_empty(session, made, given.columns)
    return tables.place(session, made, match)


def _read_external(session: Session, made: Object, clauses: Clauses) -> None:
    made.columns = [Column("VALUE", "VARIANT")]
    if clauses.next()[1] == "(":
        inner = Clauses(clauses.group())
        while not inner.done:
            name, kind = inner.identifier(), inner.until("AS", ",")
            made.columns.append(Column(name, columns.column_definitions(f"x {kind}")[0].type))
            inner.expect("AS")
            inner.group()
            inner.accept(",")
    clauses.accept("WITH")
    clauses.expect("LOCATION", "=")
    start = clauses.at
    path, folder = clauses.stage()
    location = clauses.text[start : clauses.at].strip()
    stage = session.get("STAGE", path)
    if not session.can("USAGE", stage):
        raise errors.insufficient("stage", stage.name)
    options = clauses.options(("FILE_FORMAT", "AUTO_REFRESH", "REFRESH_ON_CREATE", "PATTERN", "COMMENT"))
    made.comment = said(options, "COMMENT")
    file_format = stages.file_format(session, group_of(options, "FILE_FORMAT"))
    made.properties = {"stage": stage.path, "location": location, "file_format": file_format, "path": folder}


def _read_event(session: Session, made: Object, clauses: Clauses) -> None:
    made.comment = said(clauses.options(("COMMENT",)), "COMMENT")
    clauses.end()
    kinds = {"RECORD_TYPE": "VARCHAR(16777216)", **dict.fromkeys(EVENTS[:3], "TIMESTAMP_NTZ(9)")}
    tables.create_empty(session, made, [Column(name, kinds.get(name, "VARIANT")) for name in EVENTS])


making.alters("DYNAMIC TABLE", _alter_dynamic, rights=_operates)
making.creates("EXTERNAL TABLE", _read_external)
making.creates("EVENT TABLE", _read_event)
for _kind in ("DYNAMIC TABLE", "ICEBERG TABLE", "EXTERNAL TABLE"):
    making.drops(_kind)


def _dynamic_row(item: Object) -> tuple[Any, ...]:
    held = item.properties
    return (
        *(*showing.place(item), "", None, None, item.owner, held["target_lag"], None, held["refresh_mode"], None),
        *(held["warehouse"], item.comment, item.text, "OFF", held["scheduling_state"], None, "false", "false", "false"),
        *(item.created, "ROLE", None, None),
    )


def _external_row(item: Object) -> tuple[Any, ...]:
    held = item.properties
    return (
        *(*showing.place(item), "false", None, item.owner, item.comment, dotted(held["stage"]), held["location"]),
        *(None, held["file_format"]["TYPE"], "AWS", None, None, None, "UNSPECIFIED", None, "ROLE"),
    )


showing.show_objects(
    "DYNAMIC TABLES",
    ("DYNAMIC TABLE",),
    (
        *(*showing.PLACE, "cluster_by", "rows", "bytes", "owner", "target_lag", "scheduler", "refresh_mode"),
        *("refresh_mode_reason", "warehouse", "comment", "text", "automatic_clustering", "scheduling_state"),
        *("last_suspended_on", "is_clone", "is_replica", "is_iceberg", "data_timestamp", "owner_role_type"),
        *("immutable_where", "execute_as_user"),
    ),
    _dynamic_row,
)
showing.show_objects(
    "ICEBERG TABLES",
    ("ICEBERG TABLE",),
    (
        *(*showing.PLACE, "owner", "external_volume_name", "catalog_name", "iceberg_table_type"),
        *("catalog_table_name", "catalog_namespace", "base_location", "can_write_metadata", "comment", "name_mapping"),
        *(
            "owner_role_type",
            "catalog_sync_name",
            "auto_refresh_status",
            "partition_specs",
            "current_partition_spec_id",
        ),
    ),
    lambda item: (
        *(*showing.place(item), item.owner, item.properties["external_volume"], "SNOWFLAKE", "MANAGED", None, None),
        *(item.properties["base_location"], "Y", item.comment, None, "ROLE", None, None, None, None),
    ),
)
showing.show_objects(
    "HYBRID TABLES",
    ("HYBRID TABLE",),
    (*showing.PLACE, "owner", "rows", "bytes", "comment", "owner_role_type"),
    lambda item: (*showing.place(item), item.owner, None, None, item.comment, "ROLE"),
)
showing.show_objects(
    "EXTERNAL TABLES",
    ("EXTERNAL TABLE",),
    (
        *(*showing.PLACE, "invalid", "invalid_reason", "owner", "comment", "stage", "location", "file_format_name"),
        *("file_format_type", "cloud", "region", "notification_channel", "last_refreshed_on", "table_format"),
        *("last_refresh_details", "owner_role_type"),
    ),
    _external_row,
)
showing.show_objects(
    "EVENT TABLES",
    ("EVENT TABLE",),
    (*showing.PLACE, "owner", "comment", "owner_role_type"),
    lambda item: (*showing.place(item), item.owner, item.comment, "ROLE"),
)
