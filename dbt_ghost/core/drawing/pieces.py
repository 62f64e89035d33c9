"""Where a tall drawing may be cut, so that a printed page never ends within a box. Pure."""

from __future__ import annotations

from itertools import pairwise

from dbt_ghost.core.drawing.measures import LABEL_LINE
from dbt_ghost.core.drawing.routes import Arrow, Box, Drawing

TALL, PIECE = 900.0, 400.0
"""What fits on a page is left whole; what does not is cut into pieces of about that height."""


def pieces(drawing: Drawing) -> tuple[tuple[float, float], ...]:
    """From the top of each piece to its bottom: whole pixels, so that pieces below each other join without a seam."""
    if drawing.height <= TALL:
        return ((0.0, drawing.height),)
    tops = [0.0]
    for here, beyond in pairwise([*_between(drawing), drawing.height]):
        if beyond - tops[-1] > PIECE:
            tops.append(here)
    return tuple(pairwise([*tops, drawing.height]))


def within(drawing: Drawing, top: float, bottom: float) -> tuple[tuple[Arrow, ...], tuple[Box, ...]]:
    """What is to be seen between the two: arrows may go on in the next piece."""
    boxes = tuple(box for box in drawing.boxes if box.y < bottom and box.y + box.height > top)
    arrows = tuple(
        arrow
        for arrow in drawing.arrows
        if min(point.y for point in arrow.points) < bottom + 9 and max(point.y for point in arrow.points) > top - 9
    )
    return arrows, boxes


def _between(drawing: Drawing) -> list[float]:
    """Heights at which there is neither a box nor a label."""
    spans = [(box.y, box.y + box.height) for box in drawing.boxes]
    spans += [
        (arrow.label.y - LABEL_LINE * len(arrow.label.lines) - 6, arrow.label.y)
        for arrow in drawing.arrows
        if arrow.label
    ]
    found: list[float] = []
    reach = min(spans)[1]
    for top, bottom in sorted(spans):
        if top > reach + 3:
            found.append(float(round((top + reach) / 2)))
        reach = max(reach, bottom)
    return found
