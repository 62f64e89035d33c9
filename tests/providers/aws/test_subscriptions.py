"""What SNS does and the local AWS does not: what is there already is refused, some have no ARN, lists have pages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.errors import Denied
from dbt_ghost.core.resources import Subscription, Topic, canonical
from dbt_ghost.core.topology import Account
from dbt_ghost.providers.aws import subscriptions, topics
from tests.local_aws import PROD_ACCOUNT, REGION
from tests.providers.aws.stubbed import Answers, answers

ACCOUNT = Account(PROD_ACCOUNT, REGION)
TOPIC = Topic("ghost-flights-x", canonical({"Statement": []}), (("team", "data"),))
WANTED = Subscription(ACCOUNT.topic_arn("flights-files"), ACCOUNT.queue_arn("ghost-flights-x"))
FUNCTIONS = replace(WANTED, endpoint_arn=ACCOUNT.function_arn("ghost-flights-x"))
ARN = f"{WANTED.topic_arn}:1"
LISTED = {"SubscriptionArn": ARN, "TopicArn": WANTED.topic_arn, "Endpoint": WANTED.endpoint_arn}
FLAT, NESTED = canonical({"a": ["b"]}), canonical({"a": {"b": ["c"]}})


def listed(session: Answers, *found: dict[str, str]) -> None:
    session.say("sns.list_subscriptions", {"Subscriptions": list(found)})


def there(session: Answers, **attributes: str) -> None:
    """The subscription exists, as SNS says it: without what it does not have."""
    listed(session, LISTED)
    attributes |= {"TopicArn": WANTED.topic_arn, "Endpoint": WANTED.endpoint_arn, "RawMessageDelivery": "false"}
    session.say("sns.get_subscription_attributes", {"Attributes": attributes})


@pytest.mark.parametrize(
    ("wanted", "protocol", "attributes"),
    [
        (WANTED, "sqs", {}),
        (FUNCTIONS, "lambda", {}),
        (replace(WANTED, raw=True), "sqs", {"RawMessageDelivery": "true"}),
        (replace(WANTED, filter_policy=FLAT), "sqs", {"FilterPolicy": FLAT}),
        (
            replace(WANTED, filter_policy=NESTED, filter_scope="MessageBody", dead_letter_arn="arn:dead"),
            "sqs",
            {
                "FilterPolicy": NESTED,
                "FilterPolicyScope": "MessageBody",
                "RedrivePolicy": '{"deadLetterTargetArn":"arn:dead"}',
            },
        ),
    ],
)
def test_a_subscription_is_right_from_its_first_moment(
    wanted: Subscription, protocol: str, attributes: dict[str, str]
) -> None:
    with answers("sns") as session:
        listed(session)
        session.say(
            "sns.subscribe",
            {"SubscriptionArn": ARN},
            TopicArn=wanted.topic_arn,
            Protocol=protocol,
            Endpoint=wanted.endpoint_arn,
            Attributes=attributes,
        )
        subscriptions.put(session, wanted)


def test_a_subscription_that_was_not_seen_before_it_was_made_is_put_right() -> None:
    with answers("sns") as session:
        listed(session)
        reason = "Invalid parameter: Attributes Reason: Subscription already exists with different attributes"
        session.fail("sns.subscribe", "InvalidParameter", reason)
        there(session)
        session.say("sns.set_subscription_attributes", {}, **setting("RawMessageDelivery", "true"))
        subscriptions.put(session, replace(WANTED, raw=True))


def setting(name: str, value: str) -> dict[str, str]:
    return {"SubscriptionArn": ARN, "AttributeName": name, "AttributeValue": value}


@pytest.mark.parametrize(
    ("before", "wanted", "calls"),
    [
        (
            {"FilterPolicy": FLAT, "FilterPolicyScope": "MessageAttributes"},
            replace(WANTED, filter_policy=NESTED, filter_scope="MessageBody"),
            [("FilterPolicyScope", "MessageBody"), ("FilterPolicy", NESTED)],
        ),
        (
            {"FilterPolicy": NESTED, "FilterPolicyScope": "MessageBody"},
            replace(WANTED, filter_policy=FLAT),
            [("FilterPolicy", FLAT), ("FilterPolicyScope", "MessageAttributes")],
        ),
        ({"FilterPolicy": NESTED, "FilterPolicyScope": "MessageBody"}, WANTED, [("FilterPolicy", "{}")]),
        ({"FilterPolicy": "{}"}, WANTED, []),
    ],
)
def test_a_filter_is_valid_after_each_of_the_calls_that_change_it(
    before: dict[str, str], wanted: Subscription, calls: list[tuple[str, str]]
) -> None:
    with answers("sns") as session:
        there(session, **before)
        for call in calls:
            session.say("sns.set_subscription_attributes", {}, **setting(*call))
        subscriptions.put(session, wanted)


def test_what_waits_for_a_confirmation_or_has_ended_is_none_and_all_pages_are_read() -> None:
    with answers("sns") as session:
        words = [LISTED | {"SubscriptionArn": word} for word in ("PendingConfirmation", "Deleted")]
        other = LISTED | {"Endpoint": ACCOUNT.queue_arn("flights-files")}
        for _ in range(2):
            session.say("sns.list_subscriptions", {"Subscriptions": [*words, other], "NextToken": "more"})
            listed(session, LISTED)
        assert subscriptions.find(session, (ACCOUNT.queue_arn("ghost-"),)) == [(ARN, WANTED.endpoint_arn)]
        session.say("sns.unsubscribe", {}, SubscriptionArn=ARN)
        subscriptions.delete(session, WANTED.topic_arn, WANTED.endpoint_arn)
        listed(session, *words, other)
        subscriptions.delete(session, WANTED.topic_arn, WANTED.endpoint_arn)
        listed(session, *words, other)
        assert subscriptions.read(session, WANTED.topic_arn, WANTED.endpoint_arn) is None


def test_a_subscription_that_went_away_meanwhile_is_ended_and_none() -> None:
    with answers("sns") as session:
        listed(session, LISTED)
        session.fail("sns.unsubscribe", "NotFound", status=404)
        subscriptions.delete(session, WANTED.topic_arn, WANTED.endpoint_arn)
        listed(session, LISTED)
        session.fail("sns.get_subscription_attributes", "NotFound", status=404)
        assert subscriptions.read(session, WANTED.topic_arn, WANTED.endpoint_arn) is None


def test_what_is_denied_is_neither_absent_nor_ended() -> None:
    attempts: list[Any] = [
        lambda session: subscriptions.delete(session, WANTED.topic_arn, WANTED.endpoint_arn),
        lambda session: subscriptions.read(session, WANTED.topic_arn, WANTED.endpoint_arn),
        lambda session: subscriptions.find(session, ("arn:",)),
    ]
    with answers("sns") as session:
        for attempt in attempts:
            session.fail("sns.list_subscriptions", "AuthorizationError", status=403)
            with pytest.raises(Denied):
                attempt(session)
        session.fail("sns.get_topic_attributes", "AuthorizationError", status=403)
        with pytest.raises(Denied):
            topics.read(session, TOPIC.name)
        session.fail("sns.delete_topic", "AuthorizationError", status=403)
        with pytest.raises(Denied):
            topics.delete(session, TOPIC.name)


def test_a_topic_that_was_not_seen_before_it_was_made_is_put_right() -> None:
    arn = ACCOUNT.topic_arn(TOPIC.name)
    with answers("sns") as session:
        reason = "Invalid parameter: Tags Reason: Topic already exists with different tags"
        session.fail("sns.create_topic", "InvalidParameter", reason)
        session.say("sns.get_topic_attributes", {"Attributes": {"Policy": TOPIC.policy}})
        session.say("sns.list_tags_for_resource", {"Tags": []})
        session.say("sns.tag_resource", {}, ResourceArn=arn, Tags=[{"Key": "team", "Value": "data"}])
        topics.put(session, TOPIC, None)


def test_topics_of_all_pages_are_found() -> None:
    with answers("sns") as session:
        one, two, prods = ({"TopicArn": ACCOUNT.topic_arn(name)} for name in ("ghost-a", "ghost-b", "flights"))
        session.say("sns.list_topics", {"Topics": [one, prods], "NextToken": "more"})
        session.say("sns.list_topics", {"Topics": [two]})
        assert topics.find(session, "ghost-") == ["ghost-a", "ghost-b"]
