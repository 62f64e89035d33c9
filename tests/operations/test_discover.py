"""What triggers the steps of a chain: permission and configuration, joined by every route."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.errors import Denied, NotFound
from dbt_ghost.core.grants import EVENTS, S3, SNS
from dbt_ghost.core.resources import BucketEvent, canonical
from dbt_ghost.core.topology import ProdBucket, ProdMapping, ProdRule, ProdSubscription, Step, Topology, Trigger
from dbt_ghost.core.wires import Alias, SeenQueue, SeenRule
from dbt_ghost.operations.discover import VERSIONS, discover
from tests.operations.fake_ghosts import ACCOUNT
from tests.operations.fake_prod import FakeProd
from tests.prod_functions import prod_function

CLEAN, LIVE = ACCOUNT.function_arn("p-clean"), ACCOUNT.function_arn("p-clean") + ":live"
RAW = ACCOUNT.bucket_arn("p-raw")
ENTRY = BucketEvent(CLEAN, prefix="in/", suffix=".csv")
PATTERN = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {"bucket": {"name": ["p-raw"]}}}


def bare() -> FakeProd:
    """One function that nothing triggers yet, and a bucket that sends nothing but to EventBridge."""
    prod = FakeProd()
    for everything in (prod.buckets, prod.policies, prod.functions):
        everything.clear()
    prod.functions["p-clean"] = prod_function("p-clean")
    prod.buckets["p-raw"] = ProdBucket("p-raw", (), eventbridge=True)
    return prod


def config(**functions: str) -> GhostConfig:
    steps = {step: {"function": function} for step, function in functions.items()}
    return GhostConfig.model_validate({"project": "shop", "databases": ["PROD"], "ingestion": {"steps": steps}})


def looked(prod: FakeProd, *functions: str) -> Topology:
    return discover(prod, config(**{name.removeprefix("p-"): name for name in functions or ("p-clean",)}))


def step(prod: FakeProd) -> Step:
    return looked(prod).steps[0]


def rule(
    target: str = CLEAN, name: str = "arrivals", bus: str = "default", pattern: object = PATTERN, **other: Any
) -> SeenRule:
    """One on the bucket; with an empty `pattern`, one without."""
    made = ProdRule(name, canonical(pattern) if pattern else "", bus)
    return SeenRule(made, ACCOUNT.rule_arn(name, bus), target, **other)


def permitted_rule(prod: FakeProd, seen: SeenRule) -> None:
    prod.seen_rules.append(seen)
    prod.allow(seen.target_arn, EVENTS, seen.arn)


# Every route.


def test_a_chain_is_found_with_its_buckets_and_in_the_order_of_the_settings() -> None:
    found = looked(FakeProd(), "p-enrich", "p-clean")
    assert [(each.name, [trigger.bucket for trigger in each.triggers]) for each in found.steps] == [
        ("enrich", ["p-mid"]),
        ("clean", ["p-raw"]),
    ]
    assert [bucket.name for bucket in found.buckets] == ["p-mid", "p-raw"]
    assert found.unreserved == 900


def test_a_bucket_sends_to_the_function() -> None:
    prod = bare()
    prod.feed("p-raw", ENTRY)
    assert step(prod).triggers == (Trigger("p-raw", entry=ENTRY),)


def test_a_bucket_sends_by_a_topic() -> None:
    prod, how = bare(), ProdSubscription(ACCOUNT.topic_arn("t"), filter_policy='{"a":["b"]}')
    entry = BucketEvent(prod.subscribe("t", CLEAN, how))
    prod.feed("p-raw", entry)
    assert step(prod).triggers == (Trigger("p-raw", entry=entry, subscription=how),)


def test_a_bucket_sends_by_a_queue_whose_own_settings_are_told_too() -> None:
    prod = bare()
    queue = prod.map("q", CLEAN, ProdMapping(ACCOUNT.queue_arn("q"), batch_size=5, partial_failures=True))
    prod.queues[queue] = SeenQueue(queue, visibility_s=90, retention_s=60, delay_s=3, max_receives=4)
    prod.feed("p-raw", BucketEvent(queue))
    mapping = ProdMapping(queue, 5, partial_failures=True, visibility_s=90, retention_s=60, delay_s=3, max_receives=4)
    assert step(prod).triggers == (Trigger("p-raw", entry=BucketEvent(queue), mapping=mapping),)


def test_a_bucket_sends_by_a_topic_and_a_queue() -> None:
    prod = bare()
    how = ProdSubscription(ACCOUNT.topic_arn("t"), raw=True)
    entry = BucketEvent(prod.subscribe("t", queue := prod.map("q", CLEAN), how))
    prod.feed("p-raw", entry)
    assert step(prod).triggers == (Trigger("p-raw", entry=entry, subscription=how, mapping=ProdMapping(queue)),)


def test_a_rule_sends_a_buckets_events_to_the_function_or_to_its_queue() -> None:
    prod = bare()
    permitted_rule(prod, direct := rule())
    permitted_rule(prod, queued := rule(prod.map("q", CLEAN), name="queued"))
    assert step(prod).triggers == (
        Trigger("p-raw", rule=direct.rule),
        Trigger("p-raw", rule=queued.rule, mapping=ProdMapping(ACCOUNT.queue_arn("q"))),
    )


def test_a_rule_that_names_several_buckets_is_a_trigger_for_each() -> None:
    prod = bare()
    prod.buckets["p-other"] = ProdBucket("p-other", (), eventbridge=True)
    permitted_rule(prod, rule(pattern={**PATTERN, "detail": {"bucket": {"name": ["p-raw", "p-other"]}}}))
    assert [trigger.bucket for trigger in step(prod).triggers] == ["p-other", "p-raw"]


@pytest.mark.parametrize("bus", ["default", "orders"])
def test_a_rule_about_other_events_has_no_bucket(bus: str) -> None:
    prod = bare()
    prod.bus_names = ("default", "orders")
    permitted_rule(prod, seen := rule(pattern={"source": ["shop.orders"], "detail": {"näme": ["ünïcödé ✓"]}}, bus=bus))
    assert step(prod).triggers == (Trigger("", rule=seen.rule),)
    assert looked(prod).buckets == ()


def test_a_rule_that_brings_its_own_role_needs_no_permission_of_the_function() -> None:
    prod = bare()
    prod.seen_rules.append(rule(by_role=True))
    assert [trigger.bucket for trigger in step(prod).triggers] == ["p-raw"]


# Where a policy does not name the buckets or topics.


@pytest.mark.parametrize("source", [None, "arn:aws:s3:::p-*", "arn:aws:s3:::p-ra?", "*"])
def test_a_permission_without_names_makes_it_look_into_the_buckets_that_it_could_mean(source: str | None) -> None:
    prod = bare()
    prod.feed("p-raw", ENTRY, permitted=False)
    prod.buckets["q-elsewhere"] = ProdBucket("q-elsewhere", (), eventbridge=False)
    prod.allow(CLEAN, S3, source)
    assert step(prod).triggers == (Trigger("p-raw", entry=ENTRY),)
    assert prod.calls["entries q-elsewhere"] == (source in (None, "*")), "only where the permission could mean it"
    assert prod.calls["bucket q-elsewhere"] == 0


def test_a_bucket_that_may_not_be_looked_into_is_an_error_that_names_it() -> None:
    prod = bare()
    prod.allow(CLEAN, S3, None)
    prod.denied = {"entries p-raw"}
    with pytest.raises(Denied, match="entries p-raw"):
        looked(prod)


@pytest.mark.parametrize("by_queue", [False, True])
def test_topics_that_a_policy_does_not_name_are_found_by_the_accounts_subscriptions(by_queue: bool) -> None:
    prod = bare()
    endpoint = prod.map("q", CLEAN) if by_queue else CLEAN
    topic = prod.subscribe("t", endpoint)
    prod.policies[endpoint].clear()
    prod.allow(endpoint, SNS, "arn:aws:sns:*:*:*")
    prod.feed("p-raw", BucketEvent(topic))
    assert [trigger.subscription for trigger in step(prod).triggers] == [ProdSubscription(topic)]


def test_a_topic_that_anybody_of_the_account_may_send_to_is_looked_for_in_all_buckets() -> None:
    """As a topic's policy is by default."""
    prod = bare()
    topic = prod.subscribe("t", CLEAN)
    prod.feed("p-raw", BucketEvent(topic), permitted=False)
    prod.allow(topic, "*", None, **{"AWS:SourceOwner": ACCOUNT.id})
    assert [trigger.bucket for trigger in step(prod).triggers] == ["p-raw"]


# Disagreements.


def test_permission_without_configuration_is_no_trigger() -> None:
    prod = bare()
    prod.allow(CLEAN, S3, RAW)
    prod.allow(CLEAN, SNS, prod.subscribe("t", ACCOUNT.function_arn("p-other")))
    prod.allow(CLEAN, EVENTS, ACCOUNT.rule_arn("gone"))
    found = step(prod)
    assert (found.triggers, found.unfollowed) == ((), ())


@pytest.mark.parametrize("left_over", ["p-gone", "p-raw"])
def test_a_permission_that_was_left_over_is_no_error(left_over: str) -> None:
    prod = bare()
    prod.allow(CLEAN, S3, ACCOUNT.bucket_arn(left_over))
    prod.allow(CLEAN, SNS, ACCOUNT.topic_arn("gone"))
    assert step(prod).triggers == ()


def test_configuration_without_permission_is_no_trigger_and_is_named() -> None:
    prod = bare()
    prod.feed("p-raw", ENTRY, permitted=False)
    prod.seen_rules.append(rule())  # the rule's pattern leads to the bucket, whose document names the function too
    prod.mappings[CLEAN] = []
    prod.feed("p-raw", BucketEvent(prod.map("q", CLEAN)), permitted=False)
    found = step(prod)
    assert found.triggers == ()
    assert found.unfollowed == (
        "bucket p-raw (it is configured, but not permitted)",
        "queue q (no bucket or rule is known to fill it)",
        "rule arrivals (it is configured, but not permitted)",
    )


def test_every_hop_must_be_permitted() -> None:
    prod = bare()
    topic = prod.subscribe("t", CLEAN)
    prod.feed("p-raw", BucketEvent(topic))
    assert step(prod).triggers
    for hop in (topic, CLEAN):
        kept = prod.policies.pop(hop)
        assert step(prod).triggers == ()
        prod.policies[hop] = kept


def test_a_permission_for_the_function_is_none_for_its_alias() -> None:
    prod = bare()
    prod.named_aliases["p-clean"] = (Alias("live", "1"),)
    prod.feed("p-raw", BucketEvent(LIVE), permitted=False)
    prod.allow(CLEAN, S3, RAW)
    assert step(prod).triggers == ()


def test_what_is_switched_off_is_named_and_not_followed() -> None:
    prod = bare()
    permitted_rule(prod, rule(enabled=False))
    permitted_rule(prod, rule(name="nightly", enabled=False, schedule="rate(1 day)", pattern=""))
    prod.feed("p-raw", BucketEvent(prod.map("q", CLEAN, enabled=False)))
    found = step(prod)
    assert found.triggers == ()
    assert found.unfollowed == (
        "queue q (its mapping is switched off)",
        "rule arrivals (switched off)",
        "schedule nightly (switched off)",
    )
    assert not [call for call in prod.calls if call.startswith("queue ")], "nor read"


def test_a_rule_for_a_bucket_that_sends_nothing_to_eventbridge_is_named() -> None:
    prod = bare()
    prod.buckets["p-raw"] = ProdBucket("p-raw", (), eventbridge=False)
    permitted_rule(prod, rule())
    assert step(prod).unfollowed == ("rule arrivals for bucket p-raw (it does not send its events to EventBridge)",)


def test_a_rule_that_may_match_any_buckets_objects_is_open_and_another_is_not() -> None:
    prod = bare()
    permitted_rule(prod, rule(name="all", pattern={"source": ["aws.s3"], "detail-type": ["Object Created"]}))
    permitted_rule(prod, rule(name="off", enabled=False, pattern={"source": ["aws.s3"]}))
    permitted_rule(prod, rule())
    words = "rule all (it matches the objects of buckets that it does not name)"
    assert step(prod).open_rules == (words,)
    assert words in step(prod).unfollowed


def test_versions_are_looked_at_where_nothing_else_triggers_the_function() -> None:
    prod = bare()
    prod.published["p-clean"] = tuple(str(number) for number in range(VERSIONS + 3, 0, -1))
    newest = f"{CLEAN}:{VERSIONS + 3}"
    prod.feed("p-raw", BucketEvent(newest))
    found = step(prod)
    assert found.triggers == (Trigger("p-raw", entry=BucketEvent(newest)),)
    assert found.function.qualifier == str(VERSIONS + 3)
    assert found.unfollowed == ("versions before 4 were not looked at",)
    prod.feed("p-raw", ENTRY)
    prod.calls.clear()
    prod.buckets["p-raw"] = replace(prod.buckets["p-raw"], entries=(ENTRY,))
    assert step(prod).function.qualifier == ""
    assert not [call for call in prod.calls if call.startswith("door p-clean ")]


def test_a_version_that_something_names_is_looked_at_beside_others() -> None:
    prod = bare()
    for arn in (CLEAN, f"{CLEAN}:7"):
        prod.feed("p-raw", BucketEvent(arn))
    assert [trigger.entry for trigger in step(prod).triggers] == [BucketEvent(CLEAN), BucketEvent(f"{CLEAN}:7")]


def test_a_missing_function_is_not_found() -> None:
    with pytest.raises(NotFound, match="p-nowhere"):
        looked(bare(), "p-nowhere")


def test_an_account_whose_limits_may_not_be_read_is_unknown_in_that() -> None:
    prod = bare()
    prod.denied = {"unreserved"}
    assert looked(prod).unreserved is None
