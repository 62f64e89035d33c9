"""The cells of a drawing, column by column: boxes, and room for each arrow that passes between or beside them. Pure."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dbt_ghost.core.drawing.layers import Layers, layers
from dbt_ghost.core.drawing.measures import Measures, label_size, size_of
from dbt_ghost.core.graph import Edge, Graph, Node

SWEEPS = 6


@dataclass(frozen=True)
class Cell:
    """A box, or the way of one arrow through a column. `up` and `down` are its room on both sides of the line at which
    arrows enter and leave it.
    """

    what: Node | Edge
    column: int
    width: float
    up: float
    down: float

    @property
    def is_box(self) -> bool:
        return isinstance(self.what, Node)


Wire = tuple[Cell, ...]
"""The way of an edge from left to right: a box, the cells between, a box."""


@dataclass(frozen=True)
class Columns:
    """`cells` of each column from top to bottom. Two columns of boxes have one of labels between them if need be.

    An edge from a node to itself has no wire.
    """

    cells: tuple[tuple[Cell, ...], ...]
    wires: Mapping[Edge, Wire]
    backward: frozenset[Edge]

    def holds_boxes(self, column: int) -> bool:
        return any(cell.is_box for cell in self.cells[column])


def columns(graph: Graph, sizes: Measures) -> Columns:
    found = layers(graph)
    places = _places(graph, found)
    boxes = {node: _box(node, places[2 * layer], sizes) for node, layer in found.of.items()}
    joining = [edge for edge in graph.edges if edge.source != edge.target]
    wires = {edge: _wire(edge, boxes, places, found, sizes) for edge in joining}
    every = dict.fromkeys([*boxes.values(), *(cell for wire in wires.values() for cell in wire)])
    stacked = [[cell for cell in every if cell.column == place] for place in sorted(places.values())]
    return Columns(_untangled(stacked, list(wires.values())), wires, found.backward)


def _places(graph: Graph, found: Layers) -> dict[int, int]:
    """Layer `n` is 2n, the gap after it 2n + 1: each to its column. A gap is none if no arrow needs room in it."""
    needed = {2 * layer for layer in found.of.values()}
    for edge in graph.edges:
        low, high = sorted((found.of[edge.source], found.of[edge.target]))
        if edge in found.backward:
            needed |= {2 * layer + 1 for layer in range(low, high)}
        elif edge.label:
            needed.add(2 * low + 1)
    return {place: number for number, place in enumerate(sorted(needed))}


def _box(node: Node, column: int, sizes: Measures) -> Cell:
    width, height = size_of(node, sizes)
    return Cell(node, column, width, height / 2, height / 2)


def _wire(edge: Edge, boxes: Mapping[Node, Cell], places: Mapping[int, int], found: Layers, sizes: Measures) -> Wire:
    """The label stands right after the box that the arrow comes from."""
    back = edge in found.backward
    ends = (edge.target, edge.source) if back else (edge.source, edge.target)
    low, high = (found.of[end] for end in ends)
    labelled = 2 * high - 1 if back else 2 * low + 1
    between = [place for place in range(2 * low + 1, 2 * high) if place in places]
    return (
        boxes[ends[0]],
        *(
            Cell(edge, places[place], *(label_size(edge.label, sizes) if place == labelled else (0, 6, 6)))
            for place in between
        ),
        boxes[ends[1]],
    )


def _untangled(stacked: list[list[Cell]], wires: Sequence[Wire]) -> tuple[tuple[Cell, ...], ...]:
    """Every cell near those that it is joined with; the best order seen."""
    before: dict[Cell, list[Cell]] = {}
    after: dict[Cell, list[Cell]] = {}
    for wire in wires:
        for left, right in pairwise(wire):
            before.setdefault(right, []).append(left)
            after.setdefault(left, []).append(right)
    best, fewest = [*map(tuple, stacked)], _crossings(stacked, after)
    for _ in range(SWEEPS):
        for number in range(1, len(stacked)):
            stacked[number] = _sorted_by(stacked[number], stacked[number - 1], before)
        for number in range(len(stacked) - 2, -1, -1):
            stacked[number] = _sorted_by(stacked[number], stacked[number + 1], after)
        if (crossings := _crossings(stacked, after)) < fewest:
            best, fewest = [*map(tuple, stacked)], crossings
    return tuple(best)


def _sorted_by(column: list[Cell], other: list[Cell], joined: Mapping[Cell, list[Cell]]) -> list[Cell]:
    there = {cell: number for number, cell in enumerate(other)}

    def height(number: int) -> float:
        places = [there[cell] for cell in joined.get(column[number], ())]
        return sum(places) / len(places) if places else number

    return [column[number] for number in sorted(range(len(column)), key=height)]


def _crossings(stacked: Sequence[Sequence[Cell]], after: Mapping[Cell, list[Cell]]) -> int:
    found = 0
    for left, right in pairwise(stacked):
        there = {cell: number for number, cell in enumerate(right)}
        ended: list[int] = []
        for cell in left:
            ends = [there[target] for target in after.get(cell, ())]
            found += sum(len(ended) - bisect_right(ended, end) for end in ends)
            for end in ends:
                insort(ended, end)
    return found
