"""Every route from a bucket to a function is found on the local AWS as a team would have built it."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from dbt_ghost.core.resources import BucketEvent, canonical
from dbt_ghost.core.topology import ProdMapping, ProdRule, ProdSubscription, Trigger
from dbt_ghost.providers.aws.session import Session
from tests.providers.aws.production import ACCOUNT, ARN, BUCKET, BUCKET_ARN, NAME, PATTERN, Team, looked, step


@pytest.fixture
def team(session: Session) -> Team:
    team = Team(session)
    team.function()
    team.bucket()
    return team


def entry(target: str) -> BucketEvent:
    return BucketEvent(target, ("s3:ObjectCreated:*",), "year=2013/", ".csv")


def test_from_the_bucket_to_the_function(team: Team) -> None:
    team.allow("s3", BUCKET_ARN)
    team.notify(LambdaFunction=ARN, eventbridge=True)
    found = looked(team.session, NAME)
    assert found.steps[0].triggers == (Trigger(BUCKET, entry=entry(ARN)),)
    assert found.bucket(BUCKET).eventbridge
    assert found.steps[0].unfollowed == ()
    assert found.unreserved is not None and found.unreserved > 0


def test_to_an_alias_of_the_function(team: Team) -> None:
    arn = team.alias("live")
    team.allow("s3", BUCKET_ARN, "live")
    team.notify(LambdaFunction=arn)
    found = step(team.session)
    assert found.triggers == (Trigger(BUCKET, entry=entry(f"{ARN}:live")),)
    assert (found.function.qualifier, found.function.arn) == ("live", ARN)


def test_to_a_version_of_the_function(team: Team) -> None:
    version = team.session.client("lambda").publish_version(FunctionName=NAME)["Version"]
    team.allow("s3", BUCKET_ARN, version)
    team.notify(LambdaFunction=f"{ARN}:{version}")
    assert step(team.session).function.qualifier == version


def test_by_a_topic(team: Team) -> None:
    topic = team.topic("arrivals")
    team.allow("sns", topic)
    team.session.client("sns").subscribe(
        TopicArn=topic,
        Protocol="lambda",
        Endpoint=ARN,
        Attributes={"FilterPolicy": '{"Records": {"eventName": ["x"]}}', "FilterPolicyScope": "MessageBody"},
    )
    team.notify(Topic=topic)
    how = ProdSubscription(topic, filter_policy='{"Records":{"eventName":["x"]}}', filter_scope="MessageBody")
    assert step(team.session).triggers == (Trigger(BUCKET, entry=entry(topic), subscription=how),)


def test_by_a_queue(team: Team) -> None:
    dead = team.queue("dead", "s3", BUCKET_ARN)
    redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 4})
    times = {"VisibilityTimeout": "90", "MessageRetentionPeriod": "3600", "DelaySeconds": "2"}
    queue = team.queue("arrivals", "s3", BUCKET_ARN, RedrivePolicy=redrive, **times)
    team.session.client("lambda").create_event_source_mapping(
        EventSourceArn=queue,
        FunctionName=NAME,
        BatchSize=7,
        MaximumBatchingWindowInSeconds=3,
        FilterCriteria={"Filters": [{"Pattern": '{"body": {"a": ["ü"]}}'}]},
        FunctionResponseTypes=["ReportBatchItemFailures"],
        ScalingConfig={"MaximumConcurrency": 5},
    )
    team.notify(Queue=queue)
    mapping = ProdMapping(
        queue,
        batch_size=7,
        window_s=3,
        filters=canonical({"Filters": [{"Pattern": '{"body": {"a": ["ü"]}}'}]}),
        partial_failures=True,
        max_concurrency=5,
        visibility_s=90,
        retention_s=3600,
        delay_s=2,
        max_receives=4,
    )
    assert step(team.session).triggers == (Trigger(BUCKET, entry=entry(queue), mapping=mapping),)


@pytest.mark.parametrize("raw", [False, True])
def test_by_a_topic_and_a_queue_that_is_mapped_to_an_alias(team: Team, raw: bool) -> None:
    team.alias("live")
    topic = team.topic("arrivals")
    queue = team.queue("arrivals", "sns", topic)
    attributes = {"RawMessageDelivery": "true"} if raw else {}
    team.session.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=attributes)
    team.session.client("lambda").create_event_source_mapping(EventSourceArn=queue, FunctionName=f"{NAME}:live")
    team.notify(Topic=topic)
    found = step(team.session)
    how = ProdSubscription(topic, raw=raw)
    assert found.triggers == (Trigger(BUCKET, entry=entry(topic), subscription=how, mapping=ProdMapping(queue)),)
    assert found.function.qualifier == "live"


@pytest.mark.parametrize("given", [{}, {"InputPath": "$.detail"}, {"Input": '{"a": "ü"}'}])
def test_by_a_rule(team: Team, given: dict[str, Any]) -> None:
    team.notify(eventbridge=True)
    team.allow("events", team.rule("arrivals", ARN, **given))
    rule = ProdRule("arrivals", canonical(PATTERN), given=canonical(given) if given else "")
    assert step(team.session).triggers == (Trigger(BUCKET, rule=rule),)


def test_by_a_rule_to_an_alias(team: Team) -> None:
    team.notify(eventbridge=True)
    team.allow("events", team.rule("arrivals", team.alias("live")), "live")
    assert step(team.session).function.qualifier == "live"


def test_by_a_rule_and_a_queue(team: Team) -> None:
    team.notify(eventbridge=True)
    rule = team.rule("arrivals", ACCOUNT.queue_arn("arrivals"))
    queue = team.queue("arrivals", "events", rule)
    team.session.client("lambda").create_event_source_mapping(EventSourceArn=queue, FunctionName=NAME)
    found = Trigger(BUCKET, rule=ProdRule("arrivals", canonical(PATTERN)), mapping=ProdMapping(queue))
    assert step(team.session).triggers == (found,)


def test_by_a_rule_of_a_bus_of_ones_own(team: Team) -> None:
    events, pattern = team.session.client("events"), {"source": ["shop"], "detail": {"ort": [{"prefix": "Zürich ✓"}]}}
    events.create_event_bus(Name="orders")
    arn = events.put_rule(Name="ours", EventBusName="orders", EventPattern=json.dumps(pattern))["RuleArn"]
    events.put_targets(Rule="ours", EventBusName="orders", Targets=[{"Id": "1", "Arn": ARN}])
    team.allow("events", arn)
    assert step(team.session).triggers == (Trigger("", rule=ProdRule("ours", canonical(pattern), bus="orders")),)


def test_where_the_policy_names_no_bucket_all_of_the_account_are_looked_into(team: Team) -> None:
    for number in range(3):
        team.bucket(f"flights-{number}")
    team.notify("flights-1", LambdaFunction=ARN)
    team.allow("s3", "arn:aws:s3:::flights-*")
    assert step(team.session).triggers == (Trigger("flights-1", entry=entry(ARN)),)


def test_one_without_the_other_is_no_trigger(team: Team) -> None:
    team.notify(LambdaFunction=ARN)  # the local AWS takes it without a permission; AWS does not (F 1.5)
    assert step(team.session).triggers == ()
    team.allow("s3", BUCKET_ARN)
    assert len(step(team.session).triggers) == 1
    team.notify()
    assert step(team.session).triggers == ()


def test_a_bucket_a_queue_and_a_topic_that_are_gone_are_left_over(team: Team) -> None:
    team.allow("s3", ACCOUNT.bucket_arn("flights-gone"))
    team.allow("sns", ACCOUNT.topic_arn("gone"))
    queue = team.queue("gone", "s3", BUCKET_ARN)
    team.session.client("lambda").create_event_source_mapping(EventSourceArn=queue, FunctionName=NAME)
    sqs = team.session.client("sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="gone")["QueueUrl"])
    assert step(team.session).unfollowed == ("queue gone (it does not exist)",)


def test_what_is_switched_off_is_named(team: Team) -> None:
    team.notify(eventbridge=True)
    team.allow("events", team.rule("arrivals", ARN))
    events = team.session.client("events")
    events.disable_rule(Name="arrivals")
    events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    events.put_targets(Rule="nightly", Targets=[{"Id": "1", "Arn": ARN}])
    queue = team.queue("arrivals", "s3", BUCKET_ARN)
    client = team.session.client("lambda")
    client.create_event_source_mapping(EventSourceArn=queue, FunctionName=NAME, Enabled=False)
    client.create_function_url_config(FunctionName=NAME, AuthType="NONE")
    found = step(team.session)
    assert found.triggers == ()
    assert found.unfollowed == (
        "function URL",
        "queue arrivals (its mapping is switched off)",
        "rule arrivals (switched off)",
        "schedule nightly",
    )


def calls_for(session: Session, functions: int) -> int:
    """Calls for that many functions, each with an alias, a bucket of its own and a queue that all share."""
    team, counted = Team(session), Counter[str]()
    queue = team.queue(f"shared-{functions}", "s3", "arn:aws:s3:::*")
    names = [f"many-{functions}-{number}" for number in range(functions)]
    for name in names:
        arn = team.function(name)
        team.bucket(name)
        team.allow("s3", ACCOUNT.bucket_arn(name), function=name)
        team.notify(name, LambdaFunction=arn)
        session.client("lambda").create_event_source_mapping(EventSourceArn=queue, FunctionName=name)

    def count(model: Any, params: dict[str, Any], **_: Any) -> None:
        counted[f"{model.name} {params['url']} {params['body']!r}"] += 1

    services = ("lambda", "s3", "sqs", "sns", "events", "sts", "iam")
    for service in services:
        session.client(service).meta.events.register("before-call", count, unique_id="count")
    looked(session, *names)
    for service in services:
        session.client(service).meta.events.unregister("before-call", count, unique_id="count")
    assert not [call for call, times in counted.items() if times > 1], "nothing is read twice"
    return counted.total()


def test_calls_grow_in_proportion_to_the_functions(session: Session) -> None:
    """Each round leaves its buckets to the next, which looks into them: n more in the second, 3n in the third."""
    session.account()  # asked once in a session
    few, more, many = (calls_for(session, functions) for functions in (2, 4, 8))
    assert (many - 6) - (more - 2) == 2 * ((more - 2) - few)
