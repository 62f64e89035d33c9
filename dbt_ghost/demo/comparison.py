"""Compares the tables of two attached databases: rows only here, only there, changed, and in which columns.

The demo's small comparison, for tables that fit on one machine. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dbt_ghost.core.errors import GhostError
from dbt_ghost.providers.lake_reader import identifier


class Connection(Protocol):
    """What is needed of a DuckDB connection that has both databases attached."""

    def execute(self, query: str) -> Any: ...


@dataclass(frozen=True)
class TableComparison:
    """How one table or view differs between the databases `left` and `right`.

    `only_left` and `only_right` count rows without an equal one on the other side (equal rows are paired off one by
    one), so a changed row is in both. `changed` counts keys that both sides have with different rows, and
    `changed_columns` (column, keys) in how many of them each column differs; both stay empty without a key.
    """

    left: str
    right: str
    table: str  # schema.name
    rows_left: int = 0
    rows_right: int = 0
    only_left: int = 0
    only_right: int = 0
    changed: int = 0
    changed_columns: tuple[tuple[str, int], ...] = ()
    structure: tuple[str, ...] = ()
    """What differs in the table itself: it, or a column, is on one side only, or has another type."""

    @property
    def same(self) -> bool:
        return not (self.only_left or self.only_right or self.structure)


def compare(
    connection: Connection,
    left: str,
    right: str,
    schemas: Sequence[str],
    *,
    keys: Mapping[str, Sequence[str]] | None = None,
    ignored: Collection[str] = (),
) -> tuple[TableComparison, ...]:
    """Every table and view of the schemas, in order; `keys` is `schema.table` -> the columns that identify a row.

    `ignored` columns (the time of loading, say) are left out everywhere. Raises GhostError for a key that is none.
    """
    names = {side: _tables(connection, side, schemas) for side in (left, right)}
    comparisons = []
    for table in sorted(names[left] | names[right]):
        name = ".".join(table)
        missing = [side for side in (left, right) if table not in names[side]]
        if missing:
            comparisons.append(
                TableComparison(left, right, name, structure=(f"there is no such table in {missing[0]}",))
            )
        else:
            pair = _Pair(connection, left, right, table, frozenset(ignored))
            comparisons.append(pair.compare((keys or {}).get(name, ())))
    return tuple(comparisons)


class _Pair:
    """One table on both sides."""

    def __init__(
        self, connection: Connection, left: str, right: str, table: tuple[str, str], ignored: frozenset[str]
    ) -> None:
        self._connection = connection
        self._left, self._right, self._name = left, right, ".".join(table)
        self._from = {side: ".".join(map(identifier, (side, *table))) for side in (left, right)}
        self._types = {side: self._read_types(side, ignored) for side in (left, right)}
        self._columns = [name for name in self._types[left] if name in self._types[right]]

    def compare(self, key: Sequence[str]) -> TableComparison:
        left, right = self._left, self._right
        changed, changed_columns = self._changes(key) if key else (0, ())
        return TableComparison(
            left,
            right,
            self._name,
            rows_left=self._count(self._rows(left)),
            rows_right=self._count(self._rows(right)),
            only_left=self._count(f"{self._rows(left)} except all {self._rows(right)}"),
            only_right=self._count(f"{self._rows(right)} except all {self._rows(left)}"),
            changed=changed,
            changed_columns=changed_columns,
            structure=tuple(self._structure()),
        )

    def _read_types(self, side: str, ignored: frozenset[str]) -> dict[str, str]:
        described = self._connection.execute(f"describe select * from {self._from[side]}").fetchall()
        return {row[0]: row[1] for row in described if row[0] not in ignored}

    def _structure(self) -> Iterable[str]:
        left, right = self._types[self._left], self._types[self._right]
        for column in sorted(left.keys() | right.keys()):
            if column not in left or column not in right:
                yield f"column {column} is only in {self._left if column in left else self._right}"
            elif left[column] != right[column]:
                yield f"column {column} is {left[column]} in {self._left}, {right[column]} in {self._right}"

    def _rows(self, side: str) -> str:
        """The columns that both sides have; as text where their types differ, so that they can be compared."""
        return f"(select {', '.join(map(self._comparable, self._columns)) or '1'} from {self._from[side]})"

    def _comparable(self, column: str) -> str:
        name = identifier(column)
        same = self._types[self._left][column] == self._types[self._right][column]
        return name if same else f"cast({name} as varchar) as {name}"

    def _changes(self, key: Sequence[str]) -> tuple[int, tuple[tuple[str, int], ...]]:
        self._check_key(key)
        on = " and ".join(f"l.{column} is not distinct from r.{column}" for column in map(identifier, key))
        values = [column for column in self._columns if column not in key]
        differs = [f"l.{column} is distinct from r.{column}" for column in map(identifier, values)]
        counts = ", ".join(["count(*)", *(f"count(*) filter (where {each})" for each in differs)])
        joined = f"{self._rows(self._left)} l join {self._rows(self._right)} r on {on}"
        where = " or ".join(differs) or "false"
        total, *by_column = self._connection.execute(f"select {counts} from {joined} where {where}").fetchone()
        return total, tuple((column, n) for column, n in zip(values, by_column, strict=True) if n)

    def _check_key(self, key: Sequence[str]) -> None:
        unknown = [column for column in key if column not in self._columns]
        if unknown:
            raise GhostError(f"{self._name} has no column {', '.join(unknown)} on both sides", "correct its key")
        names = ", ".join(map(identifier, key))
        for side in (self._left, self._right):
            if self._count(f"(select {names} from {self._from[side]} group by all having count(*) > 1)"):
                raise GhostError(
                    f"{', '.join(key)} does not identify the rows of {self._name} in {side}", "correct its key"
                )

    def _count(self, rows: str) -> int:
        count: int = self._connection.execute(f"select count(*) from ({rows})").fetchone()[0]
        return count


def _tables(connection: Connection, database: str, schemas: Sequence[str]) -> set[tuple[str, str]]:
    listed = connection.execute(
        "select table_catalog, table_schema, table_name from information_schema.tables"
    ).fetchall()
    return {(schema, name) for catalog, schema, name in listed if catalog == database and schema in schemas}
