"""Replay: which of prod's past objects go through a ghost, to which of its steps, and how far that has come. Pure.

How far is one JSON document per ghost in the state bucket, `Replay`: per arrival a cursor, such that everything before
it is done. What is after it may be done too, so a replay that was killed sends some objects twice, and leaves none out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from dbt_ghost.core.blueprint.listening import Arrival
from dbt_ghost.core.duration import DURATION_PATTERN, parse_duration
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.naming import GhostName, md5
from dbt_ghost.core.plan import is_ghosts
from dbt_ghost.core.record import LEASE, Lock, Record
from dbt_ghost.core.resources import Queue, canonical
from dbt_ghost.core.topology import Account
from dbt_ghost.tap import shapes


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Request(_Part):
    """What was asked for, in the command's words: asked again in the same words, it is the same replay."""

    since: str = ""
    until: str = ""
    prefix: str = ""
    step: str = ""
    sample: float = 1.0
    limit: int | None = None

    def __str__(self) -> str:
        """`replay --since 2h --prefix in/`, without what is not asked for."""
        asked = self.model_dump(exclude_defaults=True)
        return " ".join(["replay", *(f"--{name} {value}" for name, value in asked.items())])


class Mark(NamedTuple):
    """Where an object stands in the order of a replay: by the time it was modified, then by its key."""

    modified: AwareDatetime
    key: str


class FailedObject(_Part):
    key: str
    why: str = Field(description="the function's error, shortened")


class Progress(_Part):
    """How far one arrival's objects have come. `sent` counts objects that went out twice twice."""

    step: str
    bucket: str
    to: str
    cursor: Mark | None = Field(default=None, description="every object up to here is done; null at the beginning")
    sent: int = 0
    gone: int = Field(default=0, description="objects that were removed after they had been listed")
    failed: tuple[FailedObject, ...] = Field(default=(), description="what the same request tries again")


class Replay(_Part):
    ghost_replay: Literal[1] = 1
    ghost: str
    branch: str
    through: str = Field(description="digest of what the objects go through; where it differs, progress means nothing")
    request: Request
    since: AwareDatetime
    until: AwareDatetime
    started_at: AwareDatetime
    updated_at: AwareDatetime
    finished: bool = False
    seconds: float = Field(default=0, description="of sending, all runs together")
    lock: Lock | None = None
    progress: tuple[Progress, ...] = Field(default=(), description="by arrival, in the order of the plan")

    def held_by_other(self, owner: str, now: datetime) -> bool:
        return self.lock is not None and self.lock.owner != owner and self.lock.expires_at > now

    def locked(self, owner: str, now: datetime) -> Replay:
        return self.model_copy(update={"lock": Lock(owner=owner, expires_at=now + LEASE), "updated_at": now})

    def unlocked(self, now: datetime) -> Replay:
        return self.model_copy(update={"lock": None, "updated_at": now})

    @property
    def rate(self) -> float | None:
        """Objects per second so far, None if none was sent."""
        sent = sum(each.sent for each in self.progress)
        return sent / self.seconds if sent and self.seconds else None


@dataclass(frozen=True)
class StoredReplay:
    """A replay with the version that a later write must still find."""

    replay: Replay
    version: str


@dataclass(frozen=True, slots=True)
class ProdObject:
    """One of prod's objects as a listing shows it: its current version. `size` is in bytes, `etag` without quotes."""

    bucket: str
    key: str
    size: int
    etag: str
    modified: datetime

    @property
    def mark(self) -> Mark:
        return Mark(self.modified, self.key)


@dataclass(frozen=True)
class Handed:
    """How one delivery ended: well, or with the object `gone` meanwhile, or `failed` for that reason."""

    failed: str = ""
    gone: bool = False


@dataclass(frozen=True)
class Window:
    """Times with their zone. Both ends are in."""

    since: datetime
    until: datetime

    def has(self, modified: datetime) -> bool:
        return self.since <= modified <= self.until


@dataclass(frozen=True)
class Lane:
    """The objects of one arrival in order of time; `todo` are those not done yet, failed ones of earlier runs first."""

    arrival: Arrival
    objects: tuple[ProdObject, ...]
    todo: tuple[ProdObject, ...]
    before: Progress

    @property
    def size(self) -> int:
        """Bytes to do."""
        return sum(each.size for each in self.todo)


@dataclass(frozen=True)
class Frontier:
    """Which of a row of things are done: all before `position`, and those in `ahead`."""

    position: int = 0
    ahead: frozenset[int] = field(default=frozenset())

    def with_done(self, number: int) -> Frontier:
        ahead, position = {*self.ahead, number}, self.position
        while position in ahead:
            ahead.remove(position)
            position += 1
        return Frontier(position, frozenset(each for each in ahead if each > position))


def moment(text: str, now: datetime) -> datetime:
    """`2h` ago, or an ISO time, in UTC if it has no zone. Raises ValueError, worded for people."""
    if re.fullmatch(DURATION_PATTERN, text):
        return now - parse_duration(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("must be a time such as 2026-01-05T12:00 (UTC), or how long ago, such as 2h or 3d") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def window_of(request: Request, since: datetime, now: datetime) -> Window:
    """`since` where the request has none. S3 lists whole seconds, so the window begins with one.

    Raises Refused for an empty window, ValueError as `moment` does.
    """
    begin = moment(request.since, now) if request.since else since
    until = moment(request.until, now) if request.until else now
    if begin > until:
        told = f"{begin:%Y-%m-%d %H:%M:%S %Z} to {until:%Y-%m-%d %H:%M:%S %Z}"
        raise Refused(f"{request}: nothing can lie in a window from {told}", "--since is the earlier of both")
    return Window(begin.replace(microsecond=0), until)


def digest(record: Record, arrivals: Iterable[Arrival], sample: float) -> str:
    """Of what objects go through: this ghost, its code, the ways into it. Where one differs, all begins anew."""
    code = {name: step.code_sha256 for name, step in record.steps.items()}
    return md5(canonical([record.created_at.isoformat(), code, sample, [asdict(arrival) for arrival in arrivals]]))


def refuse_foreign(ghost: GhostName, name: str) -> None:
    """Raises Refused for a function, queue or bucket that is not this ghost's."""
    if not is_ghosts(ghost, Queue(name)):
        raise Refused(f"{name} is not of the ghost of {ghost.id}: nothing is sent to it", "this is a bug in dbt-ghost")


def listings(arrivals: Iterable[Arrival], prefix: str) -> tuple[tuple[str, str], ...]:
    """The (bucket, prefix) to list for keys that pass an arrival's prefix and the given one: none lies in another."""
    asked = {(each.bucket, both) for each in arrivals if (both := _both(each.prefix, prefix)) is not None}
    return tuple(
        sorted(
            (bucket, prefix)
            for bucket, prefix in asked
            if not any(bucket == other and prefix != wider and prefix.startswith(wider) for other, wider in asked)
        )
    )


def shared_out(
    arrivals: Iterable[Arrival], objects: Iterable[ProdObject], request: Request, sample: float
) -> dict[Arrival, tuple[ProdObject, ...]]:
    """The objects of each arrival, in order of time. `sample` is the ghost's own, which the request's comes on top of.

    Every step gets what it wants, and no destination gets an object twice. A limit is on objects: the first ones.
    """
    given: dict[Arrival, list[ProdObject]] = {arrival: [] for arrival in arrivals}
    share, taken = min(sample, request.sample), 0
    for each in sorted(set(objects), key=lambda each: (each.modified, each.bucket, each.key)):
        if taken == request.limit:
            break
        if not (each.key.startswith(request.prefix) and shapes.in_sample(each.key, share)):
            continue
        takers = {(arrival.kind, arrival.to): arrival for arrival in reversed(given) if _takes(arrival, each)}
        for arrival in takers.values():
            given[arrival].append(each)
        taken += bool(takers)
    return {arrival: tuple(found) for arrival, found in given.items()}


def lane(arrival: Arrival, objects: tuple[ProdObject, ...], before: Progress | None) -> Lane:
    """What of an arrival's objects is left to do after what is known of it."""
    start = Progress(step=arrival.step, bucket=arrival.bucket, to=arrival.to)
    if before is None:
        return Lane(arrival, objects, objects, start)
    if before.cursor is None:
        return Lane(arrival, objects, objects, before.model_copy(update={"failed": ()}))
    cursor, failed = before.cursor, {each.key: each for each in before.failed}
    again = tuple(each for each in objects if each.mark <= cursor and each.key in failed)
    kept = before.model_copy(update={"failed": tuple(failed[each.key] for each in again)})
    return Lane(arrival, objects, (*again, *(each for each in objects if each.mark > cursor)), kept)


def created(each: ProdObject, arrival: Arrival, account: Account) -> shapes.Created:
    """The object as if it were made just so. How it was made is not listed: by PUT, or as the arrival's filter asks."""
    covered = (reason for reason, name in shapes.EVENT_NAMES.items() if _covers(arrival.events, f"s3:{name}"))
    return shapes.Created(
        bucket=each.bucket,
        key=each.key,
        size=each.size,
        etag=each.etag,
        region=account.region,
        account=account.id,
        time=each.modified,
        reason=next(covered, "PutObject"),
        partition=account.partition,
        told_by=shapes.REPLAY,
    )


def way(lane: Lane) -> shapes.Way:
    """How the lane's events come, a queue left out."""
    shape = lane.arrival.shape
    return shapes.Way(rule=shape == "eventbridge", topic_arn=lane.arrival.topic_arn if shape == "sns" else "")


def takes_all_created(arrival: Arrival) -> bool:
    """Does it take an object however it was made?"""
    return all(_covers(arrival.events, f"s3:{name}") for name in shapes.EVENT_NAMES.values())


def _takes(arrival: Arrival, each: ProdObject) -> bool:
    return each.bucket == arrival.bucket and each.key.startswith(arrival.prefix) and each.key.endswith(arrival.suffix)


def _both(one: str, other: str) -> str | None:
    """The prefix of keys that have both prefixes, None if no key can."""
    longer = max(one, other, key=len)
    return longer if longer.startswith(one) and longer.startswith(other) else None


def _covers(wanted: Iterable[str], name: str) -> bool:
    return any(name == each or (each.endswith("*") and name.startswith(each[:-1])) for each in wanted)
