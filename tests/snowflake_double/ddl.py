"""GET_DDL of a table, a view, a function, a procedure, a sequence or a pipe; of anything else it is refused.

Snowflake writes the statement anew from what it keeps, so the layout differs from what was sent; a view's query and a
procedure's body are as they were sent.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.snowflake_double import errors
from tests.snowflake_double.catalog import TABLE_LIKE, VIEWS, Object, TagUse
from tests.snowflake_double.names import dotted, literal, quote
from tests.snowflake_double.router import function
from tests.snowflake_double.session import Session
from tests.snowflake_double.signatures import signature


@function("GET_DDL")
def get_ddl(session: Session, kind: str, name: str, qualified: object = False) -> str:
    kind = kind.upper()
    if kind not in WRITERS:
        raise errors.unmodelled(f"GET_DDL of a {kind.lower()}")
    if kind in ("FUNCTION", "PROCEDURE"):
        name, bracket, types = name.partition("(")
        found = session.get(kind, name, signature(bracket + types))
    else:
        found = session.get(kind, name)
    if kind in ("TABLE", "VIEW") and (found.kind in VIEWS) != (kind == "VIEW"):
        raise errors.does_not_exist(kind.capitalize(), found.full_name)
    needed = "OWNERSHIP" if kind == "PIPE" else "SELECT" if found.kind in TABLE_LIKE else "USAGE"
    if not session.can(needed, found):
        raise errors.insufficient(found.kind, found.name)
    as_named = dotted(found.path) if str(qualified).upper() == "TRUE" else quote(found.name)
    return WRITERS[kind](found, as_named)


def _table(item: Object, name: str) -> str:
    if item.kind != "TABLE":
        raise errors.unmodelled(f"GET_DDL of the {item.kind.lower()} {item.full_name}")
    lines = [_column(column.name, column.type, column.nullable, column.default) for column in item.columns]
    transient = "TRANSIENT " if item.properties.get("transient") else ""
    return f"create or replace {transient}TABLE {name} (\n\t" + ",\n\t".join(lines) + "\n);"


def _column(name: str, kind: str, nullable: bool, default: str | None) -> str:
    return f"{quote(name)} {kind}{'' if nullable else ' NOT NULL'}{f' DEFAULT {default}' if default else ''}"


def _tagged(uses: list[TagUse]) -> str:
    values = ", ".join(f"{dotted(use.tag.path)}={literal(use.value)}" for use in uses)
    return f" WITH TAG ({values})" if uses else ""


def _view(item: Object, name: str) -> str:
    """Policies are said to be there, not which: only who may apply one reads its name."""
    masks = [use for use in item.policies if use.policy.kind == "MASKING POLICY"]
    masked = {use.columns[0]: " WITH MASKING POLICY #UNKNOWN_POLICY" for use in masks}
    tagged = {column.name: _tagged([use for use in item.tags if use.column == column.name]) for column in item.columns}
    columns = ",\n\t".join(f"{quote(each)}{masked.get(each, '')}{tags}" for each, tags in tagged.items())
    rows = " WITH ROW ACCESS POLICY #UNKNOWN_POLICY" * (len(item.policies) - len(masks))
    secure = "secure " if item.properties.get("secure") else ""
    listed = f"(\n\t{columns}\n) " if columns else ""
    comment = f"COMMENT={literal(item.comment)}\n " if item.comment else ""
    tags = _tagged([use for use in item.tags if use.column is None])
    return f"create or replace {secure}view {name}{listed}{rows}{tags} {comment}as {item.properties['body']};"


def _routine(item: Object, name: str) -> str:
    held = item.properties
    lines = [
        f"CREATE OR REPLACE {item.kind} {name if '.' in name else quoted(item.name)}{held['arguments']}",
        f"RETURNS {held['returns']}",
        f"LANGUAGE {held['language']}",
    ]
    if item.kind == "PROCEDURE":
        lines.append(f"EXECUTE AS {held['execute_as']}")
    return "\n".join([*lines, f"AS {literal(held['body'])};"])


def quoted(name: str) -> str:
    """Snowflake writes the names of functions and procedures with quotes."""
    return '"' + name.replace('"', '""') + '"'


def _sequence(item: Object, name: str) -> str:
    held = item.properties
    order = "order" if held["ordered"] else "noorder"
    return f"create or replace sequence {name} start with {held['start']} increment by {held['increment']} {order};"


def _pipe(item: Object, name: str) -> str:
    auto = str(bool(item.properties["auto_ingest"])).lower()
    return f"create or replace pipe {name} auto_ingest={auto} as {item.properties['copy']};"


WRITERS: dict[str, Callable[[Object, str], str]] = {
    **{"TABLE": _table, "VIEW": _view, "FUNCTION": _routine, "PROCEDURE": _routine},
    **{"SEQUENCE": _sequence, "PIPE": _pipe},
}
