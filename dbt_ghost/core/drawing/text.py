"""How much room text takes, in cells of a fixed-width font. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

AFTER = re.compile(r"(?<=[-_./:, ])")
"""Where a name or a label may be broken."""


def cells(text: str) -> int:
    """2 for what East Asian fonts draw wide, 0 for marks that stand on the letter before them."""
    return sum(_cells(each) for each in text)


def wrapped(text: str, width: int, lines: int) -> tuple[str, ...]:
    """At most so many lines of so many cells; what is left out ends in `…`. At least one line."""
    found = [""]
    for piece in _pieces(text, width):
        if cells((found[-1] + piece).rstrip()) > width:
            found.append("")
        found[-1] += piece
    found = [line.strip() for line in found]
    if len(found) > lines:
        found = [*found[: lines - 1], next(_cut(found[lines - 1], width - 1), "") + "…"]
    return tuple(found)


def _pieces(text: str, width: int) -> Iterator[str]:
    for piece in AFTER.split(text):
        yield from _cut(piece, width) if cells(piece.rstrip()) > width else [piece]


def _cut(text: str, width: int) -> Iterator[str]:
    piece = ""
    for each in text:
        if cells(piece + each) > width:
            yield piece
            piece = ""
        piece += each
    yield piece


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
