"""What `ghost_diff` said of each table, as values. Pure.

Its machine line is docs/reference/ghost_result.schema.json's `diff`; these are the same names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from dbt_ghost.core.errors import GhostError

Whose = Literal["yours", "world", "both", "unknown"]
"""`yours`: the branch's. `world`: production moved since T, or the ghost has not caught up. `both`: both changed the
row. `unknown`: production as of T is not to be had."""
Change = Literal["added", "removed", "changed"]
"""`added`: only the ghost has the rows; `removed`: only production has."""
Text = Mapping[str, str | None]


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sample(_Said):
    """One row: its key, and of each side what differs, or all of it where the other side has no such row."""

    key: Text
    prod: Text | None
    ghost: Text | None


class RowChange(_Said):
    """Rows that differ in one way. `columns`: in how many of the changed rows each column differs."""

    whose: Whose
    change: Change
    rows: int
    columns: Mapping[str, int]
    samples: tuple[Sample, ...]


class ColumnChange(_Said):
    """`added` is the ghost's alone. Without a column: the order of all, on each side."""

    whose: Whose
    column: str
    change: Literal["added", "dropped", "type", "order"]
    prod: str | None
    ghost: str | None


class Narrowed(_Said):
    """`rows` of the `of` differing rows have the value; of all rows `share_of_all` have it."""

    column: str
    value: str
    rows: int
    of: int
    share_of_all: float


class Touched(_Said):
    """Did the side change the table since T? None where nobody knows."""

    prod: bool | None = None
    ghost: bool | None = None


class ChangedAt(_Said):
    prod: AwareDatetime | None = None
    ghost: AwareDatetime | None = None


class Rows(_Said):
    prod: int | None
    ghost: int | None


class ComparedTable(_Said):
    """One table or view, on both sides. `table` is schema.name, `database` production's. `whose` it is that only one
    side has it, if so.
    """

    table: str
    database: str
    kind: Literal["table", "view"]
    state: Literal["equal", "differs", "only_in_prod", "only_in_ghost", "unreadable"]
    whose: Whose | None
    by: Literal["untouched", "catalog", "hash", "join", "rows"]
    touched: Touched
    changed_at: ChangedAt
    rows: Rows
    columns: tuple[ColumnChange, ...] = Field(alias="schema")
    key: tuple[str, ...]
    key_from: Literal["config", "test", "contract", "unique_key", ""]
    key_refused: str
    changes: tuple[RowChange, ...]
    narrowed: tuple[Narrowed, ...]
    ignored: tuple[str, ...]
    note: str

    def rows_of(self, whose: Whose) -> int:
        """How many rows differ that are theirs."""
        return sum(each.rows for each in self.changes if each.whose == whose)

    def has(self, whose: Whose) -> bool:
        """Does something of it differ that is theirs: rows, a column, or all of it?"""
        return whose in (self.whose, *(each.whose for each in self.columns), *(each.whose for each in self.changes))

    @property
    def lags(self) -> bool:
        """Did production change it after the ghost did? Then a row that both changed may only be out of date."""
        prod, ghost = self.changed_at.prod, self.changed_at.ghost
        return prod is not None and ((ghost is not None and ghost < prod) or self.touched.ghost is False)

    @property
    def leads(self) -> bool:
        """Did the ghost change it after production did? Then what it has beyond may be on its way in production."""
        prod, ghost = self.changed_at.prod, self.changed_at.ghost
        return prod is not None and ghost is not None and prod < ghost


class Cost(_Said):
    """What a warehouse that bills tells of the ghost; None is not known."""

    size_bytes: int | None
    credits: float | None


class TablesObservation(_Said):
    """Every table of the cloned databases. `at` is T; without `base` there is no state of T to compare with.

    `cost` is None where the warehouse bills nobody.
    """

    at: AwareDatetime | None
    base: bool
    notes: tuple[str, ...]
    tables: tuple[ComparedTable, ...]
    cost: Cost | None


def tables_of(result: Mapping[str, Any]) -> TablesObservation:
    """Raises GhostError for a machine line that says what this version does not know."""
    told = {name: result.get(name) for name in ("base", "notes", "tables", "cost")}
    at = _with_zone((result.get("t") or {}).get("at"))
    try:
        return TablesObservation.model_validate({**told, "at": at})
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise GhostError(
            f"ghost_diff said something unknown at {where}: {error.errors()[0]['msg']}",
            "use one version of the dbt package and of the CLI",
        ) from None


def _with_zone(moment: str | None) -> datetime | None:
    """T is UTC where it says no zone."""
    at = datetime.fromisoformat(moment) if moment else None
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at
