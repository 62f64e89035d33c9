"""A bar that is divided into named shares, as SVG that is as wide as its place. Pure text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dbt_ghost.core.drawing.measures import LABEL_CELL
from dbt_ghost.core.markup import Markup, tag

HEIGHT, LEAST = 18, 1.5
"""Pixels, and per cent: what is there is seen, however little it is."""

THIN = 5
NARROWEST = 150
"""Pixels that a bar has at least: by these a number is written into its share, or not."""


@dataclass(frozen=True)
class Share:
    """`look` is the class that colours it, `name` what it is called."""

    look: str
    name: str
    count: int


def bar(shares: Iterable[Share], unit: str) -> Markup:
    """`12 rows yours, 3 rows world` to those who do not see it, and to those who point at it."""
    there = [share for share in shares if share.count > 0]
    words = ", ".join(f"{share.count:,} {unit}{'' if share.count == 1 else 's'} {share.name}" for share in there)
    return tag(
        "svg",
        tag("title", words or f"no {unit}s"),
        *_drawn(there),
        class_="bar",
        role="img",
        width="100%",
        height=HEIGHT,
    )


def _drawn(shares: list[Share]) -> Iterator[Markup]:
    whole = sum(share.count for share in shares)
    wide = [max(LEAST, 100 * share.count / whole) for share in shares]
    left = 0.0
    for share, width in zip(shares, (100 * each / sum(wide) for each in wide), strict=True):
        number = f"{share.count:,}"
        yield tag("rect", class_=share.look, x=_cent(left), y=0, width=_cent(width), height=HEIGHT)
        if len(number) * LABEL_CELL + 12 < NARROWEST * width / 100:
            yield tag("text", number, x=_cent(left), dx=6, y=13)
        left += width


def _cent(share: float) -> str:
    return f"{share:.2f}%"


def length(share: float, look: str) -> Markup:
    """A thin bar as long as a share of its place, 0 to 1; beside words that say the same."""
    drawn = tag("rect", class_=look, x=0, y=0, width=_cent(max(LEAST, 100 * share)), height=THIN)
    return tag("svg", drawn, class_="bar", width="100%", height=THIN, aria_hidden="true")
