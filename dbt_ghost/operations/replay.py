"""Replay: prod's past objects go through a ghost, and through nothing else. First a plan, which only reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dbt_ghost.core.blueprint.listening import Arrival
from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.naming import TAP, GhostName
from dbt_ghost.core.plan import Plan
from dbt_ghost.core.record import Record
from dbt_ghost.core.replay import (
    FailedObject,
    Lane,
    ProdObject,
    Replay,
    Request,
    StoredReplay,
    Window,
    digest,
    lane,
    listings,
    refuse_foreign,
    shared_out,
    takes_all_created,
    window_of,
)
from dbt_ghost.core.resources import Subscription, name_of
from dbt_ghost.operations.replay_sending import Book, Course, Sender, refuse_if_held
from dbt_ghost.operations.world import Clock, Deliveries, Process, ProdObjects, Replays

AT_ONCE = 4
LOOK_S = 1.0
RUN_FORK = "run fork first: it makes what is missing"


@dataclass(frozen=True)
class Through:
    """The ghost that objects go through: its record, and the plan of a fork, which knows the ways into it."""

    record: Record
    fork: Plan
    config: GhostConfig

    def at_once(self, arrival: Arrival, wanted: int) -> int:
        """How many calls may be under way: of a function no more than its step's cap."""
        cap = self.config.ingestion.steps[arrival.step].cap
        return min(wanted, cap) if arrival.kind == "function" and isinstance(cap, int) else wanted


@dataclass(frozen=True)
class ReplayPlan:
    """What a replay will send. `skipped` are the ways into the ghost that it cannot take, and why.

    `known`: what the same request did before, None at its first start. Its window stays that of the first start, and
    moves on with the clock once it is finished.
    """

    through: Through
    replay: Replay
    stored: StoredReplay | None
    known: Replay | None
    lanes: tuple[Lane, ...]
    skipped: tuple[tuple[Arrival, str], ...]
    notes: tuple[str, ...]

    @property
    def count(self) -> int:
        """Objects that were asked for; one that goes to two destinations counts twice."""
        return sum(len(lane.objects) for lane in self.lanes)

    @property
    def todo(self) -> int:
        return sum(len(lane.todo) for lane in self.lanes)

    @property
    def size(self) -> int:
        """Bytes to do."""
        return sum(lane.size for lane in self.lanes)

    @property
    def is_settled(self) -> bool:
        """Is there nothing to send, and nothing to write down?"""
        return not self.todo and (self.stored is None or self.stored.replay.finished)


@dataclass(frozen=True)
class ReplayOutcome:
    """What a replay did: `sent` and `gone` in this run, `failed` as it stands now, with the arrival it failed at."""

    sent: int
    gone: int
    failed: tuple[tuple[Arrival, FailedObject], ...]
    seconds: float


@dataclass(frozen=True)
class Replayer:
    """`watch` hears how many objects ended since, and how many of them failed; `listing` which URL is listed now."""

    objects: ProdObjects
    deliveries: Deliveries
    replays: Replays
    clock: Clock
    process: Process
    watch: Callable[[int, int], None] = lambda ended, failed: None
    listing: Callable[[str], None] = lambda url: None
    look_s: float = LOOK_S

    def replay(
        self, request: Request, through: Through, at_once: int = AT_ONCE, *, fresh: bool = False
    ) -> ReplayOutcome:
        """Plan and carry out, for whoever need not look in between. Raises what both raise."""
        return self.carry_out(self.plan(request, through, fresh=fresh), at_once)

    def plan(self, request: Request, through: Through, *, fresh: bool = False) -> ReplayPlan:
        """What there is to send. Reads only; `fresh` takes nothing as done.

        Raises Refused for a ghost that cannot take it, or while another request is unfinished; ValueError for times
        that cannot be read; Conflict while another process replays.
        """
        refuse_unready(through.fork.ghost, through.record)
        all_ways, skipped = _ways(through)
        ways = [each for each in all_ways if request.step in ("", each.step)]
        _refuse_without(ways, skipped, request)
        sample, ghost = through.config.ingestion.sample, through.fork.ghost
        mark = digest(through.record, all_ways, sample)
        stored, known = self._known(ghost, request, mark, fresh)
        replay = self._begun(request, through, mark, known)
        found = self._found(ways, request, Window(replay.since, replay.until))
        shares = shared_out(ways, found, request, sample)
        before = known.progress if known else (None,) * len(ways)
        lanes = tuple(lane(way, shares[way], each) for way, each in zip(ways, before, strict=True))
        return ReplayPlan(
            through=through,
            replay=replay.model_copy(update={"progress": tuple(each.before for each in lanes)}),
            stored=stored,
            known=known,
            lanes=lanes,
            skipped=tuple((each, why) for each, why in skipped.items() if request.step in ("", each.step)),
            notes=tuple(_notes(through, ways, stored is not None and stored.replay.through != mark)),
        )

    def carry_out(self, plan: ReplayPlan, at_once: int = AT_ONCE) -> ReplayOutcome:
        """Send what the plan has to do. Killed at any moment, the next run of the same request goes on.

        Raises Conflict, with nothing sent, if another process replays or the replay changed since the plan was made.
        After any other error progress is kept.
        """
        courses, begun = tuple(Course(lane) for lane in plan.lanes), self.clock.now()
        if not plan.is_settled:
            self._send(plan, courses, at_once)
        return ReplayOutcome(
            sent=sum(course.sent for course in courses),
            gone=sum(course.gone for course in courses),
            failed=tuple((course.lane.arrival, each) for course in courses for each in course.progress.failed),
            seconds=(self.clock.now() - begun).total_seconds(),
        )

    def _send(self, plan: ReplayPlan, courses: tuple[Course, ...], at_once: int) -> None:
        version = plan.stored.version if plan.stored else None
        book = Book.opened(self.replays, self.clock, self.process, replay=plan.replay, version=version, courses=courses)
        sender = Sender(self.deliveries, plan.through.fork.account, book, self.watch, self.look_s)
        try:
            for course in courses:
                sender.send(course, plan.through.at_once(course.lane.arrival, at_once))
            book.close()
        except BaseException:
            book.give_up()
            raise

    def _known(
        self, ghost: GhostName, request: Request, mark: str, fresh: bool
    ) -> tuple[StoredReplay | None, Replay | None]:
        """What stands in the state bucket; and that again, if it is about this request."""
        stored = self.replays.read(ghost)
        if stored is None:
            return None, None
        replay = stored.replay
        refuse_if_held(replay, self.process, self.clock.now())
        if fresh or replay.through != mark:
            return stored, None
        if replay.request != request and not replay.finished:
            raise Refused(
                f"`{replay.request}` of {replay.started_at:%Y-%m-%d %H:%M} UTC is not finished, this is `{request}`",
                "run that one again, it goes on where it stopped; or add --fresh to this one, which forgets that one",
            )
        return stored, replay if replay.request == request else None

    def _begun(self, request: Request, through: Through, mark: str, known: Replay | None) -> Replay:
        now, ghost = self.clock.now(), through.fork.ghost
        window = window_of(request, through.record.created_at - through.config.ingestion.lookback, now)
        if known:
            fixed = {} if known.finished else {"since": known.since, "until": known.until}
            return known.model_copy(update={"since": window.since, "until": window.until, **fixed})
        return Replay(
            ghost=ghost.id,
            branch=ghost.branch,
            through=mark,
            request=request,
            since=window.since,
            until=window.until,
            started_at=now,
            updated_at=now,
        )

    def _found(self, ways: Iterable[Arrival], request: Request, window: Window) -> Iterator[ProdObject]:
        for bucket, prefix in listings(ways, request.prefix):
            self.listing(f"s3://{bucket}/{prefix}")
            yield from (each for each in self.objects.list(bucket, prefix) if window.has(each.modified))


def refuse_unready(ghost: GhostName, record: Record | None) -> Record:
    """The record. Raises Refused for a ghost that is not there, or not whole."""
    if record is None or record.state != "ready":
        state = f"is {record.state}" if record else "is not on record"
        raise Refused(f"the ghost of {ghost.branch!r} {state}: nothing can be replayed through it", "run fork first")
    return record


def _ways(through: Through) -> tuple[list[Arrival], dict[Arrival, str]]:
    """Arrivals that can be replayed; and those that cannot, with why.

    Raises Refused if a destination is not this ghost's, or is missing.
    """
    fork, ways, skipped = through.fork, list[Arrival](), dict[Arrival, str]()
    there = {name_of(resource) for resource in fork.existing}
    for each in fork.arrivals:
        refuse_foreign(fork.ghost, each.to)
        if each.to not in there:
            raise Refused(f"step {each.step}: the ghost's {each.kind} {each.to} does not exist", RUN_FORK)
        if not each.replayable:
            skipped[each] = "only EventBridge can tell its events" if each.bucket else "its events are not a bucket's"
        elif not each.topic_arn:
            ways.append(each)
        elif (subscription := _subscription(fork, each)) is None:
            if not through.config.ingestion.paused:
                raise Refused(f"step {each.step}: the ghost is not subscribed to prod's topic", RUN_FORK)
            skipped[each] = "paused, the ghost is not subscribed to prod's topic, so what that filters is not known"
        elif subscription.filter_policy:
            skipped[each] = "prod's subscription has a filter policy, which only SNS can apply"
        else:
            ways.append(each)
    return ways, skipped


def _subscription(fork: Plan, arrival: Arrival) -> Subscription | None:
    """The ghost's subscription to prod's topic, by which the arrival comes."""
    endpoint = arrival.to if arrival.by == "subscription" else fork.ghost.function(TAP)
    found = (each for each in fork.existing if isinstance(each, Subscription) and each.topic_arn == arrival.topic_arn)
    return next((each for each in found if each.endpoint_arn.endswith(f":{endpoint}")), None)


def _refuse_without(ways: list[Arrival], skipped: dict[Arrival, str], request: Request) -> None:
    if ways:
        return
    reasons = [f"step {each.step}: {why}" for each, why in skipped.items() if request.step in ("", each.step)]
    if reasons:
        raise Refused(f"nothing can be replayed: {'; '.join(reasons)}", "let prod's next objects come instead")
    what = f"step {request.step}" if request.step else "any step of the ghost"
    raise Refused(f"no objects of prod's come in to {what}", "`plan` shows what each step reads")


def _notes(through: Through, ways: Iterable[Arrival], moved: bool) -> Iterator[str]:
    if moved:
        yield "the ghost or its code is not that of the replay before, so all of it begins anew"
    if count := len(through.fork.changes):
        changes = "1 change" if count == 1 else f"{count} changes"
        yield f"a fork would now make {changes} to the ghost; objects go through what is there"
    if through.config.ingestion.paused:
        yield "the ghost is paused: queues keep what is replayed into them"
    if through.config.ingestion.sample < 1:
        yield f"`sample: {through.config.ingestion.sample:g}` applies here too"
    for each in ways:
        if not takes_all_created(each):
            how = ", ".join(each.events)
            yield f"step {each.step} hears of {how} only; how an object was made is not listed, so all are sent"
