"""Is what was observed enough to decide, and is it what the branch means? Pure.

Fail, where something differs that is not declared. Inconclusive, where nothing does but too little was seen, or
something could not be told: unknown is never a pass. Else pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dbt_ghost.core.config.release import GateConfig, ObserveConfig
from dbt_ghost.core.observe.differences import Declared, Difference, declared, differences_of
from dbt_ghost.core.observe.objects import EQUAL, Class, ObjectsObservation, StepObservation
from dbt_ghost.core.observe.tables import TablesObservation

Result = Literal["pass", "fail", "inconclusive"]


@dataclass(frozen=True)
class Halves:
    """What was seen of tables and objects. None, without a reason in `.._unknown`, is a half that the ghost has not."""

    tables: TablesObservation | None = None
    objects: ObjectsObservation | None = None
    tables_unknown: str = ""
    objects_unknown: str = ""


@dataclass(frozen=True)
class Seen:
    """How much was compared. `minutes` since both halves were there; None where that is not known."""

    rows: int
    files: int
    minutes: float | None


@dataclass(frozen=True)
class Verdict:
    """`failures` and `doubts` are sentences; `seen` is what the minimum counts are held against."""

    result: Result
    failures: tuple[str, ...]
    doubts: tuple[str, ...]
    notes: tuple[str, ...]
    seen: Seen
    declared: Declared


def judge(halves: Halves, config: ObserveConfig, now: datetime) -> Verdict:
    """The one decision of `observe`, and later of a cutover's gates."""
    found = declared(differences_of(halves.tables, halves.objects), config.expect)
    seen = seen_of(halves, now)
    failures = tuple(_failures(found, config.gate))
    doubts = (*_too_little(seen, config.gate), *_doubts_of_rows(found), *_doubts(halves))
    result: Result = "fail" if failures else "inconclusive" if doubts else "pass"
    return Verdict(result, failures, doubts, tuple(_notes(found, halves)), seen, found)


def seen_of(halves: Halves, now: datetime) -> Seen:
    """Rows of the ghost in tables that were read, files on both sides, and minutes since T or the last step's fork."""
    tables = halves.tables.tables if halves.tables else ()
    steps = halves.objects.steps if halves.objects else ()
    since = [each.since for each in steps] + ([halves.tables.at] if halves.tables and halves.tables.at else [])
    compared = (count for each in steps for said, count in each.counts.items() if said in COMPARED)
    return Seen(
        rows=sum(each.rows.ghost or 0 for each in tables),
        files=sum(compared),
        minutes=(now - max(since)).total_seconds() / 60 if since else None,
    )


COMPARED: frozenset[Class] = EQUAL | {"changed"}


def is_certain(each: Difference) -> bool:
    """Is it surely the branch's? What both changed may only be out of date where production changed the table last."""
    return each.whose == "yours" or (each.whose == "both" and not each.lags)


def _failures(found: Declared, gate: GateConfig) -> Iterator[str]:
    certain = [each for each in found.differences if each.unexpected and is_certain(each)]
    rows = sum(each.unexpected for each in certain if each.kind.startswith("rows"))
    for each in certain:
        if not each.kind.startswith("rows") or rows > gate.max_differences:
            yield f"{each.where}: {told(each)}, and that is not declared"


def told(each: Difference) -> str:
    """`3 rows changed in arrived_at`, `2 files missing`, `column x added or dropped`."""
    number = each.unexpected or each.count
    columns = ", ".join(column for column, _ in each.columns if column)
    if each.kind == "table":
        return "only one side has it"
    if each.kind == "schema":
        return f"column {columns} differs" if columns else "the columns are in another order"
    thing, how = each.kind.split("_")
    what = f"{number} {thing.removesuffix('s') if number == 1 else thing} {how}"
    return f"{what} in {columns}" if columns else what


def _too_little(seen: Seen, gate: GateConfig) -> Iterator[str]:
    if seen.rows < gate.min_rows:
        yield f"{seen.rows} rows were compared, and `gate: min_rows` asks for {gate.min_rows}"
    if seen.files < gate.min_files:
        yield f"{seen.files} files went through both sides, and `gate: min_files` asks for {gate.min_files}"
    if gate.min_minutes and (seen.minutes is None or seen.minutes < gate.min_minutes):
        since = (
            "it is not known since when the ghost is there" if seen.minutes is None else f"{seen.minutes:.0f} minutes"
        )
        yield f"{since}, and `gate: min_minutes` asks for {gate.min_minutes}"


def _doubts_of_rows(found: Declared) -> Iterator[str]:
    for each in found.differences:
        if not each.unexpected or is_certain(each):
            continue
        if each.whose == "unknown":
            yield f"{each.where}: {told(each)}, and without production as of T nobody knows by whom"
        else:
            yield f"{each.where}: {told(each)}, but production changed it last: build the ghost, and look again"


def _doubts(halves: Halves) -> Iterator[str]:
    if not (halves.tables or halves.objects or halves.tables_unknown or halves.objects_unknown):
        yield "nothing was compared"
    if halves.tables_unknown:
        yield f"tables were not compared: {halves.tables_unknown}"
    if halves.objects_unknown:
        yield f"files were not compared: {halves.objects_unknown}"
    for table in halves.tables.tables if halves.tables else ():
        if table.state == "unreadable":
            yield f"{table.table}: {table.note or 'it cannot be read'}"
    for step in halves.objects.steps if halves.objects else ():
        yield from (f"step {step.step}: {why}" for why in _doubts_of_step(step))


def _doubts_of_step(step: StepObservation) -> Iterator[str]:
    if step.unknown:
        yield step.unknown
    elif unreadable := step.counts.get("unreadable"):
        yield f"{unreadable} files cannot be read"
    if step.failed is None and not step.shared:
        yield f"how many files failed is not known: {step.failed_why}"


def _notes(found: Declared, halves: Halves) -> Iterator[str]:
    compared = _compared(halves)
    for each in found.unseen:
        if (each.table or each.step or "").lower() in compared:
            yield f"{each.table or f'step {each.step}'}: a declared difference ({each.change}) does not show"
    if halves.tables:
        yield from halves.tables.notes
        for table in halves.tables.tables:
            if table.leads and table.has("yours"):
                yield f"{table.table}: the ghost changed it after production did, so a part may be on its way there"
            if table.note and table.state != "unreadable":
                yield f"{table.table}: {table.note}"
    for step in halves.objects.steps if halves.objects else ():
        for said, why in _UNCOUNTED.items():
            if count := step.counts.get(said):
                yield f"step {step.step}: {count} files {why}"


def _compared(halves: Halves) -> set[str]:
    """What a declaration may name, in lower case."""
    tables = halves.tables.tables if halves.tables else ()
    names = {name.lower() for each in tables for name in (each.table, f"{each.database}.{each.table}")}
    return names | {each.step.lower() for each in (halves.objects.steps if halves.objects else ())}


_UNCOUNTED: Mapping[Class, str] = {"pending": "are on their way", "not_compared": "were not compared"}
