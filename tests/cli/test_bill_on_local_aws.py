"""The bill of a ghost on the local AWS, of what the real providers read there."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from dbt_ghost.core.bill.bill import Actual, Line
from dbt_ghost.core.naming import GhostName
from dbt_ghost.demo.production import Production
from dbt_ghost.demo.story import BRANCH, STATE_BUCKET
from dbt_ghost.operations.apply import see
from dbt_ghost.operations.bill import Biller, actual_bill
from dbt_ghost.providers import price_table
from dbt_ghost.providers.aws.compared_objects import AwsComparedObjects
from dbt_ghost.providers.aws.ghosts import AwsGhosts
from dbt_ghost.providers.aws.logs import AwsLogs
from dbt_ghost.providers.aws.records import AwsRecords
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.process import SystemClock
from tests.cli.typed import ghost_ingest

GHOST = GhostName("flights", BRANCH)
DAY = "2013-02-01"
PATIENCE_S = 30


def bill(session: Session) -> Actual:
    seen = see(AwsGhosts(session, "flights", session.account()), AwsRecords(session, STATE_BUCKET), GHOST)
    assert seen.stored is not None
    biller = Biller(AwsLogs(session), AwsComparedObjects(session), SystemClock(), price_table.load())
    return actual_bill(biller, seen.stored.record, seen.found)


def lines(found: Actual) -> dict[str, Line]:
    return {line.item: line for line in found.so_far.lines}


@pytest.mark.usefixtures("on_branch")
def test_what_went_through_a_ghost_is_on_its_bill(production: Production, session: Session) -> None:
    ghost_ingest("fork")
    before = bill(session)
    assert before.so_far.total == 0
    production.deliver(DAY)
    production.wait_for(DAY, bucket=GHOST.bucket(production.buckets.curated))
    end = time.monotonic() + PATIENCE_S
    while (runs := lines(bill(session)).get("lambda_request")) is None or runs.quantity < 3:
        assert time.monotonic() < end, "the tap and both steps ran, and their logs do not say so"
        time.sleep(0.2)
    after = lines(bill(session))
    assert after["lambda_gb_second_x86_64"].quantity > 0
    assert after["logs_gb"].quantity > 0
    buckets = [GHOST.bucket(name) for name in (production.buckets.clean, production.buckets.curated)]
    s3 = session.client("s3")
    files = [each for bucket in buckets for each in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    assert after["s3_put"].quantity == len(files) > 1
    (kept,) = bill(session).a_month.lines
    assert kept.quantity == Decimal(sum(each["Size"] for each in files)) / 2**30
