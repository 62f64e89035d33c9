"""information_schema's views of what is not a table, and its table functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.snowflake_double import errors
from tests.snowflake_double.catalog import VIEWS, Object, Schema, Securable
from tests.snowflake_double.information_schema import Row, _named, register
from tests.snowflake_double.names import constant, parse_name
from tests.snowflake_double.router import table_function
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session


def _routines(kind: str, schemas: list[Schema]) -> Iterator[tuple[Securable, Row]]:
    for item in (item for schema in schemas for item in schema.of_kind(kind)):
        about = {
            **{"ARGUMENT_SIGNATURE": item.properties.get("arguments"), "DATA_TYPE": item.properties.get("returns")},
            f"{kind}_LANGUAGE": item.properties.get("language"),
            f"{kind}_DEFINITION": item.properties.get("body"),
            **{"OWNER_ROLE_TYPE": "ROLE", "IS_SECURE": "NO", "IS_EXTERNAL": "NO", "VOLATILITY": "VOLATILE"},
        }
        yield item, {**_named(item, kind), **about}


def _functions(_: Session, schemas: list[Schema]) -> Iterator[tuple[Securable, Row]]:
    return _routines("FUNCTION", schemas)


def _procedures(_: Session, schemas: list[Schema]) -> Iterator[tuple[Securable, Row]]:
    return _routines("PROCEDURE", schemas)


def _sequences(_: Session, schemas: list[Schema]) -> Iterator[tuple[Securable, Row]]:
    for item in (item for schema in schemas for item in schema.of_kind("SEQUENCE")):
        start, increment = item.properties.get("start", 1), item.properties.get("increment", 1)
        about = {"START_VALUE": str(start), "NEXT_VALUE": str(item.properties.get("next", start))}
        yield item, {**_named(item, "SEQUENCE"), "DATA_TYPE": "NUMBER", **about, "INCREMENT": str(increment)}


def _stages(_: Session, schemas: list[Schema]) -> Iterator[tuple[Securable, Row]]:
    for item in (item for schema in schemas for item in schema.of_kind("STAGE")):
        url = item.properties.get("url")
        kind = "External Named" if url else "Internal Named"
        yield item, {**_named(item, "STAGE"), "STAGE_URL": url or None, "STAGE_TYPE": kind}


def _pipes(session: Session, schemas: list[Schema]) -> Iterator[tuple[Securable, Row]]:
    for item in (item for schema in schemas for item in schema.of_kind("PIPE")):
        about = {
            "DEFINITION": item.properties.get("copy"),
            "IS_AUTOINGEST_ENABLED": "YES" if item.properties.get("auto_ingest") else "NO",
            "NOTIFICATION_CHANNEL_NAME": item.properties.get("notification_channel"),
        }
        if session.can("OWNERSHIP", item) or session.can("MONITOR", item):
            yield item, {**_named(item, "PIPE"), **about}


def _file_formats(_: Session, schemas: list[Schema]) -> Iterator[tuple[Securable, Row]]:
    for item in (item for schema in schemas for item in schema.of_kind("FILE FORMAT")):
        kept = item.properties.get("options", {})
        yield (
            item,
            {
                **{**_named(item, "FILE_FORMAT"), "FILE_FORMAT_TYPE": item.properties.get("type")},
                **{key: _text(kept.get(key)) for key in ("FIELD_DELIMITER", "RECORD_DELIMITER", "COMPRESSION")},
                "SKIP_HEADER": int(kept.get("SKIP_HEADER", 0)),
            },
        )


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return constant(value) if str(value).startswith("'") else str(value)


_ROUTINE = "CATALOG SCHEMA NAME OWNER"
register(
    "FUNCTIONS",
    " ".join(f"FUNCTION_{part}" for part in _ROUTINE.split())
    + " ARGUMENT_SIGNATURE DATA_TYPE CHARACTER_MAXIMUM_LENGTH CHARACTER_OCTET_LENGTH NUMERIC_PRECISION "
    "NUMERIC_PRECISION_RADIX NUMERIC_SCALE FUNCTION_LANGUAGE FUNCTION_DEFINITION VOLATILITY IS_NULL_CALL IS_SECURE "
    "CREATED LAST_ALTERED COMMENT IS_EXTERNAL API_INTEGRATION IMPORTS HANDLER RUNTIME_VERSION PACKAGES",
    _functions,
)
register(
    "PROCEDURES",
    " ".join(f"PROCEDURE_{part}" for part in _ROUTINE.split())
    + " ARGUMENT_SIGNATURE DATA_TYPE CHARACTER_MAXIMUM_LENGTH CHARACTER_OCTET_LENGTH NUMERIC_PRECISION "
    "NUMERIC_PRECISION_RADIX NUMERIC_SCALE PROCEDURE_LANGUAGE PROCEDURE_DEFINITION CREATED LAST_ALTERED COMMENT "
    "EXTERNAL_ACCESS_INTEGRATIONS SECRETS RUNTIME_VERSION PACKAGES INSTALLED_PACKAGES OWNER_ROLE_TYPE",
    _procedures,
)
register(
    "SEQUENCES",
    "SEQUENCE_CATALOG SEQUENCE_SCHEMA SEQUENCE_NAME SEQUENCE_OWNER DATA_TYPE NUMERIC_PRECISION "
    "NUMERIC_PRECISION_RADIX NUMERIC_SCALE START_VALUE MINIMUM_VALUE MAXIMUM_VALUE NEXT_VALUE INCREMENT CYCLE_OPTION "
    "CREATED LAST_ALTERED ORDERED COMMENT",
    _sequences,
)
register(
    "STAGES",
    "STAGE_CATALOG STAGE_SCHEMA STAGE_NAME STAGE_URL STAGE_REGION STAGE_TYPE STAGE_OWNER COMMENT CREATED LAST_ALTERED",
    _stages,
)
register(
    "PIPES",
    "PIPE_CATALOG PIPE_SCHEMA PIPE_NAME PIPE_OWNER DEFINITION IS_AUTOINGEST_ENABLED NOTIFICATION_CHANNEL_NAME CREATED "
    "LAST_ALTERED COMMENT PATTERN",
    _pipes,
)
register(
    "FILE_FORMATS",
    "FILE_FORMAT_CATALOG FILE_FORMAT_SCHEMA FILE_FORMAT_NAME FILE_FORMAT_OWNER FILE_FORMAT_TYPE RECORD_DELIMITER "
    "FIELD_DELIMITER SKIP_HEADER DATE_FORMAT TIME_FORMAT TIMESTAMP_FORMAT BINARY_FORMAT ESCAPE ESCAPE_UNENCLOSED_FIELD "
    "TRIM_SPACE FIELD_OPTIONALLY_ENCLOSED_BY NULL_IF COMPRESSION ERROR_ON_COLUMN_COUNT_MISMATCH CREATED LAST_ALTERED "
    "COMMENT",
    _file_formats,
)

_POLICIES = (
    "POLICY_DB POLICY_SCHEMA POLICY_NAME POLICY_KIND REF_DATABASE_NAME REF_SCHEMA_NAME REF_ENTITY_NAME "
    "REF_ENTITY_DOMAIN REF_COLUMN_NAME REF_ARG_COLUMN_NAMES TAG_DATABASE TAG_SCHEMA TAG_NAME POLICY_STATUS"
).split()
_TAGS = (
    "TAG_DATABASE TAG_SCHEMA TAG_NAME TAG_VALUE APPLY_METHOD LEVEL OBJECT_DATABASE OBJECT_SCHEMA OBJECT_NAME DOMAIN "
    "COLUMN_NAME"
).split()


@table_function("POLICY_REFERENCES")
def policy_references(
    session: Session, _: str | None, ref_entity_name: str = "", ref_entity_domain: str = "", policy_name: str = ""
) -> Rows:
    if bool(ref_entity_name) != bool(ref_entity_domain) or bool(ref_entity_name) == bool(policy_name):
        raise errors.syntax("POLICY_REFERENCES takes ref_entity_name and ref_entity_domain, or policy_name.")
    if ref_entity_name:
        if ref_entity_domain.upper() not in ("TABLE", "VIEW"):
            raise errors.unmodelled(f"POLICY_REFERENCES of the domain {ref_entity_domain}")
        return Rows(_POLICIES, _uses(session, session.get("TABLE", ref_entity_name)))
    wanted = parse_name(policy_name)
    return Rows(
        _POLICIES, [row for item in session.account.objects() for row in _uses(session, item) if row[:3] == wanted]
    )


def _uses(session: Session, item: Object) -> list[tuple[Any, ...]]:
    """Those whose policy the session may apply, or owns with the table."""
    rows = []
    for use in item.policies:
        kind = use.policy.kind.replace(" ", "_")
        on_account = session.can(f"APPLY {use.policy.kind}", session.account)
        if not on_account and not (session.can("OWNERSHIP", item) and session.sees(use.policy)):
            continue
        masks = kind == "MASKING_POLICY"
        domain = "VIEW" if item.kind in VIEWS else "TABLE"
        arguments = None if masks else "[ " + ", ".join(f'"{name}"' for name in use.columns) + " ]"
        where = (*item.path, domain, use.columns[0] if masks else None, arguments)
        rows.append((*use.policy.path, kind, *where, None, None, None, "ACTIVE"))
    return rows


@table_function("TAG_REFERENCES")
def tag_references(session: Session, _: str | None, name: str, domain: str) -> Rows:
    found = _tagged(session, domain.upper(), name)
    rows: list[tuple[Any, ...]] = []
    item: Securable | None = found
    while item is not None:
        for use in item.tags:
            level = {"VIEW": "TABLE"}.get(item.kind, item.kind)
            method = "MANUAL" if item is found else "INHERITED"
            path = (*([None] * (3 - len(found.path))), *found.path)
            if use.column is None:
                rows.append((*use.tag.path, use.value, method, level, *path, domain.upper(), None))
        item = item.parent
    return Rows(_TAGS, rows, ["text"] * len(_TAGS))


def _tagged(session: Session, domain: str, name: str) -> Securable:
    if domain == "DATABASE":
        return session.get_database(name)
    if domain == "SCHEMA":
        return session.get_schema(name)
    if domain in ("TABLE", "STAGE", "STREAM", "TASK"):
        return session.get(domain, name)
    raise errors.unmodelled(f"TAG_REFERENCES of the domain {domain}")
