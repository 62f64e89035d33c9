"""What is asked for, as the local AWS sees it: each condition key that a policy of ours may rest on, by a call that it
allows and one that it denies. The role has one Allow for the action and nothing else, so what is allowed is by the key.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import REGION
from tests.providers.callers import ACCOUNT, ACCOUNT_TRUST, CODE, Callers, allow, answer

Calling = Callable[[Any], Any]
FUNCTION, QUEUE, TOPIC = "flights-clean", "flights-files", "flights-news"
FUNCTION_ARN, QUEUE_ARN, TOPIC_ARN = ACCOUNT.function_arn(FUNCTION), ACCOUNT.queue_arn(QUEUE), ACCOUNT.topic_arn(TOPIC)
RULE, GROUP, ROLE = "flights-rule", "/aws/lambda/flights-clean", "flights-role"
RULE_ARN, GROUP_ARN, ROLE_ARN = (
    ACCOUNT.rule_arn(RULE),
    f"arn:aws:logs:{REGION}:{ACCOUNT.id}:log-group:{GROUP}",
    ACCOUNT.role_arn(ROLE),
)
MAPPINGS = f"arn:aws:lambda:{REGION}:{ACCOUNT.id}:event-source-mapping"
TAGS = {"ghost": "flights"}
OURS, OTHERS = {"ghost": "flights"}, {"ghost": "other"}


@dataclass(frozen=True)
class Key:
    """`action` on `resource` is allowed on `condition`; `right` fulfils it, and none of `wrong` does."""

    action: str
    resource: str
    condition: dict[str, Any]
    right: Calling
    wrong: tuple[Calling, ...]
    more: list[dict[str, Any]] = field(default_factory=list)


def permit(principal: str, function: str = FUNCTION, **more: str) -> Calling:
    made = {"StatementId": principal.replace(".", "-"), "Action": "lambda:InvokeFunction", "Principal": principal}
    return lambda aws: aws.add_permission(FunctionName=function, **made | more)


def forbid(statement: str) -> Calling:
    return lambda aws: aws.remove_permission(FunctionName=FUNCTION, StatementId=statement)


def function(name: str = "made", **more: Any) -> Calling:
    settings = {"Runtime": "python3.11", "Handler": "app.handler", "Code": CODE, "Role": ROLE_ARN}
    return lambda aws: aws.create_function(FunctionName=name, **settings | more)


def role(**more: Any) -> Calling:
    return lambda aws: aws.create_role(RoleName="made", AssumeRolePolicyDocument=ACCOUNT_TRUST, **more)


def target(*arns: str) -> Calling:
    targets = [{"Id": str(number), "Arn": arn} for number, arn in enumerate(arns)]
    return lambda aws: aws.put_targets(Rule=RULE, Targets=targets)


def rule(pattern: object, name: str = RULE, **more: Any) -> Calling:
    return lambda aws: aws.put_rule(Name=name, EventPattern=json.dumps(pattern), **more)


def subscribe(protocol: str, endpoint: str) -> Calling:
    return lambda aws: aws.subscribe(TopicArn=TOPIC_ARN, Protocol=protocol, Endpoint=endpoint)


def bucket(tags: dict[str, str]) -> Calling:
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    where = {"LocationConstraint": REGION} | ({"Tags": listed} if tags else {})
    return lambda aws: aws.create_bucket(Bucket="made", CreateBucketConfiguration=where)


def pairs(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def only(key: str, *patterns: str) -> dict[str, Any]:
    """Every value of a list, of which there is one."""
    return {"ForAllValues:StringLike": {key: list(patterns)}, "Null": {key: "false"}}


PASS = allow("iam:PassRole")
S3 = {"source": ["aws.s3"], "detail-type": ["Object Created"]}
KEYS = {
    "lambda:Principal, of a permission that is added": Key(
        "lambda:AddPermission",
        FUNCTION_ARN,
        {"StringEquals": {"lambda:Principal": "events.amazonaws.com"}},
        permit("events.amazonaws.com"),
        (permit("s3.amazonaws.com"), permit("*"), permit("222222222222"), permit("events.amazonaws.com", "other")),
    ),
    "lambda:Principal, of a permission that is removed": Key(
        "lambda:RemovePermission",
        FUNCTION_ARN,
        {"StringEquals": {"lambda:Principal": "events.amazonaws.com"}},
        forbid("events"),
        (forbid("s3"), forbid("unknown")),
    ),
    "lambda:FunctionUrlAuthType": Key(
        "lambda:AddPermission",
        FUNCTION_ARN,
        {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}},
        permit("222222222222", Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="AWS_IAM"),
        (
            permit("222222222222", Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE"),
            permit("events.amazonaws.com"),
        ),
    ),
    "events:TargetArn, of every target": Key(
        "events:PutTargets",
        RULE_ARN,
        only("events:TargetArn", ACCOUNT.function_arn("ghost-*")),
        target(ACCOUNT.function_arn("ghost-a"), ACCOUNT.function_arn("ghost-b")),
        (target(FUNCTION_ARN), target(ACCOUNT.function_arn("ghost-a"), FUNCTION_ARN)),
    ),
    "events:source": Key(
        "events:PutRule",
        RULE_ARN,
        only("events:source", "aws.s3"),
        rule(S3),
        (
            rule(S3 | {"source": ["aws.s3", "aws.ec2"]}),
            rule({"detail-type": ["x"]}),
            rule({"source": [{"prefix": ""}]}),
        ),
    ),
    "events:detail-type": Key(
        "events:PutRule",
        RULE_ARN,
        only("events:detail-type", "Object Created"),
        rule(S3),
        (rule({"source": ["aws.s3"]}),),
    ),
    "sns:Endpoint": Key(
        "sns:Subscribe",
        TOPIC_ARN,
        {"StringLike": {"sns:Endpoint": ACCOUNT.function_arn("ghost-*")}},
        subscribe("lambda", ACCOUNT.function_arn("ghost-a")),
        (subscribe("lambda", FUNCTION_ARN), subscribe("sqs", QUEUE_ARN)),
    ),
    "sns:Protocol": Key(
        "sns:Subscribe",
        TOPIC_ARN,
        {"StringEquals": {"sns:Protocol": "sqs"}},
        subscribe("sqs", QUEUE_ARN),
        (subscribe("lambda", FUNCTION_ARN), subscribe("email", "me@example.com")),
    ),
    "iam:PolicyARN": Key(
        "iam:AttachRolePolicy",
        ROLE_ARN,
        {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"}},
        lambda aws: aws.attach_role_policy(RoleName=ROLE, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess"),
        (lambda aws: aws.attach_role_policy(RoleName=ROLE, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"),),
    ),
    "aws:RequestTag, of a function": Key(
        "lambda:CreateFunction",
        ACCOUNT.function_arn("made"),
        {"StringEquals": {"aws:RequestTag/ghost": "flights"}},
        function(Tags=OURS),
        (function(Tags=OTHERS), function(), function("prod", Tags=OURS)),
        [PASS, allow("lambda:TagResource")],
    ),
    "aws:RequestTag, of a role": Key(
        "iam:CreateRole",
        ACCOUNT.role_arn("made"),
        {"StringEquals": {"aws:RequestTag/ghost": "flights"}},
        role(Tags=pairs(OURS)),
        (role(Tags=pairs(OTHERS)), role()),
        [allow("iam:TagRole")],
    ),
    "aws:RequestTag, of a queue": Key(
        "sqs:CreateQueue",
        ACCOUNT.queue_arn("made"),
        {"StringEquals": {"aws:RequestTag/ghost": "flights"}},
        lambda aws: aws.create_queue(QueueName="made", tags=OURS),
        (lambda aws: aws.create_queue(QueueName="made", tags=OTHERS), lambda aws: aws.create_queue(QueueName="made")),
        [allow("sqs:TagQueue")],
    ),
    "aws:RequestTag, of a rule": Key(
        "events:PutRule",
        ACCOUNT.rule_arn("made"),
        {"StringEquals": {"aws:RequestTag/ghost": "flights"}},
        rule(S3, "made", Tags=pairs(OURS)),
        (rule(S3, "made", Tags=pairs(OTHERS)), rule(S3, "made")),
        [allow("events:TagResource")],
    ),
    "aws:RequestTag, of a log group": Key(
        "logs:CreateLogGroup",
        f"arn:aws:logs:{REGION}:{ACCOUNT.id}:log-group:made:*",
        {"StringEquals": {"aws:RequestTag/ghost": "flights"}},
        lambda aws: aws.create_log_group(logGroupName="made", tags=OURS),
        (
            lambda aws: aws.create_log_group(logGroupName="made", tags=OTHERS),
            lambda aws: aws.create_log_group(logGroupName="made"),
        ),
        [allow("logs:TagResource")],
    ),
    "aws:RequestTag, of a topic": Key(
        "sns:CreateTopic",
        ACCOUNT.topic_arn("made"),
        {"StringEquals": {"aws:RequestTag/ghost": "flights"}},
        lambda aws: aws.create_topic(Name="made", Tags=pairs(OURS)),
        (lambda aws: aws.create_topic(Name="made", Tags=pairs(OTHERS)), lambda aws: aws.create_topic(Name="made")),
        [allow("sns:TagResource")],
    ),
    "aws:RequestTag, of a bucket": Key(
        "s3:CreateBucket",
        ACCOUNT.bucket_arn("made"),
        {"StringEquals": {"aws:RequestTag/ghost": "flights"}},
        bucket(OURS),
        (bucket(OTHERS), bucket({})),
        [allow("s3:TagResource")],
    ),
    "aws:TagKeys, of every tag": Key(
        "lambda:TagResource",
        FUNCTION_ARN,
        only("aws:TagKeys", "ghost"),
        lambda aws: aws.tag_resource(Resource=FUNCTION_ARN, Tags=OURS),
        (lambda aws: aws.tag_resource(Resource=FUNCTION_ARN, Tags=OURS | {"team": "x"}),),
    ),
}


@pytest.fixture
def callers(strict_aws: LocalStack) -> Callers:
    """With a function that two services may invoke, a rule, a queue, a topic, a log group, a role."""
    callers = Callers(strict_aws)
    callers.role(name=ROLE)
    root = callers.root.client
    for name, tags in ((FUNCTION, {}), ("other", {}), ("ghost-a", TAGS)):
        function(name, Tags=tags)(root("lambda"))
    for service in ("events", "s3"):
        root("lambda").add_permission(
            FunctionName=FUNCTION,
            StatementId=service,
            Action="lambda:InvokeFunction",
            Principal=f"{service}.amazonaws.com",
        )
    root("events").put_rule(Name=RULE, EventPattern=json.dumps(S3))
    root("sqs").create_queue(QueueName=QUEUE)
    root("sns").create_topic(Name=TOPIC)
    root("logs").create_log_group(logGroupName=GROUP)
    return callers


@pytest.mark.parametrize("name", KEYS)
def test_a_condition_lets_the_right_call_through_and_no_other(name: str, callers: Callers) -> None:
    key = KEYS[name]
    grant = allow(key.action, key.resource) | {"Condition": key.condition}
    client = callers.client(key.action.partition(":")[0], grant, *key.more)
    assert [answer(partial(call, client)) for call in key.wrong] == ["denied"] * len(key.wrong)
    assert answer(partial(key.right, client)) == "done"
