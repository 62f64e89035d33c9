"""The argument types that tell procedures and functions of one name apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tests.snowflake_double import errors
from tests.snowflake_double.names import fold, tokens

_SAME: Final = {
    **dict.fromkeys(("INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "BYTEINT", "DECIMAL", "NUMERIC"), "NUMBER"),
    **dict.fromkeys(("STRING", "TEXT", "CHAR", "CHARACTER", "NVARCHAR"), "VARCHAR"),
    **dict.fromkeys(("DOUBLE", "REAL", "FLOAT4", "FLOAT8", "DOUBLE PRECISION"), "FLOAT"),
    **{"DATETIME": "TIMESTAMP_NTZ", "TIMESTAMP": "TIMESTAMP_NTZ", "VARBINARY": "BINARY"},
}


@dataclass(frozen=True)
class Argument:
    name: str
    type: str
    default: str | None = None


def base_type(text: str) -> str:
    """VARCHAR for `string(20)`: the name of a type without its size."""
    name = " ".join(text.split("(", maxsplit=1)[0].upper().split())
    return _SAME.get(name, name)


def signature(text: str) -> str:
    """'(NUMBER, VARCHAR)' for '(int, string(20))'."""
    return f"({', '.join(base_type(part) for part in parts(text))})"


def parts(text: str) -> list[str]:
    """The parts of '(a, b(c, d))'."""
    found: list[str] = []
    depth, start = 0, 0
    for token in tokens(text):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if (token.text, depth) == ("(", 1):
            start = token.end
        elif (token.text == "," and depth == 1) or (token.text == ")" and depth == 0):
            found.append(text[start : token.start].strip())
            start = token.end
    return [] if found == [""] else found


def arguments(text: str) -> list[Argument]:
    """What '(a int, b string default 'x')' declares."""
    return [_argument(part) for part in parts(text)]


def _argument(text: str) -> Argument:
    found = list(tokens(text))
    if len(found) < 2 or found[0].kind not in ("word", "quoted"):
        raise errors.syntax(f"an argument needs a name and a type: {text}")
    if found[1].upper in ("OUT", "OUTPUT", "INOUT"):
        raise errors.unmodelled(f"output arguments: {text}")
    first = 2 if found[1].upper in ("IN", "INPUT") else 1
    default = next((at for at, token in enumerate(found) if token.upper == "DEFAULT"), None)
    stop = found[default].start if default is not None else len(text)
    value = text[found[default].end :].strip() if default is not None else None
    return Argument(fold(found[0].text), text[found[first].start : stop].strip(), value)
