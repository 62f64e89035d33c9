"""What came out of prod's step and of the ghost's, key by key, and what can be said of each pair. Pure.

A difference only counts where both sides had the same chance: the input arrived after the ghost began to listen, the
tap let it through, and neither side still works on a newer version of it. Everything else is said, and never counted
as equal. S3 lists whole seconds, so what happens within one has no order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, get_args

GRACE = timedelta(minutes=5)
"""How long an object may take through a step, retries included, before it counts as missing."""

SETTLING = timedelta(minutes=5)
"""How long AWS may need until all that is new delivers (F 1.12, F 1.13)."""

Class = Literal[
    "equal_bytes", "equal_rows", "changed", "missing", "extra",
    "pending", "unreadable", "not_compared", "unsampled",
]  # fmt: skip
"""`missing` is in prod and not in the ghost, `extra` the other way round; `pending` cannot be told yet; `unreadable`
was denied, too large or broken; `not_compared` is beyond the bounds; `unsampled`: the tap left it out.
"""

CLASSES: tuple[Class, ...] = get_args(Class)
EQUAL: frozenset[Class] = frozenset({"equal_bytes", "equal_rows"})


@dataclass(frozen=True, slots=True)
class Seen:
    """One object on a side. `size` is in bytes, `etag` without quotes; `version` is empty until it is read, and where
    buckets have none.
    """

    bucket: str
    key: str
    size: int
    etag: str
    modified: datetime
    version: str = ""


@dataclass(frozen=True)
class Content:
    """What an object holds, and its version where its bucket has such."""

    body: bytes
    version: str = ""


@dataclass(frozen=True)
class Sides:
    """One key of an output bucket. `heard` is whether the ghost's step got the input: None where nobody can tell.

    `prod_input` and `ghost_input` are what the sides made it of, the same object where the ghost hears prod's bucket;
    None where that cannot be told. `before` is what was said of the input, if an earlier step of the ghost makes it.
    `may_be_input`: the bucket holds what the step reads, too, so the key may be none that it writes.
    """

    key: str
    prod: Seen | None
    ghost: Seen | None
    prod_input: Seen | None = None
    ghost_input: Seen | None = None
    heard: bool | None = True
    before: Verdict | None = None
    may_be_input: bool = False

    @property
    def is_told(self) -> bool:
        return self.prod_input is not None


@dataclass(frozen=True)
class Times:
    """`since`: from then on events reach the ghost's step. Times have their zone. `paused`: just now none do."""

    now: datetime
    since: datetime
    grace: timedelta = GRACE
    paused: bool = False

    def is_young(self, *seen: Seen | None) -> bool:
        """Is the newest of them younger than the grace?"""
        return any(each is not None and self.now - each.modified < self.grace for each in seen)

    def is_heard(self, seen: Seen) -> bool:
        """Did it surely come while events reached the step? What came within the second of `since` may not have."""
        return seen.modified >= self.since


@dataclass(frozen=True)
class Verdict:
    """What is said of a key; None is said of what the ghost could not have heard of."""

    said: Class | None
    why: str = ""


COMPARE = Verdict(None, "compare")
LEFT_OUT = Verdict(None)
PROD_IS_BEHIND = "prod has not processed the newest version of the input"


@dataclass(frozen=True)
class SchemaChange:
    """A column that is on one side only (`added`: the ghost's), or of another type. Without a name: of the file."""

    column: str
    change: Literal["added", "dropped", "type"]
    prod: str = ""
    ghost: str = ""


Row = Mapping[str, str | None]
"""Column -> value as text, shortened; None for NULL, and for what JSON leaves out."""


@dataclass(frozen=True)
class RowsCompared:
    """Two files as bags of rows: order does not matter, columns go by name. `unreadable` is why there is no answer,
    `broken` whose file is not what its key says, `note` what equal rows do not tell.

    `columns` are (name, rows in which it differs): those whose values, taken alone, are not the same on both sides.
    """

    prod_rows: int = 0
    ghost_rows: int = 0
    only_prod: int = 0
    only_ghost: int = 0
    columns: tuple[tuple[str, int], ...] = ()
    schema: tuple[SchemaChange, ...] = ()
    prod_samples: tuple[Row, ...] = ()
    ghost_samples: tuple[Row, ...] = ()
    note: str = ""
    unreadable: str = ""
    broken: tuple[Literal["prod", "ghost"], ...] = ()

    @property
    def equal(self) -> bool:
        return not (self.unreadable or self.only_prod or self.only_ghost or self.schema)


@dataclass(frozen=True)
class Finding:
    """What is said of one key of a prod bucket (`bucket`) and the ghost's, with the rows where rows were compared."""

    bucket: str
    ghost_bucket: str
    sides: Sides
    said: Class
    why: str = ""
    rows: RowsCompared | None = None


@dataclass(frozen=True)
class Latency:
    """Seconds from an input to what was made of it, over `objects` inputs that both sides heard of while listening."""

    objects: int
    median: float
    p95: float


@dataclass(frozen=True)
class StepObservation:
    """One step. `counts` has every class; `samples` are findings other than equal ones, bounded for each class.

    Of `differing` pairs, which no ETag settles, `read` were read. `failed` are the events in the step's failure queue
    now, None if unknown. With `unknown`, nothing could be told, and the counts mean nothing.
    `inputs` and `outputs` are (prod's bucket, the ghost's).
    """

    step: str
    since: datetime
    shared: str = ""
    counts: Mapping[Class, int] = field(default_factory=dict)
    samples: tuple[Finding, ...] = ()
    read: int = 0
    differing: int = 0
    prod_latency: Latency | None = None
    ghost_latency: Latency | None = None
    failed: int | None = None
    failed_why: str = ""
    unknown: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    outputs: tuple[tuple[str, str], ...] = ()

    @property
    def equal(self) -> int:
        """Files that are the same on both sides, in bytes or in rows."""
        return sum(count for said, count in self.counts.items() if said in EQUAL)

    @property
    def error_rate(self) -> float | None:
        """The share of failures among failures and the ghost's files, 0 to 1; None where nothing is known or came."""
        made = self.equal + self.counts.get("changed", 0) + self.counts.get("extra", 0)
        return None if self.failed is None or not made + self.failed else self.failed / (made + self.failed)


@dataclass(frozen=True)
class ObjectsObservation:
    """All steps of a ghost, in data's order. `tap_failed`: events that never reached a step, None if unknown."""

    ghost: str
    branch: str
    at: datetime
    steps: tuple[StepObservation, ...]
    tap_failed: int | None = None
    tap_failed_why: str = ""


def judged(sides: Sides, times: Times) -> Verdict:
    """What can be said of a key by its times alone; COMPARE where the contents decide."""
    if sides.prod is None and sides.ghost is None:
        return LEFT_OUT
    if sides.prod is None:
        young = times.is_young(sides.ghost)
        return Verdict("pending", "prod may still write it") if young else Verdict("extra")
    return _of_both(sides, sides.prod, sides.ghost, times) if sides.ghost else _absent(sides, sides.prod, times)


def _absent(sides: Sides, prod: Seen, times: Times) -> Verdict:
    """Not in the ghost: did it have to be?"""
    if not times.is_heard(sides.prod_input or prod) or sides.before == LEFT_OUT:
        return LEFT_OUT
    if sides.may_be_input:
        return Verdict("not_compared", "the step reads this bucket, too, so it may be an input")
    if sides.before and sides.before.said in ("pending", "unsampled", "missing"):
        return Verdict(sides.before.said, sides.before.why or "its input is not in the ghost either")
    if sides.heard is not True:
        told = "" if sides.heard is False else "the ghost is sampled, and it cannot be told what it was made of"
        return Verdict("unsampled", told)
    return _due(sides, prod, times)


def _due(sides: Sides, prod: Seen, times: Times) -> Verdict:
    """It has to be in the ghost: already?"""
    if sides.prod_input and sides.prod_input.modified > prod.modified:
        return Verdict("pending", PROD_IS_BEHIND)
    if times.paused:
        return Verdict("pending", "the ghost is paused")
    if times.is_young(prod, sides.ghost_input):
        return Verdict("pending", "it may be on its way")
    if (sides.prod_input or prod).modified < times.since + SETTLING:
        return Verdict("missing", "the ghost had just begun to listen, and AWS may need minutes until it delivers")
    return Verdict("missing", "" if sides.is_told else "it cannot be told what prod made it of")


def _of_both(sides: Sides, prod: Seen, ghost: Seen, times: Times) -> Verdict:
    if sides.before and sides.before.said in ("pending", "missing"):
        return sides.before
    if sides.prod_input and sides.prod_input.modified > prod.modified:
        return Verdict("pending", PROD_IS_BEHIND)
    if sides.ghost_input and sides.ghost_input.modified > ghost.modified:
        why = "the ghost has not processed the newest version of the input"
        young = times.is_young(sides.ghost_input) or times.paused or sides.heard is not True
        return Verdict("pending" if young else "missing", why)
    return COMPARE


def settled(sides: Sides, said: Class, times: Times) -> Verdict:
    """A pair whose contents were compared: a difference counts once both sides must be of the same version."""
    prod, ghost = sides.prod, sides.ghost
    if said != "changed" or not (prod and ghost) or _is_ordered(sides):
        return Verdict(said)
    if times.is_young(prod, ghost):
        return Verdict("pending", "they differ, and one may be of an older version of the input")
    late = prod.modified - ghost.modified
    if late > times.grace:
        return Verdict(said, f"the ghost's is {late} older than prod's, so it may be of an older version of the input")
    return Verdict(said)


def _is_ordered(sides: Sides) -> bool:
    """Did both sides surely write after the newest input came?"""
    pairs = ((sides.prod_input, sides.prod), (sides.ghost_input, sides.ghost))
    return all(each and made and each.modified < made.modified for each, made in pairs)


def same_bytes(prod: Seen, ghost: Seen, *, encrypted: bool) -> bool:
    """By the listing alone: an ETag is the content's MD5 unless it came in parts or a key of KMS encrypts it.

    `encrypted` is whether such a key encrypts the ghost's bucket: its MD5 is enough to compare with.
    """
    if encrypted or "-" in ghost.etag:
        return False
    return (prod.size, prod.etag) == (ghost.size, ghost.etag)
