"""Identifiers, string literals and tokens of Snowflake's SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

IDENT = r'(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)'  # one identifier
NAME = rf"{IDENT}(?:\s*\.\s*{IDENT}){{0,2}}"  # one to three of them, dotted
STRING = r"(?:'(?:[^'\\]|''|\\.)*'|\$\$.*?\$\$)"  # a string constant
# IDENTIFIER('a.b') stands where a name may: use it in a regex beside NAME; `parse_name` reads both.
ANY_NAME = rf"(?:IDENTIFIER\s*\(\s*{STRING}\s*\)|{NAME})"

_IDENT = re.compile(IDENT)
_PLAIN = re.compile(r"[A-Z_][A-Z0-9_$]*")
_WRAPPED = re.compile(rf"IDENTIFIER\s*\(\s*({STRING})\s*\)", re.I | re.S)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f"}
_TOKEN = re.compile(
    rf"(?P<space>\s+)|(?P<comment>--[^\n]*|//[^\n]*|/\*.*?\*/)|(?P<string>{STRING})"
    r'|(?P<quoted>"(?:[^"]|"")+")|(?P<word>[A-Za-z_][\w$]*)|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)'
    r"|(?P<symbol>:=|=>|->>|->|::|\|\||<=|>=|<>|!=|.)",
    re.S,
)
_EDGE = re.compile(r"^(?:\s|--[^\n]*(?:\n|$)|//[^\n]*(?:\n|$)|/\*.*?\*/|;)+", re.S)


@dataclass(frozen=True)
class Token:
    """kind: word, quoted, string, number or symbol (with `comments`: comment too). `text` is as written."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def upper(self) -> str:
        return self.text.upper()


def tokens(text: str, comments: bool = False) -> Iterator[Token]:
    """The tokens of `text`, without spaces; `start` and `end` are offsets into it."""
    for found in _TOKEN.finditer(text):
        kind = str(found.lastgroup)
        if kind != "space" and (comments or kind != "comment"):
            yield Token(kind, found[0], found.start(), found.end())


def bare(text: str) -> str:
    """A statement without the comments, spaces and semicolons around it (those inside it stay)."""
    start = found.end() if (found := _EDGE.match(text)) else 0
    if not text.rstrip().endswith((";", "*/")) and "--" not in text and "//" not in text:
        return text[start:].rstrip()
    end = start
    for token in tokens(text[start:]):
        if token.text != ";":
            end = start + token.end
    return text[start:end]


def fold(identifier: str) -> str:
    """One identifier as it is stored: quoted ones as they are, others upper-cased."""
    if identifier.startswith('"'):
        return identifier[1:-1].replace('""', '"')
    return identifier.upper()


def parse_name(text: str) -> tuple[str, ...]:
    """The folded parts of a dotted name, or of IDENTIFIER('a dotted name')."""
    if wrapped := _WRAPPED.fullmatch(text.strip()):
        text = constant(wrapped[1])
    return tuple(fold(part) for part in _IDENT.findall(text))


def quote(name: str) -> str:
    """One stored name as an identifier, quoted only where it must be."""
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'


def dotted(parts: Sequence[str]) -> str:
    return ".".join(quote(part) for part in parts)


def constant(literal: str) -> str:
    """The value of a string constant: '..' with doubled quotes and backslash escapes, or $$..$$."""
    if literal.startswith("$$"):
        return literal[2:-2]
    pieces = re.sub(r"''|\\(.)", lambda m: "'" if m[0] == "''" else _ESCAPES.get(m[1], m[1]), literal[1:-1], flags=re.S)
    return pieces


def literal(value: str) -> str:
    """`value` as a string constant of Snowflake's."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def like(pattern: str) -> re.Pattern[str]:
    """LIKE of SHOW: % and _ are wildcards, a backslash takes their meaning, case does not matter."""
    out = re.sub(
        r"\\(.)|(.)",
        lambda m: re.escape(m[1]) if m[1] else {"%": ".*", "_": "."}.get(m[2], re.escape(m[2])),
        pattern,
        flags=re.S,
    )
    return re.compile(out, re.I | re.S)


def options(text: str) -> dict[str, str]:
    """`KEY = value KEY = (..)` as {KEY: value as written}; a lone word is a key with the value "".

    Raises ValueError at what is neither. Commas between options are allowed.
    """
    found: dict[str, str] = {}
    rest = list(tokens(text))
    at = 0
    while at < len(rest):
        token = rest[at]
        if token.text == ",":
            at += 1
            continue
        if token.kind != "word":
            raise ValueError(f"an option expected at {text[token.start :][:40]!r}")
        at += 1
        if at >= len(rest) or rest[at].text != "=":
            found[token.upper] = ""
            continue
        at, value = _value(text, rest, at + 1)
        found[token.upper] = value
    return found


def _value(text: str, rest: list[Token], at: int) -> tuple[int, str]:
    if at >= len(rest):
        raise ValueError("a value expected at the end")
    start, depth = rest[at].start, 0
    while at < len(rest):
        token = rest[at]
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        at += 1
        dotted_on = at < len(rest) and (rest[at].text == "." or token.text == ".")
        if depth == 0 and not dotted_on and token.text not in "+-":
            return at, text[start : token.end]
    raise ValueError("a closing parenthesis is missing")
