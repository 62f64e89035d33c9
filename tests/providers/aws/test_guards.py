"""Whatever a ghost's part hands work or rights to is the same ghost's: nothing else is made, changed or deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.errors import NotFound, Refused
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.policies import TRUST
from dbt_ghost.core.resources import TAG_BRANCH, BucketEvent, Resource, Subscription, kind_of
from dbt_ghost.core.topology import Account
from dbt_ghost.providers.aws.ghosts import AwsGhosts
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import REGION, session_of
from tests.providers.aws.test_ghosts import (
    ACCOUNT,
    CODE,
    GHOST,
    PROD_QUEUE,
    PROD_TOPIC,
    build,
    ghosts,
    ground,
    part,
    parts,
    same,
    stray,
)

__all__ = ["ghosts"]

OTHER = GhostName("flights", "another")
ELSEWHERE = Account("999999999999", REGION)
PROD_FUNCTION = ACCOUNT.function_arn("flights-clean")
OUR_FUNCTION, OUR_QUEUE = GHOST.function("clean"), GHOST.piece("clean", PROD_QUEUE)
CHANNEL = "arn:aws:sqs:eu-west-1:333333333333:sf-snowpipe-AIDA-x"
QUEUE, FUNCTION, MAPPING = part("queue"), part("function"), part("event source mapping")
NOTIFICATIONS, SUBSCRIPTION, RULE = part("notifications"), part("subscription"), part("rule")


def outside_function() -> list[str]:
    """ARNs of functions that are not the ghost's: prod's, another branch's, another account's, a version of its own."""
    own = ACCOUNT.function_arn(OUR_FUNCTION)
    return [
        PROD_FUNCTION,
        ACCOUNT.function_arn(OTHER.function("clean")),
        ELSEWHERE.function_arn(OUR_FUNCTION),
        f"{own}:1",
    ]


def outside_queue() -> list[str]:
    return [PROD_QUEUE, ACCOUNT.queue_arn(OTHER.failures("clean")), ELSEWHERE.queue_arn(OUR_QUEUE), CHANNEL]


def pointing_outside() -> list[Resource]:
    names = [PROD_FUNCTION, *outside_function()[1:], ACCOUNT.topic_arn(OUR_QUEUE)]
    return [
        *(replace(QUEUE, dead_letter_arn=arn) for arn in outside_queue()),
        *(replace(FUNCTION, failures_arn=arn) for arn in [*outside_queue(), ACCOUNT.function_arn(OUR_FUNCTION)]),
        replace(FUNCTION, role_arn=ACCOUNT.role_arn("flights-clean")),
        replace(FUNCTION, role_arn=ELSEWHERE.role_arn(GHOST.role("clean", REGION))),
        *(replace(MAPPING, function=name) for name in ["flights-clean", OTHER.function("clean"), f"{OUR_FUNCTION}:1"]),
        *(replace(RULE, target_arn=arn) for arn in [*names, *outside_queue()]),
        *(replace(RULE, dead_letter_arn=arn) for arn in outside_queue()),
        *(replace(NOTIFICATIONS, entries=(BucketEvent(arn),)) for arn in [*names[:-1], *outside_queue(), PROD_TOPIC]),
        replace(NOTIFICATIONS, entries=(*NOTIFICATIONS.entries, BucketEvent(PROD_QUEUE))),
        *(replace(SUBSCRIPTION, dead_letter_arn=arn) for arn in outside_queue()),
    ]


@pytest.mark.parametrize("number", range(len(pointing_outside())))
def test_a_part_that_points_outside_its_ghost_is_refused(ghosts: AwsGhosts, session: Session, number: int) -> None:
    resource = pointing_outside()[number]
    ground(session, part(kind_of(resource)))
    before = ghosts.look(GHOST)
    with pytest.raises(Refused, match="is not of the ghost of branch"):
        ghosts.put(resource, CODE)
    assert ghosts.look(GHOST) == before


NOBODYS = [*outside_function()[:1], *outside_function()[2:], *outside_queue()[:1], *outside_queue()[2:], PROD_TOPIC]


@pytest.mark.parametrize("endpoint", NOBODYS)
def test_an_endpoint_that_is_no_ghosts_is_never_subscribed_or_unsubscribed(
    ghosts: AwsGhosts, session: Session, endpoint: str
) -> None:
    session.client("sns").create_topic(Name="flights-files")
    there = session.client("sns").subscribe(TopicArn=PROD_TOPIC, Protocol="sqs", Endpoint=PROD_QUEUE)
    for attempt in (ghosts.put, ghosts.delete):
        with pytest.raises(Refused, match="left alone"):
            attempt(Subscription(PROD_TOPIC, endpoint))
    left = session.client("sns").list_subscriptions()["Subscriptions"]
    assert [one["SubscriptionArn"] for one in left] == [there["SubscriptionArn"]]


def test_a_ghosts_endpoint_may_be_subscribed_to_prods_topic_and_prods_subscriptions_stay(
    ghosts: AwsGhosts, session: Session
) -> None:
    build(ghosts, parts(GHOST))
    session.client("sns").create_topic(Name="flights-files")
    theirs = session.client("sns").subscribe(TopicArn=PROD_TOPIC, Protocol="sqs", Endpoint=PROD_QUEUE)
    ours = replace(SUBSCRIPTION, topic_arn=PROD_TOPIC)
    ghosts.put(ours)
    assert ours in ghosts.look(GHOST).resources
    ghosts.delete(ours)
    assert same(ghosts.look(GHOST).resources, parts(GHOST))
    left = session.client("sns").list_subscriptions_by_topic(TopicArn=PROD_TOPIC)["Subscriptions"]
    assert [one["SubscriptionArn"] for one in left] == [theirs["SubscriptionArn"]]


@pytest.mark.parametrize("tags", [(), ((TAG_BRANCH, "another"),)])
def test_an_endpoint_that_carries_our_name_but_not_our_tag_is_left_alone(
    ghosts: AwsGhosts, session: Session, tags: Any
) -> None:
    build(ghosts, [one for one in parts(GHOST) if kind_of(one) in ("queue", "topic")])
    stray(session, SUBSCRIPTION)
    url = session.client("sqs").get_queue_url(QueueName=QUEUE.name)["QueueUrl"]
    session.client("sqs").untag_queue(QueueUrl=url, TagKeys=[TAG_BRANCH])
    if tags:
        session.client("sqs").tag_queue(QueueUrl=url, Tags=dict(tags))
    before = session.client("sns").list_subscriptions()["Subscriptions"]
    for attempt in (ghosts.put, ghosts.delete):
        with pytest.raises(Refused, match=f"queue {QUEUE.name} exists and"):
            attempt(SUBSCRIPTION)
    assert session.client("sns").list_subscriptions()["Subscriptions"] == before
    told = ghosts.look(GHOST)
    assert SUBSCRIPTION not in told.resources
    assert f"subscription {QUEUE.name}:{part('topic').name}" in told.unclaimed


@pytest.mark.parametrize("resource", [SUBSCRIPTION, NOTIFICATIONS], ids=kind_of)
def test_what_leans_on_a_part_that_is_gone_is_not_put(ghosts: AwsGhosts, resource: Resource) -> None:
    with pytest.raises(NotFound, match="does not exist"):
        ghosts.put(resource)


def test_a_subscription_of_an_endpoint_that_somebody_removed_is_found_and_ended(
    ghosts: AwsGhosts, session: Session
) -> None:
    build(ghosts, [one for one in parts(GHOST) if kind_of(one) in ("queue", "topic", "subscription")])
    ghosts.delete(QUEUE)
    assert SUBSCRIPTION in ghosts.look(GHOST).resources
    ghosts.delete(SUBSCRIPTION)
    assert session.client("sns").list_subscriptions()["Subscriptions"] == []


def test_only_a_channel_that_was_given_may_take_a_buckets_events(aws: LocalStack) -> None:
    session, snowflakes = session_of(aws), session_of(aws, CHANNEL.split(":")[4])
    snowflakes.client("sqs").create_queue(QueueName=CHANNEL.rpartition(":")[2])
    wanted = replace(NOTIFICATIONS, entries=tuple(sorted((*NOTIFICATIONS.entries, BucketEvent(CHANNEL)))))
    without, given = (
        AwsGhosts(session, "flights", ACCOUNT),
        AwsGhosts(session, "flights", ACCOUNT, frozenset({CHANNEL})),
    )
    build(without, parts(GHOST)[:1])
    with pytest.raises(Refused, match=CHANNEL):
        without.put(wanted)
    with pytest.raises(Refused, match="flights-files"):
        given.put(replace(wanted, entries=(*wanted.entries, BucketEvent(PROD_QUEUE))))
    given.put(wanted)
    assert wanted in without.look(GHOST).resources


def test_only_a_role_that_was_given_may_be_a_functions_instead_of_the_ghosts_own(aws: LocalStack) -> None:
    session, brought = session_of(aws), ACCOUNT.role_arn("ready-made")
    session.client("iam").create_role(RoleName="ready-made", AssumeRolePolicyDocument=TRUST)
    function = replace(FUNCTION, role_arn=brought)
    with pytest.raises(Refused, match="ready-made"):
        AwsGhosts(session, "flights", ACCOUNT).put(function, CODE)
    given = AwsGhosts(session, "flights", ACCOUNT, roles=frozenset({brought}))
    given.put(function, CODE)
    assert function.name in {getattr(one, "name", "") for one in given.look(GHOST).resources}
