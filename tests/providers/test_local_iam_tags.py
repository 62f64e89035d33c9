"""Tags, as the local AWS sees them: those that a thing has, and those that it is made with."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import REGION
from tests.providers.callers import (
    ACCOUNT,
    ACCOUNT_TRUST,
    CODE,
    GHOST,
    PAIRS,
    PROD,
    TAGS,
    Callers,
    allow,
    answer,
    each,
    ghost_and_prod,
)

MAPPINGS = f"arn:aws:lambda:{REGION}:{ACCOUNT.id}:event-source-mapping:*"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT.id}"
OURS = {"StringEquals": {"aws:ResourceTag/ghost": "flights"}}
PATTERN = json.dumps({"source": ["aws.s3"]})


@pytest.fixture
def callers(strict_aws: LocalStack) -> Callers:
    return ghost_and_prod(strict_aws)


def queue_url(name: str) -> str:
    return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT.id}/{name}"


EVENT = [{"timestamp": 1, "message": "x"}]
DELETIONS: dict[str, tuple[str, Callable[[Any, str], Any]]] = {
    "lambda:DeleteFunction": ("lambda", lambda aws, name: aws.delete_function(FunctionName=name)),
    "sqs:DeleteQueue": ("sqs", lambda aws, name: aws.delete_queue(QueueUrl=queue_url(name))),
    "sns:DeleteTopic": ("sns", lambda aws, name: aws.delete_topic(TopicArn=ACCOUNT.topic_arn(name))),
    "events:DeleteRule": ("events", lambda aws, name: aws.delete_rule(Name=name)),
    "iam:DeleteRole": ("iam", lambda aws, name: aws.delete_role(RoleName=name)),
    "logs:PutLogEvents": (
        "logs",
        lambda aws, name: aws.put_log_events(logGroupName=name, logStreamName="s", logEvents=EVENT),
    ),
    "logs:DeleteLogGroup": ("logs", lambda aws, name: aws.delete_log_group(logGroupName=name)),
}


@pytest.mark.parametrize("action", DELETIONS)
def test_a_thing_is_known_by_its_tags(action: str, callers: Callers) -> None:
    service, delete = DELETIONS[action]
    assert each(delete, callers.client(service, allow(action, **OURS))) == ["done", "denied"]


@pytest.mark.parametrize("action", DELETIONS)
def test_a_boundary_may_ask_for_the_tags_too(action: str, callers: Callers) -> None:
    service, delete = DELETIONS[action]
    limit = callers.policy("limit", allow("*", **OURS))
    assert each(delete, callers.client(service, allow("*"), boundary=limit)) == ["done", "denied"]


def test_a_mapping_is_known_by_its_arn_and_tags(callers: Callers) -> None:
    root = callers.root.client("lambda")
    uuids = {
        name: root.create_event_source_mapping(
            FunctionName=name, EventSourceArn=ACCOUNT.queue_arn(name), Enabled=False, Tags=tags
        )["UUID"]
        for name, tags in ((GHOST, TAGS), (PROD, {}))
    }
    client = callers.client("lambda", allow("lambda:DeleteEventSourceMapping", MAPPINGS, **OURS))
    assert each(lambda aws, name: aws.delete_event_source_mapping(UUID=uuids[name]), client) == ["done", "denied"]


MADE: dict[str, tuple[str, str, Callable[[Any, bool], Any]]] = {
    "lambda:CreateFunction": (
        "lambda:TagResource",
        ACCOUNT.function_arn("made"),
        lambda aws, tagged: aws.create_function(
            FunctionName="made",
            Role=ACCOUNT.role_arn(GHOST),
            Runtime="python3.11",
            Handler="app.handler",
            Code=CODE,
            Tags=TAGS if tagged else {},
        ),
    ),
    "lambda:CreateEventSourceMapping": (
        "lambda:TagResource",
        MAPPINGS,
        lambda aws, tagged: aws.create_event_source_mapping(
            FunctionName=GHOST, EventSourceArn=ACCOUNT.queue_arn(GHOST), Enabled=False, Tags=TAGS if tagged else {}
        ),
    ),
    "iam:CreateRole": (
        "iam:TagRole",
        ACCOUNT.role_arn("made"),
        lambda aws, tagged: aws.create_role(
            RoleName="made", AssumeRolePolicyDocument=ACCOUNT_TRUST, Tags=PAIRS if tagged else []
        ),
    ),
    "sqs:CreateQueue": (
        "sqs:TagQueue",
        ACCOUNT.queue_arn("made"),
        lambda aws, tagged: aws.create_queue(QueueName="made", tags=TAGS if tagged else {}),
    ),
    "sns:CreateTopic": (
        "sns:TagResource",
        ACCOUNT.topic_arn("made"),
        lambda aws, tagged: aws.create_topic(Name="made", Tags=PAIRS if tagged else []),
    ),
    "events:PutRule": (
        "events:TagResource",
        ACCOUNT.rule_arn("made"),
        lambda aws, tagged: aws.put_rule(Name="made", EventPattern=PATTERN, Tags=PAIRS if tagged else []),
    ),
    "logs:CreateLogGroup": (
        "logs:TagResource",
        f"{LOGS}:log-group:made",
        lambda aws, tagged: aws.create_log_group(logGroupName="made", **({"tags": TAGS} if tagged else {})),
    ),
    "s3:CreateBucket": (
        "s3:TagResource",
        ACCOUNT.bucket_arn("made"),
        lambda aws, tagged: aws.create_bucket(
            Bucket="made",
            CreateBucketConfiguration={"LocationConstraint": REGION} | ({"Tags": PAIRS} if tagged else {}),
        ),
    ),
}
"""The action, the right to tag that it needs, on what, and a call with tags or without."""


@pytest.mark.parametrize("action", MADE)
def test_what_is_made_with_tags_needs_the_right_to_tag_it(action: str, callers: Callers) -> None:
    tagging, resource, make = MADE[action]
    service = action.partition(":")[0]
    rights = [allow([action, "iam:PassRole"]), allow(tagging, resource)]
    without, elsewhere, full = (
        callers.client(service, *statements, name=name)
        for name, statements in (
            ("without", rights[:1]),
            ("elsewhere", [rights[0], allow(tagging, resource.replace("made", "other").replace("mapping:*", "x"))]),
            ("full", rights),
        )
    )
    assert [answer(partial(make, client, True)) for client in (without, elsewhere, full)] == [
        "denied",
        "denied",
        "done",
    ]


@pytest.mark.parametrize("action", MADE)
def test_what_is_made_without_tags_does_not(action: str, callers: Callers) -> None:
    client = callers.client(action.partition(":")[0], allow([action, "iam:PassRole"]))
    assert answer(partial(MADE[action][2], client, False)) == "done"
