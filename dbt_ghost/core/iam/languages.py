"""Sets of texts as IAM's patterns describe them. Pure.

A pattern is a string in which these characters mean more than themselves; any other stands for itself:

    *  any text              ?  any one character
    FIELD, FIELD_ONE         the same without a colon: a wildcard within one field of an ARN
    NAME                     any text without colon and slash
    STAR, QUESTION           the characters * and ? themselves
    from EITHER on           a letter, small or capital
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from dbt_ghost.core.globs import LITERAL

STAR, QUESTION = "*".translate(LITERAL), "?".translate(LITERAL)
FIELD, FIELD_ONE, NAME = "\ue002", "\ue003", "\ue004"
EITHER = 0xE100

RUNS = {"*": "", FIELD: ":", NAME: ":/"}
"""Wildcards for any number of characters, and the characters that they leave out."""
ONES = {"?": "", FIELD_ONE: ":"}
"""Wildcards for one character, and the characters that they leave out."""

_WILD = "".join([*RUNS, *ONES])
_EITHER_CASE = {ord(letter): chr(EITHER + ord(letter.lower())) for letter in map(chr, range(128)) if letter.isalpha()}
_BY_FIELD = str.maketrans({"*": FIELD, "?": FIELD_ONE})
_SHOWN = str.maketrans({STAR: "*", QUESTION: "?"})

FIELDS = 6
"""Of an ARN; the last one may have colons of its own."""


@dataclass(frozen=True)
class Language:
    """The texts that match one of the patterns, or (`inverted`) all texts that match none of them."""

    patterns: tuple[str, ...]
    inverted: bool = False

    def __invert__(self) -> Language:
        return Language(self.patterns, not self.inverted)


NOTHING, EVERYTHING = Language(()), Language((), inverted=True)


def union(patterns: Iterable[str]) -> Language:
    return Language(tuple(sorted(set(patterns))))


def literal(text: str) -> str:
    """The pattern that matches this text only."""
    return text.translate(LITERAL)


def shown(text: str) -> str:
    """A text as people write it: the inverse of `literal`."""
    return text.translate(_SHOWN)


def by_field(pattern: str) -> str:
    """A pattern of an ARN whose wildcards stay within their field, but for those of the last field."""
    *fields, rest = pattern.split(":", FIELDS - 1)
    return ":".join([*(field.translate(_BY_FIELD) for field in fields), rest])


def any_case(pattern: str) -> str:
    return pattern.translate(_EITHER_CASE)


@lru_cache(maxsize=1 << 10)
def either_case(symbol: str) -> str:
    """The small letter that a symbol stands for in both cases, or nothing."""
    return chr(ord(symbol) - EITHER) if EITHER <= ord(symbol) < EITHER + 128 else ""


@lru_cache(maxsize=1 << 14)
def is_plain(pattern: str) -> bool:
    """Does it match one text only?"""
    return not any(symbol in _WILD or either_case(symbol) for symbol in pattern)


def matches(language: Language, text: str) -> bool:
    """`text` as `literal` writes it."""
    return any(covers(pattern, text) for pattern in language.patterns) != language.inverted


@lru_cache(maxsize=1 << 16)
def covers(pattern: str, other: str) -> bool:
    """Does the pattern match all that the other one does? No, where that is hard to tell. Exact for a plain other."""
    return _regex(pattern).fullmatch(other) is not None


@lru_cache(maxsize=1 << 14)
def ends(pattern: str) -> tuple[str, str]:
    """What every text that matches begins and ends with."""
    parts = re.split(f"[{re.escape(_WILD)}{chr(EITHER)}-{chr(EITHER + 127)}]", pattern)
    return parts[0], parts[-1]


@lru_cache(maxsize=1 << 16)
def may_meet(one: str, other: str) -> bool:
    """No only if no text matches both."""
    (begin, end), (other_begin, other_end) = ends(one), ends(other)
    first, last = min(len(begin), len(other_begin)), min(len(end), len(other_end))
    return begin[:first] == other_begin[:first] and end[len(end) - last :] == other_end[len(other_end) - last :]


@lru_cache(maxsize=1 << 14)
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(map(_expression, pattern)), re.DOTALL)


def _expression(symbol: str) -> str:
    """What a symbol matches in a text, and which symbols of another pattern it is at least as wide as."""
    letter = either_case(symbol)
    if letter:
        return f"[{letter}{letter.upper()}{symbol}]"
    if symbol not in RUNS and symbol not in ONES:
        return re.escape(symbol)
    left_out = RUNS[symbol] if symbol in RUNS else ONES[symbol]
    wider = [each for each, without in {**RUNS, **ONES}.items() if not set(left_out) <= set(without)]
    if symbol in RUNS:
        return f"[^{re.escape(''.join([left_out, *wider]))}]*" if left_out else ".*"
    return f"[^{re.escape(''.join([left_out, *wider, *RUNS]))}]"
