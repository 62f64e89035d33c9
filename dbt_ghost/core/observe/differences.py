"""Everything that differs and is not production's own doing, and how much of it the branch declares. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from dbt_ghost.core.config.release import ExpectedDifference
from dbt_ghost.core.observe.objects import Class, ObjectsObservation, StepObservation
from dbt_ghost.core.observe.tables import ComparedTable, RowChange, TablesObservation, Whose

Kind = Literal[
    "table", "schema", "rows_added", "rows_removed", "rows_changed",
    "files_changed", "files_missing", "files_extra", "files_failed",
]  # fmt: skip
"""`table`: only one side has it. `files_failed` wait in the step's failure queue; no branch can mean that."""


@dataclass(frozen=True)
class Difference:
    """One kind of difference in one table or step. `count` are rows or files; columns and tables count one each.

    `columns`: in how many of the rows each differs; empty where that is not known. Of `count`, `expected` are declared.
    """

    kind: Kind
    count: int
    whose: Whose
    table: str = ""
    database: str = ""
    step: str = ""
    columns: tuple[tuple[str, int], ...] = ()
    lags: bool = False
    expected: int = 0
    because: tuple[str, ...] = ()

    @property
    def unexpected(self) -> int:
        return self.count - self.expected

    @property
    def where(self) -> str:
        return self.table or f"step {self.step}"


@dataclass(frozen=True)
class Declared:
    """Differences with what is expected of them, and the declarations that nothing matched."""

    differences: tuple[Difference, ...]
    unseen: tuple[ExpectedDifference, ...] = ()


def differences_of(tables: TablesObservation | None, objects: ObjectsObservation | None) -> tuple[Difference, ...]:
    """All but the world's."""
    compared = tables.tables if tables else ()
    lagging = any(each.lags for each in compared)
    of_tables = (found for each in compared for found in _of_table(each, lagging))
    of_steps = (found for each in (objects.steps if objects else ()) for found in _of_step(each))
    return tuple(each for each in (*of_tables, *of_steps) if each.whose != "world")


def declared(found: Iterable[Difference], expect: Iterable[ExpectedDifference]) -> Declared:
    """Each declaration covers what it names, up to `at_most` in all; what one covers the next need not."""
    differences, unseen = list(found), list[ExpectedDifference]()
    for each in expect:
        left, seen = each.at_most, False
        for number, one in enumerate(differences):
            covered = _covered(one, each)
            if not covered:
                continue
            seen = True
            covered = min(covered, one.unexpected, covered if left is None else left)
            left = None if left is None else left - covered
            because = (*one.because, each.because) if covered and each.because else one.because
            differences[number] = replace(one, expected=one.expected + covered, because=because)
        if not seen:
            unseen.append(each)
    return Declared(tuple(differences), tuple(unseen))


def _of_table(table: ComparedTable, lagging: bool) -> Iterator[Difference]:
    """A view shows its tables, whichever they are: it lags where one of them does (`lagging`)."""
    of = partial(Difference, table=table.table, database=table.database)
    if table.whose:
        yield of("table", 1, table.whose)
    for each in table.columns:
        yield of("schema", 1, each.whose, columns=((each.column, 1),))
    lags = table.lags or (table.kind == "view" and lagging)
    for change in table.changes:
        yield of(_KINDS[change.change], change.rows, change.whose, columns=_columns(change), lags=lags)


def _columns(change: RowChange) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(change.columns.items(), key=lambda each: (-each[1], each[0])))


_KINDS: Mapping[str, Kind] = {"added": "rows_added", "removed": "rows_removed", "changed": "rows_changed"}


def _of_step(step: StepObservation) -> Iterator[Difference]:
    if step.failed:
        yield Difference("files_failed", step.failed, "yours", step=step.step)
    if step.unknown:
        return
    for said, kind in _FILES.items():
        if count := step.counts.get(said):
            yield Difference(kind, count, "yours", step=step.step)


_FILES: Mapping[Class, Kind] = {"changed": "files_changed", "missing": "files_missing", "extra": "files_extra"}


def _covered(one: Difference, by: ExpectedDifference) -> int:
    """How many of the rows or files the declaration speaks of. A row that differs in another column as well is not
    covered; where columns overlap, the most that may be so is left.
    """
    if not _is_about(one, by) or by.change not in ("any", one.kind, _GROUP.get(one.kind)):
        return 0
    if not by.columns:
        return one.count
    meant = {column.lower() for column in by.columns}
    others = sum(count for column, count in one.columns if column.lower() not in meant)
    return max(0, one.count - others) if one.columns else 0


_GROUP: Mapping[Kind, str] = {"table": "schema"}


def _is_about(one: Difference, by: ExpectedDifference) -> bool:
    if one.kind == "files_failed":
        return False
    if by.step:
        return one.step == by.step
    names = {one.table.lower(), f"{one.database}.{one.table}".lower()}
    return bool(one.table) and (by.table or "").lower() in names
