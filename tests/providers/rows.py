"""Asks DuckDB about two files."""

from __future__ import annotations

from dbt_ghost.core.observe.objects import RowsCompared
from dbt_ghost.providers.object_rows import DuckRows

ROWS = DuckRows()


def compared(key: str, prod: str | bytes, ghost: str | bytes, rows: DuckRows = ROWS) -> RowsCompared:
    sides = [side.encode() if isinstance(side, str) else side for side in (prod, ghost)]
    found = rows.compare(key, *sides)
    assert found is not None
    return found


def changed(key: str, prod: str | bytes, ghost: str | bytes) -> tuple[int, int]:
    """Rows that one side alone has; both were read."""
    found = compared(key, prod, ghost)
    assert found.unreadable == "" and not found.equal
    return found.only_prod, found.only_ghost
