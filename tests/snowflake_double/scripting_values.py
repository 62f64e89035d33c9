"""How the values of a script reach SQL: as literals, in the place of the names of their variables."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tests.snowflake_double import names
from tests.snowflake_double.errors import SnowflakeError, syntax, unmodelled
from tests.snowflake_double.scripting_scope import Declared, Json, ResultSet, Row


@dataclass(frozen=True)
class Token(names.Token):
    @property
    def word(self) -> str:
        """The upper-case word, or the symbol; empty for anything that is quoted."""
        return self.upper if self.kind in ("word", "symbol") else ""

    @property
    def name(self) -> str:
        return names.fold(self.text)


def tokens(text: str) -> list[Token]:
    """The tokens without spaces and comments."""
    kept = [Token(token.kind, token.text, token.start, token.end) for token in names.tokens(text)]
    for token in kept:
        if token.text in ("'", '"'):
            raise syntax(f"the text that starts at {token.start} has no end")
    return kept


def literal(value: object) -> str:
    """The SQL that stands for a value."""
    if isinstance(value, Json | dict | list):
        return f"parse_json({names.literal(value if isinstance(value, str) else json.dumps(value))})"
    if isinstance(value, str):
        return names.literal(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float | Decimal):
        return f"({value})" if value < 0 else str(value)
    if isinstance(value, dt.date):
        zone = isinstance(value, dt.datetime) and value.tzinfo
        kind = ("timestamp_tz" if zone else "timestamp_ntz") if isinstance(value, dt.datetime) else "date"
        return f"'{value}'::{kind}"
    raise unmodelled(f"a script variable of the type {type(value).__name__} inside SQL")


def as_client_text(value: object) -> object:
    if isinstance(value, Json):
        value = json.loads(value)
    return json.dumps(value, indent=2) if isinstance(value, dict | list) else value


Variables = Mapping[str, object]


def substitute(expression: str, variables: Variables) -> str:
    """An expression with its variables as literals: bare names outside subqueries, and :names everywhere."""
    return _replace(expression, variables, bare=True)


def bind(sql: str, variables: Variables) -> str:
    """A statement with its :names as literals."""
    return _replace(sql, variables, bare=False)


def simple(expression: str, variables: Variables) -> tuple[object] | None:
    """The value of a literal, a variable, or a concatenation of those: they need no database."""
    found = tokens(expression)
    values: list[object] = []
    at = 0
    while at < len(found):
        step = _operand(found, at, variables)
        if step is None:
            return None
        at, value = step
        values.append(value)
        if at < len(found) and found[at].text != "||":
            return None
        at += 1
    if len(values) == 1 and found[-1].text != "||":
        return (values[0],)
    if not values or found[-1].text == "||" or any(isinstance(v, bool) or type(v) not in (str, int) for v in values):
        return None
    return ("".join(str(value) for value in values),)


def _operand(found: list[Token], at: int, variables: Variables) -> tuple[int, object] | None:
    token = found[at]
    if token.kind == "string":
        return at + 1, names.constant(token.text)
    if token.kind == "number" and token.text.isdigit():
        return at + 1, int(token.text)
    if token.word in ("TRUE", "FALSE", "NULL"):
        return at + 1, {"TRUE": True, "FALSE": False, "NULL": None}[token.word]
    if token.text == ":" and at + 1 < len(found) and found[at + 1].name in variables:
        at, token = at + 1, found[at + 1]
    if token.kind not in ("word", "quoted") or token.name not in variables:
        return None
    return _variable(found, at, variables)


def _replace(text: str, variables: Variables, *, bare: bool) -> str:
    found = tokens(text)
    parts: list[str] = []
    done = at = 0
    query: list[bool] = []
    while at < len(found):
        token = found[at]
        if token.text == "(":
            query.append(bool(query and query[-1]) or _word(found, at + 1) in ("SELECT", "WITH", "SHOW"))
        elif token.text == ")" and query:
            query.pop()
        step = _reference(found, at, variables, bare=bare and not (query and query[-1]))
        if step is None:
            at += 1
            continue
        stop, sql = step
        parts += [text[done : token.start], sql]
        done, at = found[stop - 1].end, stop
    return "".join(parts) + text[done:]


def _reference(found: list[Token], at: int, variables: Variables, *, bare: bool) -> tuple[int, str] | None:
    token = found[at]
    if token.word == "IDENTIFIER" and [_word(found, at + 1), _word(found, at + 2)] == ["(", ":"]:
        stop, value = _bound(found, at + 2, variables)
        if _word(found, stop) != ")" or not isinstance(value, str):
            raise unmodelled("identifier() of anything but one text variable")
        return stop + 1, value
    if token.text == ":" and _binds(found, at):
        stop, value = _bound(found, at, variables)
        return stop, literal(value)
    if bare and _names_a_variable(found, at, variables):
        stop, value = _variable(found, at, variables)
        return stop, literal(value)
    return None


def _names_a_variable(found: list[Token], at: int, variables: Variables) -> bool:
    if found[at].kind not in ("word", "quoted") or found[at].name not in variables:
        return False
    before = found[at - 1].text if at else ""
    return before not in (".", "::") and _word(found, at + 1) not in ("(", "=>")


def _binds(found: list[Token], at: int) -> bool:
    """`a:b` with no space between is a path into a variant, not a variable."""
    if at + 1 == len(found) or found[at + 1].kind not in ("word", "quoted"):
        return False
    before = found[at - 1] if at else None
    touches = before is not None and before.end == found[at].start
    return not (touches and before and (before.kind in ("word", "quoted") or before.text in (")", "]")))


def _bound(found: list[Token], at: int, variables: Variables) -> tuple[int, object]:
    name = found[at + 1].name
    if name not in variables:
        raise SnowflakeError(2049, "42601", f"SQL compilation error:\nBind variable :{name} not set.")
    if isinstance(variables[name], Row):
        raise unmodelled(f"the binding of a row's field (:{name}.…); copy it into a variable first")
    return at + 2, variables[name]


def _variable(found: list[Token], at: int, variables: Variables) -> tuple[int, object]:
    value = variables[found[at].name]
    if isinstance(value, ResultSet | Declared):
        raise unmodelled(f"the RESULTSET, CURSOR or EXCEPTION {found[at].name} in an expression")
    if not isinstance(value, Row):
        return at + 1, value
    column = found[at + 2].name if _word(found, at + 1) == "." and at + 2 < len(found) else ""
    if column not in value:
        raise SnowflakeError(904, "42000", f"SQL compilation error:\ninvalid identifier '{found[at].name}.{column}'")
    return at + 3, value[column]


def _word(found: list[Token], at: int) -> str:
    return found[at].word if at < len(found) else ""
