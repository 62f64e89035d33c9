"""Reading a statement clause by clause: names, literals, `NAME = value` options, and the text that is left.

A `Clauses` stands at a place in a statement's text and moves on as its methods take something. Where something else is
expected, that is a syntax error (1003); an option that a statement does not list, or a clause after its last one, is
not modelled (9999).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import NoReturn

from tests.snowflake_double.errors import syntax, unmodelled
from tests.snowflake_double.names import IDENT, STRING, constant, fold, quote

Options = dict[str, object]

_SPACE = re.compile(r"(?:\s+|--[^\n]*|//[^\n]*|/\*.*?\*/)*", re.S)
_TOKEN = re.compile(
    rf"(?P<string>{STRING})|(?P<quoted>\"(?:[^\"]|\"\")+\")|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z_][\w$]*)"
    r"|(?P<symbol>=>|->|::|.)",
    re.S,
)
_STAGE = re.compile(rf"@(?P<name>(?:{IDENT}\.){{0,2}}{IDENT})(?P<path>/[^\s)']*)?")


class Word(str):
    """A value that stood there without quotes: folded if it is one name, as an identifier again if it is dotted."""


class Clauses:
    def __init__(self, text: str) -> None:
        self.text = text.rstrip().removesuffix(";").rstrip()
        self.at = 0

    # -- looking ----------------------------------------------------------------------------------------------------

    def next(self, skip: int = 0) -> tuple[str, str, int, int]:
        """(kind, text, start, end) of the token after `skip` others; the kind is '' at the end."""
        at = self.at
        for _ in range(skip):
            start = self._spaced(at)
            found = _TOKEN.match(self.text, start)
            at = found.end() if found else start
        start = self._spaced(at)
        found = _TOKEN.match(self.text, start)
        return (str(found.lastgroup), found[0], start, found.end()) if found else ("", "", start, start)

    def sees(self, *words: str) -> bool:
        tokens = [self.next(index) for index in range(len(words))]
        return all(token[1].upper() == word for token, word in zip(tokens, words, strict=True))

    @property
    def done(self) -> bool:
        return self.next()[0] == ""

    @property
    def rest(self) -> str:
        """The text that is left, as it was sent."""
        return self.text[self._spaced(self.at) :]

    # -- taking -----------------------------------------------------------------------------------------------------

    def accept(self, *words: str) -> bool:
        if not self.sees(*words):
            return False
        self.at = self.next(len(words) - 1)[3]
        return True

    def one_of(self, *phrases: str) -> str:
        """The first of the phrases that stands here, taken; '' if none does."""
        return next((phrase for phrase in phrases if self.accept(*phrase.split())), "")

    def expect(self, *words: str) -> None:
        if not self.accept(*words):
            self.fail()

    def end(self) -> None:
        """Nothing is left: what is may well be Snowflake's, and is not modelled."""
        if not self.done:
            self.refuse()

    def fail(self) -> NoReturn:
        raise syntax(f"unexpected '{self.rest[:40]}' in: {self.text[:120]}")

    def refuse(self) -> NoReturn:
        raise unmodelled(f"'{self.rest[:60]}' in: {self.text[:120]}")

    def identifier(self) -> str:
        kind, text, _, end = self.next()
        if kind not in ("word", "quoted"):
            self.fail()
        self.at = end
        return fold(text)

    def name(self) -> tuple[str, ...]:
        """A dotted name, folded as Snowflake folds it: ("DB", "SCHEMA", "THING"), or the last of them."""
        if self.accept("IDENTIFIER", "("):
            inner = Clauses(self.string()).name()
            self.expect(")")
            return inner
        parts = [self.identifier()]
        while self.accept("."):
            parts.append(self.identifier())
        return tuple(parts)

    def names(self) -> list[tuple[str, ...]]:
        found = [self.name()]
        while self.accept(","):
            found.append(self.name())
        return found

    def string(self) -> str:
        kind, text, _, end = self.next()
        if kind != "string":
            self.fail()
        self.at = end
        return constant(text)

    def number(self) -> str:
        kind, text, _, end = self.next()
        if kind != "number":
            self.fail()
        self.at = end
        return text

    def group(self) -> str:
        """The text between a parenthesis here and the one that closes it."""
        start = self.next()[3]
        self.expect("(")
        depth = 1
        while depth:
            kind, text, at, end = self.next()
            if not kind:
                self.fail()
            depth += {"(": 1, ")": -1}.get(text, 0)
            self.at = end
        return self.text[start:at]

    def until(self, *words: str) -> str:
        """The text up to the first of the words outside of parentheses, or up to the end."""
        start, depth = self._spaced(self.at), 0
        while not self.done and not (depth == 0 and self.next()[1].upper() in words):
            depth += {"(": 1, ")": -1}.get(self.next()[1], 0)
            self.at = self.next()[3]
        return self.text[start : self.at].rstrip()

    def stage(self) -> tuple[tuple[str, ...], str]:
        """`@name/path`, also between quotes, as (name, path without its first slash)."""
        start = self._spaced(self.at)
        quoted = self.next()[0] == "string"
        found = _STAGE.match(constant(self.next()[1])) if quoted else _STAGE.match(self.text, start)
        if found is None:
            self.refuse()
        self.at = self.next()[3] if quoted else found.end()
        return Clauses(found["name"]).name(), (found["path"] or "/")[1:]

    # -- options ----------------------------------------------------------------------------------------------------

    def options(self, allowed: Collection[str], into: Options | None = None) -> Options:
        """`NAME = value` as often as it stands here, commas between them or none. Each must be one of `allowed`."""
        found: Options = {} if into is None else into
        while self.next()[0] == "word" and self.next(1)[1] == "=":
            if self.next()[1].upper() not in allowed:
                self.refuse()
            name = self.identifier()
            self.expect("=")
            found[name] = self.value()
            self.accept(",")
        return found

    def value(self) -> object:
        kind, text, _, end = self.next()
        if kind == "symbol" and text == "(":
            return _grouped(self.group())
        if kind == "string":
            return self.string()
        if kind == "number":
            self.at = end
            return Word(text)
        if kind == "word" and self.next(1)[1] != ".":
            return Word(self.identifier())
        return Word(".".join(quote(part) for part in self.name()))

    def _spaced(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at


def _grouped(text: str) -> object:
    """(A = 1 B = 2) is a mapping, ('a', 'b') a list, and a list of groups a list of mappings."""
    inner = Clauses(text)
    if inner.next()[0] == "word" and inner.next(1)[1] == "=":
        found: Options = {}
        while not inner.done:
            name = inner.identifier()
            inner.expect("=")
            found[name] = inner.value()
            inner.accept(",")
        return found
    values = []
    while not inner.done:
        values.append(inner.value())
        inner.accept(",")
    return values


def said(options: Mapping[str, object], name: str, default: str = "") -> str:
    """An option's text."""
    value = options.get(name, default)
    if not isinstance(value, str):
        raise syntax(f"invalid value for {name}: {value}")
    return str(value)


def listed(options: Mapping[str, object], name: str) -> list[str]:
    """An option that is a list, which may be left out or be a single value."""
    value = options.get(name, [])
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) for each in values):
        raise syntax(f"invalid value for {name}: {value}")
    return [str(each) for each in values]


def truth(options: Mapping[str, object], name: str, default: bool = False) -> bool:
    value = said(options, name, str(default)).upper()
    if value not in ("TRUE", "FALSE"):
        raise syntax(f"invalid value for {name}: {value}")
    return value == "TRUE"


def group_of(options: Mapping[str, object], name: str) -> Options:
    """An option that is a parenthesised list of options: FILE_FORMAT = (TYPE = CSV). Empty if it is left out."""
    value = options.get(name, {})
    if value == []:
        return {}
    if not isinstance(value, dict):
        raise syntax(f"invalid value for {name}: {value}")
    return {str(key): each for key, each in value.items()}
