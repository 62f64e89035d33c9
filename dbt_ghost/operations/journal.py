"""The record while its lock is held: the plan written ahead, outcomes after each wave. Every write renews the lease."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dbt_ghost.core.errors import Conflict, GhostError
from dbt_ghost.core.plan import Change, Create, Delete, Plan, verb_of
from dbt_ghost.core.record import (
    LEASE,
    Outcome,
    Record,
    RecordedChange,
    RecordedProof,
    RecordedResource,
    RecordedStep,
    State,
    StoredRecord,
)
from dbt_ghost.core.resources import EventSourceMapping, Notifications, Rule, Subscription, kind_of, name_of
from dbt_ghost.operations.world import Clock, Process, Records

LISTENING = (Notifications, EventSourceMapping, Subscription, Rule)


@dataclass(frozen=True)
class Origin:
    """What of the branch was forked: git commit and tree, empty where unknown."""

    commit: str = ""
    tree: str = ""


UNKNOWN = Origin()


@dataclass
class Journal:
    """Written only over what we read or wrote ourselves: whoever was faster wins, and we hear Conflict."""

    records: Records
    clock: Clock
    owner: str
    record: Record
    version: str | None
    """None until the record is there."""
    was: State
    """What the record said when we came."""
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    """Number of a change -> how it ended, for those that ended."""

    @classmethod
    def opened(
        cls,
        records: Records,
        clock: Clock,
        process: Process,
        stored: StoredRecord | None,
        *,
        plan: Plan,
        ttl: timedelta,
    ) -> Journal:
        """Nothing is written yet. Raises Conflict if the record is locked by somebody else, or of another ghost."""
        owner, now = process.owner(), clock.now()
        if stored is None:
            new = _new_record(plan, now, ttl)
            return cls(records, clock, owner, new, None, new.state)
        _refuse_if_held(stored.record, process, now)
        _refuse_if_foreign(stored.record, plan)
        return cls(records, clock, owner, stored.record, stored.version, stored.record.state)

    def lock(self) -> None:
        self._write()

    def write_ahead(self, plan: Plan) -> None:
        """The whole plan and everything it may make, before the first change."""
        planned = (RecordedResource(kind=kind_of(c.resource), name=name_of(c.resource)) for c in plan.changes)
        self._write(
            **self._reborn(plan),
            state="dropping" if plan.becomes == "dropped" else "building",
            journal=tuple(_recorded(change) for change in plan.changes),
            resources=tuple(dict.fromkeys((*self.record.resources, *planned))),
        )

    def write_outcomes(self) -> None:
        self._write(journal=self._journal())

    def keep_lease(self) -> None:
        """Renew it when half of it is over."""
        lock = self.record.lock
        if lock is None or lock.expires_at - self.clock.now() < LEASE / 2:
            self.write_outcomes()

    def close(self, plan: Plan, ttl: timedelta, origin: Origin) -> None:
        """All is done: what the ghost is now, and the lock given back."""
        now, before = self.clock.now(), self.record.steps if self._listened(plan) else {}
        forked: dict[str, Any] = {
            "expires_at": now + ttl,
            "commit": origin.commit,
            "tree": origin.tree,
            "proof": _proof(plan),
        }
        self._write(
            **({**self._reborn(plan), **forked} if plan.becomes == "ready" else {}),
            state=plan.becomes,
            steps={name: _live(step, before.get(name), now) for name, step in plan.steps},
            shared=dict(zip((hop.step for hop in plan.flow if hop.shared), plan.prod_invoked, strict=True)),
            resources=_left(plan),
            channels=plan.channels,
            journal=tuple(entry.model_copy(update={"outcome": "done"}) for entry in self.record.journal),
            unlocked=True,
        )

    def give_up(self) -> None:
        """Best effort on the way out of an error: the journal and the lease say enough without it."""
        try:
            self._write(journal=self._journal(), unlocked=True)
        except GhostError:
            return

    def _reborn(self, plan: Plan) -> dict[str, Any]:
        """A ghost that comes back after a drop is a new one, wherever it is now."""
        if self.record.state != "dropped":
            return {}
        here = {"account": plan.account.id, "region": plan.account.region}
        return {"created_at": self.clock.now(), **here}

    def _listened(self, plan: Plan) -> bool:
        """Did the ghost hear everything all along? Not if we, or a run that died before us, had to make it listen."""
        return self.was == "ready" and not any(
            isinstance(change, Create) or isinstance(change.resource, LISTENING) for change in plan.changes
        )

    def _journal(self) -> tuple[RecordedChange, ...]:
        return tuple(
            entry.model_copy(update={"outcome": self.outcomes[number]}) if number in self.outcomes else entry
            for number, entry in enumerate(self.record.journal)
        )

    def _write(self, unlocked: bool = False, **fields: Any) -> None:
        record, now = self.record.model_copy(update=fields), self.clock.now()
        record = record.unlocked(now) if unlocked else record.locked(self.owner, now)
        stored = self.records.write(record, self.version)
        self.record, self.version = stored.record, stored.version


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


def _refuse_if_held(record: Record, process: Process, now: datetime) -> None:
    if record.lock and record.held_by_other(process.owner(), now) and not process.is_dead(record.lock.owner):
        raise Conflict(
            f"the ghost of {record.branch!r} is being worked on by {record.lock.owner}",
            f"wait until it is done; if it died, its lock runs out at {record.lock.expires_at:%H:%M:%S} UTC",
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


def _proof(plan: Plan) -> RecordedProof | None:
    if plan.proof is None:
        return None
    return RecordedProof(
        claims=plan.proof.claims,
        documents=dict(plan.proof.documents),
        not_proved=plan.proof.not_proved,
        reference=plan.proof.reference,
    )


def _recorded(change: Change) -> RecordedChange:
    return RecordedChange(verb=verb_of(change), kind=kind_of(change.resource), name=name_of(change.resource))


def _left(plan: Plan) -> tuple[RecordedResource, ...]:
    """What there is of the ghost once the plan is carried out."""
    kept = {(kind_of(r), name_of(r)) for r in plan.existing}
    for change in plan.changes:
        key = kind_of(change.resource), name_of(change.resource)
        kept = kept - {key} if isinstance(change, Delete) else kept | {key}
    return tuple(RecordedResource(kind=kind, name=name) for kind, name in sorted(kept))


def _live(step: RecordedStep, before: RecordedStep | None, now: datetime) -> RecordedStep:
    return step.model_copy(update={"live_since": (before and before.live_since) or now})
