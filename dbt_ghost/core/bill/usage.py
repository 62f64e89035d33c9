"""What a ghost used, or is expected to use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from dbt_ghost.core.bill.prices import Item


@dataclass(frozen=True)
class Used:
    """So many units of an item, `by` a step or bucket, empty for the ghost as a whole.

    `quantity` is None where nobody knows it, and `why` says why. It is never 0 for that.
    """

    item: Item
    quantity: Decimal | None
    by: str = ""
    why: str = ""

    def __post_init__(self) -> None:
        if (self.quantity is None) != bool(self.why):
            raise ValueError(f"{self.item}: a quantity or a reason, and not both: {self.quantity}, {self.why!r}")


@dataclass(frozen=True)
class Usage:
    """`besides` are reasons why the whole is more than what is counted, a sentence each."""

    used: tuple[Used, ...] = ()
    besides: tuple[str, ...] = ()

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.used + other.used, self.besides + other.besides)


def together(parts: Iterable[Usage]) -> Usage:
    """All of them as one."""
    whole = Usage()
    for part in parts:
        whole += part
    return whole
