"""CREATE, DROP TABLE; the making of anything that holds rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.snowflake_double import columns, errors, objects
from tests.snowflake_double.catalog import Column, Object, now
from tests.snowflake_double.cloning import Cloning
from tests.snowflake_double.moments import AT, moment_of_clause
from tests.snowflake_double.names import ANY_NAME, constant, options
from tests.snowflake_double.queries import translated
from tests.snowflake_double.relations import Relations
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session
from tests.snowflake_double.translating import execute, parse

_CREATE = (
    r"CREATE\s+(?P<replace>OR\s+REPLACE\s+)?"
    r"(?:(?:LOCAL\s+|GLOBAL\s+)?(?P<temporary>TEMP(?:ORARY)?|VOLATILE)\s+|(?P<transient>TRANSIENT)\s+)?"
    rf"TABLE\s+(?P<exists>IF\s+NOT\s+EXISTS\s+)?(?P<name>{ANY_NAME})"
)
_OPTIONS = ("COPY", "GRANTS", "COMMENT", "DATA_RETENTION_TIME_IN_DAYS", "CHANGE_TRACKING", "ENABLE_SCHEMA_EVOLUTION")


@statement(rf"{_CREATE}\s+CLONE\s+(?P<source>{ANY_NAME})(?:\s+{AT})?(?P<copy>\s+COPY\s+GRANTS)?")
def clone_table(session: Session, match: re.Match[str]) -> Rows:
    if match["temporary"]:
        raise errors.unmodelled("a temporary clone")
    source = session.get("TABLE", match["source"])
    if source.kind not in ("TABLE", "ICEBERG TABLE"):
        raise errors.invalid(f"Object found is of type '{source.kind}', not specified type 'TABLE'.")
    if not session.can("SELECT", source):
        raise errors.does_not_exist("Table", source.full_name)
    if source.properties.get("transient") and not match["transient"]:
        raise errors.invalid(f"Transient object cannot be cloned to a permanent object: {source.name}")
    made = Object(source.kind, text=match[0])
    made.properties = {"transient": bool(match["transient"]) or None}
    Cloning(session, moment_of_clause(session, match)).table(source, made)
    if match["copy"]:
        made.grants = list(source.grants)
    return place(session, made, match, bool(match["copy"]))


@statement(rf"{_CREATE}\s+LIKE\s+(?P<source>{ANY_NAME})(?P<copy>\s+COPY\s+GRANTS)?")
def create_like(session: Session, match: re.Match[str]) -> Rows:
    source = session.get("TABLE", match["source"])
    if not session.can("SELECT", source):
        raise errors.does_not_exist("Table", source.full_name)
    made = Object("TABLE", text=match[0], properties={"transient": bool(match["transient"])})
    create_empty(session, made, [columns.copied(column) for column in source.columns])
    return place(session, made, match, bool(match["copy"]))


@statement(rf"{_CREATE}(?P<rest>\s*\(.*|\s+(?!CLONE\b|LIKE\b).*)")
def create_table(session: Session, match: re.Match[str]) -> Rows:
    if match["exists"] and session.find("TABLE", match["name"]):
        return Rows.status(f"{session.get('TABLE', match['name']).name} already exists, statement succeeded.")
    given = columns.definition(match["rest"])
    set_options = _table_options(given.options)
    made = Object("TABLE", text=match[0], comment=constant(set_options.get("COMMENT", "''")))
    made.properties = {"transient": bool(match["transient"]), "cluster_by": set_options.get("CLUSTER BY", "")}
    if days := set_options.get("DATA_RETENTION_TIME_IN_DAYS"):
        made.properties["retention_days"] = int(days)
    session.commit()
    if given.query:
        create_from_query(session, made, given.query, given.columns)
    elif given.columns and given.typed:
        create_empty(session, made, given.columns)
    else:
        raise errors.syntax("syntax error: columns with types or AS expected after the table's name")
    return place(session, made, match, "GRANTS" in set_options)


@statement(rf"DROP\s+TABLE\s+(?P<exists>IF\s+EXISTS\s+)?(?P<name>{ANY_NAME})(?:\s+(?:CASCADE|RESTRICT))?")
def drop_table(session: Session, match: re.Match[str]) -> Rows:
    session.commit()
    return objects.drop(session, "TABLE", match["name"], if_exists=bool(match["exists"]))


def place(session: Session, made: Object, match: re.Match[str], copy_grants: bool = False) -> Rows:
    """Put what was made into the catalog; its rows go if that is refused."""
    try:
        if match["temporary"]:
            return _place_temporary(session, made, match)
        replace, exists = bool(match["replace"]), bool(match["exists"])
        done = objects.create(
            session, made, match["name"], replace=replace, if_not_exists=exists, copy_grants=copy_grants
        )
    except errors.SnowflakeError:
        session.double.store.release(made)
        raise
    return objects.created(made, done)


def _place_temporary(session: Session, made: Object, match: re.Match[str]) -> Rows:
    path = session.qualify(match["name"])
    schema = session.get_schema(path[:2])
    if not session.can("USAGE", schema):
        raise errors.insufficient("schema", schema.name)
    old = session.temporary.get((schema, path[2]))
    if old and not match["replace"]:
        raise errors.already_exists(path[2])
    made.name, made.schema, made.owner = path[2], schema, session.role
    made.properties["temporary"] = True
    if old:
        objects.discard(session, old)
    session.temporary[schema, path[2]] = made
    return objects.created(made, True)


def create_empty(session: Session, made: Object, defined: Sequence[Column]) -> None:
    """Give `made` these columns and no rows."""
    made.columns = list(defined)
    name = session.double.store.attach(made)
    spelled = ", ".join(columns.spelled(column) + _default(session, column) for column in defined)
    execute(session.duck, f"create table {name} ({spelled})")


def create_from_query(session: Session, made: Object, query: str, defined: Sequence[Column] = ()) -> None:
    """Give `made` the rows and the columns of a query, with the session's rights. `defined` renames and types them."""
    with Relations(session) as relations:
        sql = translated(session, relations, query)
        name = session.double.store.attach(made)
        if all(column.type for column in defined) and defined:
            create_empty(session, made, defined)
            execute(session.duck, f"insert into {made.storage} {sql}")
            return
        renamed = f" t({', '.join(chr(34) + column.name + chr(34) for column in defined)})" if defined else ""
        execute(session.duck, f"create table {name} as select * from ({sql}){renamed}")
    fill_columns(session, made)
    for column, given in zip(made.columns, defined, strict=False):
        column.comment = given.comment


def fill_columns(session: Session, made: Object) -> None:
    """Take `made.columns` from its storage."""
    described = execute(session.duck, f"describe {made.storage}").fetchall()
    made.columns = [Column(str(name), columns.found(kind), null != "NO") for name, kind, null, *_ in described]


def add_column(session: Session, item: Object, column: Column) -> None:
    """ALTER TABLE .. ADD COLUMN; rows that are there get the default."""
    name = session.writable(item)
    spelled = columns.spelled(column).removesuffix(" NOT NULL")
    execute(session.duck, f"alter table {name} add column {spelled}{_default(session, column)}")
    item.columns.append(column)
    item.altered = now()


def _default(session: Session, column: Column) -> str:
    if column.default is None:
        return ""
    return " DEFAULT " + session.double.translate(parse(f"select {column.default}")).removeprefix("SELECT ")


def _table_options(text: str) -> dict[str, str]:
    clustered = re.search(r"CLUSTER\s+BY\s*(\((?:[^()]|\([^()]*\))*\))", text, re.I)
    if clustered:
        text = text.replace(clustered[0], " ")
    try:
        given = options(text)
    except ValueError as error:
        raise errors.syntax(f"syntax error: {error}") from None
    if unknown := [key for key in given if key not in _OPTIONS]:
        raise errors.unmodelled(f"the table option {unknown[0]}")
    return {**given, **({"CLUSTER BY": f"LINEAR{clustered[1]}"} if clustered else {})}
