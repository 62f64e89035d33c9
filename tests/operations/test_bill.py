"""What a ghost has cost, by its logs, its buckets and its warehouse."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

import pytest

from dbt_ghost.core.bill.bill import Actual, Bill
from dbt_ghost.core.bill.prices import Item
from dbt_ghost.core.errors import Denied
from dbt_ghost.core.naming import TAP
from dbt_ghost.core.record import Channel, Record
from dbt_ghost.core.resources import EventSourceMapping, Function, LogGroup, Resource
from dbt_ghost.operations.bill import Biller, Bounds, Warehouse, actual_bill
from dbt_ghost.operations.world import Found
from dbt_ghost.providers.price_table import load
from tests.operations.fake_logs import FakeLogs
from tests.operations.fakes import START, FakeClock, FakeCloud
from tests.operations.observe_scene import FakeObjects
from tests.operations.parts import GHOST, MID, OUT, STEPS, forked, ghost_parts

LATER = timedelta(hours=1)
DENIED = Denied("reading it: AccessDenied", "ask")


@dataclass
class Scene:
    """A ghost of a tap and two steps with x86_64 functions, an hour after it was made."""

    logs: FakeLogs = field(default_factory=lambda: FakeLogs({GHOST.log_group(step): [] for step in STEPS}))
    objects: FakeObjects = field(default_factory=FakeObjects)
    clock: FakeClock = field(default_factory=lambda: FakeClock(START + LATER))
    bounds: Bounds = field(default_factory=Bounds)
    there: tuple[Resource, ...] = field(default_factory=ghost_parts)
    record: Record = field(default_factory=lambda: forked(FakeCloud()))

    def runs(self, step: str, *billed: int | None, memory: int = 512) -> None:
        """Invocations that were billed for so many milliseconds; None: the report does not say."""
        for number, ms in enumerate(billed):
            request = f"{number:08x}-4a5b-4697-b07a-ac58fc914c95"
            told = f"\tBilled Duration: {ms} ms\tMemory Size: {memory} MB" if ms is not None else ""
            when = START + timedelta(seconds=20 + number)
            self.logs.write(GHOST.log_group(step), when, f"REPORT RequestId: {request}\tDuration: 1 ms{told}")

    def put(self, bucket: str, *keys: str, size: int = 1) -> None:
        for key in keys:
            self.objects.put(bucket, key, b"x" * size, START + timedelta(minutes=30))

    def bill(self, warehouse: Warehouse | None = None) -> Actual:
        biller = Biller(self.logs, self.objects, self.clock, load(), self.bounds)
        return actual_bill(biller, self.record, Found(self.there), warehouse)

    def without(self, kind: type[Resource]) -> None:
        self.there = tuple(each for each in self.there if not isinstance(each, kind))


@pytest.fixture
def scene() -> Scene:
    return Scene()


def quantity(bill: Bill, item: Item) -> Decimal | None:
    """None: no line."""
    return next((line.quantity for line in bill.lines if line.item == item), None)


def reasons(bill: Bill, about: str) -> list[str]:
    return [why for why in bill.unknown if why.startswith(about)]


def test_invocations_and_their_time_are_those_that_the_logs_report(scene: Scene) -> None:
    scene.runs(TAP, 100, 100, memory=128)
    scene.runs("clean", 3000, 1000)
    scene.runs("enrich", 500)
    found = scene.bill()
    assert quantity(found.so_far, "lambda_request") == 5
    assert quantity(found.so_far, "lambda_gb_second_x86_64") == Decimal("0.2") / 8 + Decimal("4.5") / 2
    assert not any(reasons(found.so_far, f"{step}: ") for step in STEPS)
    assert (found.since, found.until) == (scene.record.created_at, START + LATER + timedelta(seconds=1))


def test_time_is_priced_by_the_functions_architecture(scene: Scene) -> None:
    arm = [replace(each, architecture="arm64") for each in scene.there if isinstance(each, Function)]
    scene.without(Function)
    scene.there += tuple(arm)
    scene.runs("clean", 2000)
    assert quantity(scene.bill().so_far, "lambda_gb_second_arm64") == 1


def test_what_is_logged_is_paid_by_the_byte_and_26_an_event(scene: Scene) -> None:
    scene.logs.write(GHOST.log_group("clean"), START + timedelta(seconds=30), "zwölf\n")
    logged = quantity(scene.bill().so_far, "logs_gb")
    assert logged == Decimal(7 + 26) / 2**30


def test_a_denied_log_group_is_unknown_with_its_reason_and_never_nothing(scene: Scene) -> None:
    for step in STEPS:
        scene.logs.errors[GHOST.log_group(step)] = DENIED
    bill = scene.bill().so_far
    assert quantity(bill, "lambda_request") is None
    told = "Lambda requests, Lambda time on x86_64, CloudWatch logs taken in: denied: reading it: AccessDenied"
    assert [reasons(bill, f"{step}: ") for step in STEPS] == [[f"{step}: {told}"] for step in STEPS]


def test_what_other_steps_used_counts_where_one_is_denied(scene: Scene) -> None:
    scene.logs.errors[GHOST.log_group("clean")] = DENIED
    scene.runs("enrich", 500)
    (line,) = [line for line in scene.bill().so_far.lines if line.item == "lambda_request"]
    assert (line.quantity, line.at_least) == (1, True)


def test_a_log_group_that_is_gone_is_unknown(scene: Scene) -> None:
    del scene.logs.groups[GHOST.log_group("clean")]
    assert "there is none" in reasons(scene.bill().so_far, "clean: ")[0]


def test_of_a_log_that_is_too_long_what_was_read_counts(scene: Scene) -> None:
    scene.bounds = Bounds(patience=timedelta(seconds=5))
    scene.runs("clean", *[2000] * 50)
    bill = scene.bill().so_far
    counted = quantity(bill, "lambda_request")
    assert counted is not None
    assert 0 < counted < 50
    assert "its log is too long to read in 5 s" in reasons(bill, "clean: ")[0]


def test_a_log_that_forgets_faster_than_the_ghost_ages_says_so(scene: Scene) -> None:
    days = next(each.retention_days for each in scene.there if isinstance(each, LogGroup))
    scene.clock.time = START + timedelta(days=days + 1)
    assert f"before the last {days} days" in reasons(scene.bill().so_far, "clean: ")[0]


def test_a_report_without_its_time_is_an_invocation_of_unknown_time(scene: Scene) -> None:
    scene.runs("clean", 2000, None)
    bill = scene.bill().so_far
    assert (quantity(bill, "lambda_request"), quantity(bill, "lambda_gb_second_x86_64")) == (2, 1)
    assert reasons(bill, "clean: ") == ["clean: Lambda time on x86_64: 1 of its reports tell no time"]


def test_time_of_a_function_that_is_not_there_has_no_price(scene: Scene) -> None:
    scene.without(Function)
    scene.runs("clean", 2000)
    bill = scene.bill().so_far
    assert (quantity(bill, "lambda_request"), quantity(bill, "lambda_gb_second_x86_64")) == (1, None)
    assert "its function is not there" in reasons(bill, "clean: ")[0]


def test_a_step_that_prod_serves_is_said_to_be_prods(scene: Scene) -> None:
    scene.record = scene.record.model_copy(update={"shared": {"load": "p-load"}})
    assert "load: prod's function p-load serves it, and its log is prod's" in scene.bill().so_far.unknown


def test_files_of_ghost_buckets_are_requests_and_storage(scene: Scene) -> None:
    scene.put(MID, "a", "b.again", size=512)
    scene.put(OUT, "a", size=1024)
    scene.put("p-mid", "a", size=4096)
    found = scene.bill()
    assert quantity(found.so_far, "s3_put") == 3
    assert quantity(found.a_month, "s3_gb_month") == Decimal(2048) / 2**30
    stored = quantity(found.so_far, "s3_gb_month")
    assert stored is not None
    assert stored == pytest.approx(Decimal(2048) / 2**30 / 2 / 730, rel=Decimal("0.01"))
    assert {bucket for bucket, _ in scene.objects.listed} == {MID, OUT}
    assert scene.objects.read_ == []


def test_files_that_the_ghosts_topic_hears_are_messages(scene: Scene) -> None:
    scene.put(MID, "a", "b")
    scene.put(OUT, "c")
    assert quantity(scene.bill().so_far, "sns_publish") == 2


def test_a_denied_bucket_is_unknown_with_its_reason(scene: Scene) -> None:
    scene.put(OUT, "a", size=1024)
    scene.objects.ailing[MID] = DENIED
    found = scene.bill()
    assert reasons(found.so_far, f"{MID}: ")[0].endswith("S3 storage: denied: reading it: AccessDenied")
    assert found.a_month.at_least
    assert quantity(found.a_month, "s3_gb_month") == Decimal(1024) / 2**30


def test_no_bucket_is_listed_without_end(scene: Scene) -> None:
    scene.bounds = Bounds(listed=2)
    scene.put(MID, "a", "b", "c", "d")
    scene.put(OUT, "a", "b")
    bill = scene.bill().so_far
    assert quantity(bill, "s3_put") == 4
    assert "it has more than 2 files" in reasons(bill, f"{MID}: ")[0]
    assert reasons(bill, f"{OUT}: ") == []


def test_what_nobody_counts_is_said(scene: Scene) -> None:
    bill = scene.bill().so_far
    assert "S3 requests that read: S3 counts them only where request metrics are on" in bill.unknown
    assert reasons(bill, "SQS requests: ") == ["SQS requests: SQS counts none; 21,600 a day where nothing comes"]
    scene.without(EventSourceMapping)
    assert reasons(scene.bill().so_far, "SQS requests: ") == []


def test_an_embedded_warehouse_is_not_on_the_bill(scene: Scene) -> None:
    found = scene.bill()
    assert not any("Snow" in why for bill in (found.so_far, found.a_month) for why in bill.unknown)


def test_a_warehouse_that_was_not_asked_is_unknown(scene: Scene) -> None:
    found = scene.bill(Warehouse())
    told = "the warehouse was not asked"
    both = f"Snowflake credits, Standard Edition, Snowflake storage that only the ghost has: {told}"
    assert both in found.so_far.unknown
    assert f"Snowflake storage that only the ghost has: {told}" in found.a_month.unknown


def test_credits_and_diverged_bytes_are_those_that_the_caller_knows(scene: Scene) -> None:
    found = scene.bill(Warehouse(credits=0.25, size_bytes=2**40))
    assert quantity(found.so_far, "snowflake_credit_standard") == Decimal("0.25")
    assert quantity(found.a_month, "snowflake_tb_month") == 1
    assert quantity(found.so_far, "snowflake_tb_month") is None
    assert any("not since when" in why for why in found.so_far.unknown)


def test_a_ghost_with_pipes_is_billed_for_what_they_loaded(scene: Scene) -> None:
    assert quantity(scene.bill(Warehouse(piped_bytes=2**30)).so_far, "snowpipe_gb") is None
    channel = Channel(bucket=OUT, prefix="", queue_arn="arn:aws:sqs:eu-west-1:222222222222:pipe")
    scene.record = scene.record.model_copy(update={"channels": (channel,)})
    assert quantity(scene.bill(Warehouse(piped_bytes=2**30)).so_far, "snowpipe_gb") == 1
    assert any("Snowpipe" in why for why in scene.bill(Warehouse()).so_far.unknown)
