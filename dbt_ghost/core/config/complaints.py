"""What is wrong with a configuration, in words: where, what, and the nearest right thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dbt_ghost.core.config.contradictions import CONTRADICTIONS
from dbt_ghost.core.config.shape import Path, dotted, keys, leaves, model_at

_LONGEST_SHOWN = 60
_NEAR = 0.6

_WORDS = {
    "model_type": "must hold keys",
    "dict_type": "must hold keys",
    "mapping_type": "must hold keys",
    "tuple_type": "must be a list, as in [a, b]",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
}
"""By pydantic's error type, where its own words say Python."""


@dataclass(frozen=True)
class Complaint:
    path: Path
    text: str

    def __str__(self) -> str:
        return f"{dotted(self.path)}: {self.text}" if self.path else self.text


def shown(value: object) -> str:
    """A value as people wrote it, short. Never fails, whatever the value is."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "keys and values"
    if isinstance(value, list):
        return "a list"
    try:
        text = repr(value)
    except ValueError:  # Python refuses to write integers of more than 4300 digits
        return "a huge number"
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def nearest(word: str, known: Mapping[str, Any] | list[str]) -> str:
    """The known word that was probably meant, or an empty text."""
    return next(iter(get_close_matches(word.lower(), list(known), 1, _NEAR)), "")


def complaints(error: ValidationError) -> Iterator[Complaint]:
    for detail in error.errors(include_url=False):
        if detail["type"] == CONTRADICTIONS:
            yield from (Complaint(path, text) for path, text in detail["ctx"]["found"])
        else:
            path = tuple(part for part in detail["loc"] if part != "[key]")
            yield Complaint(path, _words(detail, path))


def _words(detail: ErrorDetails, path: Path) -> str:
    match detail["type"]:
        case "extra_forbidden":
            return _unknown_key(path)
        case "missing":
            return "is required"
        case "value_error":
            words = str(detail["ctx"]["error"])
        case "literal_error":
            words = f"must be {detail['ctx']['expected'].replace(chr(39), '')}"
        case kind:
            words = _WORDS.get(kind) or detail["msg"].replace("Input should be", "must be")
    return f"{words}{_but(detail, path)}{_quote(detail)}"


def _but(detail: ErrorDetails, path: Path) -> str:
    """Says what was there instead, save for keys, which the path shows, and the values of environment variables."""
    return "" if "env" in path or "[key]" in detail["loc"] else f", not {shown(detail['input'])}"


def _quote(detail: ErrorDetails) -> str:
    scalar = isinstance(detail["input"], bool | int | float)
    return "; put it in quotes" if detail["type"] == "string_type" and scalar else ""


def _unknown_key(path: Path) -> str:
    key, model = str(path[-1]), model_at(path[:-1])
    near = nearest(key, keys(model)) if model else ""
    if near:
        return f"unknown key; did you mean `{near}`?"
    elsewhere = [dotted(place) for place, _ in leaves({}) if place[-1] == key]
    if elsewhere:
        return f"unknown key here; there is `{elsewhere[0]}`"
    return f"unknown key; known here: {', '.join(keys(model))}" if model else "unknown key"
