"""How high each cell stands: as near as can be to those that it is joined with, and over none of its column. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from dbt_ghost.core.drawing.columns import Cell, Wire

BETWEEN_BOXES, BETWEEN_ARROWS = 20.0, 6.0
ROUNDS = 8

Pulls = Mapping[Cell, Sequence[tuple[Cell, float]]]
"""Who pulls a cell, and how hard: one that pulls at many, the less at each. So a fan's arrows bend near its handle."""


def rows(stacked: Sequence[Sequence[Cell]], wires: Iterable[Wire]) -> dict[Cell, float]:
    """The heights of the cells' arrows, from the top of the highest cell downwards. Looks at these columns alone."""
    heights = {cell: height for column in stacked for cell, height in zip(column, _packed(column), strict=True)}
    joined = [pair for wire in wires for pair in pairwise(wire) if pair[0] in heights and pair[1] in heights]
    before, after = _pulls(joined), _pulls([(right, left) for left, right in joined])
    both = {cell: [*before.get(cell, ()), *after.get(cell, ())] for cell in heights}
    for _ in range(ROUNDS):
        for column in stacked:
            _settle(column, before, heights)
        for column in reversed(stacked):
            _settle(column, after, heights)
    for _ in range(ROUNDS):
        for column in stacked:
            _settle(column, both, heights)
    top = min(height - cell.up for cell, height in heights.items())
    return {cell: height - top for cell, height in heights.items()}


def _pulls(joined: Sequence[tuple[Cell, Cell]]) -> Pulls:
    """Of the first of each pair at the second."""
    count: dict[Cell, int] = {}
    for one, _ in joined:
        count[one] = count.get(one, 0) + 1
    found: dict[Cell, list[tuple[Cell, float]]] = {}
    for one, other in joined:
        found.setdefault(other, []).append((one, count[one] ** -3))
    return found


def _settle(column: Sequence[Cell], pulls: Pulls, heights: dict[Cell, float]) -> None:
    """Moves a column's cells to where they are pulled, by the least sum of squares that leaves them apart."""
    packed = _packed(column)
    blocks: list[tuple[float, int]] = []  # the mean of what its cells wish for, less their place if packed; how many
    for cell, place in zip(column, packed, strict=True):
        near = pulls.get(cell) or [(cell, 1.0)]
        wish = sum(heights[other] * force for other, force in near) / sum(force for _, force in near)
        mean, size = wish - place, 1
        while blocks and blocks[-1][0] > mean:
            other_mean, count = blocks.pop()
            mean, size = (mean * size + other_mean * count) / (size + count), size + count
        blocks.append((mean, size))
    moved = [mean for mean, size in blocks for _ in range(size)]
    for cell, place, move in zip(column, packed, moved, strict=True):
        heights[cell] = place + move


def _packed(column: Sequence[Cell]) -> list[float]:
    """The heights of the cells when nothing is wished for."""
    found = [column[0].up]
    for above, cell in pairwise(column):
        between = BETWEEN_BOXES if cell.is_box and above.is_box else BETWEEN_ARROWS
        found.append(found[-1] + above.down + between + cell.up)
    return found
