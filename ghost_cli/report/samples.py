"""Rows of data on the page of an observation: production's beside the ghost's, as many as there is room for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from dbt_ghost.core.markup import Markup, joined, tag
from dbt_ghost.core.observe.objects import Row, RowsCompared
from dbt_ghost.core.observe.tables import RowChange, Sample
from ghost_cli.page import scrolled
from ghost_cli.render import count_of

LONGEST_VALUE = 200
"""Characters of a value."""

SIDE_BY_SIDE, ACROSS, PAIRS = 4, 8, 30
"""Columns that have both sides beside each other, that have one cell each, and that a row names at most."""


@dataclass
class Room:
    """Bytes that are left on the page."""

    left: int

    def spend(self, markup: Markup) -> None:
        """On what has to be there."""
        self.left -= len(markup.text.encode())

    def takes(self, markup: Markup) -> bool:
        """Does it fit? Then its room is gone."""
        fits = len(markup.text.encode()) <= self.left
        if fits:
            self.spend(markup)
        return fits


def fitting(groups: Sequence[Sequence[Markup]], room: Room) -> list[int]:
    """How many of each group there is room for: the first of all before the second of any."""
    kept = [0] * len(groups)
    for round_ in zip_longest(*groups):
        for number, each in enumerate(round_):
            if each is not None and not room.takes(each):
                return kept
            kept[number] += each is not None
    return kept


def value(text: str | None) -> Markup:
    """What is no text is said, so that nobody takes it for one."""
    if text is None:
        return tag("em", "NULL")
    if not text:
        return tag("em", "empty")
    if len(text) > LONGEST_VALUE:
        return joined([text[:LONGEST_VALUE], tag("em", f"… {len(text):,} characters")])
    return joined([text])


@dataclass(frozen=True)
class SampleTable:
    """Rows under their heads. `say` is what they are: `rows that ...`."""

    say: str
    heads: Markup
    rows: tuple[Markup, ...]

    def html(self, kept: int, of: int) -> Markup:
        """The first ones, of so many that there are; nothing if none is to be shown."""
        if not kept:
            return Markup("")
        say = f"{kept:,} of the {of:,} {self.say}" if kept < of else f"All {of:,} {self.say}" if of > 1 else "The row"
        inside = tag("table", tag("caption", say), tag("thead", self.heads), tag("tbody", *self.rows[:kept]))
        return scrolled(say, inside, "samples")

    def priced(self, of: int) -> list[Markup]:
        """What each row adds to a page: the first brings the heads."""
        return [self.html(1, of), *self.rows[1:]] if self.rows else []


def samples_of(change: RowChange) -> SampleTable:
    if change.change == "changed":
        return _changed(change)
    say = "rows that only the ghost has" if change.change == "added" else "rows that only production has"
    whole = [(each.key, {**(each.prod or {}), **(each.ghost or {})}) for each in change.samples]
    return whole_rows(say, whole, "ghost" if change.change == "added" else "prod")


def _changed(change: RowChange) -> SampleTable:
    keys = _names(each.key for each in change.samples)
    columns = sorted(_names(each.prod or {} for each in change.samples), key=lambda each: -change.columns.get(each, 0))
    say = "rows that changed, with production's values and the ghost's"
    if len(columns) > SIDE_BY_SIDE:
        heads = _heads([*keys, "Column: production → ghost"])
        rows = (
            _row(_cells(sample.key, keys), tag("td", *_steps(sample, columns), class_="pairs"))
            for sample in change.samples
        )
        return SampleTable(say, heads, tuple(rows))
    heads = joined(
        [
            tag(
                "tr",
                *(tag("th", each, scope="col", rowspan=2) for each in keys),
                *(tag("th", each, scope="colgroup", colspan=2) for each in columns),
            ),
            tag(
                "tr",
                *(tag("th", side, scope="col", class_=look) for _ in columns for side, look in SIDES),
            ),
        ]
    )
    rows = (_row(_cells(each.key, keys), *(_pair(each, column) for column in columns)) for each in change.samples)
    return SampleTable(say, heads, tuple(rows))


SIDES = (("production", "prod"), ("ghost", "ghost"))


def _pair(sample: Sample, column: str) -> Markup:
    prod, ghost = sample.prod or {}, sample.ghost or {}
    if column not in prod and column not in ghost:
        return tag("td", "equal", colspan=2, class_="same")
    return joined(
        [tag("td", value(prod.get(column)), class_="prod"), tag("td", value(ghost.get(column)), class_="ghost")]
    )


def _steps(sample: Sample, columns: Sequence[str]) -> Iterator[Markup]:
    prod, ghost = sample.prod or {}, sample.ghost or {}
    there = [column for column in columns if column in prod or column in ghost]
    for column in there[:PAIRS]:
        one, other = (
            tag("span", value(side.get(column)), class_=look) for side, look in ((prod, "prod"), (ghost, "ghost"))
        )
        yield tag("div", tag("b", column), " ", one, " → ", other)
    yield from _more(len(there))


def whole_rows(say: str, rows: Sequence[tuple[Row, Row]], look: str, first: Sequence[str] = ()) -> SampleTable:
    """Rows as (key, values), with the columns of `first` before the others."""
    keys, named = _names(key for key, _ in rows), _names(values for _, values in rows)
    columns = [*(each for each in first if each in named), *(each for each in named if each not in first)]
    if len(columns) <= ACROSS:
        made = (_row(_cells(key, keys), *(_cell(values, each, look) for each in columns)) for key, values in rows)
        return SampleTable(say, _heads([*keys, *columns]), tuple(made))
    made = (
        _row(_cells(key, keys), tag("td", *_named(values, columns), class_=f"pairs {look}")) for key, values in rows
    )
    return SampleTable(say, _heads([*keys, "Values"]), tuple(made))


def file_rows(rows: RowsCompared) -> Iterator[Markup]:
    """Those that only one side's file has. Which belongs to which is not known."""
    first = [name for name, _ in rows.columns]
    prod = (rows.prod_samples, rows.only_prod, "prod", "rows that only production's file has")
    ghost = (rows.ghost_samples, rows.only_ghost, "ghost", "rows that only the ghost's file has")
    for said, number, look, say in (prod, ghost):
        yield whole_rows(say, [({}, each) for each in said], look, first).html(len(said), number)


def _cell(values: Row, column: str, look: str) -> Markup:
    return tag("td", value(values[column]), class_=look) if column in values else tag("td", "", class_="same")


def _named(values: Row, columns: Sequence[str]) -> Iterator[Markup]:
    there = [each for each in columns if each in values]
    for column in there[:PAIRS]:
        yield tag("span", tag("b", column), " ", value(values[column]), class_="named")
        yield Markup(" ")
    yield from _more(len(there))


def _more(columns: int) -> Iterator[Markup]:
    if columns > PAIRS:
        yield tag("em", f"and {count_of(columns - PAIRS, 'column')} more")


def _heads(names: Sequence[str]) -> Markup:
    return tag("tr", *(tag("th", each, scope="col") for each in names))


def _cells(key: Row, names: Sequence[str]) -> Markup:
    """The first says what the row is about."""
    kinds = ("td" if place else "th" for place in range(len(names)))
    return joined(
        tag(kind, value(key.get(name)), scope="row" if kind == "th" else None)
        for kind, name in zip(kinds, names, strict=True)
    )


def _row(*cells: Markup) -> Markup:
    return tag("tr", *cells)


def _names(rows: Iterable[Mapping[str, str | None]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))
