"""Carry out a plan: lock, write the whole plan ahead, change by change, outcomes after each wave, unlock.

Every change is safe to repeat, so whatever a killed run left is planned again and carried out again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import assert_never

from dbt_ghost.core.errors import Conflict, GhostError
from dbt_ghost.core.plan import Change, Create, Delete, Plan, Update
from dbt_ghost.core.record import Record, RecordedChange, RecordedResource, StoredRecord, Verb
from dbt_ghost.core.resources import Function, kind_of, name_of
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
        """Is there nothing to change, and no record that says otherwise?"""
        stored = self.records.read(plan.ghost)
        state = stored.record.state if stored else "dropped"
        return not plan.changes and state == "dropped" and (plan.becomes == "dropped" or not plan.steps)

    def carry_out(self, plan: Plan, ttl: timedelta, origin: Origin = Origin()) -> Record:
        """Returns the record as it then stands.

        Raises Conflict, with nothing changed, if somebody else works on the ghost or it is no longer what the plan
        was made from. After any other error the record says how far it came, and the next run takes up from there.
        """
        with self._locked(plan, ttl, origin) as log:
            if frozenset(self.ghosts.find(plan.ghost)) != plan.existing:
                raise Conflict(
                    f"the ghost of {plan.ghost.branch!r} changed since the plan was made",
                    "run the command again: it plans from what is there now",
                )
            log.write_ahead(plan)
            for _, wave in groupby(enumerate(plan.changes), key=lambda item: _wave(item[1])):
                for number, change in wave:
                    self.watch(change)
                    log.attempt(number)
                    self._perform(change)
                log.finish_wave()
            log.complete(plan)
        return log.stored.record

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
    def _locked(self, plan: Plan, ttl: timedelta, origin: Origin) -> Iterator[_Log]:
        found, owner, now = self.records.read(plan.ghost), self.process.owner(), self.clock.now()
        if found:
            self._refuse_if_held(found.record, owner, now)
        record = _opened(found.record if found else None, plan, now, ttl, origin).locked(owner, now)
        log = _Log(self.records, self.clock, owner, self.records.write(record, found.version if found else None))
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


@dataclass
class _Log:
    """The record while we hold its lock; every write renews the lease."""

    records: Records
    clock: Clock
    owner: str
    stored: StoredRecord
    attempted: int = 0
    finished: int = 0

    def write_ahead(self, plan: Plan) -> None:
        state = "dropping" if plan.becomes == "dropped" else "building"
        now_and_then = {(r.kind, r.name): r for r in self.stored.record.resources}
        planned = (RecordedResource(kind=kind_of(c.resource), name=name_of(c.resource)) for c in plan.changes)
        now_and_then.update({(r.kind, r.name): r for r in planned})
        self._write(
            state=state if plan.changes else self.stored.record.state,
            journal=tuple(_recorded(change) for change in plan.changes),
            resources=tuple(now_and_then.values()),
        )

    def attempt(self, number: int) -> None:
        self.attempted = number

    def finish_wave(self) -> None:
        self._write(journal=self._outcomes(self.attempted + 1, failed=None))
        self.finished = self.attempted + 1

    def complete(self, plan: Plan) -> None:
        kept = {(kind_of(r), name_of(r)) for r in plan.existing}
        for change in plan.changes:
            key = kind_of(change.resource), name_of(change.resource)
            kept = kept - {key} if isinstance(change, Delete) else kept | {key}
        self._write(
            state=plan.becomes,
            steps=dict(plan.steps),
            resources=tuple(RecordedResource(kind=kind, name=name) for kind, name in sorted(kept)),
        )

    def give_up(self) -> None:
        """Best effort on the way out of an error: the journal and the lease say enough without it."""
        try:
            journal = self._outcomes(self.finished, failed=self.attempted) if self.stored.record.journal else ()
            self._write(journal=journal)
            self.unlock()
        except GhostError:
            return

    def unlock(self) -> None:
        self.stored = self.records.write(self.stored.record.unlocked(self.clock.now()), self.stored.version)

    def _outcomes(self, done: int, failed: int | None) -> tuple[RecordedChange, ...]:
        return tuple(
            entry.model_copy(update={"outcome": "done" if n < done else "failed"}) if n < done or n == failed else entry
            for n, entry in enumerate(self.stored.record.journal)
        )

    def _write(self, **fields: object) -> None:
        record = self.stored.record.model_copy(update=fields).locked(self.owner, self.clock.now())
        self.stored = self.records.write(record, self.stored.version)


def _opened(record: Record | None, plan: Plan, now: datetime, ttl: timedelta, origin: Origin) -> Record:
    """The record to begin with: the ghost's own, or a new one where there is none or only a tombstone."""
    if record is None or (record.state == "dropped" and plan.becomes != "dropped"):
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
            commit=origin.commit,
            tree=origin.tree,
        )
    if record.branch != plan.ghost.branch:
        raise Conflict(
            f"the record of {plan.ghost.id} is of the branch {record.branch!r}, not {plan.ghost.branch!r}",
            "two branch names have the same digest: rename one of them",
        )
    renewed = {"expires_at": now + ttl, "commit": origin.commit, "tree": origin.tree}
    return record if plan.becomes == "dropped" else record.model_copy(update=renewed)


def _recorded(change: Change) -> RecordedChange:
    return RecordedChange(verb=verb_of(change), kind=kind_of(change.resource), name=name_of(change.resource))


def verb_of(change: Change) -> Verb:
    """The change as a word."""
    match change:
        case Create():
            return "create"
        case Update():
            return "update"
        case Delete():
            return "delete"
        case _:
            assert_never(change)


def _wave(change: Change) -> tuple[Verb, str]:
    return verb_of(change), kind_of(change.resource)
