"""What discovery names, refuses and costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from dbt_ghost.core.errors import Denied, Refused
from dbt_ghost.core.grants import EVENTS, S3, SNS
from dbt_ghost.core.resources import BucketEvent, pairs
from dbt_ghost.core.topology import ProdMapping
from dbt_ghost.core.wires import Alias, SeenMapping, SeenQueue
from tests.operations.fake_ghosts import ACCOUNT
from tests.operations.fake_prod import FakeProd
from tests.operations.test_discover import CLEAN, ENTRY, LIVE, PATTERN, bare, looked, permitted_rule, rule, step
from tests.prod_functions import prod_function

ELSEWHERE = replace(ACCOUNT, region="us-east-1")
OTHERS = replace(ACCOUNT, id="222222222222")


def test_other_ways_to_start_the_function_are_named() -> None:
    prod = bare()
    prod.urls = {CLEAN}
    prod.allow(CLEAN, "apigateway.amazonaws.com", None)
    prod.allow(CLEAN, "*", None)
    stream = "Kinesis stream arn:aws:kinesis:eu-west-1:111111111111:stream/s"
    for enabled in (True, False):
        prod.mappings.setdefault(CLEAN, []).append(
            SeenMapping(CLEAN, stream + "1" * enabled, is_queue=False, enabled=enabled, how=ProdMapping(""))
        )
    permitted_rule(prod, rule(name="nightly", schedule="rate(1 day)", pattern=""))
    assert step(prod).unfollowed == (
        f"{stream} (switched off)",
        f"{stream}1",
        "function URL",
        "invocations by anybody",
        "invocations by apigateway.amazonaws.com",
        "schedule nightly",
    )


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ({**PATTERN, "detail": {"bucket": {"name": [{"prefix": "p-"}]}}}, "it names its buckets by a filter"),
        ({**PATTERN, "detail": {}}, "it matches the objects of buckets that it does not name"),
        ({"source": [{"prefix": "aws."}]}, "it matches the objects of buckets that it does not name"),
        ({"$or": [PATTERN]}, "its pattern has alternatives ($or)"),
        ({**PATTERN, "detail-type": ["AWS API Call via CloudTrail"]}, "events of S3 that are not its own"),
    ],
)
def test_a_rule_whose_buckets_cannot_be_told_is_named(pattern: object, why: str) -> None:
    prod = bare()
    permitted_rule(prod, rule(name="fünf|[x]", pattern=pattern))
    found = step(prod)
    assert found.triggers == ()
    assert len(found.unfollowed) == 1
    assert found.unfollowed[0].startswith("rule fünf|[x] (")
    assert why in found.unfollowed[0]


def test_a_rule_for_a_bucket_on_another_bus_is_named() -> None:
    prod = bare()
    prod.bus_names = ("central", "default")
    permitted_rule(prod, rule(bus="central"))
    assert step(prod).unfollowed == ("rule arrivals of bus central (S3 sends to the default bus)",)


def test_fifo_queues_and_those_that_nothing_known_fills_are_named() -> None:
    prod = bare()
    prod.map("ordered.fifo", CLEAN)
    del prod.queues[prod.map("gone", CLEAN)]
    prod.map("filled-by-hand", CLEAN)
    assert step(prod).unfollowed == (
        "queue filled-by-hand (no bucket or rule is known to fill it)",
        "queue gone (it does not exist)",
        "queue ordered.fifo (a FIFO queue)",
    )


def test_a_condition_that_cannot_be_judged_is_named() -> None:
    prod = bare()
    prod.feed("p-raw", ENTRY, permitted=False)
    prod.allow(CLEAN, S3, ACCOUNT.bucket_arn("p-raw"), **{"aws:SourceOrgID": "o-1"})
    found = step(prod)
    assert found.triggers == ()
    assert "depends on a condition that cannot be judged" in found.unfollowed[0]


def test_a_topic_that_the_function_does_not_let_in_is_named() -> None:
    prod = bare()
    topic = prod.subscribe("t", CLEAN)
    prod.feed("p-raw", BucketEvent(topic))
    prod.policies[CLEAN].clear()
    prod.allow(CLEAN, SNS, topic, **{"aws:SourceAccount": OTHERS.id})
    found = step(prod)
    assert (found.triggers, found.unfollowed) == ((), ("topic t (it is configured, but not permitted)",))


def test_a_mapping_that_is_listed_by_name_and_belongs_to_a_version_goes_through_the_version() -> None:
    prod = bare()
    prod.feed("p-raw", BucketEvent(prod.map("q", f"{CLEAN}:7")))
    prod.mappings[CLEAN] = prod.mappings[f"{CLEAN}:7"]
    assert step(prod).function.qualifier == "7"


def to_a_topic(prod: FakeProd, arn: str) -> None:
    prod.allow(CLEAN, SNS, arn)


def to_a_queue(prod: FakeProd, arn: str) -> None:
    prod.mappings[CLEAN] = [SeenMapping(CLEAN, arn, is_queue=True, enabled=True, how=ProdMapping(arn))]


def to_a_subscription(prod: FakeProd, arn: str) -> None:
    prod.topics[arn] = []
    prod.allow(CLEAN, SNS, None)
    name = prod.subscribe("t", CLEAN)
    prod.topics[arn] = prod.topics.pop(name)


@pytest.mark.parametrize(
    ("lead", "arn", "said"),
    [
        (to_a_topic, OTHERS.topic_arn("t"), "topic t of account 222222222222"),
        (to_a_topic, ELSEWHERE.topic_arn("t"), "topic t of region us-east-1"),
        (to_a_queue, OTHERS.queue_arn("q"), "queue q of account 222222222222"),
        (to_a_queue, ELSEWHERE.queue_arn("q"), "queue q of region us-east-1"),
        (to_a_subscription, OTHERS.topic_arn("t"), "topic t of account 222222222222"),
    ],
)
def test_what_is_of_another_account_or_region_is_refused(
    lead: Callable[[FakeProd, str], None], arn: str, said: str
) -> None:
    prod = bare()
    lead(prod, arn)
    with pytest.raises(Refused, match=said) as refused:
        looked(prod)
    assert "one account and one region" in refused.value.hint


def test_a_bucket_that_a_permission_says_is_of_another_account_is_refused() -> None:
    prod = bare()
    prod.allow(CLEAN, S3, ACCOUNT.bucket_arn("p-raw"), **{"AWS:SourceAccount": OTHERS.id})
    with pytest.raises(Refused, match="bucket p-raw of account 222222222222"):
        looked(prod)


def test_a_named_bucket_that_may_not_be_read_is_not_absent() -> None:
    prod = bare()
    prod.feed("p-raw", ENTRY)
    prod.denied = {"bucket p-raw"}
    with pytest.raises(Denied):
        looked(prod)


# The one qualifier.


def both(prod: FakeProd) -> None:
    prod.named_aliases["p-clean"] = (Alias("live", "3"),)
    prod.feed("p-raw", BucketEvent(LIVE, prefix="a/"))
    prod.feed("p-raw", BucketEvent(CLEAN, prefix="b/"))


def test_the_function_is_read_as_its_alias_has_it() -> None:
    prod = bare()
    prod.named_aliases["p-clean"] = (Alias("live", "3"), Alias("unused", "1"))
    prod.feed("p-raw", BucketEvent(LIVE))
    prod.at_qualifier["p-clean", "live"] = prod_function("p-clean", b"version 3")
    found = step(prod).function
    assert found == replace(prod_function("p-clean", b"version 3"), qualifier="live", policies=())


def test_a_queue_that_is_mapped_to_an_alias_goes_through_it() -> None:
    prod = bare()
    prod.named_aliases["p-clean"] = (Alias("live", "3"),)
    prod.feed("p-raw", BucketEvent(prod.map("q", LIVE)))
    assert step(prod).function.qualifier == "live"


def test_two_qualifiers_with_equal_code_and_settings_are_one_step() -> None:
    prod = bare()
    both(prod)
    found = step(prod)
    assert found.function.qualifier == ""
    assert len(found.triggers) == 2


def test_two_qualifiers_that_differ_are_refused_without_showing_values() -> None:
    prod = bare()
    both(prod)
    prod.at_qualifier["p-clean", "live"] = replace(
        prod_function("p-clean", b"older"), environment=pairs({"TOKEN": "hunter2"})
    )
    with pytest.raises(Refused, match="through its name alone and through live, which differ in") as refused:
        looked(prod)
    assert "code_sha256, environment" in refused.value.message
    assert "hunter2" not in refused.value.message


def test_a_weighted_alias_in_use_and_a_queues_own_key_are_not_modelled() -> None:
    prod = bare()
    prod.named_aliases["p-clean"] = (Alias("live", "3", weighted=True), Alias("unused", "1", weighted=True))
    queue = prod.map("q", LIVE)
    prod.queues[queue] = SeenQueue(queue, unmodelled=("KMS key of the queue q",))
    prod.feed("p-raw", BucketEvent(queue))
    assert step(prod).function.unmodelled == ("KMS key of the queue q", "weighted alias live")


# What it costs.


def calls_for(functions: int) -> int:
    prod = FakeProd()
    names = [f"p-fn{number}" for number in range(functions)]
    for name in names:
        prod.functions[name] = prod_function(name)
        prod.feed(f"{name}-in", BucketEvent(ACCOUNT.function_arn(name)))
        prod.feed("p-shared", BucketEvent(ACCOUNT.function_arn(name), prefix=f"{name}/"))
        prod.feed("p-shared", BucketEvent(prod.map("shared", ACCOUNT.function_arn(name))))
        prod.allow(ACCOUNT.function_arn(name), EVENTS, None)
    looked(prod, *names)
    assert max(prod.calls.values()) == 1, "nothing is read twice"
    return sum(prod.calls.values())


def test_calls_grow_in_proportion_to_the_functions() -> None:
    one, two, many = calls_for(10), calls_for(20), calls_for(40)
    assert many - two == 2 * (two - one)
