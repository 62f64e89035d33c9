"""A result: what a statement answers, whoever computed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

# Snowflake's statementTypeId: the connector counts affected rows of DML by it.
SELECT, INSERT, UPDATE, DELETE, MERGE, OTHER = 0x1000, 0x3100, 0x3200, 0x3300, 0x3400, 0x6000
DML = (INSERT, UPDATE, DELETE, MERGE)


@dataclass
class Rows:
    """`types` are Snowflake's wire types, one a column (fixed, text, boolean, date, timestamp_ntz, ...); where they
    are left out they follow from the Python values. `scales` matter to fixed columns only."""

    columns: Sequence[str]
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    types: Sequence[str] | None = None
    scales: Sequence[int] | None = None
    statement: int = SELECT

    @classmethod
    def status(cls, text: str) -> Rows:
        return cls(["status"], [(text,)], statement=OTHER)

    @classmethod
    def counts(cls, statement: int, **counts: int) -> Rows:
        """Of DML: `inserted=3` becomes "number of rows inserted"."""
        return cls([f"number of rows {name}" for name in counts], [tuple(counts.values())], statement=statement)

    def dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    @property
    def affected(self) -> int:
        """SQLROWCOUNT: the rows that DML changed."""
        if self.statement not in DML:
            return len(self.rows)
        return sum(int(value) for row in self.rows for value in row)


SUCCESS = "Statement executed successfully."
