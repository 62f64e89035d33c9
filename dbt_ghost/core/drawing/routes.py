"""Where each box stands, and the way of each arrow. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dbt_ghost.core.drawing.bands import LANE, TURN, Band, bands
from dbt_ghost.core.drawing.columns import Cell, Columns, Wire, columns
from dbt_ghost.core.drawing.measures import Mark, Measures, label_lines, name_lines
from dbt_ghost.core.drawing.rows import rows
from dbt_ghost.core.graph import Edge, Graph, Node

CHANNEL, EDGE = 18.0, 2.0
"""Room between a band and the arrows that leave it, above and below them, and around the drawing."""


@dataclass(frozen=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True)
class Box:
    node: Node
    mark: Mark | None
    lines: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float
    band: int


@dataclass(frozen=True)
class Label:
    """Above its arrow; `y` is the arrow's."""

    lines: tuple[str, ...]
    x: float
    y: float
    width: float


@dataclass(frozen=True)
class Arrow:
    """From its source's box to its target's, through `points`. Between two that differ in both directions it bends."""

    edge: Edge
    points: tuple[Point, ...]
    label: Label | None = None


@dataclass(frozen=True)
class Drawing:
    width: float
    height: float
    boxes: tuple[Box, ...] = ()
    arrows: tuple[Arrow, ...] = ()


@dataclass(frozen=True)
class _Sheet:
    """Columns in their bands. `lefts` and `widths` are the columns', `heights` the cells', all of the whole drawing.

    `lanes` are the wires that leave each band, from the top; `bottoms` where each band ends.
    """

    found: Columns
    cut: tuple[Band, ...]
    lefts: tuple[float, ...]
    widths: tuple[float, ...]
    heights: dict[Cell, float]
    lanes: tuple[tuple[Wire, ...], ...]
    bottoms: tuple[float, ...]

    def band(self, cell: Cell) -> int:
        return next(number for number, band in enumerate(self.cut) if cell.column in band)

    def right(self, cell: Cell) -> float:
        return self.lefts[cell.column] + self.widths[cell.column]


def drawn(graph: Graph, sizes: Measures | None = None) -> Drawing:
    """The drawing of any graph; one of no nodes is empty."""
    sizes = sizes or Measures()
    if not graph.nodes:
        return Drawing(0, 0)
    sheet = _sheet(columns(graph, sizes), sizes)
    boxes = {box.node: box for box in _boxes(sheet, sizes)}
    arrows = [*(_arrow(sheet, edge, wire, sizes) for edge, wire in sheet.found.wires.items())]
    arrows += [_loop(edge, boxes[edge.source]) for edge in graph.edges if edge.source == edge.target]
    corners = [Point(box.x + box.width, box.y + box.height) for box in boxes.values()]
    corners += [point for arrow in arrows for point in arrow.points]
    corners += [Point(label.x + label.width, label.y) for arrow in arrows if (label := arrow.label)]
    right, bottom = max(each.x for each in corners), max(each.y for each in corners)
    return Drawing(right + EDGE, bottom + EDGE, tuple(boxes[node] for node in graph.nodes), tuple(arrows))


def _sheet(found: Columns, sizes: Measures) -> _Sheet:
    cut = bands(found, sizes.width - 2 * (TURN + LANE))
    margin = EDGE + (TURN + max(band.lane * band.wires for band in cut) if len(cut) > 1 else 0)
    heights: dict[Cell, float] = {}
    bottoms: list[float] = []
    top = EDGE
    for band in cut:
        inside = rows(found.cells[band.first : band.last + 1], found.wires.values())
        heights |= {cell: height + top for cell, height in inside.items()}
        bottoms.append(max(heights[cell] + cell.down for cell in inside))
        top = bottoms[-1] + 2 * CHANNEL + band.lane * band.wires
    return _Sheet(
        found=found,
        cut=cut,
        lefts=tuple(margin + left for band in cut for left in band.lefts),
        widths=tuple(max(cell.width for cell in cells) for cells in found.cells),
        heights=heights,
        lanes=tuple(_lanes(found, band, heights) for band in cut),
        bottoms=tuple(bottoms),
    )


def _lanes(found: Columns, band: Band, heights: dict[Cell, float]) -> tuple[Wire, ...]:
    leaving = [
        (heights[left], heights[right], number, wire)
        for number, wire in enumerate(found.wires.values())
        for left, right in pairwise(wire)
        if left.column == band.last
    ]
    return tuple(wire for *_, wire in sorted(leaving, key=lambda each: each[:3]))


def _boxes(sheet: _Sheet, sizes: Measures) -> Iterator[Box]:
    for cell in sheet.heights:
        if isinstance(cell.what, Node):
            yield Box(
                node=cell.what,
                mark=sizes.mark_of(cell.what),
                lines=name_lines(cell.what, sizes),
                x=sheet.lefts[cell.column],
                y=sheet.heights[cell] - cell.up,
                width=sheet.widths[cell.column],  # all of a column alike
                height=cell.up + cell.down,
                band=sheet.band(cell),
            )


def _arrow(sheet: _Sheet, edge: Edge, wire: Wire, sizes: Measures) -> Arrow:
    points: list[Point] = []
    for left, right in pairwise(wire):
        points.append(Point(sheet.right(left), sheet.heights[left]))
        if sheet.band(left) != sheet.band(right):
            points += _turn(sheet, wire, left, right)
        points.append(Point(sheet.lefts[right.column], sheet.heights[right]))
    if edge in sheet.found.backward:
        points.reverse()
    return Arrow(edge, tuple(dict.fromkeys(points)), _label(sheet, edge, wire, sizes))


def _turn(sheet: _Sheet, wire: Wire, left: Cell, right: Cell) -> Sequence[Point]:
    """Around the end of one band to the beginning of the next. Arrows that keep their order do not cross: the topmost
    goes around the others outside.
    """
    number = sheet.band(left)
    band, lanes = sheet.cut[number], sheet.lanes[number]
    inside = lanes.index(wire)
    outside = len(lanes) - 1 - inside
    x = sheet.lefts[band.first] + band.width + TURN + band.lane * outside
    y = sheet.bottoms[number] + CHANNEL + band.lane * outside
    back = sheet.lefts[right.column] - TURN - band.lane * inside
    up, down = sheet.heights[left], sheet.heights[right]
    return (Point(x, up), Point(x, y), Point(back, y), Point(back, down))


def _label(sheet: _Sheet, edge: Edge, wire: Wire, sizes: Measures) -> Label | None:
    lines = label_lines(edge.label, sizes)
    written = [cell for cell in wire if not cell.is_box and cell.width]
    if not lines or not written:
        return None
    (cell,) = written
    return Label(lines, sheet.lefts[cell.column], sheet.heights[cell], cell.width)


def _loop(edge: Edge, box: Box) -> Arrow:
    """From a node to itself: around its corner below on the right."""
    right, bottom, out = box.x + box.width, box.y + box.height, 9.0
    middle = Point(right, box.y + box.height / 2)
    way = (Point(right + out, middle.y), Point(right + out, bottom + out), Point(right - 24, bottom + out))
    return Arrow(edge, (middle, *way, Point(right - 24, bottom)))
