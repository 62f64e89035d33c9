"""What a ghost has cost since it was made, as far as its logs, its buckets and its warehouse tell. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from dbt_ghost.core.bill.bill import Actual, bill_of
from dbt_ghost.core.bill.estimate import POLLS_A_DAY, time_item
from dbt_ghost.core.bill.prices import CREDITS, GB, TB, Item, Prices
from dbt_ghost.core.bill.reports import Runs
from dbt_ghost.core.bill.stored import Stored
from dbt_ghost.core.bill.usage import Usage, Used, together
from dbt_ghost.core.errors import GhostError, reason_of
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.record import Record
from dbt_ghost.core.resources import Bucket, EventSourceMapping, Function, LogGroup, Notifications
from dbt_ghost.operations.status import AT_ONCE, PATIENCE, status_of, steps_of
from dbt_ghost.operations.world import Clock, ComparedObjects, Found, Logs

NO_READS = "S3 counts them only where request metrics are on"
BESIDES = ("data transfer, KMS and whatever else your code calls",)


@dataclass(frozen=True)
class Bounds:
    """How many files of a bucket are listed at most, and for how long a step's log is read."""

    listed: int = 100_000
    patience: timedelta = PATIENCE


@dataclass(frozen=True)
class Biller:
    """`objects` are listed and never read. `prices` is `providers.price_table.load()`."""

    logs: Logs
    objects: ComparedObjects
    clock: Clock
    prices: Prices
    bounds: Bounds = field(default_factory=Bounds)


@dataclass(frozen=True)
class Warehouse:
    """What a warehouse that bills tells of the ghost; None is not known, and `why` says why.

    `credits` of its queries since it was made, `size_bytes` that only it has now, as in `ghost_status`; `piped_bytes`
    that its pipes were billed for.
    """

    credits: float | Decimal | None = None
    size_bytes: int | None = None
    piped_bytes: int | None = None
    why: str = "the warehouse was not asked"


def actual_bill(biller: Biller, record: Record, found: Found, warehouse: Warehouse | None = None) -> Actual:
    """The bill of the ghost on record. `found` is what `operations.apply.see` gives of it.

    Without a `warehouse` there is none that bills: an embedded one. What may not be read, is not there or takes too
    long is `unknown` with its reason, and what is known of it counts. Raises nothing of what AWS answers.
    """
    until, ghost = biller.clock.now(), GhostName(record.project, record.branch)
    steps = steps_of(ghost, status_of(record, found, until))
    reading = _Reading(biller, ghost, record, found, until)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = list(pool.map(reading.runs, steps))
        files = list(pool.map(reading.files, [each for each in found.resources if isinstance(each, Bucket)]))
    parts = [*runs, *(used for used, _ in files), *reading.others(), *_warehouse(warehouse, record, biller.prices)]
    kept = together([*(month for _, month in files), *_kept(warehouse)])
    return Actual(
        since=record.created_at,
        until=until,
        so_far=bill_of(together(parts), biller.prices),
        a_month=bill_of(kept, biller.prices),
    )


@dataclass(frozen=True)
class _Reading:
    biller: Biller
    ghost: GhostName
    record: Record
    found: Found
    until: datetime

    def runs(self, step: str) -> Usage:
        """Of one function, by its log."""
        function, group = self.ghost.function(step), self.ghost.log_group(step)
        there = [each for each in self.found.resources if isinstance(each, Function) and each.name == function]
        item: Item = time_item(there[0]) if there else "lambda_gb_second_x86_64"
        items: tuple[Item, ...] = ("lambda_request", item, "logs_gb")
        runs, unknown = Runs(), list[Used]()
        try:
            for event in self.biller.logs.events(group, self.record.created_at, self.until):
                self._refuse_late()
                runs.take(event.text)
        except GhostError as error:
            unknown += _unknown(items, step, reason_of(error))
        for each in self.found.resources:
            if isinstance(each, LogGroup) and each.name == group and self._forgets(each):
                unknown += _unknown(items, step, f"before the last {each.retention_days} days, which its log is kept")
        if runs.silent:
            unknown += _unknown((item,), step, f"{runs.silent} of its reports tell no time")
        if not there:
            unknown += _unknown((item,), step, "its function is not there, which says by what time is priced")
        time = [Used(item, runs.gb_seconds, step)] if there else []
        known = [Used("lambda_request", Decimal(runs.number), step), *time]
        return Usage((*known, Used("logs_gb", runs.log_bytes / GB, step), *unknown))

    def files(self, bucket: Bucket) -> tuple[Usage, Usage]:
        """What a bucket's files have cost, and what they cost a month."""
        documents = [e for e in self.found.resources if isinstance(e, Notifications) and e.bucket == bucket.name]
        stored = Stored(self.until, documents[0] if documents else None)
        try:
            for each in self.biller.objects.list(bucket.name, ""):
                if stored.files == self.biller.bounds.listed:
                    raise GhostError(f"it has more than {stored.files:,} files, and the others are not counted")
                stored.take(each.key, each.size, each.modified)
        except GhostError as error:
            told = reason_of(error)
            used = Usage(tuple(_unknown(("s3_put", "s3_gb_month"), bucket.name, told)))
            month = Usage(tuple(_unknown(("s3_gb_month",), bucket.name, told)))
            return stored.usage(bucket.name) + used, stored.a_month(bucket.name) + month
        return stored.usage(bucket.name), stored.a_month(bucket.name)

    def others(self) -> Iterator[Usage]:
        """What nobody counts for us."""
        yield Usage(tuple(_unknown(("s3_get",), "", NO_READS)), BESIDES)
        queues = sum(isinstance(each, EventSourceMapping) for each in self.found.resources)
        if queues:
            a_day = f"{queues * POLLS_A_DAY:,}"
            yield Usage(tuple(_unknown(("sqs_request",), "", f"SQS counts none; {a_day} a day where nothing comes")))
        for step, function in self.record.shared.items():
            yield Usage(besides=(f"{step}: prod's function {function} serves it, and its log is prod's",))

    def _refuse_late(self) -> None:
        if self.biller.clock.now() > self.until + self.biller.bounds.patience:
            raise GhostError(f"its log is too long to read in {self.biller.bounds.patience.seconds} s")

    def _forgets(self, group: LogGroup) -> bool:
        return bool(group.retention_days) and self.record.created_at < self.until - timedelta(days=group.retention_days)


def _warehouse(warehouse: Warehouse | None, record: Record, prices: Prices) -> Iterator[Usage]:
    if warehouse is None:
        return
    yield _figure(CREDITS[prices.edition], warehouse.credits, Decimal(1), warehouse.why)
    why = warehouse.why if warehouse.size_bytes is None else "the warehouse tells how much there is, not since when"
    yield Usage(tuple(_unknown(("snowflake_tb_month",), "", why)))
    if record.channels:
        yield _figure("snowpipe_gb", warehouse.piped_bytes, GB, warehouse.why)


def _kept(warehouse: Warehouse | None) -> Iterator[Usage]:
    if warehouse is not None:
        yield _figure("snowflake_tb_month", warehouse.size_bytes, TB, warehouse.why)


def _figure(item: Item, number: float | Decimal | None, unit: Decimal, why: str) -> Usage:
    if number is None:
        return Usage(tuple(_unknown((item,), "", why)))
    return Usage((Used(item, Decimal(str(number)) / unit),))


def _unknown(items: Iterable[Item], by: str, why: str) -> Iterator[Used]:
    return (Used(item, None, by, why) for item in items)
