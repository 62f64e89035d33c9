"""Stored procedures in Snowflake Scripting, which run; functions and other languages, which only exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tests.snowflake_double import errors, objects
from tests.snowflake_double.catalog import Object
from tests.snowflake_double.names import ANY_NAME, NAME, STRING, constant, dotted, fold, tokens
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.scripting import CONFINED, run_script, value_of
from tests.snowflake_double.scripting_parser import is_block
from tests.snowflake_double.session import Session
from tests.snowflake_double.signatures import Argument, arguments, base_type, parts, signature

_ARGUMENTS: Final = r"\((?:[^()']|'[^']*'|\([^()]*\))*\)"
_CREATE: Final = re.compile(
    rf"CREATE\s+(?P<replace>OR\s+REPLACE\s+)?(?P<secure>SECURE\s+)?(?P<kind>PROCEDURE|FUNCTION)\s+"
    rf"(?P<exists>IF\s+NOT\s+EXISTS\s+)?(?P<name>{ANY_NAME})\s*(?P<arguments>{_ARGUMENTS})(?P<copy>\s+COPY\s+GRANTS)?"
    rf"\s+RETURNS\s+(?P<returns>TABLE\s*\(.*?\)|[\w ]+?(?:\s*\([\d, ]+\))?)(?P<not_null>\s+NOT\s+NULL)?"
    rf"(?P<clauses>(?:\s+(?:LANGUAGE\s+\w+|EXECUTE\s+AS\s+(?:OWNER|CALLER)|COMMENT\s*=\s*{STRING}|"
    rf"RUNTIME_VERSION\s*=\s*{STRING}|PACKAGES\s*=\s*\([^)]*\)|HANDLER\s*=\s*{STRING}|"
    r"CALLED\s+ON\s+NULL\s+INPUT|RETURNS\s+NULL\s+ON\s+NULL\s+INPUT|STRICT|IMMUTABLE|VOLATILE))*)"
    r"\s+AS\s+(?P<body>.+)",
    re.I | re.S,
)


@statement(r"(?P<all>CREATE\s+(?:OR\s+REPLACE\s+)?(?:SECURE\s+)?(?:PROCEDURE|FUNCTION)\b.+)", first=True)
def create(session: Session, match: re.Match[str]) -> Rows:
    found = _CREATE.fullmatch(match["all"])
    if found is None:
        raise errors.unmodelled(match["all"][:200])
    kind, declared = found["kind"].upper(), arguments(found["arguments"])
    language = _clause(found, r"LANGUAGE\s+(\w+)", "SQL").upper()
    body = constant(found["body"]) if re.fullmatch(STRING, found["body"], re.S) else found["body"]
    if kind == "PROCEDURE" and language == "SQL" and not is_block(body):
        raise errors.unmodelled("a procedure in SQL whose body is no block")
    comment = _clause(found, rf"COMMENT\s*=\s*({STRING})", "")
    made = Object(
        kind=kind,
        name="",
        text=match["all"],
        comment=constant(comment) if comment else "",
        signature=f"({', '.join(base_type(argument.type) for argument in declared)})",
        properties={
            "arguments": f"({', '.join(f'{argument.name} {base_type(argument.type)}' for argument in declared)})",
            "declared": declared,
            "returns": " ".join(found["returns"].upper().split()),
            "language": language,
            "body": body,
            "execute_as": _clause(found, r"EXECUTE\s+AS\s+(\w+)", "OWNER").upper(),
            "secure": bool(found["secure"]),
        },
    )
    done = objects.create(
        session,
        made,
        found["name"],
        replace=bool(found["replace"]),
        if_not_exists=bool(found["exists"]),
        copy_grants=bool(found["copy"]),
    )
    return objects.created(made, done)


@statement(
    rf"DROP\s+(?P<kind>PROCEDURE|FUNCTION)\s+(?P<exists>IF\s+EXISTS\s+)?(?P<name>{ANY_NAME})\s*(?P<types>\(.*\))"
)
def drop(session: Session, match: re.Match[str]) -> Rows:
    types = signature(match["types"])
    return objects.drop(session, match["kind"].upper(), match["name"], if_exists=bool(match["exists"]), signature=types)


@statement(rf"DESC(?:RIBE)?\s+(?P<kind>PROCEDURE|FUNCTION)\s+(?P<name>{ANY_NAME})\s*(?P<types>\(.*\))")
def describe(session: Session, match: re.Match[str]) -> Rows:
    found = session.get(match["kind"].upper(), match["name"], signature(match["types"]))
    lines = [(name, found.properties[key]) for name, key in (("signature", "arguments"), ("returns", "returns"))]
    lines.append(("language", found.properties["language"]))
    if found.kind == "PROCEDURE":
        lines.append(("execute as", found.properties["execute_as"]))
    if found.properties["execute_as"] == "CALLER" or session.can("OWNERSHIP", found):
        lines.append(("body", found.properties["body"]))
    return Rows(["property", "value"], lines)


@statement(rf"CALL\s+(?P<name>{NAME})\s*(?P<values>\(.*\))", first=True, locked=False)
def call(session: Session, match: re.Match[str]) -> Rows:
    named, values = _values(parts(match["values"]))
    found = _callee(session, match["name"], len(values), set(named))
    given = {
        argument.name: _value(session, argument, values[at] if at < len(values) else named.get(argument.name))
        for at, argument in enumerate(found.properties["declared"])
    }
    if found.properties["language"] != "SQL":
        raise errors.unmodelled(f"a call of a procedure in {found.properties['language']}")
    if found.properties["execute_as"] == "CALLER":
        return Rows([found.name], [(run_script(session, found.properties["body"], given),)])
    with _as_owner(session, found):
        return Rows([found.name], [(run_script(session, found.properties["body"], given),)])


@contextmanager
def _as_owner(session: Session, procedure: Object) -> Iterator[None]:
    """The owner's role alone, standing where the procedure is, and confined to statements that leave the session be."""
    before, nested = (session.database, session.schema), session in CONFINED
    CONFINED.add(session)
    session.database, session.schema = procedure.schema.database.name, procedure.schema.name
    try:
        with session.acting_as(procedure.owner or ""):
            yield
    finally:
        session.database, session.schema = before
        if not nested:
            CONFINED.discard(session)


def _callee(session: Session, name: str, count: int, named: set[str]) -> Object:
    path = session.qualify(name)
    schema = session.get_schema(path[:2])
    seen = [item for item in schema.of_kind("PROCEDURE") if item.name == path[2] and session.sees(item)]
    fitting = [item for item in seen if _fits(item.properties["declared"], count, named)]
    if not fitting:
        raise errors.SnowflakeError(
            2140, "42601", f"SQL compilation error:\nUnknown user-defined procedure {dotted(path)} for these arguments."
        )
    if len(fitting) > 1:
        raise errors.unmodelled(f"a call that several procedures {dotted(path)} fit")
    session.require("USAGE", fitting[0])
    return fitting[0]


def _fits(declared: list[Argument], count: int, named: set[str]) -> bool:
    rest = declared[count:]
    required = {argument.name for argument in rest if argument.default is None}
    return count <= len(declared) and required <= named <= {argument.name for argument in rest}


def _values(given: list[str]) -> tuple[dict[str, str], list[str]]:
    named: dict[str, str] = {}
    values = []
    for text in given:
        found = list(tokens(text))
        if len(found) > 2 and found[1].text == "=>":
            named[fold(found[0].text)] = text[found[1].end :]
        elif named:
            raise errors.syntax("an argument without a name follows one with a name")
        else:
            values.append(text)
    return named, values


def _value(session: Session, argument: Argument, text: str | None) -> object:
    text = argument.default if text is None else text
    return value_of(session, f"({text})::{argument.type}")


def _clause(found: re.Match[str], pattern: str, default: str) -> str:
    clause = re.search(pattern, found["clauses"], re.I | re.S)
    return clause[1] if clause else default
