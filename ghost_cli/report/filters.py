"""Filters of the tables on a page that runs no script: radio buttons, and styles that look at which are checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from dbt_ghost.core.markup import Markup, tag
from ghost_cli.render_observe import BY
from ghost_cli.report.table import WHOSE, TableView

MOST_SCHEMAS = 12
"""Beyond them nobody wants to choose by schema."""

DECLARED: tuple[tuple[str, str], ...] = (("open", "not declared"), ("declared", "declared"), ("others", "need not be"))


@dataclass(frozen=True)
class Choice:
    """A group of radio buttons. `values` are (value, words, how many tables): `name-value` is the button's id, and a
    class of the tables that it shows.
    """

    name: str
    legend: str
    values: tuple[tuple[str, str, int], ...]

    @property
    def ids(self) -> list[str]:
        return [f"{self.name}-{value}" for value, _, _ in self.values]


def choices_of(views: Sequence[TableView]) -> list[Choice]:
    """Whose, declared or not, and the schema: only where there is something to choose."""
    schemas = sorted({view.schema for view in views})
    whose = [(each, BY[each], sum(each in view.whose for view in views)) for each in WHOSE]
    declared = [(name, words, sum(view.declared == name for view in views)) for name, words in DECLARED]
    of_schema = [(str(place), name, sum(view.schema == name for view in views)) for place, name in enumerate(schemas)]
    found = [
        Choice("whose", "Whose", tuple(each for each in whose if each[2])),
        Choice("gate", "Declared in the branch", tuple(each for each in declared if each[2])),
        Choice("schema", "Schema", tuple(of_schema) if len(schemas) <= MOST_SCHEMAS else ()),
    ]
    return [choice for choice in found if len(choice.values) > 1]


def classes_of(view: TableView, choices: Iterable[Choice]) -> list[str]:
    """The ids of the buttons that show the table."""
    there = {*(f"whose-{each}" for each in view.whose), f"gate-{view.declared}"}
    found = list[str]()
    for choice in choices:
        for (_, words, _), identity in zip(choice.values, choice.ids, strict=True):
            if identity in there or (choice.name == "schema" and words == view.schema):
                found.append(identity)
    return found


def filter_style(views: Sequence[TableView]) -> str:
    """What hides the tables that are not chosen, and says so where that is all of them."""
    choices = choices_of(views)
    if not choices:
        return ""
    hiding = [f"main:has(#{each}:checked) .t:not(.{each})" for choice in choices for each in choice.ids]
    nothing = ["main" + "".join(f":has(#{each}:checked)" for each in sorted(ids)) + " .none" for ids in _empty(views)]
    rules = [f"{', '.join(hiding)} {{ display: none; }}\n"]
    return "".join(rules + ([f"{', '.join(nothing)} {{ display: block; }}\n"] if nothing else []))


def _empty(views: Sequence[TableView]) -> Iterator[frozenset[str]]:
    """The least combinations of buttons that show no table."""
    choices = choices_of(views)
    shown = [set(classes_of(view, choices)) for view in views]
    every = (frozenset(filter(None, each)) for each in product(*(("", *choice.ids) for choice in choices)))
    found = list[frozenset[str]]()
    for wanted in sorted(every, key=lambda each: (len(each), sorted(each))):
        if not any(wanted <= each for each in shown) and not any(each <= wanted for each in found):
            found.append(wanted)
    yield from found


def filters(choices: Sequence[Choice], total: int) -> Iterator[Markup]:
    if choices:
        yield tag("div", *(_fieldset(each, total) for each in choices), class_="filters")


def _fieldset(choice: Choice, total: int) -> Markup:
    values = (("all", "all", total), *choice.values)
    labels = (_button(choice.name, *value, checked=not place) for place, value in enumerate(values))
    return tag("fieldset", tag("legend", choice.legend), *labels)


def _button(name: str, value: str, words: str, count: int, *, checked: bool) -> Markup:
    radio = tag("input", type="radio", name=name, id=f"{name}-{value}", checked="checked" if checked else None)
    return tag("label", radio, tag("span", words, " ", tag("b", f"{count:,}")))
