"""The tables on the page of an observation: a line with a bar for each that differs, and the equal ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dbt_ghost.core.markup import Markup, joined, tag
from dbt_ghost.core.observe.observation import Observation
from dbt_ghost.core.observe.tables import ComparedTable, TablesObservation
from ghost_cli.page import code, section
from ghost_cli.render import count_of, time_of
from ghost_cli.render_observe import BY
from ghost_cli.report.filters import Choice, choices_of, classes_of, filters
from ghost_cli.report.samples import Room, SampleTable, fitting, samples_of
from ghost_cli.report.table import (
    WHOSE,
    TableView,
    change_head,
    facts,
    summary,
    views_of,
    whole,
)

FEW = 2
"""So few tables are shown unfolded."""


@dataclass(frozen=True)
class Shown:
    """A table as it comes onto the page: its line, what is said below it, and under each change its rows."""

    view: TableView
    line: Markup
    facts: Markup
    changes: tuple[tuple[Markup, SampleTable], ...]

    @property
    def said(self) -> Markup:
        """All but the rows."""
        return joined([self.facts, *(head for head, _ in self.changes)])

    @property
    def priced(self) -> list[list[Markup]]:
        """Of each change what its rows add to the page."""
        changes = zip(self.changes, self.view.table.changes, strict=True)
        return [rows.priced(change.rows) for (_, rows), change in changes]


def tables_section(seen: Observation, room: Room) -> Iterator[Markup]:
    """Nothing where tables were not asked for. Takes what it needs of the `room` for details and rows."""
    tables, why = seen.halves.tables, seen.halves.tables_unknown
    if tables is None:
        if why:
            yield section("Tables", tag("p", f"Tables were not compared: {why}", class_="unknown"))
        return
    views = views_of(seen)
    choices = choices_of(views)
    differ = "differs" if len(views) == 1 else "differ"
    unread = [view for view in views if view.table.state == "unreadable"]
    some = f" or cannot be read ({len(unread):,})" if unread else ""
    heading = f"Tables: {len(views):,} of {len(tables.tables):,} {differ}{some}"
    equal = list(_equal([each for each in tables.tables if each.state == "equal"]))
    for each in equal:
        room.spend(each)
    listed = _list(views, choices, room) if views else ()
    yield section(heading, tag("p", _since(tables), class_="soft"), *filters(choices, len(views)), *listed, *equal)


def _since(tables: TablesObservation) -> str:
    if tables.at is None:
        return "It is not known since when the clone is there."
    base = f"T, when production was cloned, is {time_of(tables.at)}."
    return base if tables.base else f"{base} Production as of T is not to be had, so nobody knows whose a row is."


def _list(views: Sequence[TableView], choices: Sequence[Choice], room: Room) -> Iterator[Markup]:
    """Lines first, then details, then rows: what there is no room for is said to be left out."""
    shown = [_shown(view) for view in views]
    for each in shown:
        room.spend(_fold(each, Markup(""), choices, unfolded=True))
    told = [room.takes(each.said) for each in shown]
    groups = [rows for each, kept in zip(shown, told, strict=True) if kept for rows in each.priced]
    kept_rows = fitting(groups, room)
    yield from _left_out(told.count(False), sum(map(len, groups)) - sum(kept_rows))
    yield from _legend(views)
    numbers = iter(kept_rows)
    folds = list[Markup]()
    for each, kept in zip(shown, told, strict=True):
        below = _below(each, [next(numbers) for _ in each.changes] if kept else None)
        folds.append(_fold(each, below, choices, unfolded=len(views) <= FEW))
    yield tag("div", *folds, class_="tables")
    if choices:
        yield tag("p", "No table is all of that.", class_="none")


def _fold(shown: Shown, below: Markup, choices: Sequence[Choice], *, unfolded: bool) -> Markup:
    classes = " ".join(["t", *classes_of(shown.view, choices)])
    inside = tag("div", below, class_="inside")
    return tag("details", shown.line, inside, class_=classes, open="open" if unfolded else None)


def _shown(view: TableView) -> Shown:
    changes = ((change_head(view, change), samples_of(change)) for change in view.table.changes)
    return Shown(view, summary(view), joined([facts(view), whole(view)]), tuple(changes))


def _below(shown: Shown, kept: Sequence[int] | None) -> Markup:
    """`kept`: how many rows of each change; None where not even the changes have room."""
    if kept is None:
        return tag("p", "Left out for want of space.", class_="unknown")
    blocks = (
        joined([head, rows.html(number, change.rows)])
        for (head, rows), number, change in zip(shown.changes, kept, shown.view.table.changes, strict=True)
    )
    return joined([shown.facts, *blocks])


def _left_out(tables: int, rows: int) -> Iterator[Markup]:
    said = [f"the details of {count_of(tables, 'table')}"] if tables else []
    said += [f"{rows:,} sample row{'' if rows == 1 else 's'}"] if rows else []
    if said:
        words = f"So that this page stays small, {' and '.join(said)} are left out: "
        yield tag("p", words, code("ghost-ingest observe --json"), " has them.", class_="unknown")


def _legend(views: Sequence[TableView]) -> Iterator[Markup]:
    there = [each for each in WHOSE if any(view.table.rows_of(each) for view in views)]
    if there:
        items = (tag("li", tag("i", "", class_=f"dot {each}"), f"rows that differ, {BY[each]}") for each in there)
        yield tag("ul", *items, class_="key")


def _equal(equal: Sequence[ComparedTable]) -> Iterator[Markup]:
    if not equal:
        return
    unread = sum(each.by == "untouched" for each in equal)
    why = f", {unread:,} of them untouched since the clone and not read" if unread else ""
    names = (tag("li", code(each.table), *_rows(each)) for each in sorted(equal, key=lambda each: each.table))
    line = tag("summary", tag("span", tag("b", count_of(len(equal), "table")), f" equal{why}"))
    yield tag("details", line, tag("ul", *names, class_="names"), class_="equal")


def _rows(table: ComparedTable) -> Iterator[Markup]:
    if table.rows.ghost is not None:
        yield tag("small", f" {count_of(table.rows.ghost, 'row')}")
