"""Who may hand something to a ghost's functions, queues and topics: all that has to, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.resources import Function, Notifications, Queue, Resource, Rule, Subscription, Topic
from dbt_ghost.core.topology import ProdBucket
from tests.core.blueprint.grounds import ACCOUNT, GHOST, RULE, WAYS, by, chain, config, made, of

S3, SNS, EVENTS = "s3.amazonaws.com", "sns.amazonaws.com", "events.amazonaws.com"
Handing = tuple[str, str, str]
"""The service, the ARN of what it acts for, the ARN of what it hands to."""

SETTINGS = {"plain": config(), "sampled": config({"sample": 0.5}), "staged": config(input="staged")}
GHOSTS = [(first, then, each) for first in WAYS for then in WAYS for each in SETTINGS]


def handed(found: list[Resource]) -> Iterator[Handing]:
    """What is to be handed on, what failed included."""
    for rule in of(Rule, found).values():
        source = ACCOUNT.rule_arn(rule.name, rule.bus)
        yield from ((EVENTS, source, to) for to in (rule.target_arn, rule.dead_letter_arn))
    for each in of(Subscription, found).values():
        yield from ((SNS, each.topic_arn, to) for to in (each.endpoint_arn, each.dead_letter_arn))
    for bucket in of(Notifications, found).values():
        yield from ((S3, ACCOUNT.bucket_arn(bucket.bucket), entry.target_arn) for entry in bucket.entries)


def policies(found: list[Resource]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(the ARN of what has the policy, the one call that is for, a statement)"""
    queues = ((ACCOUNT.queue_arn(each.name), "sqs:SendMessage", each.policy) for each in of(Queue, found).values())
    topics = ((ACCOUNT.topic_arn(each.name), "sns:Publish", each.policy) for each in of(Topic, found).values())
    for arn, action, policy in (*queues, *topics):
        yield from ((arn, action, statement) for statement in (json.loads(policy)["Statement"] if policy else ()))


def let_in(found: list[Resource]) -> Iterator[Handing]:
    for arn, _, statement in policies(found):
        yield statement["Principal"]["Service"], statement["Condition"]["ArnEquals"]["aws:SourceArn"], arn
    for function in of(Function, found).values():
        arn = ACCOUNT.function_arn(function.name)
        yield from ((each.principal, each.source_arn, arn) for each in function.invokers)


def ghost(first: str, then: str, settings: GhostConfig) -> list[Resource]:
    return made(chain(by(first), by(then, "p-mid")), settings)


@pytest.mark.parametrize(("first", "then", "settings"), GHOSTS)
def test_whatever_hands_on_is_let_in_and_nothing_else(first: str, then: str, settings: str) -> None:
    found = ghost(first, then, SETTINGS[settings])
    assert sorted(let_in(found)) == sorted(set(handed(found)))


@pytest.mark.parametrize("way", ["eventbridge", "eventbridge_sqs"])
def test_two_that_hand_to_one_are_both_let_in(way: str) -> None:
    topology = chain(by(way), by("s3", "p-mid"))
    clean, enrich = topology.steps
    both = (*clean.triggers, replace(clean.triggers[0], rule=replace(RULE, name="p-other")))
    found = made(replace(topology, steps=(replace(clean, triggers=both), enrich)))
    assert len([each for each in let_in(found) if each[2] == ACCOUNT.queue_arn(GHOST.failures("clean"))]) == 2
    assert sorted(let_in(found)) == sorted(set(handed(found)))


def test_two_buckets_that_publish_to_one_topic_are_both_let_in() -> None:
    topology = chain(by("s3"), by("sns", "p-mid"), environment=(("OUT", "p-mid"), ("TOO", "p-too")))
    clean, enrich = topology.steps
    steps = (clean, replace(enrich, triggers=(by("sns", "p-mid"), by("sns", "p-too"))))
    buckets = (*topology.buckets, ProdBucket("p-too", (), eventbridge=True))
    found = made(replace(topology, steps=steps, buckets=buckets), config(outputs=["OUT", "TOO"]))
    assert len([each for each in let_in(found) if each[0] == S3]) == 2
    assert sorted(let_in(found)) == sorted(set(handed(found)))


@pytest.mark.parametrize("way", WAYS)
def test_it_may_put_something_in_and_do_nothing_else(way: str) -> None:
    for arn, action, statement in policies(ghost(way, way, SETTINGS["plain"])):
        del statement["Sid"], statement["Principal"]
        assert statement.pop("Condition").keys() <= {"ArnEquals", "StringEquals"}
        assert statement == {"Effect": "Allow", "Action": action, "Resource": arn}


@pytest.mark.parametrize("way", WAYS)
def test_a_bucket_is_let_in_together_with_its_account_since_its_arn_has_none(way: str) -> None:
    found = ghost("s3", way, SETTINGS["plain"])
    for _, _, statement in policies(found):
        accounts = statement["Condition"].get("StringEquals", {})
        assert accounts == ({"aws:SourceAccount": ACCOUNT.id} if statement["Principal"]["Service"] == S3 else {})
    for function in of(Function, found).values():
        for each in function.invokers:
            assert each.source_account == (ACCOUNT.id if each.principal == S3 else "")
