"""Every kind of fork that is tried: each route, with later steps copied or shared, for a change of each step. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations, product
from typing import Literal, get_args

from tests.chains.chain import BUCKETS, ROUTES, STEPS, Chain, Route, StepName

Downstream = Literal["replicate", "share"]

DOWNSTREAM: tuple[Downstream, ...] = get_args(Downstream)
FEW, MANY = 5, 20
"""Objects that a cell sends in `make test` and in `make reliability`."""

Pair = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Cell:
    """One fork: of a production of that route, by a branch that changes that step."""

    route: Route
    downstream: Downstream
    changed: StepName

    @property
    def id(self) -> str:
        return f"{self.route}-{self.downstream}-{self.changed}"

    @property
    def chain(self) -> Chain:
        """Of `sns_sqs`, both ways of delivery have their turn."""
        raw = self.route == "sns_sqs" and self.changed == "first"
        return Chain(self.route, raw=raw, aware=self.downstream == "share")

    @property
    def filled(self) -> tuple[str, ...]:
        """The parts whose buckets the ghost has of its own: what the changed step and all later ones write."""
        return BUCKETS[STEPS.index(self.changed) + 1 :]

    @property
    def pairs(self) -> frozenset[Pair]:
        """Each two of its settings together."""
        settings = (("route", self.route), ("downstream", self.downstream), ("changed", self.changed))
        return frozenset(map(frozenset, combinations(settings, 2)))


ALL = tuple(Cell(route, downstream, changed) for route, downstream, changed in product(ROUTES, DOWNSTREAM, STEPS))


def pairwise(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """Few of the cells that together have every pair which occurs in any: always the one that adds most, the first of
    equals. In the order given, so that cells of one route stand together."""
    left = list(cells)
    missing = {pair for cell in left for pair in cell.pairs}
    taken = set()
    while missing:
        best = max(left, key=lambda cell: len(missing & cell.pairs))
        missing -= best.pairs
        taken.add(best)
    return tuple(cell for cell in left if cell in taken)
