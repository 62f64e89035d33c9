"""Sizes of what is drawn, in CSS pixels. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dbt_ghost.core.drawing.text import cells, wrapped
from dbt_ghost.core.graph import Node
from dbt_ghost.core.markup import printable

Mark = Literal["changed", "copied", "shared", "untouched", "own"]

CALLED: Mapping[Mark, str] = {
    "changed": "changed",
    "copied": "copied",
    "shared": "shared",
    "untouched": "untouched",
    "own": "ghost's own",
}
"""What is written on a marked box."""

NAME_CELL, CAPTION_CELL, LABEL_CELL = 7.4, 6.8, 6.2
NAME_LINE, LABEL_LINE = 16, 13
PAD, HEAD, FOOT, ICON = 11, 25, 8, 20
NAME_LINES, LABEL_LINES = 4, 3


@dataclass(frozen=True)
class Measures:
    """`width` is how wide a drawing may become; names and labels are broken after so many letters."""

    width: float = 1080
    name: int = 20
    label: int = 18
    marks: Mapping[Node, Mark] | None = None

    def mark_of(self, node: Node) -> Mark | None:
        return (self.marks or {}).get(node)


def name_lines(node: Node, sizes: Measures) -> tuple[str, ...]:
    return wrapped(printable(node.name), sizes.name, NAME_LINES)


def label_lines(label: str, sizes: Measures) -> tuple[str, ...]:
    return wrapped(printable(label), sizes.label, LABEL_LINES) if label else ()


def size_of(node: Node, sizes: Measures) -> tuple[float, float]:
    """Width and height of its box."""
    lines, mark = name_lines(node, sizes), sizes.mark_of(node)
    badge = len(CALLED[mark]) * CAPTION_CELL + 10 if mark else 0
    caption = ICON + len(node.kind) * CAPTION_CELL + badge
    width = max(caption, *(cells(line) * NAME_CELL for line in lines)) + 2 * PAD
    return max(width, 104), HEAD + len(lines) * NAME_LINE + FOOT


def label_size(label: str, sizes: Measures) -> tuple[float, float, float]:
    """Its width, and its room above and below the arrow: it is written above."""
    lines = label_lines(label, sizes)
    return max((cells(line) * LABEL_CELL for line in lines), default=0), len(lines) * LABEL_LINE + 6, 6
