"""ALTER TABLE: names, columns, comments. Policies and tags are elsewhere."""

from __future__ import annotations

import re

from tests.snowflake_double import columns, errors, objects
from tests.snowflake_double.catalog import Column, Object, now
from tests.snowflake_double.names import ANY_NAME, IDENT, STRING, constant, fold
from tests.snowflake_double.router import statement
from tests.snowflake_double.session import Session
from tests.snowflake_double.tables import add_column
from tests.snowflake_double.translating import execute

_TABLE = rf"ALTER\s+(?:ICEBERG\s+)?TABLE\s+(?P<exists>IF\s+EXISTS\s+)?(?P<name>{ANY_NAME})"
_TYPE = r"[A-Za-z_]\w*(?:\s*\([\d\s,]+\))?"


def altered(session: Session, match: re.Match[str], kind: str = "TABLE") -> Object | None:
    """The object an ALTER names, which the session must own; None if IF EXISTS finds nothing."""
    found = session.find(kind, match["name"])
    if found is None and match["exists"]:
        return None
    found = found or session.get(kind, match["name"])
    if not session.can("OWNERSHIP", found):
        raise errors.insufficient(found.kind, found.name)
    if found.kind != kind and not (kind == "TABLE" and found.kind in objects.ALSO_TABLES):
        raise errors.invalid(f"Object found is of type '{found.kind}', not specified type '{kind}'.")
    session.commit()
    found.altered = now()
    return found


def rename(session: Session, found: Object, to: str) -> None:
    path = session.qualify(to)
    schema = session.get_schema(path[:2])
    if schema.objects.get((found.key[0], path[2])):
        raise errors.already_exists(path[2])
    if schema is not found.schema and not session.can(f"CREATE {found.kind}", schema):
        raise errors.insufficient("schema", schema.name)
    if session.owns_temporary(found):
        del session.temporary[found.schema, found.name]
        found.schema, found.name = schema, path[2]
        session.temporary[schema, path[2]] = found
        return
    found.schema.remove(found)
    found.name = path[2]
    schema.add(found)


@statement(rf"{_TABLE}\s+RENAME\s+TO\s+(?P<to>{ANY_NAME})")
def rename_table(session: Session, match: re.Match[str]) -> None:
    if found := altered(session, match):
        rename(session, found, match["to"])


@statement(rf"{_TABLE}\s+SWAP\s+WITH\s+(?P<to>{ANY_NAME})")
def swap_tables(session: Session, match: re.Match[str]) -> None:
    one, other = altered(session, match), session.get("TABLE", match["to"])
    assert one is not None
    if not session.can("OWNERSHIP", other):
        raise errors.insufficient(other.kind, other.name)
    homes = (one.schema, one.name), (other.schema, other.name)
    for item in (one, other):
        item.schema.remove(item)
    (other.schema, other.name), (one.schema, one.name) = homes
    for item in (one, other):
        item.schema.add(item)


@statement(rf"{_TABLE}\s+ADD\s+(?:COLUMN\s+)?(?P<missing>IF\s+NOT\s+EXISTS\s+)?(?!ROW\b)(?P<columns>\S.*)")
def add_columns(session: Session, match: re.Match[str]) -> None:
    if not (found := altered(session, match)):
        return
    there = {column.name for column in found.columns}
    for column in columns.column_definitions(match["columns"]):
        if column.name not in there:
            add_column(session, found, column)
        elif not match["missing"]:
            raise errors.SnowflakeError(1430, "42601", f"SQL compilation error:\ncolumn '{column.name}' already exists")


@statement(
    rf"{_TABLE}\s+DROP\s+(?:COLUMN\s+)?(?P<there>IF\s+EXISTS\s+)?(?!ROW\b|ALL\b)(?P<columns>{IDENT}(?:\s*,\s*{IDENT})*)"
)
def drop_columns(session: Session, match: re.Match[str]) -> None:
    if not (found := altered(session, match)):
        return
    for name in re.findall(IDENT, match["columns"]):
        if match["there"] and fold(name) not in [column.name for column in found.columns]:
            continue
        column = column_of(found, fold(name))
        execute(session.duck, f'alter table {session.writable(found)} drop column "{column.name}"')
        found.columns.remove(column)


@statement(rf"{_TABLE}\s+RENAME\s+COLUMN\s+(?P<column>{IDENT})\s+TO\s+(?P<to>{IDENT})")
def rename_column(session: Session, match: re.Match[str]) -> None:
    if found := altered(session, match):
        column, to = column_of(found, fold(match["column"])), fold(match["to"])
        own = session.writable(found)
        execute(session.duck, f'alter table {own} rename column "{column.name}" to "{to}"')
        column.name = to


_COLUMN = rf"(?:COLUMN\s+)?(?P<column>{IDENT})"


@statement(rf"{_TABLE}\s+(?:ALTER|MODIFY)\s+{_COLUMN}\s+(?:SET\s+DATA\s+)?TYPE\s+(?P<type>{_TYPE})")
def retype_column(session: Session, match: re.Match[str]) -> None:
    if found := altered(session, match):
        column = column_of(found, fold(match["column"]))
        kind = columns.column_definitions(f"x {match['type']}")[0].type
        own = session.writable(found)
        execute(session.duck, f'alter table {own} alter "{column.name}" type {columns.stored(kind)}')
        column.type = kind


@statement(rf"{_TABLE}\s+(?:ALTER|MODIFY)\s+{_COLUMN}\s+(?P<how>SET|DROP)\s+NOT\s+NULL")
def require_column(session: Session, match: re.Match[str]) -> None:
    if found := altered(session, match):
        column = column_of(found, fold(match["column"]))
        own = session.writable(found)
        execute(session.duck, f'alter table {own} alter "{column.name}" {match["how"]} not null')
        column.nullable = match["how"].upper() == "DROP"


_COMMENTED = rf"(?:COLUMN\s+)?{IDENT}\s+COMMENT\s+{STRING}"


@statement(
    rf"ALTER\s+(?:ICEBERG\s+)?(?P<kind>TABLE|VIEW)\s+(?P<exists>IF\s+EXISTS\s+)?(?P<name>{ANY_NAME})\s+"
    rf"(?:ALTER|MODIFY)\s+\(?\s*(?P<columns>{_COMMENTED}(?:\s*,\s*{_COMMENTED})*)\s*\)?"
)
def comment_columns(session: Session, match: re.Match[str]) -> None:
    if found := altered(session, match, match["kind"].upper()):
        for name, text in re.findall(rf"({IDENT})\s+COMMENT\s+({STRING})", match["columns"], re.I | re.S):
            column_of(found, fold(name)).comment = constant(text)


@statement(rf"{_TABLE}\s+SET\s+COMMENT\s*=\s*(?P<text>{STRING})")
def comment_table(session: Session, match: re.Match[str]) -> None:
    if found := altered(session, match):
        found.comment = constant(match["text"])


@statement(rf"{_TABLE}\s+SET\s+DATA_RETENTION_TIME_IN_DAYS\s*=\s*(?P<days>\d+)")
def retain_table(session: Session, match: re.Match[str]) -> None:
    if found := altered(session, match):
        found.properties["retention_days"] = int(match["days"])


@statement(rf"{_TABLE}\s+(?:CLUSTER\s+BY\s*(?P<by>\(.*\))|(?:RESUME|SUSPEND)\s+RECLUSTER)")
def cluster_table(session: Session, match: re.Match[str]) -> None:
    if (found := altered(session, match)) and match["by"]:
        found.properties["cluster_by"] = f"LINEAR{match['by']}"


def column_of(found: Object, name: str) -> Column:
    for column in found.columns:
        if column.name == name:
            return column
    raise errors.SnowflakeError(904, "42000", f"SQL compilation error:\ninvalid identifier '{name}'")
