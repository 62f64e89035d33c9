"""CSV and JSON files as the one kind of CSV that DuckDB then reads: nothing about them is guessed twice."""

from __future__ import annotations

import csv
import io
import json
import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

SEPARATORS = ",\t;|"
BOM = b"\xef\xbb\xbf"
LONGEST_HEADER = 1 << 20
NO_OBJECT = "(no object)"
"""The column of JSON values that are none."""


class Broken(Exception):
    """The file is not what its key says; the text is for people, and names the side."""


class Beyond(Exception):
    """The file is larger than what is read; the text is for people, and names the side."""


@dataclass(frozen=True)
class Source:
    """How the file that was written is to be read: `columns` in all, the first ones by these names. `shape` is what
    whoever loads the file must know of it besides, for people; empty where it has nothing to tell by.
    """

    names: tuple[str, ...]
    columns: int
    separator: str = ","
    header: bool = False
    shape: str = ""


def csv_table(side: str, content: bytes, file: Path) -> Source:
    """The names of the header. Its own separator is the one of `, tab ; |` that it has most of, outside quotes."""
    body = content.removeprefix(BOM)
    file.write_bytes(body)
    if not body.strip():
        return Source((), 0)
    try:
        text = getincrementaldecoder("utf-8")().decode(body[:LONGEST_HEADER], final=len(body) <= LONGEST_HEADER)
        separator = max(SEPARATORS, key=re.sub(r'"[^"]*"', "", text.splitlines()[0]).count)
        names = tuple(next(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)))
    except UnicodeDecodeError:
        raise Broken(f"{side}'s is not UTF-8") from None
    except csv.Error as error:
        raise Broken(f"{side}'s has a header that cannot be read: {error}") from None
    if not names:
        raise Broken(f"{side}'s has no header in its first line")
    if len(set(names)) < len(names):
        raise Broken(f"{side}'s has two columns of one name")
    _check_values(side, body, separator.encode(), len(names))
    return Source(names, len(names), separator, header=True, shape=f"separated by {separator!r}")


def _check_values(side: str, body: bytes, separator: bytes, columns: int) -> None:
    """What DuckDB takes without a word: it leaves out a last row whose quote is never closed, and ignores spaces around
    quotes and one separator too many.
    """
    edge = rb"[^\r\n" + separator + rb"]"
    closed = rb"(?<!" + edge + rb')"[^"]*+(?:""[^"]*+)*+"(?!' + edge + rb")"
    bare = re.sub(closed, b"", body) if b'"' in body else body
    if re.search(rb"(?<!" + edge + rb')[ \t]*+"', bare):
        raise Broken(f"{side}'s has a quoted value that does not end where the value does")
    if {line.count(separator) + 1 for line in bare.splitlines() if line} - {columns}:
        raise Broken(f"{side}'s has rows with more or fewer values than its header")


def json_table(side: str, content: bytes, file: Path) -> Source:
    """A row for each object, of JSON Lines or of one array; a cell has its value's JSON, with the keys in order.

    So what is left out (an empty cell, NULL) is not `null`, and `1` is not `"1"`. Read twice rather than kept.
    """
    try:
        text = content.decode("utf-8-sig")
        names = tuple(dict.fromkeys(name for row in _rows(text) for name in row))
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            for row in _rows(text):  # the last column makes even `{}` a row
                writer.writerow([*(_cell(row[name]) if name in row else None for name in names), "row"])
    except UnicodeError:
        raise Broken(f"{side}'s is not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise Broken(f"{side}'s is not JSON: {error}") from None
    shape = "one array" if _is_array(text) else "one value after another"
    return Source(names, len(names) + 1, shape=shape if text.strip() else "")


def _rows(text: str) -> Iterator[dict[str, Any]]:
    return (each if isinstance(each, dict) else {NO_OBJECT: each} for each in _documents(text))


def _is_array(text: str) -> bool:
    return text.lstrip().startswith("[")


def _documents(text: str) -> Iterator[Any]:
    if _is_array(text):
        yield from json.loads(text, **_HOOKS)
        return
    decoder, at = json.JSONDecoder(**_HOOKS), 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        found, at = decoder.raw_decode(text, at)
        yield found


def _cell(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object has a key twice")
    return found


def _number(text: str) -> Any:
    """Two texts of one number are equal; a number with more digits than a float has stays its text."""
    value = float(text)
    try:
        return value if Decimal(repr(value)) == Decimal(text) else f"\0{text}"
    except InvalidOperation:
        return f"\0{text}"


_HOOKS: dict[str, Any] = {"object_pairs_hook": _once, "parse_float": _number}
