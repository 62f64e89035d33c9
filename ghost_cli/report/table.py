"""One table on the page of an observation: what differs, whose it is, what the branch declares of it, and rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from dbt_ghost.core.drawing.bars import Share, bar
from dbt_ghost.core.markup import Content, Markup, joined, tag
from dbt_ghost.core.observe.differences import Difference
from dbt_ghost.core.observe.gate import is_certain
from dbt_ghost.core.observe.observation import Observation
from dbt_ghost.core.observe.tables import ColumnChange, ComparedTable, Narrowed, RowChange, Whose
from ghost_cli.page import code, prose
from ghost_cli.render import time_of
from ghost_cli.render_observe import BY, WHERE
from ghost_cli.report.samples import LONGEST_VALUE

WHOSE: tuple[Whose, ...] = ("yours", "both", "unknown", "world")
"""In the order of interest."""

COMPARED_BY: Mapping[str, str] = {
    "untouched": "Neither side has touched it since the clone, so it was not read.",
    "catalog": "Compared by what the catalog says changed.",
    "hash": "Compared by a hash of all columns.",
    "join": "Compared row by row.",
    "rows": "Compared as a bag of rows.",
}
KEY_FROM: Mapping[str, str] = {
    "config": "as the settings say",
    "test": "as a unique test says",
    "contract": "as the model's contract says",
    "unique_key": "the model's unique_key",
    "": "",
}
ALONE: Mapping[str, str] = {"only_in_prod": "only production has it", "only_in_ghost": "only the ghost has it"}
COLUMN: Mapping[str, str] = {
    "added": "only in the ghost",
    "dropped": "only in production",
    "type": "of another type",
    "order": "in another order",
}

Standing = Literal["yours", "untold", "world", "unreadable"]


@dataclass(frozen=True)
class TableView:
    """A table that differs or cannot be read, with the differences of it that the gate judged."""

    table: ComparedTable
    differences: tuple[Difference, ...]

    @cached_property
    def whose(self) -> tuple[Whose, ...]:
        found = tuple(each for each in WHOSE if self.table.has(each))
        return found or ("unknown",)

    @property
    def schema(self) -> str:
        return self.table.table.rpartition(".")[0]

    @property
    def declared(self) -> str:
        """`open`, `declared`, or neither where all of it is production's own doing."""
        if any(each.unexpected for each in self.differences) or self.table.state == "unreadable":
            return "open"
        return "declared" if self.differences else "others"

    @property
    def standing(self) -> Standing:
        """Whose all of it is in a word. What both changed counts as the branch's where that is certain."""
        if self.table.state == "unreadable":
            return "unreadable"
        if any(is_certain(each) for each in self.differences):
            return "yours"
        return "untold" if self.differences else "world"

    @property
    def rows(self) -> int:
        return sum(each.rows for each in self.table.changes)

    @property
    def rank(self) -> tuple[int, int, str]:
        """First what fails, then what cannot be told, what is declared, and what production did."""
        certain = any(each.unexpected and is_certain(each) for each in self.differences)
        first = 0 if certain else {"open": 1, "declared": 2, "others": 3}[self.declared]
        return first, -self.rows, self.table.table

    def of(self, kind: str, whose: Whose, column: str | None = None) -> Difference | None:
        """What was judged of one change."""
        for each in self.differences:
            if (each.kind, each.whose) == (kind, whose) and column in (None, *(name for name, _ in each.columns)):
                return each
        return None


def summary(view: TableView) -> Markup:
    """One line: its name, a bar, and numbers."""
    table = view.table
    shares = [Share(whose, BY[whose], table.rows_of(whose)) for whose in WHOSE]
    drawn = bar(shares, "row") if view.rows else tag("span", _without_rows(table), class_="plain")
    name = tag("h3", code(table.table), *([tag("small", "view")] if table.kind == "view" else []))
    return tag(
        "summary",
        tag("span", name, " ", tag("span", *_chips(view), class_="chips"), " ", class_="who"),
        tag("span", drawn, " ", class_="share"),
        tag("span", _how_many(view), class_="many"),
    )


def _without_rows(table: ComparedTable) -> str:
    if table.state == "unreadable":
        return "it cannot be read"
    return ALONE.get(table.state) or "its rows are equal"


def _how_many(view: TableView) -> Markup:
    whole = max(view.table.rows.prod or 0, view.table.rows.ghost or 0)
    said: list[Content] = []
    if view.rows:
        share = f" ({_per_cent(view.rows / whole)})" if whole >= view.rows else ""
        said.append(tag("span", tag("b", f"{view.rows:,}"), f" of {whole:,} rows{share}"))
    if view.table.columns:
        said.append(tag("span", tag("b", f"{len(view.table.columns):,}"), " of its columns or their order"))
    return joined(said)


def _per_cent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.001 or not share else "less than 0.1 %"


def _chips(view: TableView) -> Iterator[Markup]:
    if any(each.unexpected and is_certain(each) for each in view.differences):
        yield chip("bad", "not declared")
    if any(each.unexpected and not is_certain(each) for each in view.differences):
        yield chip("warn", "cannot be told whose")
    if view.table.state == "unreadable":
        yield chip("warn", "cannot be read")
    if view.declared == "declared":
        yield chip("good", "declared")
    if view.declared == "others":
        yield chip("", "production moved")


def chip(look: str, words: str) -> Markup:
    return tag("span", words, class_=f"chip {look}".strip())


def facts(view: TableView) -> Markup:
    """What is said of the whole table."""
    table = view.table
    said = [*_sides(table), *(_narrowed(each) for each in table.narrowed), *_matched(table)]
    if table.note:
        said.append(prose(f"{table.note[0].upper()}{table.note[1:]}."))
    if table.lags:
        said.append(joined(["Production changed it after the ghost did: what both changed may only be out of date."]))
    return joined(tag("p", each) for each in said)


def _sides(table: ComparedTable) -> Iterator[Markup]:
    if table.state == "unreadable":
        return
    if table.state in ALONE:
        whose = f", {BY[table.whose]}" if table.whose else ""
        yield joined([f"{ALONE[table.state].capitalize()}{whose}."])
    else:
        yield joined([f"{_rows(table.rows.prod)} in production, {_rows(table.rows.ghost)} in the ghost."])
    changed = (
        (side, at) for side, at in (("production", table.changed_at.prod), ("the ghost", table.changed_at.ghost))
    )
    last = [f"{side} on {time_of(at)}" for side, at in changed if at]
    if last:
        yield joined([f"Last changed in {', and in '.join(last)}."])


def _rows(count: int | None) -> str:
    return "an unknown number of rows" if count is None else f"{count:,} row{'' if count == 1 else 's'}"


def _narrowed(each: Narrowed) -> Markup:
    share, all_ = f"{100 * each.rows / max(each.of, 1):.0f} %", f"{100 * each.share_of_all:.0f} %"
    named = joined([code(each.column), " = ", code(each.value)])
    return tag("strong", f"{share} of the differing rows have ", named, f", and {all_} of all rows.")


def _matched(table: ComparedTable) -> Iterator[Markup]:
    how = [COMPARED_BY[table.by]] if table.state == "differs" else []
    if table.key:
        names = joined(part for place, name in enumerate(table.key) for part in ((", " if place else ""), code(name)))
        source = f", {KEY_FROM[table.key_from]}" if table.key_from else ""
        yield joined([*(f"{each} " for each in how), "The key is ", names, f"{source}."])
    elif how:
        yield joined([f"{how[0]} It has no key that is known."])
    if table.key_refused:
        yield joined([f"The key {table.key_refused}."])
    if table.ignored:
        names = joined(
            part for place, name in enumerate(table.ignored) for part in ((", " if place else ""), code(name))
        )
        yield joined(["Not compared, as the settings say: ", names, "."])


def whole(view: TableView) -> Markup:
    """What is judged of the table itself, where only one side has it, and of its columns."""
    table = view.table
    lines: list[Content] = []
    if table.whose:
        lines += judged(view.of("table", table.whose))
    rows = [
        tag("li", tag("span", _column(each)), *judged(view.of("schema", each.whose, each.column)))
        for each in table.columns
    ]
    return joined([*lines, *([tag("ul", *rows, class_="columns")] if rows else [])])


def _column(each: ColumnChange) -> Markup:
    what = joined(["Column ", code(each.column)]) if each.column else joined(["Columns"])
    types = [code(_short(side)) for side in (each.prod, each.ghost) if side]
    told = joined(part for place, type_ in enumerate(types) for part in (" → " if place else ": ", type_))
    return joined([what, f" {COLUMN[each.change]}, {BY[each.whose]}", told, " "])


def _short(text: str) -> str:
    return f"{text[:LONGEST_VALUE]}…" if len(text) > LONGEST_VALUE else text


def views_of(seen: Observation) -> list[TableView]:
    """The tables that are not equal, the most important first."""
    by_table: dict[tuple[str, str], list[Difference]] = {}
    for each in seen.verdict.declared.differences:
        by_table.setdefault((each.database, each.table), []).append(each)
    tables = seen.halves.tables.tables if seen.halves.tables else ()
    differing = [each for each in tables if each.state != "equal"]
    views = [TableView(each, tuple(by_table.get((each.database, each.table), ()))) for each in differing]
    return sorted(views, key=lambda view: view.rank)


def change_head(view: TableView, change: RowChange) -> Markup:
    """`102 rows changed, because of the branch`, what is declared of it, and in which columns."""
    columns = sorted(change.columns.items(), key=lambda each: (-each[1], each[0]))
    named = [tag("span", code(name), f" {count:,}", class_="named") for name, count in columns]
    spaced = [part for each in named for part in (" ", each)]
    dot = tag("i", "", class_=f"dot {change.whose}")
    head = tag(
        "h4", dot, f"{change.rows:,} row{'' if change.rows == 1 else 's'} {WHERE[change.change]}, {BY[change.whose]}"
    )
    verdict = judged(view.of(f"rows_{change.change}", change.whose))
    inside = [tag("p", "In columns:", *spaced, class_="in")] if named else []
    return joined([tag("div", head, *verdict, class_="head"), *inside])


def judged(each: Difference | None) -> Iterator[Markup]:
    """What is declared of it; nothing of production's own doing."""
    if each is None:
        return
    reasons = [f" {because}" for because in each.because]
    if each.expected:
        part = "" if not each.unexpected else f"{each.expected:,} of {each.count:,} "
        yield tag("p", chip("good", f"{part}declared"), *(prose(reason) for reason in reasons), class_="judged")
    if each.unexpected:
        certain = is_certain(each)
        yield tag(
            "p", chip("bad", "not declared") if certain else chip("warn", "cannot be told whose"), class_="judged"
        )
