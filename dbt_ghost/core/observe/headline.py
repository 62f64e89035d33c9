"""What people read first: what differs, and whether it is because of the branch. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_ghost.core.observe.differences import Difference
from dbt_ghost.core.observe.gate import Halves, Verdict, is_certain, told
from dbt_ghost.core.observe.tables import TablesObservation

MOST_TABLES, MOST_COLUMNS = 8, 4
"""As many a headline names."""


def headline(halves: Halves, verdict: Verdict) -> tuple[str, ...]:
    """Sentences, the most important first: the branch's tables, its files, what is declared, and then the others'."""
    certain = [each for each in verdict.declared.differences if is_certain(each)]
    tables, steps = [each for each in certain if each.table], [each for each in certain if each.step]
    return (*(_yours(tables, steps) or (_nothing(halves),)), *_others(verdict, certain, halves))


def _nothing(halves: Halves) -> str:
    if halves.tables is None and halves.objects is None:
        return "Nothing was compared."
    return "Nothing differs because of the branch."


def _yours(tables: list[Difference], steps: list[Difference]) -> tuple[str, ...]:
    said = []
    if tables:
        places = _places(tables)
        said.append(f"Because of the branch {_differ(len(places), 'table')}: {_listed(places)}.")
    if steps:
        places = _places(steps)
        said.append(
            f"{'So do' if tables else 'Because of the branch'} files of {_counted(len(places), 'step')}"
            f"{'' if tables else ' differ'}: {_listed(places)}."
        )
    return tuple(said)


def _places(certain: list[Difference]) -> list[str]:
    """`analytics.fct_flights (102 rows changed in arrived_at)`, each table or step once."""
    said: dict[str, list[str]] = {}
    for each in certain:
        said.setdefault(each.table or each.step, []).append(_shortly(each))
    return [f"{place} ({', '.join(what)})" for place, what in said.items()]


def _differ(number: int, thing: str) -> str:
    return f"{_counted(number, thing)} differ{'s' if number == 1 else ''}"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _shortly(each: Difference) -> str:
    columns = [column for column, _ in each.columns if column]
    if len(columns) <= MOST_COLUMNS:
        return told(each)
    rest = len(columns) - MOST_COLUMNS
    named = f"{', '.join(columns[:MOST_COLUMNS])} and {_counted(rest, 'column')} more"
    return f"{_counted(each.count, 'row')} changed in {named}"


def _listed(items: list[str]) -> str:
    rest = len(items) - MOST_TABLES
    return "; ".join(items[:MOST_TABLES]) + (f"; and {rest} more" if rest > 0 else "")


def _others(verdict: Verdict, certain: list[Difference], halves: Halves) -> Iterator[str]:
    open_ = sum(each.unexpected > 0 for each in certain)
    if certain and not open_:
        yield "All of it is declared."
    elif open_ < len(certain):
        yield f"{len(certain) - open_} of these {len(certain)} differences are declared."
    if halves.tables:
        yield from _of_world(halves.tables)
    if undecided := [each for each in verdict.declared.differences if not is_certain(each)]:
        yield f"Whose it is cannot be told in {_listed(list(dict.fromkeys(each.where for each in undecided)))}."


def _of_world(tables: TablesObservation) -> Iterator[str]:
    moved = [each for each in tables.tables if each.has("world")]
    rows = sum(each.rows_of("world") for each in moved)
    if moved:
        what = _differ(rows, "row") if rows else "something differs"
        yield f"Because production moved, {what} in {_counted(len(moved), 'table')}."
