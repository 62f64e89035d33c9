"""Views: their text is kept as it was sent, and read when they are read (binding.py)."""

from __future__ import annotations

import re

from tests.snowflake_double import columns, errors, objects
from tests.snowflake_double.altering import altered, rename
from tests.snowflake_double.catalog import Column, Object
from tests.snowflake_double.names import ANY_NAME, STRING, constant, options
from tests.snowflake_double.queries import translated
from tests.snowflake_double.relations import Relations
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session
from tests.snowflake_double.tables import place
from tests.snowflake_double.translating import execute

_VIEW = rf"ALTER\s+(?P<kind>(?:MATERIALIZED\s+)?VIEW)\s+(?P<exists>IF\s+EXISTS\s+)?(?P<name>{ANY_NAME})"


@statement(
    r"CREATE\s+(?P<replace>OR\s+REPLACE\s+)?(?P<secure>SECURE\s+)?"
    r"(?:(?:LOCAL\s+|GLOBAL\s+)?(?P<temporary>TEMP(?:ORARY)?|VOLATILE)\s+)?(?:RECURSIVE\s+)?"
    rf"(?P<materialized>MATERIALIZED\s+)?VIEW\s+(?P<exists>IF\s+NOT\s+EXISTS\s+)?(?P<name>{ANY_NAME})(?P<rest>[\s(].*)"
)
def create_view(session: Session, match: re.Match[str]) -> Rows:
    given = columns.definition(match["rest"])
    if not given.query:
        raise errors.syntax("syntax error: AS expected in CREATE VIEW")
    try:
        set_options = options(given.options)
    except ValueError as error:
        raise errors.unmodelled(f"the view's clause: {error}") from None
    if unknown := [key for key in set_options if key not in ("COPY", "GRANTS", "COMMENT", "CHANGE_TRACKING")]:
        raise errors.unmodelled(f"the view option {unknown[0]}")
    session.commit()
    kind = "MATERIALIZED VIEW" if match["materialized"] else "VIEW"
    made = Object(kind, comment=constant(set_options.get("COMMENT", "''")))
    made.text = session.entry.text if session.entry else match[0]
    made.properties = {"body": given.query, "secure": bool(match["secure"])}
    made.properties["named"] = [column.name for column in given.columns]
    made.columns = _described(session, given.query)
    for column, named in zip(made.columns, given.columns, strict=False):
        column.name, column.comment = named.name, named.comment
    return place(session, made, match, "GRANTS" in set_options)


def _described(session: Session, query: str) -> list[Column]:
    with Relations(session) as relations:
        described = execute(session.duck, f"describe {translated(session, relations, query)}").fetchall()
    return [Column(str(name), columns.found(kind)) for name, kind, *_ in described]


@statement(
    rf"DROP\s+(?P<kind>(?:MATERIALIZED\s+)?VIEW)\s+(?P<exists>IF\s+EXISTS\s+)?(?P<name>{ANY_NAME})"
    r"(?:\s+(?:CASCADE|RESTRICT))?"
)
def drop_view(session: Session, match: re.Match[str]) -> Rows:
    session.commit()
    return objects.drop(session, _kind(match), match["name"], if_exists=bool(match["exists"]))


@statement(rf"{_VIEW}\s+RENAME\s+TO\s+(?P<to>{ANY_NAME})")
def rename_view(session: Session, match: re.Match[str]) -> None:
    if found := altered(session, match, _kind(match)):
        rename(session, found, match["to"])


@statement(rf"{_VIEW}\s+SET\s+COMMENT\s*=\s*(?P<text>{STRING})")
def comment_view(session: Session, match: re.Match[str]) -> None:
    if found := altered(session, match, _kind(match)):
        found.comment = constant(match["text"])


@statement(rf"{_VIEW}\s+(?P<how>SET|UNSET)\s+SECURE")
def secure_view(session: Session, match: re.Match[str]) -> None:
    if found := altered(session, match, _kind(match)):
        found.properties["secure"] = match["how"].upper() == "SET"


def _kind(match: re.Match[str]) -> str:
    return " ".join(match["kind"].upper().split())
