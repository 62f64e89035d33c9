"""A ghost of two steps beside prod, with objects in every bucket, on fakes that refuse what they do not model.

p-raw -> clean -> p-mid -> enrich -> p-out, and the ghost's: clean hears prod's bucket, enrich the ghost's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import md5
from typing import Any

from dbt_ghost.core.errors import Conflict, GhostError, NotFound
from dbt_ghost.core.naming import TAP, GhostName
from dbt_ghost.core.observe.objects import Content, ObjectsObservation, RowsCompared, Seen, StepObservation
from dbt_ghost.core.record import Record, RecordedResource, RecordedStep
from dbt_ghost.core.resources import Bucket, BucketEvent, Function, Notifications, Resource
from dbt_ghost.operations.observe_objects import Bounds, Observer, observe_objects
from dbt_ghost.operations.world import Found
from tests.operations.fake_ghosts import ACCOUNT
from tests.operations.fakes import START, FakeClock

GHOST = GhostName("shop", "fix/late")
MID, OUT = GHOST.bucket("p-mid"), GHOST.bucket("p-out")
BUCKETS = ("p-raw", "p-mid", "p-out", MID, OUT)
SINCE = START - timedelta(hours=1)
LISTED = ["p-out", OUT, "p-mid", MID, "p-raw"]
"""Against the direction of data, prod's before the ghost's."""

THERE: tuple[Resource, ...] = (
    Bucket(MID, "p-mid"),
    Bucket(OUT, "p-out"),
    Notifications(MID, (BucketEvent(ACCOUNT.function_arn(GHOST.function("enrich"))),)),
)


DIFFERENT = RowsCompared(2, 2, 1, 1, (("x", 1),))


@dataclass
class FakeObjects:
    """Buckets in memory. `ailing` raises for a bucket's listing or a key's reading; `meanwhile` is called after each
    listing. Refuses buckets that it does not know and objects that were never put.
    """

    buckets: dict[str, dict[str, tuple[Seen, bytes]]] = field(
        default_factory=lambda: {bucket: {} for bucket in BUCKETS}
    )
    ailing: dict[str, GhostError] = field(default_factory=dict)
    meanwhile: Callable[[str], object] = lambda bucket: None
    listed: list[tuple[str, str]] = field(default_factory=list)
    read_: list[tuple[str, str]] = field(default_factory=list)
    _moment: threading.Lock = field(default_factory=threading.Lock)

    def put(self, bucket: str, key: str, body: bytes, at: datetime, etag: str = "") -> None:
        seen = Seen(bucket, key, len(body), etag or md5(body).hexdigest(), at.replace(microsecond=0))
        self.buckets[bucket][key] = (seen, body)

    def list(self, bucket: str, prefix: str) -> Iterator[Seen]:
        self.listed.append((bucket, prefix))
        if bucket in self.ailing:
            raise self.ailing[bucket]
        if bucket not in self.buckets:
            raise NotFound(f"listing s3://{bucket}/: NoSuchBucket")
        yield from [seen for key, (seen, _) in self.buckets[bucket].items() if key.startswith(prefix)]
        self.meanwhile(bucket)

    def read(self, each: Seen) -> Content:
        with self._moment:
            self.read_.append((each.bucket, each.key))
        if (error := self.ailing.get(f"{each.bucket}/{each.key}")) is not None:
            raise error
        if each.key not in self.buckets[each.bucket]:
            raise NotFound(f"reading s3://{each.bucket}/{each.key}: NoSuchKey")
        seen, body = self.buckets[each.bucket][each.key]
        if seen.etag != each.etag:
            raise Conflict(f"s3://{each.bucket}/{each.key} was written again since it was listed")
        return Content(body, f"v-{seen.etag[:4]}")


@dataclass
class FakeRows:
    """Says of a pair of bodies what it was told; `.bin` holds no rows. Refuses pairs that it was not told of."""

    known: dict[tuple[bytes, bytes], RowsCompared] = field(default_factory=dict)

    def compare(self, key: str, prod: bytes, ghost: bytes) -> RowsCompared | None:
        return None if key.endswith(".bin") else self.known[prod, ghost]


@dataclass
class FakeQueues:
    """Refuses to count a queue that it does not know."""

    waits: dict[str, int | GhostError] = field(
        default_factory=lambda: {GHOST.failures(step): 0 for step in ("clean", "enrich")}
    )

    def waiting(self, queue: str) -> int:
        found = self.waits[queue]
        if isinstance(found, GhostError):
            raise found
        return found


@dataclass
class Scene:
    objects: FakeObjects = field(default_factory=FakeObjects)
    rows: FakeRows = field(default_factory=FakeRows)
    queues: FakeQueues = field(default_factory=FakeQueues)
    clock: FakeClock = field(default_factory=FakeClock)
    bounds: Bounds = field(default_factory=Bounds)
    there: tuple[Resource, ...] = THERE
    more: Mapping[str, Any] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)

    def put(self, bucket: str, key: str, body: str = "x", minutes: float = 30, etag: str = "") -> None:
        """So many minutes before now."""
        self.objects.put(bucket, key, body.encode(), START - timedelta(minutes=minutes), etag)

    def went_through(self, key: str, body: str = "x", minutes: float = 30) -> None:
        """An object that both sides have made the same of, within three seconds a step."""
        for number, buckets in enumerate((("p-raw",), ("p-mid", MID), ("p-out", OUT))):
            for bucket in buckets:
                self.put(bucket, key, body, minutes - number / 20)

    @property
    def record(self) -> Record:
        named = {"project": "shop", "branch": GHOST.branch, "ghost": GHOST.id, "account": ACCOUNT.id}
        times = {name: SINCE for name in ("created_at", "updated_at", "expires_at")}
        steps = {"clean": step(("p-raw",), {"p-mid": MID}), "enrich": step((), {"p-out": OUT})}
        return Record(**{**named, "region": ACCOUNT.region, "state": "ready", "steps": steps, **times, **self.more})

    def observe(self, **asked: Any) -> ObjectsObservation:
        observer = Observer(
            self.objects, self.rows, self.queues, self.clock, listing=self.heard.append, bounds=self.bounds
        )
        return observe_objects(observer, self.record, Found(self.there), **asked)

    def step(self, name: str, **asked: Any) -> StepObservation:
        return next(each for each in self.observe(**asked).steps if each.step == name)

    def counts(self, name: str = "enrich", **asked: Any) -> dict[str, int]:
        """Those that are not zero."""
        return {said: number for said, number in self.step(name, **asked).counts.items() if number}


def differing(scene: Scene, key: str, rows: RowsCompared = DIFFERENT) -> None:
    """Both sides have made something else of it at the last step."""
    scene.went_through(key)
    for bucket, body in (("p-out", "theirs"), (OUT, "ours")):
        scene.put(bucket, key, body, 29)
    scene.rows.known[b"theirs", b"ours"] = rows


def step(from_prod: tuple[str, ...], writes: dict[str, str]) -> RecordedStep:
    return RecordedStep(
        function="p",
        forked_from_sha256="a",
        code_sha256="b",
        changed=True,
        from_prod=from_prod,
        writes=writes,
        live_since=SINCE,
    )


def with_tap(scene: Scene, sample: float) -> None:
    """The ghost has a tap that lets such a share through."""
    scene.queues.waits[GHOST.failures(TAP)] = 0
    told = f'{{"routes": [], "sample": {sample}}}'
    scene.there = (*scene.there, Function(GHOST.function(TAP), "", "", "", "", environment=(("GHOST_ROUTES", told),)))
    scene.more = {**scene.more, "resources": (RecordedResource(kind="queue", name=GHOST.failures(TAP)),)}


def with_buckets(scene: Scene, **fields: Any) -> None:
    scene.there = tuple(replace(each, **fields) if isinstance(each, Bucket) else each for each in scene.there)
