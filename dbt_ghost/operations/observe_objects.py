"""What went through prod's steps beside what went through the ghost's, object by object. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from dbt_ghost.core.errors import GhostError, NotFound, reason_of
from dbt_ghost.core.naming import TAP, GhostName
from dbt_ghost.core.observe.objects import (
    CLASSES,
    COMPARE,
    EQUAL,
    GRACE,
    Finding,
    ObjectsObservation,
    Sides,
    StepObservation,
    Times,
    Verdict,
    judged,
    same_bytes,
)
from dbt_ghost.core.observe.pairing import Inputs, latencies, own_work, paired
from dbt_ghost.core.observe.steps import ObservedStep, observed_steps
from dbt_ghost.core.record import Record
from dbt_ghost.core.resources import Bucket
from dbt_ghost.operations.observe_contents import Bounds, Contents
from dbt_ghost.operations.observe_listings import Listings
from dbt_ghost.operations.status import status_of
from dbt_ghost.operations.world import Clock, ComparedObjects, FailureQueues, Found, Rows

__all__ = ["Bounds", "Observer", "observe_objects"]

Pair = tuple[str, str, Sides]
"""Prod's bucket, the ghost's, and the two sides of one key."""


@dataclass(frozen=True)
class Observer:
    """`listing` hears each URL that is listed."""

    objects: ComparedObjects
    rows: Rows
    queues: FailureQueues
    clock: Clock
    listing: Callable[[str], None] = lambda url: None
    bounds: Bounds = field(default_factory=Bounds)


def observe_objects(
    observer: Observer,
    record: Record | None,
    found: Found,
    *,
    paused: bool = False,
    steps: Collection[str] = (),
    prefix: str = "",
    grace: timedelta = GRACE,
) -> ObjectsObservation:
    """Compare, for each step of a ghost, what prod has made since the ghost listens with what the ghost has made.

    `record` and `found` are what `operations.apply.see` gives, `paused` the setting. Without `steps` all of them are
    observed; `prefix` narrows the keys. An object counts as missing when it is older than `grace`.

    What may not be read, or is not there, is a step's `unknown`, a pair's `unreadable` or a `failed` of None, and is
    never counted as equal. Raises NotFound for a ghost or step that is not on record.
    """
    if record is None or record.state in ("dropped", "dropping"):
        raise NotFound("the ghost is not on record, so there is nothing to compare", "run fork first")
    observed = observed_steps(record, found.resources)
    if strange := sorted(set(steps) - {each.name for each in observed}):
        names = ", ".join(each.name for each in observed)
        raise NotFound(f"the ghost has no step {', '.join(strange)}", f"its steps are {names}")
    now, ghost = observer.clock.now(), GhostName(record.project, record.branch)  # nothing that is listed is older
    waiting = {each.name for each in status_of(record, found, now, paused).steps if each.paused}
    buckets = {each.name: each for each in found.resources if isinstance(each, Bucket)}
    listings = Listings(observer.objects, prefix, observer.bounds.listed, observer.listing)
    listings.list_all(observed)
    said = dict[str, dict[str, Verdict]]()
    told = list[StepObservation]()
    for each in observed:
        times = Times(now, each.since, grace, each.name in waiting)
        look = _Look(observer, each, times, listings, buckets, said)
        told.append(replace(look.observe(), **_failed(observer.queues, ghost, each)))
    tap_failed, tap_why = _waiting(observer.queues, ghost.failures(TAP)) if _has_tap(record, ghost) else (0, "")
    return ObjectsObservation(
        ghost=ghost.id,
        branch=ghost.branch,
        at=now,
        steps=tuple(each for each in told if not steps or each.step in steps),
        tap_failed=tap_failed,
        tap_failed_why=tap_why,
    )


@dataclass(frozen=True)
class _Look:
    """At one step. `said` has the verdicts of earlier steps, by prod's bucket and key, and gets this one's."""

    observer: Observer
    step: ObservedStep
    times: Times
    listings: Listings
    buckets: Mapping[str, Bucket]
    said: dict[str, dict[str, Verdict]]

    def observe(self) -> StepObservation:
        empty = StepObservation(
            self.step.name, self.step.since, self.step.shared, inputs=self.step.inputs, outputs=self.step.outputs
        )
        if not self.step.outputs:
            return replace(empty, unknown=_nothing_to_compare(self.step))
        try:
            pairs = self._pairs()
        except GhostError as error:
            return replace(empty, unknown=reason_of(error))
        findings, read, differing = self._findings(pairs)
        classes = [each.said for each in findings]
        prod, ghost = latencies((sides for _, _, sides in pairs), self.times)
        return replace(
            empty,
            counts={each: classes.count(each) for each in CLASSES},
            samples=self._samples(findings),
            read=read,
            differing=differing,
            prod_latency=prod,
            ghost_latency=ghost,
        )

    def _pairs(self) -> list[Pair]:
        """Of every key under the prefix."""
        inputs = [
            Inputs(prod, self.listings.of(prod), self.listings.of(heard), self.said.get(prod))
            for prod, heard in self.step.inputs
        ]
        found = list[Pair]()
        for prod, ghost in self.step.outputs:
            seeds = self.buckets[ghost].seeds if ghost in self.buckets else ()
            own = own_work(self.listings.of(ghost).values(), seeds, self.step.since)
            pairs = paired(self.step, prod, self.listings.of(prod), own, inputs)
            found += [(prod, ghost, each) for each in pairs if each.key.startswith(self.listings.prefix)]
        return found

    def _findings(self, pairs: list[Pair]) -> tuple[list[Finding], int, int]:
        """With how many pairs were read, and of how many that no ETag settles."""
        open_pairs, findings = list[Finding](), list[Finding]()
        for prod, ghost, sides in pairs:
            verdict = judged(sides, self.times)
            self._say(prod, sides.key, verdict)
            if verdict == COMPARE and sides.prod and sides.ghost:
                encrypted = ghost not in self.buckets or bool(self.buckets[ghost].kms_key)
                same = same_bytes(sides.prod, sides.ghost, encrypted=encrypted)
                (findings if same else open_pairs).append(Finding(prod, ghost, sides, "equal_bytes"))
            elif verdict.said:
                findings.append(Finding(prod, ghost, sides, verdict.said, verdict.why))
        bounds = self.observer.bounds
        compared, read = Contents(self.observer.objects, self.observer.rows, bounds).compared(open_pairs, self.times)
        findings += compared
        for each in findings:
            self._say(each.bucket, each.sides.key, Verdict(each.said, each.why))
        return findings, read, len(open_pairs)

    def _say(self, bucket: str, key: str, verdict: Verdict) -> None:
        self.said.setdefault(bucket, {})[key] = verdict

    def _samples(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Of each class the first ones by key; of equal ones those that something is to be said of."""
        told = sorted((e for e in findings if e.said not in EQUAL or e.why), key=lambda e: (e.bucket, e.sides.key))
        by_class = {name: [each for each in told if each.said == name] for name in CLASSES}
        return tuple(each for found in by_class.values() for each in found[: self.observer.bounds.samples])


def _nothing_to_compare(step: ObservedStep) -> str:
    if step.counted_at:
        return f"{' and '.join(step.counted_at)} fills the same bucket, and all of its objects are counted there"
    return "it writes to no bucket that is known of it"


def _failed(queues: FailureQueues, ghost: GhostName, step: ObservedStep) -> dict[str, Any]:
    if step.shared:
        return {"failed": None, "failed_why": f"prod's function {step.shared} serves it, with failures of its own"}
    number, why = _waiting(queues, ghost.failures(step.name))
    return {"failed": number, "failed_why": why}


def _waiting(queues: FailureQueues, queue: str) -> tuple[int | None, str]:
    try:
        return queues.waiting(queue), ""
    except GhostError as error:
        return None, reason_of(error)


def _has_tap(record: Record, ghost: GhostName) -> bool:
    return any(each.name == ghost.failures(TAP) for each in record.resources)
