"""A drawing as SVG: part of an HTML page, or a file of its own. Pure text; no ids, no scripts, no references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from dbt_ghost.core.drawing import CALLED, Arrow, Box, Drawing, Mark, Point, drawn
from dbt_ghost.core.drawing.measures import HEAD, ICON, LABEL_CELL, LABEL_LINE, NAME_LINE, PAD
from dbt_ghost.core.drawing.pieces import pieces, within
from dbt_ghost.core.drawing.text import cells
from dbt_ghost.core.graph import Edge, Graph, Kind, Node
from dbt_ghost.core.markup import Markup, joined, number, printable, tag

ROUND, TIP = 8.0, 6.0

ICONS: Mapping[Kind, str] = {
    "bucket": "M2 3.2C2 .8 12 .8 12 3.2V10.8C12 13.2 2 13.2 2 10.8ZM2 3.2C2 5.6 12 5.6 12 3.2",
    "topic": "M5.6 7A1 1 0 0 0 8.4 7A1 1 0 0 0 5.6 7M3.6 3.6A4.8 4.8 0 0 0 3.6 10.4M10.4 3.6A4.8 4.8 0 0 1 10.4 10.4",
    "queue": "M1 4H13V10H1ZM4 4V10M7 4V10M10 4V10",
    "rule": "M1.5 2H12.5L8.5 7V12L5.5 10.5V7Z",
    "step": "M3.5 2H5.5L10.5 12M7 5.6L3.5 12",
    "feed": "M1.5 2.5H12.5V11.5H1.5ZM1.5 5.5H12.5M5.5 5.5V11.5",
}
"""Strokes on 14 by 14 pixels."""

COLOURS = """\
:root { --ink: #1c2430; --soft: #5b6675; --line: #c3cad4; --wire: #7b8696; --card: #ffffff; --page: #f7f8fa;
  --accent: #2f5fa8; --tint: #e3ecf9; --good: #1e6b45; --warn: #8a5a00; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e5e9ef; --soft: #9ba6b5; --line: #414b59; --wire: #8591a2; --card: #1d232c; --page: #14181f;
    --accent: #86b1f2; --tint: #233450; --good: #7fcfa3; --warn: #e0b35c; }
}
"""

STYLE = """\
.flow rect { fill: var(--card); stroke: var(--line); }
.flow text { fill: var(--ink); font: 12px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.flow .kind, .flow .mark, .flow .label { font: 10.5px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
.flow .kind, .flow .label { fill: var(--soft); }
.flow .mark { fill: var(--accent); font-weight: 600; text-anchor: end; }
.flow .icon, .flow .wire { fill: none; stroke: var(--wire); stroke-width: 1.2; stroke-linejoin: round; }
.flow .tip { fill: var(--wire); }
.flow .step rect { stroke: var(--wire); }
.flow .changed rect { fill: var(--tint); stroke: var(--accent); stroke-width: 2.2; }
.flow .copied rect, .flow .own rect { stroke: var(--accent); stroke-width: 1.2; }
.flow .shared rect { stroke: var(--accent); stroke-width: 1.6; stroke-dasharray: 5 3; }
.flow .untouched rect { fill: none; stroke: var(--line); }
.flow .untouched .mark { fill: var(--soft); font-weight: 400; }
"""
"""For what `svg` draws; it takes its colours from COLOURS."""


def svg(drawing: Drawing, title: str, description: str, class_: str = "") -> Markup:
    """For a page that has COLOURS and STYLE; a tall one in pieces, to stand right below each other.

    `description` is for those who do not see it.
    """
    first, *others = pieces(drawing)
    look = f"flow {class_}".strip()
    words = (tag("title", title), tag("desc", description))
    return joined(
        [
            _svg(drawing, first, *words, class_=look, role="img"),
            *(_svg(drawing, piece, class_=look, aria_hidden="true") for piece in others),
        ]
    )


def graph_svg(graph: Graph) -> str:
    """A document of its own, on a ground of its own: viewers show what is transparent on any."""
    said = [f"not followed: {step}: {what}" for step, what in graph.unfollowed]
    said += [] if graph.nodes else ["no steps are configured"]
    drawing = drawn(graph)
    below = [
        tag("text", line, class_="label", x=2, y=drawing.height + LABEL_LINE * 1.5 * place)
        for place, line in enumerate(said, 1)
    ]
    width = max([drawing.width, *(cells(printable(line)) * LABEL_CELL + 4 for line in said)])
    sheet = replace(drawing, width=width, height=drawing.height + LABEL_LINE * 1.5 * len(said) + 6)
    ground = tag("style", Markup(f"\n{COLOURS}{STYLE}svg {{ background: var(--page); }}\n"))
    first = (tag("title", "Production's chain"), tag("desc", described(graph)), ground, *below)
    whole = (0.0, sheet.height)
    return _svg(sheet, whole, *first, xmlns="http://www.w3.org/2000/svg", class_="flow", role="img").text.rstrip()


def described(graph: Graph) -> str:
    """Every arrow in words."""
    return "; ".join(_said(edge) for edge in graph.edges)


def swatch(mark: Mark) -> Markup:
    """A box of that mark, for a legend."""
    box = tag("g", tag("rect", x=1.5, y=1.5, width=23, height=13, rx=3), class_=f"step {mark}")
    return tag("svg", box, class_="flow swatch", width=26, height=16, viewBox="0 0 26 16", aria_hidden="true")


def _svg(drawing: Drawing, piece: tuple[float, float], *first: Markup, **attributes: str) -> Markup:
    top, bottom = piece
    arrows, boxes = within(drawing, top, bottom)
    width, height = number(drawing.width), number(bottom - top)
    view = f"0 {number(top)} {width} {height}"
    parts = (*(_arrow(arrow) for arrow in arrows), *(_box(box) for box in boxes))
    return tag("svg", *first, *parts, **attributes, viewBox=view, width=width, height=height)


def _box(box: Box) -> Markup:
    x, y, right = box.x + PAD, box.y, box.x + box.width - PAD
    names = [tag("text", line, x=x, y=y + HEAD + 11.5 + NAME_LINE * place) for place, line in enumerate(box.lines)]
    mark = [tag("text", CALLED[box.mark], class_="mark", x=right, y=y + 18)] if box.mark else []
    return tag(
        "g",
        tag("title", f"{_called(box.node)}{f' ({CALLED[box.mark]})' if box.mark else ''}"),
        tag("rect", x=box.x, y=y, width=box.width, height=box.height, rx=6),
        tag("path", class_="icon", d=ICONS[box.node.kind], transform=f"translate({number(x)} {number(y + 8)})"),
        tag("text", box.node.kind, class_="kind", x=x + ICON, y=y + 18),
        *mark,
        *names,
        class_=f"{box.node.kind} {box.mark or ''}".strip(),
    )


def _arrow(arrow: Arrow) -> Markup:
    *way, end = arrow.points
    ahead = _ahead(way[-1], end)
    short = Point(end.x - ahead.x * TIP, end.y - ahead.y * TIP)
    side = Point(-ahead.y * TIP / 2, ahead.x * TIP / 2)
    corners = (end, Point(short.x + side.x, short.y + side.y), Point(short.x - side.x, short.y - side.y))
    tip = "".join(f"{letter}{_at(corner)}" for letter, corner in zip("MLL", corners, strict=True))
    return tag(
        "g",
        tag("title", _said(arrow.edge)),
        tag("path", class_="wire", d=_path((*way, short))),
        tag("path", class_="tip", d=f"{tip}Z"),
        joined(_label(arrow)),
    )


def _label(arrow: Arrow) -> Iterator[Markup]:
    if arrow.label:
        label, count = arrow.label, len(arrow.label.lines)
        for place, line in enumerate(label.lines):
            yield tag("text", line, class_="label", x=label.x, y=label.y - 5 - LABEL_LINE * (count - 1 - place))


def _path(points: tuple[Point, ...]) -> str:
    """Straight where two points are level or upright, with round corners; an S-curve between others."""
    found = [f"M{_at(points[0])}"]
    for place, (start, end) in enumerate(pairwise(points), 1):
        if not _straight(start, end):
            middle = (start.x + end.x) / 2
            found.append(f"C{_at(Point(middle, start.y))} {_at(Point(middle, end.y))} {_at(end)}")
        elif place + 1 < len(points) and _turns(start, end, points[place + 1]):
            found.append(_corner(start, end, points[place + 1]))
        else:
            found.append(f"L{_at(end)}")
    return "".join(found)


def _corner(start: Point, at: Point, end: Point) -> str:
    size = min(ROUND, _length(start, at) / 2, _length(at, end) / 2)
    into, out = _ahead(start, at), _ahead(at, end)
    before = Point(at.x - into.x * size, at.y - into.y * size)
    after = Point(at.x + out.x * size, at.y + out.y * size)
    return f"L{_at(before)}Q{_at(at)} {_at(after)}"


def _straight(start: Point, end: Point) -> bool:
    return abs(start.x - end.x) < 0.05 or abs(start.y - end.y) < 0.05


def _turns(start: Point, at: Point, end: Point) -> bool:
    return _straight(at, end) and _ahead(start, at) != _ahead(at, end)


def _ahead(start: Point, end: Point) -> Point:
    """Where an arrow points that comes from `start`: along x, unless it goes straight up or down."""
    if abs(start.x - end.x) < 0.05:
        return Point(0, 1 if end.y > start.y else -1)
    return Point(1 if end.x > start.x else -1, 0)


def _length(start: Point, end: Point) -> float:
    return abs(start.x - end.x) + abs(start.y - end.y)


def _at(point: Point) -> str:
    return f"{number(point.x)} {number(point.y)}"


def _said(edge: Edge) -> str:
    return f"{_called(edge.source)} to {_called(edge.target)}{f' ({edge.label})' if edge.label else ''}"


def _called(node: Node) -> str:
    return f"{node.kind} {node.name}"
