"""Are the tables of two attached databases equal? Rows only here, rows only there, and columns.

For production beside its control, which have no time T in common that `observe` could compare with. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dbt_ghost.providers.lake_reader import identifier


class Connection(Protocol):
    """What is needed of a DuckDB connection that has both databases attached."""

    def execute(self, query: str) -> Any: ...


@dataclass(frozen=True)
class TableComparison:
    """How one table or view differs between the databases `left` and `right`.

    `only_left` and `only_right` count rows without an equal one on the other side (equal rows are paired off one by
    one), so a changed row is in both.
    """

    left: str
    right: str
    table: str  # schema.name
    rows_left: int = 0
    rows_right: int = 0
    only_left: int = 0
    only_right: int = 0
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
    ignored: Collection[str] = (),
) -> tuple[TableComparison, ...]:
    """Every table and view of the schemas, in order; `ignored` columns (the time of loading, say) are left out."""
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
            comparisons.append(_Pair(connection, left, right, table, frozenset(ignored)).compare())
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

    def compare(self) -> TableComparison:
        left, right = self._left, self._right
        return TableComparison(
            left,
            right,
            self._name,
            rows_left=self._count(self._rows(left)),
            rows_right=self._count(self._rows(right)),
            only_left=self._count(f"{self._rows(left)} except all {self._rows(right)}"),
            only_right=self._count(f"{self._rows(right)} except all {self._rows(left)}"),
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

    def _count(self, rows: str) -> int:
        count: int = self._connection.execute(f"select count(*) from ({rows})").fetchone()[0]
        return count


def _tables(connection: Connection, database: str, schemas: Sequence[str]) -> set[tuple[str, str]]:
    listed = connection.execute(
        "select table_catalog, table_schema, table_name from information_schema.tables"
    ).fetchall()
    return {(schema, name) for catalog, schema, name in listed if catalog == database and schema in schemas}
