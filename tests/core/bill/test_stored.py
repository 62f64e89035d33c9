"""What the files of a bucket tell of its costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from dbt_ghost.core.bill.prices import Item
from dbt_ghost.core.bill.stored import Stored
from dbt_ghost.core.resources import BucketEvent, Notifications

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
TOPIC = "arn:aws:sns:eu-west-1:111111111111:ghost-shop-topic"
QUEUE = "arn:aws:sqs:eu-west-1:111111111111:ghost-shop-queue"


def known(stored: Stored) -> dict[Item, Decimal]:
    return {each.item: each.quantity for each in stored.usage("b").used if each.quantity is not None}


def unsure(stored: Stored) -> set[Item]:
    return {each.item for each in stored.usage("b").used if each.quantity is None}


def test_a_file_is_a_request_and_is_kept_since() -> None:
    stored = Stored(NOW)
    stored.take("a", 2**30, NOW - timedelta(hours=73))
    stored.take("b", 2**31, NOW - timedelta(hours=365))
    assert known(stored) == {"s3_put": 2, "s3_gb_month": Decimal("1.1")}
    assert unsure(stored) == {"s3_put", "s3_gb_month"}
    assert [each.quantity for each in stored.a_month("b").used] == [3]


def test_a_file_from_a_clock_that_is_ahead_is_not_paid_back() -> None:
    stored = Stored(NOW)
    stored.take("a", 2**30, NOW + timedelta(hours=1))
    assert known(stored)["s3_gb_month"] == 0


def test_a_bucket_that_tells_eventbridge_has_an_event_a_file() -> None:
    stored = Stored(NOW, Notifications("b", (), eventbridge=True))
    stored.take("a", 1, NOW)
    assert known(stored)["eventbridge_event"] == 1
    assert "eventbridge_event" in unsure(stored)
    assert "eventbridge_event" not in known(Stored(NOW, Notifications("b", ())))


def test_only_keys_that_a_topic_hears_are_messages() -> None:
    entries = (BucketEvent(TOPIC, prefix="in/", suffix=".csv"), BucketEvent(TOPIC, prefix="in/"), BucketEvent(QUEUE))
    stored = Stored(NOW, Notifications("b", entries))
    for key in ("in/a.csv", "in/b.txt", "c.csv"):
        stored.take(key, 1, NOW)
    assert known(stored)["sns_publish"] == 3
    assert "sns_publish" in unsure(stored)
    assert "sns_publish" not in known(Stored(NOW, Notifications("b", (BucketEvent(QUEUE),))))
