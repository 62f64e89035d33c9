"""A ghost with ways in and prod's objects, and a replay through it, on fakes that refuse what they do not model."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from zlib import crc32

from dbt_ghost.core.blueprint.listening import ALL_CREATED, Arrival
from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.errors import Conflict
from dbt_ghost.core.naming import TAP, GhostName
from dbt_ghost.core.plan import Plan
from dbt_ghost.core.record import Record, RecordedStep
from dbt_ghost.core.replay import Handed, ProdObject, Replay, Request, StoredReplay
from dbt_ghost.core.resources import Bucket, Function, Queue, Resource
from dbt_ghost.operations.replay import Replayer, ReplayOutcome, Through
from tests.operations.conftest import CONFIG
from tests.operations.fake_ghosts import ACCOUNT, Calls
from tests.operations.fakes import START, FakeClock, FakeProcess

GHOST = GhostName("shop", "fix/late")
QUEUE, STAGED, FUNCTION = GHOST.piece("enrich", "q"), GHOST.bucket("p-raw"), GHOST.function("clean")
TOPIC = ACCOUNT.topic_arn("p-topic")
THERE = (
    Function(FUNCTION, "", "", "", ""),
    Function(GHOST.function(TAP), "", "", "", ""),
    Queue(QUEUE),
    Bucket(STAGED, "p-raw"),
)


@dataclass
class FakeReplays:
    calls: Calls
    kept: dict[str, StoredReplay] = field(default_factory=dict)
    versions: int = 0
    undeletable: Exception | None = None

    def read(self, ghost: GhostName) -> StoredReplay | None:
        return self.kept.get(ghost.id)

    def write(self, replay: Replay, version: str | None) -> StoredReplay:
        with self.calls.change("write"):
            there = self.kept.get(replay.ghost)
            if (there.version if there else None) != version:
                raise Conflict("somebody else wrote the replay")
            self.versions += 1
            # As a real bucket does: what is read back is what the JSON text says.
            stored = StoredReplay(Replay.model_validate_json(replay.model_dump_json()), str(self.versions))
            self.kept[replay.ghost] = stored
            return stored

    def delete(self, ghost: GhostName) -> None:
        with self.calls.change("forget"):
            if self.undeletable:
                raise self.undeletable
            self.kept.pop(ghost.id, None)


@dataclass
class FakeDeliveries:
    """`got` has every object that reached a destination; `ailing` keys fail, `error` is raised for all."""

    calls: Calls
    got: Counter[tuple[str, str]] = field(default_factory=Counter)
    told: list[Any] = field(default_factory=list)
    ailing: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    error: Callable[[], Exception] | None = None
    under_way: int = 0
    most_under_way: int = 0

    def invoke(self, function: str, payload: str) -> Handed:
        return self._take(function, json.loads(payload))

    def send(self, queue: str, bodies: Sequence[str]) -> tuple[Handed, ...]:
        assert 0 < len(bodies) <= 10
        return tuple(self._take(queue, json.loads(body)) for body in bodies)

    def copy(self, each: ProdObject, bucket: str) -> Handed:
        return self._take(bucket, each.key)

    def _take(self, to: str, told: Any) -> Handed:
        key = told if isinstance(told, str) else key_of(told)
        with self.calls.moment:
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            with self.calls.change(f"{to} {key}"):
                if self.error:
                    raise self.error()
                self.told.append(told)
                self.got[to, key] += 1
        finally:
            with self.calls.moment:
                self.under_way -= 1
        return Handed(failed="broken" if key in self.ailing else "", gone=key in self.gone)


def key_of(told: dict[str, Any]) -> str:
    if "detail" in told:
        return str(told["detail"]["object"]["key"])
    (record,) = told.get("Records") or [{"Sns": told}]
    return key_of(json.loads(record["Sns"]["Message"])) if "Sns" in record else str(record["s3"]["object"]["key"])


@dataclass
class Scene:
    """A ghost with arrivals, prod's objects, and what a process sees of both."""

    arrivals: tuple[Arrival, ...]
    objects: list[ProdObject]
    settings: dict[str, Any] = field(default_factory=dict)
    there: tuple[Resource, ...] = THERE
    calls: Calls = field(default_factory=Calls)
    clock: FakeClock = field(default_factory=FakeClock)
    process: FakeProcess = field(default_factory=FakeProcess)
    code: str = "b"
    listed: list[str] = field(default_factory=list)
    replays: FakeReplays = field(init=False)
    deliveries: FakeDeliveries = field(init=False)

    def __post_init__(self) -> None:
        self.replays, self.deliveries = FakeReplays(self.calls), FakeDeliveries(self.calls)

    def list(self, bucket: str, prefix: str) -> Iterator[ProdObject]:
        yield from (each for each in self.objects if each.bucket == bucket and each.key.startswith(prefix))

    @property
    def through(self) -> Through:
        ingestion = {**CONFIG["ingestion"], **self.settings}  # type: ignore[dict-item]  # CONFIG has other values too
        config = GhostConfig.model_validate({**CONFIG, "ingestion": ingestion})
        fork = Plan(GHOST, ACCOUNT, "ready", (), frozenset(self.there), arrivals=self.arrivals)
        return Through(record(self.code), fork, config)

    @property
    def replayer(self) -> Replayer:
        return Replayer(
            self, self.deliveries, self.replays, self.clock, self.process, listing=self.listed.append, look_s=0.01
        )

    def replay(self, at_once: int = 4, fresh: bool = False, **asked: Any) -> ReplayOutcome:
        return self.replayer.replay(Request(**asked), self.through, at_once, fresh=fresh)

    @property
    def kept(self) -> Replay:
        return self.replays.kept[GHOST.id].replay

    def reborn(self) -> None:
        self.calls.die_at, self.calls.dead, self.calls.made = None, False, []
        self.process = replace(self.process, name="laptop:2:b", dead={*self.process.dead, self.process.name})


def record(code: str = "b") -> Record:
    step = RecordedStep(function="p-clean", forked_from_sha256="a", code_sha256=code, changed=True)
    ghost = {"project": "shop", "branch": GHOST.branch, "ghost": GHOST.id, "account": ACCOUNT.id}
    times = {name: START for name in ("created_at", "updated_at", "expires_at")}
    return Record(**ghost, region=ACCOUNT.region, state="ready", steps={"clean": step}, **times)


def arrival(**others: Any) -> Arrival:
    fields = {"step": "clean", "bucket": "p-raw", "prefix": "", "suffix": "", "events": ALL_CREATED}
    return Arrival(**(fields | {"kind": "function", "to": FUNCTION, "shape": "s3", "by": "tap"} | others))


def things(count: int, bucket: str = "p-raw") -> list[ProdObject]:
    """In the default window, several in one second."""
    return [
        ProdObject(bucket, f"k{number:04}", 5, "e", START - timedelta(seconds=count - number // 3))
        for number in range(count)
    ]


TO_FUNCTION, TO_BUCKET = arrival(), arrival(kind="bucket", to=STAGED)
TO_QUEUE = arrival(step="enrich", kind="queue", to=QUEUE, shape="eventbridge", by="rule")
ALL = (TO_FUNCTION, TO_QUEUE, TO_BUCKET)
NAMES = (FUNCTION, QUEUE, STAGED)


def everything(scene: Scene) -> Counter[tuple[str, str]]:
    return Counter((each.to, thing.key) for each in scene.arrivals for thing in scene.objects)


def scene_in_disorder(seed: int, count: int = 25) -> Scene:
    """What is under way at once overtakes, every seed differently."""
    scene = Scene(ALL, things(count))
    scene.calls.arriving = lambda what: time.sleep(crc32(f"{seed} {what}".encode()) % 3 / 1000)
    return scene
