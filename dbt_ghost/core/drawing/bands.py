"""A long chain goes on below, as text does on the next line: columns cut into bands of a given width. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dbt_ghost.core.drawing.columns import Columns

TURN = 14.0
"""Room between a band's end and the arrows that leave it."""

LANE = 8.0
FEW = 12
"""As many arrows can be followed by eye around a band's end. Where more would go, it may be three times as wide."""


@dataclass(frozen=True)
class Band:
    """Columns `first` to `last`; `lefts` are where each begins, from the band's own left. `wires` leave its end."""

    first: int
    last: int
    lefts: tuple[float, ...]
    width: float
    wires: int

    @property
    def lane(self) -> float:
        """The distance between two of the arrows that leave it."""
        return LANE * min(1.0, FEW / max(self.wires, 1))

    def __contains__(self, column: int) -> bool:
        return self.first <= column <= self.last


def bands(found: Columns, width: float) -> tuple[Band, ...]:
    """Each as wide as fits, or cut in its second half where fewer arrows are cut; never between a box and its labels.

    A single column may be wider.
    """
    widths = [max(cell.width for cell in cells) for cells in found.cells]
    crossing = _crossing(found)
    cut: list[Band] = []
    first = 0
    while first < len(widths):
        possible = list(_possible(found, widths, first, crossing, 3 * width))
        fitting = [band for band in possible if band.width <= width] or possible[:1]
        wide = [band for band in fitting if band.width > fitting[-1].width / 2]
        if min(band.wires for band in wide) > FEW:
            wide = [*wide, *(band for band in possible if band.wires <= FEW)][-1:]
        ends = [band for band in wide if band.last == len(widths) - 1]
        cut += ends or [min(wide, key=lambda band: (band.wires, -band.last))]
        first = cut[-1].last + 1
    return tuple(cut)


def _possible(
    found: Columns, widths: Sequence[float], first: int, crossing: Sequence[int], width: float
) -> Iterator[Band]:
    """Bands that begin with this column, the narrowest first; one at least, the others no wider than that."""
    lefts, alone = [0.0], True
    for column in range(first, len(widths)):
        right = lefts[-1] + widths[column]
        if right > width and not alone:
            return
        if column + 1 == len(widths) or found.holds_boxes(column + 1):
            yield Band(first, column, tuple(lefts), right, crossing[column])
            alone = False
        if column + 1 < len(widths):
            lefts.append(right + _gap(found, column))


def _gap(found: Columns, column: int) -> float:
    """Between this column and the next: wider where arrows fan out, since they are steep."""
    sides = (column, column + 1)
    room = 40 if all(found.holds_boxes(side) for side in sides) else 22
    return room + min(2.0 * max(len(found.cells[side]) - 1 for side in sides), 70)


def _crossing(found: Columns) -> list[int]:
    """How many arrows go on from each column to the next."""
    count = [0] * len(found.cells)
    for wire in found.wires.values():
        for cell in wire[:-1]:
            count[cell.column] += 1
    return count
