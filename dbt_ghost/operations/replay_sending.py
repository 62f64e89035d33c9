"""Sending a replay's objects in threads, and keeping book of it: progress in the state bucket, under a lease."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from types import TracebackType

from dbt_ghost.core.errors import Conflict, GhostError
from dbt_ghost.core.record import LEASE
from dbt_ghost.core.replay import FailedObject, Frontier, Handed, Lane, ProdObject, Progress, Replay, created, way
from dbt_ghost.core.topology import Account
from dbt_ghost.operations.world import Clock, Deliveries, Process, Replays
from dbt_ghost.tap import shapes

BATCH = 10  # messages that SQS takes in one call
REACH = 1000  # objects that may be sent ahead of one that is not done: so many go out twice at most after a kill
SAVE_AFTER, SAVE_EVERY = 100, timedelta(seconds=2)
HOPELESS = 100
"""So many failures before anything went well: then it is the step, not its objects."""
MOST_FAILURES = 10_000
"""More keys do not fit into a document that is written every two seconds."""

Numbers = range
Outcome = tuple[Handed, ...] | BaseException


@dataclass
class Course:
    """How far a lane has come."""

    lane: Lane
    frontier: Frontier = field(default_factory=Frontier)
    failed: dict[str, str] = field(init=False)  # key -> why
    sent: int = 0
    gone: int = 0
    new_failures: int = 0  # of objects that were not tried before

    def __post_init__(self) -> None:
        self.failed = {each.key: each.why for each in self.lane.before.failed}

    def note(self, number: int, handed: Handed) -> None:
        key = self.lane.todo[number].key
        self.frontier = self.frontier.with_done(number)
        before = self.failed.pop(key, "")
        if handed.failed:
            self.failed[key] = handed.failed
            self.new_failures += not before
        self.sent += not (handed.failed or handed.gone)
        self.gone += handed.gone

    @property
    def is_hopeless(self) -> bool:
        return not self.sent and self.new_failures >= HOPELESS

    @property
    def progress(self) -> Progress:
        before = self.lane.before
        marks = [each.mark for each in self.lane.todo[: self.frontier.position][-1:]]
        return before.model_copy(
            update={
                "cursor": max([*marks, *([before.cursor] if before.cursor else [])], default=None),
                "sent": before.sent + self.sent,
                "gone": before.gone + self.gone,
                "failed": tuple(FailedObject(key=key, why=why) for key, why in self.failed.items()),
            }
        )


@dataclass
class Book:
    """The replay's document while we hold it. Written only over what we read or wrote ourselves."""

    replays: Replays
    clock: Clock
    owner: str
    replay: Replay
    version: str | None
    courses: tuple[Course, ...]
    begun: datetime
    saved: datetime
    before_s: float
    unsaved: int = 0

    @classmethod
    def opened(
        cls,
        replays: Replays,
        clock: Clock,
        process: Process,
        *,
        replay: Replay,
        version: str | None,
        courses: tuple[Course, ...],
    ) -> Book:
        """Takes the lease. Raises Conflict if the replay is no longer what the plan found."""
        owner, now = process.owner(), clock.now()
        book = cls(replays, clock, owner, replay, version, courses, now, now, replay.seconds)
        book._write(finished=False)
        return book

    def note(self, course: Course, number: int, handed: Handed) -> None:
        course.note(number, handed)
        self.unsaved += 1

    def keep(self) -> None:
        """Write what is due: progress, or a lease of which half is over."""
        now, lock = self.clock.now(), self.replay.lock
        due = self.unsaved >= SAVE_AFTER or (self.unsaved and now - self.saved >= SAVE_EVERY)
        if due or lock is None or lock.expires_at - now < LEASE / 2:
            self._write()

    def close(self) -> None:
        self._write(finished=True, unlocked=True)

    def give_up(self) -> None:
        """Best effort on the way out of an error: what was written before, and the lease, say enough without it."""
        try:
            self._write(unlocked=True)
        except GhostError:
            return

    def _write(self, unlocked: bool = False, finished: bool = False) -> None:
        now = self.clock.now()
        replay = self.replay.model_copy(
            update={
                "finished": finished,
                "seconds": self.before_s + (now - self.begun).total_seconds(),
                "progress": tuple(course.progress for course in self.courses),
            }
        )
        replay = replay.unlocked(now) if unlocked else replay.locked(self.owner, now)
        stored = self.replays.write(replay, self.version)
        self.replay, self.version, self.saved, self.unsaved = stored.replay, stored.version, now, 0


@dataclass(frozen=True)
class Sender:
    """Sends lanes, one after the other. `watch` hears how many objects ended, and how many of them failed.

    `look_s`: seconds after which the lease is looked at even if nothing ended.
    """

    deliveries: Deliveries
    account: Account
    book: Book
    watch: Callable[[int, int], None]
    look_s: float

    def send(self, course: Course, at_once: int) -> None:
        """After an error nothing is begun, and what is under way is waited for; after Ctrl-C it is left alone."""
        lane, errors = course.lane, list[BaseException]()
        deliver, size = self._delivery(lane)
        numbers = _batches(len(lane.todo), size)
        following = next(numbers, None)
        with Workers(at_once, lambda batch: deliver([lane.todo[number] for number in batch])) as workers:
            while workers.running or (following and not errors):
                while following and not errors and workers.hungry and self._in_reach(course, following):
                    workers.give(following)
                    following = next(numbers, None)
                self._note(course, workers.take(self.look_s), errors)
                self.book.keep()
                if errors:
                    workers.forget()
        if errors:
            raise errors[0]

    def _note(self, course: Course, ended: tuple[Numbers, Outcome] | None, errors: list[BaseException]) -> None:
        if ended is None:
            return
        batch, outcome = ended
        if isinstance(outcome, Exception):
            errors.append(outcome)
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            for number, handed in zip(batch, outcome, strict=True):
                self.book.note(course, number, handed)
            self.watch(len(batch), sum(bool(handed.failed) for handed in outcome))
            if course.is_hopeless or len(course.failed) >= MOST_FAILURES:
                errors.append(_too_many(course))

    def _in_reach(self, course: Course, batch: Numbers) -> bool:
        return batch.start - course.frontier.position < REACH

    def _delivery(self, lane: Lane) -> tuple[Callable[[Sequence[ProdObject]], tuple[Handed, ...]], int]:
        """How objects go to the lane's destination, and how many at once."""
        arrival, deliveries, how = lane.arrival, self.deliveries, way(lane)

        def told(each: ProdObject) -> shapes.Created:
            return created(each, arrival, self.account)

        def events(objects: Sequence[ProdObject]) -> tuple[Handed, ...]:
            payloads = (shapes.compact(shapes.event_of(told(each), how)) for each in objects)
            return tuple(deliveries.invoke(arrival.to, payload) for payload in payloads)

        def messages(objects: Sequence[ProdObject]) -> tuple[Handed, ...]:
            return deliveries.send(arrival.to, [shapes.body_of(told(each), how) for each in objects])

        def copies(objects: Sequence[ProdObject]) -> tuple[Handed, ...]:
            return tuple(deliveries.copy(each, arrival.to) for each in objects)

        return {"function": (events, 1), "queue": (messages, BATCH), "bucket": (copies, 1)}[arrival.kind]


class Workers:
    """Threads that a function works in. They are daemons: a function of 15 minutes does not hold Ctrl-C up."""

    def __init__(self, count: int, work: Callable[[Numbers], tuple[Handed, ...]]) -> None:
        self.running = 0
        self._work = work
        self._todo: SimpleQueue[Numbers | None] = SimpleQueue()
        self._ended: SimpleQueue[tuple[Numbers, Outcome]] = SimpleQueue()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(count)]

    @property
    def hungry(self) -> bool:
        """Each has one to work on and one to go on with."""
        return self.running < 2 * len(self._threads)

    def give(self, batch: Numbers) -> None:
        self.running += 1
        self._todo.put(batch)

    def take(self, seconds: float) -> tuple[Numbers, Outcome] | None:
        """The next that ended, None if none does in that time."""
        try:
            ended = self._ended.get(timeout=seconds)
        except Empty:
            return None
        self.running -= 1
        return ended

    def forget(self) -> None:
        """What was given and is not begun."""
        try:
            while True:
                self._todo.get_nowait()
                self.running -= 1
        except Empty:
            return

    def _run(self) -> None:
        while (batch := self._todo.get()) is not None:
            try:
                self._ended.put((batch, self._work(batch)))
            except BaseException as error:
                self._ended.put((batch, error))

    def __enter__(self) -> Workers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.forget()
        for _ in self._threads:
            self._todo.put(None)


def refuse_if_held(replay: Replay, process: Process, now: datetime) -> None:
    """Raises Conflict while another living process replays into the ghost."""
    if replay.lock and replay.held_by_other(process.owner(), now) and not process.is_dead(replay.lock.owner):
        raise Conflict(
            f"{replay.lock.owner} is replaying into the ghost of {replay.branch!r}",
            f"wait until it is done; if it died, its lease runs out at {replay.lock.expires_at:%H:%M:%S} UTC",
        )


def _batches(count: int, size: int) -> Iterator[Numbers]:
    return (range(start, min(start + size, count)) for start in range(0, count, size))


def _too_many(course: Course) -> GhostError:
    step, (key, why) = course.lane.arrival.step, next(reversed(course.failed.items()))
    return GhostError(
        f"step {step}: {len(course.failed)} objects failed, the last one {key}: {why}",
        "nothing more was sent. Mend the step and run fork: a replay then begins anew, through the new code",
    )
