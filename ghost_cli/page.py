"""The skeleton of a page that people open, print and send on: one file, nothing fetched, nothing that runs.

Whatever is given as `str` is escaped. Colour never says anything alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from dbt_ghost.core.drawing import CALLED, Mark, Measures, drawn
from dbt_ghost.core.graph import Graph, Node
from dbt_ghost.core.markup import Content, Markup, joined, tag
from dbt_ghost.core.svg import COLOURS, STYLE, described, svg, swatch

NARROW = 440
"""Pixels that a phone has for a picture."""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Content-Security-Policy: a browser would fetch and run nothing even if something were there."""


def page(title: str, header: Iterable[Markup], sections: Iterable[Markup], footer: str, more_style: str = "") -> str:
    """A whole document; `header` comes with its <h1>. It is XML too. `more_style` is CSS after that of all pages."""
    style = Markup("\n" + COLOURS + STYLE + style_of("page.css") + more_style)
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", style),
    )
    parts = (tag("header", *header), tag("main", *sections), tag("footer", tag("p", footer)))
    return "<!DOCTYPE html>\n" + tag("html", head, tag("body", *parts), lang="en").text + "\n"


def style_of(file: str) -> str:
    """A stylesheet, by its path below this package."""
    return (Path(__file__).parent / file).read_text(encoding="utf-8")


def section(heading: str, *inside: Content) -> Markup:
    return tag("section", tag("h2", heading), *inside)


def figures(values: Iterable[tuple[str, Content, str]]) -> Markup:
    """What to see first: a name, a value, and `good`, `warn` or nothing."""
    return tag(
        "dl",
        *(tag("div", tag("dt", name), tag("dd", value), class_=look or None) for name, value, look in values),
        class_="figures",
    )


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[Content]], subject: int = 0) -> Markup:
    """`subject` is the column that says what a row is about."""
    head = tag("thead", tag("tr", *(tag("th", each, scope="col") for each in heads)))
    body = tag("tbody", *(tag("tr", *_cells(row, subject)) for row in rows))
    return scrolled(caption, tag("table", tag("caption", caption), head, body))


def _cells(row: Sequence[Content], subject: int) -> Iterator[Markup]:
    for number, each in enumerate(row):
        yield tag("th", each, scope="row") if number == subject else tag("td", each)


def listed(items: Iterable[Content]) -> Markup:
    return tag("ul", *(tag("li", each) for each in items))


def lines(items: Iterable[Content]) -> Markup:
    """One below the other within a cell."""
    return joined(tag("div", each) for each in items)


def code(text: str) -> Markup:
    """A name as it is typed."""
    return tag("code", text)


def prose(text: str) -> Markup:
    """A sentence in which `names` are between backticks; one backtick too many, and all of them stay."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return joined([text])
    return joined(code(part) if number % 2 else part for number, part in enumerate(parts))


def picture(title: str, graph: Graph, marks: Mapping[Node, Mark], meanings: Mapping[Mark, str]) -> Markup:
    """A chain, for a wide window and for a narrow one, with what each mark in it means."""
    words = described(graph)
    wide = drawn(graph, Measures(marks=marks))
    drawings = {"wide": wide, "narrow": drawn(graph, Measures(NARROW, 16, 12, marks))}
    if wide.width <= NARROW:
        drawings = {"": wide}
    legend = (
        tag("li", swatch(mark), tag("b", CALLED[mark]), f": {meaning}")
        for mark, meaning in meanings.items()
        if mark in marks.values()
    )
    return tag(
        "figure",
        *(
            scrolled(title, svg(drawing, title, words, "fits" if drawing.width <= NARROW else ""), look)
            for look, drawing in drawings.items()
        ),
        tag("figcaption", tag("ul", *legend, class_="legend")),
        class_="picture",
    )


def scrolled(label: str, inside: Markup, look: str = "") -> Markup:
    """What may be wider than the window; in reach of the keyboard."""
    class_ = f"scroll {look}".strip()
    return tag("div", inside, class_=class_, role="region", aria_label=label, tabindex=0)
