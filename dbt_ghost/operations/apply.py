"""Carry out a plan: lock, write the whole plan ahead, wave by wave, outcomes after each, unlock.

Every change is safe to repeat, so whatever a killed run left is planned again and carried out again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from dbt_ghost.core.errors import Conflict, GhostError, Refused
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.plan import Change, Create, Delete, Plan, Update, waves
from dbt_ghost.core.proof.findings import Finding
from dbt_ghost.core.record import Record, StoredRecord
from dbt_ghost.core.resources import EventSourceMapping, Function, kind_of, name_of
from dbt_ghost.operations.journal import UNKNOWN, Journal, Origin
from dbt_ghost.operations.waves import Wave
from dbt_ghost.operations.world import Clock, Found, Ghosts, Process, Records

__all__ = ["Applier", "Origin", "Seen", "refuse_unproved", "refuse_untagged", "see"]

LOOK_S = 30.0
"""Often enough to renew a lease long before it runs out."""


@dataclass(frozen=True)
class Seen:
    """What a plan is made from, read once: the ghost's record and what exists of it."""

    stored: StoredRecord | None
    found: Found


def see(ghosts: Ghosts, records: Records, ghost: GhostName) -> Seen:
    """The record first: a state bucket that is missing is said before anything else is asked."""
    stored = records.read(ghost)
    return Seen(stored, ghosts.look(ghost))


@dataclass(frozen=True)
class Applier:
    """Performs plans. `package` gives the package with a CodeSha256, to several threads at once.

    `watch` sees each change before it is made, one at a time; `gone` hears of a ghost that is dropped, on record too.
    """

    ghosts: Ghosts
    records: Records
    clock: Clock
    process: Process
    package: Callable[[str], bytes]
    watch: Callable[[Change], None] = lambda change: None
    look_s: float = LOOK_S
    gone: Callable[[GhostName], None] = lambda ghost: None

    def is_settled(self, plan: Plan, seen: Seen | None = None) -> bool:
        """Is there nothing to change, and no record that says otherwise? Raises Refused as `carry_out` does."""
        stored, found = self._seen(plan, seen)
        refuse_strays(found)
        nothing_to_do = not plan.changes and plan.becomes == (stored.record.state if stored else "dropped") == "dropped"
        if nothing_to_do:
            refuse_untagged(plan.ghost, found)
        return nothing_to_do

    def carry_out(self, plan: Plan, ttl: timedelta, origin: Origin = UNKNOWN, seen: Seen | None = None) -> Record:
        """Returns the record as it then stands. `seen` is what the plan was made from; read now if it is not given.

        Without changes nothing is read again, and the record is written once. Raises Conflict, with nothing changed
        but the lock's times, if somebody else works on the ghost or it is no longer what the plan was made from;
        Refused likewise for strays and for a proof that does not hold. After any other error the record says how far
        it came, and the next run takes up from there.
        """
        refuse_unproved(plan)
        stored, found = self._seen(plan, seen)
        refuse_strays(found)
        journal = Journal.opened(self.records, self.clock, self.process, stored, plan=plan, ttl=ttl)
        if plan.changes:
            self._carry_out(plan, ttl, origin, journal)
        else:
            _refuse_left(plan, found)
            journal.close(plan, ttl, origin)
        if plan.becomes == "dropped":
            self.gone(plan.ghost)
        return journal.record

    def await_live(self, plan: Plan) -> None:
        """Return when the queues that were put under a mapping are read: Lambda says so only some time later."""
        for change in plan.changes:
            if isinstance(change.resource, EventSourceMapping) and not isinstance(change, Delete):
                self.ghosts.await_live(change.resource)

    def _carry_out(self, plan: Plan, ttl: timedelta, origin: Origin, journal: Journal) -> None:
        journal.lock()
        try:
            self._refuse_if_moved(plan)
            journal.write_ahead(plan)
            self._make(plan, journal)
            if plan.becomes == "dropped":
                _refuse_left(plan, self.ghosts.look(plan.ghost))
            journal.close(plan, ttl, origin)
        except BaseException:
            journal.give_up()
            raise

    def _seen(self, plan: Plan, seen: Seen | None) -> tuple[StoredRecord | None, Found]:
        seen = seen or see(self.ghosts, self.records, plan.ghost)
        return seen.stored, seen.found

    def _refuse_if_moved(self, plan: Plan) -> None:
        found = self.ghosts.look(plan.ghost)
        refuse_strays(found)
        if frozenset(found.resources) != plan.existing:
            raise Conflict(
                f"the ghost of {plan.ghost.branch!r} changed since the plan was made",
                "run the command again: it plans from what is there now",
            )

    def _make(self, plan: Plan, journal: Journal) -> None:
        begun = 0
        for changes in waves(plan.changes):
            if begun:
                journal.write_outcomes()
            Wave(self._perform, self.watch, journal, self.look_s).make(enumerate(changes, begun))
            begun += len(changes)

    def _perform(self, change: Change) -> None:
        match change:
            case Create(resource) | Update(resource):
                self.ghosts.put(resource, self._package_for(change))
            case Delete(resource):
                self.ghosts.delete(resource)
            case _:
                assert_never(change)

    def _package_for(self, change: Create | Update) -> bytes | None:
        if not isinstance(change.resource, Function) or change.resource.image:
            return None
        needed = isinstance(change, Create) or {"code_sha256", "architecture"} & set(change.what)
        return self.package(change.resource.code_sha256) if needed else None


def refuse_untagged(ghost: GhostName, found: Found) -> None:
    """Raises Refused for strays, and if something has the ghost's names and not its tags: nobody knows whose it is."""
    refuse_strays(found)
    if found.unclaimed:
        tags = ", ".join(f"{key}={value}" for key, value in found.tags)
        raise Refused(
            f"not tagged as the ghost's of {ghost.branch!r}, and named like it: {', '.join(found.unclaimed)}",
            f"look what it is: tag it {tags} if it is the ghost's, else remove it by hand",
        )


def refuse_unproved(plan: Plan) -> None:
    """Raises Refused, with a request that is let through, if the plan's proof does not hold."""
    if plan.proof and not plan.proof.holds:
        raise Refused(
            "it is not proved that the ghost cannot hurt production: nothing was changed\n  "
            + _told(plan.proof.failed),
            "narrow what allows it: the role's own policy, its boundary, or production's own policy that lets it in",
        )


def _told(failed: tuple[Finding, ...]) -> str:
    """The first; the plan shows all."""
    first, *others = failed
    more = f"\n  and {len(others)} more, which `ghost-ingest plan` shows" if others else ""
    return f"{first.verdict}: {first.claim}: {first.of}: {first.because}{more}"


def refuse_strays(found: Found) -> None:
    """Raises Refused for mappings by which the ghost's functions take what is not the ghost's: a drop would leave them
    behind, on prod's queue say, with no function to hand its messages to.
    """
    if found.strays:
        raise Refused(
            "no fork made this: " + "; ".join(stray.told for stray in found.strays),
            "remove it first, then run the command again:\n" + "\n".join(stray.removal for stray in found.strays),
        )


def _refuse_left(plan: Plan, found: Found) -> None:
    """After a drop there must be nothing."""
    if plan.becomes != "dropped":
        return
    if left := [f"{kind_of(resource)} {name_of(resource)}" for resource in found.resources]:
        raise GhostError(f"after the drop there is still: {', '.join(left)}", "run the command again")
    refuse_untagged(plan.ghost, found)
