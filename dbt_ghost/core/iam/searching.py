"""The search for a request that Allows let through and no Deny stops. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dbt_ghost.core.iam.catalogue import Action
from dbt_ghost.core.iam.conditions import Constraint, Values, constraint, values
from dbt_ghost.core.iam.languages import EVERYTHING, NOTHING, Language
from dbt_ghost.core.iam.policies import Condition, Statement
from dbt_ghost.core.iam.principals import Principal, Stance, stance
from dbt_ghost.core.iam.regions import Region
from dbt_ghost.core.iam.witnesses import OverBudget, witness

BUDGET = 20_000
"""Regions that are looked at for one question."""


@dataclass(frozen=True)
class Rules:
    """The parts of IAM's logic that the search is made of."""

    witness: Callable[[tuple[Language, ...]], str | None] = witness
    values: Callable[[tuple[Constraint, ...]], Values | None] = values
    constraint: Callable[[Condition, frozenset[str]], Constraint | None] = constraint
    stance: Callable[..., tuple[Stance, Stance]] = stance


@dataclass
class Search:
    """Without `guess` only what is certain counts, and what that left out is `left_out`."""

    rules: Rules
    lists: frozenset[str]
    guess: bool
    left_out: bool = False
    steps: int = 0

    def guessed(self, region: Region, why: str) -> Iterator[Region]:
        """The region if guessing is on."""
        if self.guess:
            yield region.guessing(why)
        else:
            self.left_out = True

    def allowed(self, region: Region, statement: Statement) -> Iterator[Region]:
        """The parts of a region that an Allow is about and whose conditions hold."""
        for condition in statement.conditions:
            found = self.rules.constraint(condition, self.lists)
            if found is None:
                why = f"{statement.label}: {condition.operator} {condition.key} is not modelled, counted as true"
                region = next(self.guessed(region, why), Region((NOTHING,)))
            else:
                region = region.where(found)
        there = (Constraint(key, EVERYTHING, "every") for key in statement.extent.variables)
        yield region.within(statement.extent.surely).where(*there)
        if statement.extent.at_most != statement.extent.surely:
            why = f"{statement.label}: its resources are counted as all that they may be"
            yield from self.guessed(region.within(statement.extent.at_most), why)

    def spared(self, region: Region, deny: Statement, principal: Principal) -> Iterator[Region]:
        """The parts of a region that a Deny is not about, or of whose conditions one does not hold."""
        surely, at_most = self.rules.stance(deny.principals, principal, False)
        if at_most == Stance.NOT:
            yield region
            return
        if surely == Stance.NOT:
            yield from self.guessed(region, f"{deny.label}: may not be about {principal}, counted as not")
        extent = deny.extent
        yield region.within(~extent.at_most)
        if extent.variables:
            missing = (Constraint(key, NOTHING, "every", absent=True) for key in extent.variables)
            void = region.where(*missing)
            why = f"{deny.label}: counted as void without {' and '.join(extent.variables)}"
            yield from [void] if extent.surely == NOTHING else self.guessed(void, why)
        for condition in deny.conditions:
            found = self.rules.constraint(condition, self.lists)
            if found is not None:
                yield region.where(found.negated())
            else:
                why = f"{deny.label}: {condition.operator} {condition.key} is not modelled, counted as false"
                yield from self.guessed(region, why)
        if extent.at_most != extent.surely:
            why = f"{deny.label}: its resources are counted as no more than they surely are"
            yield from self.guessed(region.within(~extent.surely), why)

    def escape(
        self, region: Region, denies: Sequence[Statement], principal: Principal, action: Action
    ) -> Region | None:
        """A part of the region that is not empty and that no Deny stops. Raises OverBudget."""
        self.steps += 1
        if self.steps > BUDGET:
            raise OverBudget(f"more than {BUDGET} regions")
        if self.rules.witness(region.languages) is None:
            return None
        context = self.context(region, action)
        if context is None:
            return None
        if not denies:
            return region
        for part in self.spared(region, denies[0], principal):
            found = self.escape(part, denies[1:], principal, action)
            if found is not None:
                return found
        return None

    def context(self, region: Region, action: Action) -> dict[str, Values] | None:
        """Values for each key of which something is asked; None if there are none."""
        by_key: dict[str, list[Constraint]] = {}
        for each in region.constraints:
            by_key.setdefault(each.key, []).append(each)
        found = {}
        for key, asked in by_key.items():
            suitable = self.rules.values(tuple(asked))
            if suitable is None or (suitable and not self._may_bring(action, key)):
                return None
            found[key] = suitable
        return found

    def _may_bring(self, action: Action, key: str) -> bool:
        listed = action.lists(key)
        self.left_out = self.left_out or not (listed or self.guess)
        return listed or self.guess
