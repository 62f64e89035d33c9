"""What a script holds while it runs, and what interrupts it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tests.snowflake_double.errors import syntax, unmodelled


class Table(Protocol):
    """What a statement answers."""

    @property
    def columns(self) -> Sequence[str]: ...
    @property
    def rows(self) -> Sequence[Sequence[object]]: ...


class Json(str):
    """A VARIANT, OBJECT or ARRAY as its text."""


class Row(dict[str, object]):
    """One row of a result set, by column name."""


def held(row: Sequence[object], types: Sequence[str] | None) -> list[object]:
    """The values of a row of a result, its VARIANTs as such."""
    kinds = types or [""] * len(row)
    return [
        Json(value) if kind in ("variant", "object", "array") and isinstance(value, str) else value
        for value, kind in zip(row, kinds, strict=True)
    ]


@dataclass
class ResultSet:
    """A result, or the query that gives it; a cursor is one whose query has not run yet."""

    query: str | None = None
    table: Table | None = None

    def each(self) -> Iterator[Row]:
        if self.table is None:
            raise unmodelled("a RESULTSET that is read before it has a query, or before its AWAIT")
        columns, types = self.table.columns, getattr(self.table, "types", None)
        return (Row(zip(columns, held(row, types), strict=True)) for row in self.table.rows)


@dataclass(frozen=True)
class Declared:
    """An exception that a script declares."""

    name: str
    number: int = -20000
    message: str = ""


class Jump(Exception):
    """BREAK or CONTINUE on its way to its loop."""


class Return(Exception):
    """RETURN on its way out."""

    def __init__(self, value: object) -> None:
        super().__init__()
        self.value = value


class Raised(Exception):
    """An exception of the script, on its way to a handler."""

    def __init__(self, name: str, number: int, state: str, message: str, at: int) -> None:
        super().__init__(message)
        self.name, self.number, self.state, self.message, self.at = name, number, state, message, at


@dataclass
class Scope:
    parent: Scope | None = None
    values: dict[str, object] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)

    def holder(self, name: str) -> Scope:
        if name in self.values:
            return self
        if self.parent is None:
            raise syntax(f"identifier '{name}' must be declared")
        return self.parent.holder(name)

    def visible(self) -> dict[str, object]:
        return {**(self.parent.visible() if self.parent else {}), **self.values}

    def let(self, name: str, value: object, kind: str = "") -> None:
        self.values[name], self.types[name] = value, kind
