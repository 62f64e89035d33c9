"""Carry out a plan: lock, write the whole plan ahead, change by change, outcomes after each wave, unlock.

Every change is safe to repeat, so whatever a killed run left is planned again and carried out again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from dbt_ghost.core.errors import Conflict, GhostError, Refused
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.plan import Change, Create, Delete, Plan, Update, verb_of
from dbt_ghost.core.record import LEASE, Record, RecordedChange, RecordedResource, StoredRecord, Verb
from dbt_ghost.core.resources import TAG_BRANCH, Function, kind_of, name_of
from dbt_ghost.operations.world import Clock, Ghosts, Process, Records


@dataclass(frozen=True)
class Origin:
    """What of the branch was forked: git commit and tree, empty where unknown."""

    commit: str = ""
    tree: str = ""


@dataclass(frozen=True)
class Applier:
    """Performs plans. `package` gives the package with a CodeSha256; `watch` sees each change before it is made."""

    ghosts: Ghosts
    records: Records
    clock: Clock
    process: Process
    package: Callable[[str], bytes]
    watch: Callable[[Change], None] = lambda change: None

    def is_settled(self, plan: Plan) -> bool:
        """Is there nothing to change, and no record that says otherwise? Raises Refused as `carry_out` does."""
        stored = self.records.read(plan.ghost)
        nothing_to_do = not plan.changes and plan.becomes == (stored.record.state if stored else "dropped") == "dropped"
        if nothing_to_do:
            refuse_unclaimed(self.ghosts, plan.ghost)
        return nothing_to_do

    def carry_out(self, plan: Plan, ttl: timedelta, origin: Origin = Origin()) -> Record:
        """Returns the record as it then stands.

        Raises Conflict, with nothing changed but the lock's times, if somebody else works on the ghost or it is no
        longer what the plan was made from. After any other error the record says how far it came, and the next run
        takes up from there.
        """
        with self._locked(plan, ttl) as log:
            if frozenset(self.ghosts.find(plan.ghost)) != plan.existing:
                raise Conflict(
                    f"the ghost of {plan.ghost.branch!r} changed since the plan was made",
                    "run the command again: it plans from what is there now",
                )
            log.write_ahead(plan)
            for number, change in enumerate(plan.changes):
                self.watch(change)
                log.attempt(number)
                self._perform(change)
            self._check_gone(plan)
            log.complete(plan, ttl, origin)
        return log.stored.record

    def _check_gone(self, plan: Plan) -> None:
        if plan.becomes != "dropped":
            return
        if left := [f"{kind_of(resource)} {name_of(resource)}" for resource in self.ghosts.find(plan.ghost)]:
            raise GhostError(f"after the drop there is still: {', '.join(left)}", "run the command again")
        refuse_unclaimed(self.ghosts, plan.ghost)

    def _perform(self, change: Change) -> None:
        match change:
            case Create(resource) | Update(resource):
                self.ghosts.put(resource, self._package_for(change))
            case Delete(resource):
                self.ghosts.delete(resource)
            case _:
                assert_never(change)

    def _package_for(self, change: Create | Update) -> bytes | None:
        if not isinstance(change.resource, Function):
            return None
        needed = isinstance(change, Create) or {"code_sha256", "architecture"} & set(change.what)
        return self.package(change.resource.code_sha256) if needed else None

    @contextmanager
    def _locked(self, plan: Plan, ttl: timedelta) -> Iterator[_Log]:
        found, owner, now = self.records.read(plan.ghost), self.process.owner(), self.clock.now()
        if found:
            self._refuse_if_held(found.record, owner, now)
            _refuse_if_foreign(found.record, plan)
        record = found.record if found else _new_record(plan, now, ttl)
        stored = self.records.write(record.locked(owner, now), found.version if found else None)
        log = _Log(self.records, self.clock, owner, stored)
        try:
            yield log
        except BaseException:
            log.give_up()
            raise
        log.unlock()

    def _refuse_if_held(self, record: Record, owner: str, now: datetime) -> None:
        if record.lock and record.held_by_other(owner, now) and not self.process.is_dead(record.lock.owner):
            raise Conflict(
                f"the ghost of {record.branch!r} is being worked on by {record.lock.owner}",
                f"wait until it is done; if it died, its lock runs out at {record.lock.expires_at:%H:%M:%S} UTC",
            )


def refuse_unclaimed(ghosts: Ghosts, ghost: GhostName) -> None:
    """Raises Refused if something has the ghost's names and not its tags: whose it is cannot be known."""
    if names := ghosts.unclaimed(ghost):
        raise Refused(
            f"not tagged as the ghost's of {ghost.branch!r}, and named like it: {', '.join(names)}",
            f"look what it is: tag it {TAG_BRANCH}={ghost.branch} if it is the ghost's, else remove it by hand",
        )


@dataclass
class _Log:
    """The record while we hold its lock; every write renews the lease."""

    records: Records
    clock: Clock
    owner: str
    stored: StoredRecord
    attempted: int | None = None
    """The number of the change that is being made; None before the plan is written ahead."""

    def write_ahead(self, plan: Plan) -> None:
        """The whole plan and everything it may make, before the first change."""
        if not plan.changes:
            return
        planned = (RecordedResource(kind=kind_of(c.resource), name=name_of(c.resource)) for c in plan.changes)
        reborn = {"created_at": self.clock.now(), "account": plan.account.id, "region": plan.account.region}
        self._write(
            **(reborn if self.stored.record.state == "dropped" else {}),
            state="dropping" if plan.becomes == "dropped" else "building",
            journal=tuple(_recorded(change) for change in plan.changes),
            resources=tuple(dict.fromkeys((*self.stored.record.resources, *planned))),
        )

    def attempt(self, number: int) -> None:
        """Before each change: those before it are done. A wave's outcomes are written together, a lease is renewed."""
        wave_ends = number and _wave(self.stored.record.journal[number - 1]) != _wave(
            self.stored.record.journal[number]
        )
        self.attempted = number
        lock = self.stored.record.lock
        if wave_ends or lock is None or lock.expires_at - self.clock.now() < LEASE / 2:
            self._write(journal=self._outcomes(number))

    def complete(self, plan: Plan, ttl: timedelta, origin: Origin) -> None:
        kept = {(kind_of(r), name_of(r)) for r in plan.existing}
        for change in plan.changes:
            key = kind_of(change.resource), name_of(change.resource)
            kept = kept - {key} if isinstance(change, Delete) else kept | {key}
        forked: dict[str, object] = {
            "expires_at": self.clock.now() + ttl,
            "commit": origin.commit,
            "tree": origin.tree,
        }
        self._write(
            state=plan.becomes,
            steps=dict(plan.steps),
            resources=tuple(RecordedResource(kind=kind, name=name) for kind, name in sorted(kept)),
            journal=self._outcomes(len(self.stored.record.journal)),
            **(forked if plan.becomes == "ready" else {}),
        )

    def give_up(self) -> None:
        """Best effort on the way out of an error: the journal and the lease say enough without it."""
        try:
            if self.attempted is not None:
                self._write(journal=self._outcomes(self.attempted, failed=self.attempted))
            self.unlock()
        except GhostError:
            return

    def unlock(self) -> None:
        self.stored = self.records.write(self.stored.record.unlocked(self.clock.now()), self.stored.version)

    def _outcomes(self, done: int, failed: int | None = None) -> tuple[RecordedChange, ...]:
        return tuple(
            entry.model_copy(update={"outcome": "done" if n < done else "failed"}) if n < done or n == failed else entry
            for n, entry in enumerate(self.stored.record.journal)
        )

    def _write(self, **fields: object) -> None:
        record = self.stored.record.model_copy(update=fields).locked(self.owner, self.clock.now())
        self.stored = self.records.write(record, self.stored.version)


def _new_record(plan: Plan, now: datetime, ttl: timedelta) -> Record:
    return Record(
        project=plan.ghost.project,
        branch=plan.ghost.branch,
        ghost=plan.ghost.id,
        account=plan.account.id,
        region=plan.account.region,
        state="building" if plan.becomes == "ready" else "dropping",
        created_at=now,
        updated_at=now,
        expires_at=now + ttl,
    )


def _refuse_if_foreign(record: Record, plan: Plan) -> None:
    if record.branch != plan.ghost.branch:
        raise Conflict(
            f"the record of {plan.ghost.id} is of the branch {record.branch!r}, not {plan.ghost.branch!r}",
            "two branch names have the same digest: rename one of them",
        )
    here = plan.account.id, plan.account.region
    if record.state != "dropped" and (record.account, record.region) != here:
        raise Conflict(
            f"the ghost of {record.branch!r} is in {record.account} {record.region}, and you are in {' '.join(here)}",
            "set ingestion.region in dbt_project.yml, so that everybody works in one region",
        )


def _recorded(change: Change) -> RecordedChange:
    return RecordedChange(verb=verb_of(change), kind=kind_of(change.resource), name=name_of(change.resource))


def _wave(change: RecordedChange) -> tuple[Verb, str]:
    return change.verb, change.kind
