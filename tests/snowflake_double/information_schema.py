"""The views of information_schema. They list what the role has a privilege on; MANAGE GRANTS does not count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.snowflake_double import rights
from tests.snowflake_double.catalog import TABLE_LIKE, VIEWS, Column, Database, Object, Schema, Securable
from tests.snowflake_double.relations import VIEWS as REGISTERED
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session
from tests.snowflake_double.show_tables import is_transient, retention

Row = dict[str, Any]
_TEXT, _NUMBER, _MOMENT, _BOOLEAN = "text", "fixed", "timestamp_ltz", "boolean"
_MOMENTS = ("CREATED", "LAST_ALTERED", "LAST_DDL")
_NUMBERS = (
    *("ROW_COUNT", "BYTES", "RETENTION_TIME", "ORDINAL_POSITION", "CHARACTER_MAXIMUM_LENGTH"),
    *("CHARACTER_OCTET_LENGTH", "NUMERIC_PRECISION", "NUMERIC_PRECISION_RADIX", "NUMERIC_SCALE", "SKIP_HEADER"),
)


def register(name: str, columns: str, rows: Callable[[Session, list[Schema]], Iterator[tuple[Securable, Row]]]) -> None:
    """`columns` in order; a row says those that are not NULL."""
    names = columns.split()

    def view(session: Session, roles: list[str] | None, database: str) -> Rows:
        asked = session.roles() if roles is None else roles
        found = [
            row
            for item, row in rows(session, _schemas(session, asked, session.account.databases[database]))
            if _held(session, asked, item)
        ]
        types = [_MOMENT if n in _MOMENTS else _NUMBER if n in _NUMBERS else _TEXT for n in names]
        types = [_BOOLEAN if n == "AUTO_CLUSTERING_ON" else kind for n, kind in zip(names, types, strict=True)]
        return Rows(names, [tuple(row.get(n) for n in names) for row in found], types)

    REGISTERED[name] = view


def _held(session: Session, roles: list[str], item: Securable) -> bool:
    return session.owns_temporary(item) or rights.holds(session.account, roles, item)


def _schemas(session: Session, roles: list[str], database: Database) -> list[Schema]:
    found = sorted(database.schemas.values(), key=lambda schema: schema.name)
    return [schema for schema in found if rights.holds(session.account, roles, schema)]


def _yes(found: object) -> str:
    return "YES" if found else "NO"


def _times(item: Object) -> Row:
    return {"CREATED": item.created, "LAST_ALTERED": item.altered, "COMMENT": item.comment or None}


def _named(item: Object, prefix: str) -> Row:
    names = dict(zip(("CATALOG", "SCHEMA", "NAME"), item.path, strict=True))
    return {f"{prefix}_{key}": value for key, value in names.items()} | {f"{prefix}_OWNER": item.owner} | _times(item)


def _databases(session: Session, _: list[Schema]) -> Iterator[tuple[Securable, Row]]:
    for database in sorted(session.account.databases.values(), key=lambda d: d.name):
        yield (
            database,
            {
                **{"DATABASE_NAME": database.name, "DATABASE_OWNER": database.owner, "TYPE": database.type},
                **{"IS_TRANSIENT": _yes(database.transient), "COMMENT": database.comment or None},
                **{"CREATED": database.created, "LAST_ALTERED": database.altered},
                **{"RETENTION_TIME": database.retention_days, "OWNER_ROLE_TYPE": "ROLE"},
            },
        )


def _schemata(_: Session, schemas: list[Schema]) -> Iterator[tuple[Securable, Row]]:
    for schema in schemas:
        days = schema.database.retention_days if schema.retention_days is None else schema.retention_days
        yield (
            schema,
            {
                **{"CATALOG_NAME": schema.database.name, "SCHEMA_NAME": schema.name, "SCHEMA_OWNER": schema.owner},
                **{"IS_TRANSIENT": _yes(schema.transient), "IS_MANAGED_ACCESS": _yes(schema.managed_access)},
                **{"RETENTION_TIME": days, "CREATED": schema.created, "LAST_ALTERED": schema.altered},
                "COMMENT": schema.comment or None,
            },
        )


def _table_type(item: Object) -> str:
    if item.properties.get("temporary"):
        return "TEMPORARY TABLE"
    return item.kind if item.kind in (*VIEWS, "EXTERNAL TABLE", "EVENT TABLE") else "BASE TABLE"


def table_likes(session: Session, schemas: list[Schema]) -> Iterator[Object]:
    for schema in schemas:
        yield from (item for (home, _), item in session.temporary.items() if home is schema)
        yield from schema.of_kind(*TABLE_LIKE)


def _tables(session: Session, schemas: list[Schema]) -> Iterator[tuple[Securable, Row]]:
    for item in table_likes(session, schemas):
        count = session.double.store.count(item)
        by = item.properties.get("cluster_by") or None
        yield (
            item,
            {
                **_named(item, "TABLE"),
                **{"TABLE_TYPE": _table_type(item), "IS_TRANSIENT": _yes(is_transient(item)), "CLUSTERING_KEY": by},
                **{"ROW_COUNT": count, "BYTES": None if count is None else count * 64},
                **{"RETENTION_TIME": None if item.kind in VIEWS else retention(item), "IS_TYPED": "YES"},
                **{"IS_INSERTABLE_INTO": "YES", "LAST_DDL": item.created, "AUTO_CLUSTERING_ON": by is not None},
                **{"IS_TEMPORARY": _yes(item.properties.get("temporary")), "IS_IMMUTABLE": "NO"},
                **{f"IS_{kind}": _yes(item.kind == f"{kind} TABLE") for kind in ("ICEBERG", "DYNAMIC", "HYBRID")},
            },
        )


def _views(session: Session, schemas: list[Schema]) -> Iterator[tuple[Securable, Row]]:
    for item in table_likes(session, schemas):
        if item.kind in VIEWS:
            about = {"VIEW_DEFINITION": item.text, "CHECK_OPTION": "NONE", "IS_UPDATABLE": "NO"}
            more = {"INSERTABLE_INTO": "NO", "IS_SECURE": _yes(item.properties.get("secure")), "LAST_DDL": item.created}
            yield item, {**_named(item, "TABLE"), **about, **more}


def _columns(session: Session, schemas: list[Schema]) -> Iterator[tuple[Securable, Row]]:
    for item in table_likes(session, schemas):
        place = dict(zip(("TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME"), item.path, strict=True))
        for position, column in enumerate(item.columns, 1):
            yield item, {**place, "ORDINAL_POSITION": position, **_column(column)}


def _column(column: Column) -> Row:
    base, _, sizes = column.type.rstrip(")").partition("(")
    about: Row = {
        **{"COLUMN_NAME": column.name, "COLUMN_DEFAULT": column.default, "IS_NULLABLE": _yes(column.nullable)},
        **{"DATA_TYPE": {"VARCHAR": "TEXT"}.get(base, base), "IS_IDENTITY": "NO", "COMMENT": column.comment or None},
        "KIND": "COLUMN",
    }
    if base == "NUMBER":
        precision, scale = map(int, sizes.split(","))
        return about | {"NUMERIC_PRECISION": precision, "NUMERIC_PRECISION_RADIX": 10, "NUMERIC_SCALE": scale}
    if base == "VARCHAR":
        most = int(sizes)
        return about | {"CHARACTER_MAXIMUM_LENGTH": most, "CHARACTER_OCTET_LENGTH": min(most * 4, 16777216)}
    return about


register(
    "DATABASES",
    "DATABASE_NAME DATABASE_OWNER IS_TRANSIENT COMMENT CREATED LAST_ALTERED RETENTION_TIME TYPE OWNER_ROLE_TYPE",
    _databases,
)
register(
    "SCHEMATA",
    "CATALOG_NAME SCHEMA_NAME SCHEMA_OWNER IS_TRANSIENT IS_MANAGED_ACCESS RETENTION_TIME DEFAULT_CHARACTER_SET_CATALOG "
    "DEFAULT_CHARACTER_SET_SCHEMA DEFAULT_CHARACTER_SET_NAME SQL_PATH CREATED LAST_ALTERED COMMENT",
    _schemata,
)
register(
    "TABLES",
    "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME TABLE_OWNER TABLE_TYPE IS_TRANSIENT CLUSTERING_KEY ROW_COUNT BYTES "
    "RETENTION_TIME SELF_REFERENCING_COLUMN_NAME REFERENCE_GENERATION USER_DEFINED_TYPE_CATALOG "
    "USER_DEFINED_TYPE_SCHEMA USER_DEFINED_TYPE_NAME IS_INSERTABLE_INTO IS_TYPED COMMIT_ACTION CREATED LAST_ALTERED "
    "LAST_DDL LAST_DDL_BY AUTO_CLUSTERING_ON COMMENT IS_TEMPORARY IS_ICEBERG IS_DYNAMIC IS_IMMUTABLE IS_HYBRID",
    _tables,
)
register(
    "VIEWS",
    "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME TABLE_OWNER VIEW_DEFINITION CHECK_OPTION IS_UPDATABLE INSERTABLE_INTO "
    "IS_SECURE CREATED LAST_ALTERED LAST_DDL LAST_DDL_BY COMMENT",
    _views,
)
register(
    "COLUMNS",
    "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME COLUMN_NAME ORDINAL_POSITION COLUMN_DEFAULT IS_NULLABLE DATA_TYPE "
    "CHARACTER_MAXIMUM_LENGTH CHARACTER_OCTET_LENGTH NUMERIC_PRECISION NUMERIC_PRECISION_RADIX NUMERIC_SCALE "
    "COLLATION_NAME IS_IDENTITY IDENTITY_GENERATION IDENTITY_START IDENTITY_INCREMENT SCHEMA_EVOLUTION_RECORD COMMENT "
    "DATA_TYPE_ALIAS EXPRESSION KIND",
    _columns,
)
