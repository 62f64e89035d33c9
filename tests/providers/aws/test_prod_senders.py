"""Rules, topics and queues of production, read to the last page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dbt_ghost.core.errors import Denied, NotFound
from dbt_ghost.core.resources import canonical
from dbt_ghost.core.topology import ProdRule, ProdSubscription
from dbt_ghost.core.wires import SeenQueue, SeenRule, SeenSubscription
from dbt_ghost.providers.aws import prod_queues, prod_rules, prod_topics
from dbt_ghost.providers.aws.session import Session
from tests.providers.aws.production import ACCOUNT, ARN, BUCKET_ARN, Team, sending
from tests.providers.aws.stubbed import answers

GONE = "ResourceNotFoundException"
TOPIC, QUEUE = ACCOUNT.topic_arn("t"), ACCOUNT.queue_arn("q")
RULE: dict[str, Any] = {
    "Name": "r",
    "Arn": ACCOUNT.rule_arn("r"),
    "EventPattern": '{"source": ["a"]}',
    "State": "ENABLED",
}


def test_every_page_of_buses_rules_and_targets_is_read() -> None:
    with answers("events") as session:
        session.say("events.list_event_buses", {"EventBuses": [{"Name": "orders"}], "NextToken": "2"})
        session.say("events.list_event_buses", {"EventBuses": [{"Name": "default"}]}, NextToken="2")
        assert prod_rules.buses(session) == ("default", "orders")
        which = {"TargetArn": ARN, "EventBusName": "orders"}
        session.say("events.list_rule_names_by_target", {"RuleNames": [], "NextToken": "2"}, **which)
        session.say("events.list_rule_names_by_target", {"RuleNames": ["r"]}, **which, NextToken="2")
        session.say("events.describe_rule", RULE, Name="r", EventBusName="orders")
        which = {"Rule": "r", "EventBusName": "orders"}
        other = {"Targets": [{"Id": "1", "Arn": f"{ARN}:live"}], "NextToken": "2"}
        session.say("events.list_targets_by_rule", other, **which)
        session.say("events.list_targets_by_rule", {"Targets": [{"Id": "2", "Arn": ARN}]}, **which, NextToken="2")
        made = ProdRule("r", '{"source":["a"]}', "orders")
        assert prod_rules.read(session, ARN, "orders") == (SeenRule(made, ACCOUNT.rule_arn("r"), ARN),)


def rules_with(*targets: dict[str, Any], **rule: Any) -> tuple[SeenRule, ...]:
    with answers("events") as session:
        session.say("events.list_rule_names_by_target", {"RuleNames": ["r"]})
        session.say("events.describe_rule", RULE | rule)
        found = [{"Id": str(number), "Arn": ARN} | target for number, target in enumerate(targets)]
        session.say("events.list_targets_by_rule", {"Targets": found})
        return prod_rules.read(session, ARN, "default")


def test_what_a_target_gets_instead_of_the_event_is_kept_for_each_target() -> None:
    transformer = {"InputPathsMap": {"k": "$.detail.object.key"}, "InputTemplate": '{"key": <k>}'}
    found = rules_with({"InputTransformer": transformer}, {}, {"InputPath": "$.detail"})
    assert [seen.rule.given for seen in found] == [
        "",
        canonical({"InputPath": "$.detail"}),
        canonical({"InputTransformer": transformer}),
    ]


def test_a_rule_says_whether_it_is_on_and_when_it_runs_and_by_which_role() -> None:
    (off,) = rules_with({"RoleArn": "arn:role"}, State="DISABLED", ScheduleExpression="rate(1 day)", EventPattern="")
    assert (off.enabled, off.schedule, off.by_role, off.rule.pattern) == (False, "rate(1 day)", True, "")
    (on,) = rules_with({}, State="ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
    assert on.enabled


def test_settings_of_a_target_that_a_ghosts_has_not_are_named_and_those_of_its_retries_are_not() -> None:
    (found,) = rules_with(
        {"SqsParameters": {"MessageGroupId": "g"}, "RetryPolicy": {"MaximumRetryAttempts": 1}}
        | {"DeadLetterConfig": {"Arn": QUEUE}}
    )
    assert found.unmodelled == ("rule r with SqsParameters",)


def test_a_rule_that_is_gone_since_it_was_listed_is_none_and_a_denied_one_is_an_error() -> None:
    for code, status in ((GONE, 400), ("AccessDeniedException", 403)):
        with answers("events") as session:
            session.say("events.list_rule_names_by_target", {"RuleNames": ["r"]})
            session.fail("events.describe_rule", code, status=status)
            if code == GONE:
                assert prod_rules.read(session, ARN, "default") == ()
                continue
            with pytest.raises(Denied, match="EventBridge rules of bus default"):
                prod_rules.read(session, ARN, "default")


def subscribed(number: int, **other: str) -> dict[str, str]:
    arn = f"{TOPIC}:{number}"
    return {
        "SubscriptionArn": arn,
        "TopicArn": TOPIC,
        "Protocol": "sqs",
        "Endpoint": QUEUE,
        "Owner": ACCOUNT.id,
    } | other


def test_every_page_of_a_topics_subscriptions_is_read_and_only_confirmed_ones_of_functions_and_queues_count() -> None:
    with answers("sns") as session:
        session.say("sns.get_topic_attributes", {"Attributes": {"Policy": '{"Statement": [ ]}'}}, TopicArn=TOPIC)
        first = [subscribed(1), subscribed(2, SubscriptionArn="PendingConfirmation"), subscribed(3, Protocol="email")]
        session.say("sns.list_subscriptions_by_topic", {"Subscriptions": first, "NextToken": "2"}, TopicArn=TOPIC)
        second = [subscribed(4, SubscriptionArn="Deleted"), subscribed(5, Protocol="lambda", Endpoint=ARN)]
        session.say("sns.list_subscriptions_by_topic", {"Subscriptions": second}, TopicArn=TOPIC, NextToken="2")
        found = prod_topics.read(session, TOPIC)
    assert found.policy == '{"Statement":[]}'
    assert found.subscriptions == (
        SeenSubscription(f"{TOPIC}:1", TOPIC, "sqs", QUEUE),
        SeenSubscription(f"{TOPIC}:5", TOPIC, "lambda", ARN),
    )


def test_every_page_of_the_accounts_subscriptions_is_read() -> None:
    with answers("sns") as session:
        session.say("sns.list_subscriptions", {"Subscriptions": [subscribed(1)], "NextToken": "2"})
        session.say("sns.list_subscriptions", {"Subscriptions": [subscribed(2)]}, NextToken="2")
        assert [each.arn for each in prod_topics.subscriptions(session)] == [f"{TOPIC}:1", f"{TOPIC}:2"]


def test_how_a_subscription_delivers_is_read() -> None:
    with answers("sns") as session:
        told = {"TopicArn": TOPIC, "RawMessageDelivery": "true", "FilterPolicyScope": "MessageBody"}
        policy = {"FilterPolicy": '{"ö": ["x"]}'}
        session.say("sns.get_subscription_attributes", {"Attributes": told | policy}, SubscriptionArn="arn:s")
        session.say("sns.get_subscription_attributes", {"Attributes": {"TopicArn": TOPIC, "FilterPolicy": "{}"}})
        found = ProdSubscription(TOPIC, raw=True, filter_policy=canonical({"ö": ["x"]}), filter_scope="MessageBody")
        assert prod_topics.subscription(session, "arn:s") == found
        assert prod_topics.subscription(session, "arn:s") == ProdSubscription(TOPIC)


def test_a_missing_topic_is_not_found_and_a_denied_one_is_not_missing() -> None:
    for code, status, expected in (("NotFound", 404, NotFound), ("AuthorizationError", 403, Denied)):
        with answers("sns") as session:
            session.fail("sns.get_topic_attributes", code, status=status)
            with pytest.raises(expected, match=TOPIC):
                prod_topics.read(session, TOPIC)


def test_a_queue_is_read_with_its_policy_and_its_own_key_is_not_modelled(session: Session) -> None:
    arn = Team(session).queue("q", "s3", BUCKET_ARN, KmsMasterKeyId="alias/flights")
    found = prod_queues.read(session, arn)
    policy = canonical(json.loads(sending("s3", "sqs:SendMessage", arn, BUCKET_ARN)))
    assert found == SeenQueue(arn, policy, unmodelled=("KMS key of the queue q",))


@pytest.mark.parametrize("code", ["AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"])
def test_a_missing_queue_is_not_found(code: str) -> None:
    with answers("sqs") as session:
        session.fail("sqs.get_queue_url", code)
        with pytest.raises(NotFound, match="queue q does not exist"):
            prod_queues.read(session, QUEUE)


def test_a_queue_that_may_not_be_read_is_not_missing() -> None:
    with answers("sqs") as session:
        url = {"QueueUrl": "https://sqs.example/q"}
        session.say("sqs.get_queue_url", url, QueueName="q", QueueOwnerAWSAccountId=ACCOUNT.id)
        session.fail("sqs.get_queue_attributes", "AccessDenied", status=403)
        with pytest.raises(Denied, match="reading queue q"):
            prod_queues.read(session, QUEUE)
