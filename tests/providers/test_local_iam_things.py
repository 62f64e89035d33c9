"""What is acted upon, as the local AWS sees it: the ARN, the tags, the mapping's function; and the action itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import REGION
from tests.providers.callers import ACCOUNT, CODE, GHOST, PAIRS, PROD, Callers, allow, answer, each, ghost_and_prod

Calling = Callable[[Any], Any]
LAMBDA, LOGS = f"arn:aws:lambda:{REGION}:{ACCOUNT.id}", f"arn:aws:logs:{REGION}:{ACCOUNT.id}"
MAPPINGS = f"{LAMBDA}:event-source-mapping:*"
PATTERN = json.dumps({"source": ["aws.s3"]})
EVENT = [{"timestamp": 1, "message": "x"}]


@pytest.fixture
def callers(strict_aws: LocalStack) -> Callers:
    return ghost_and_prod(strict_aws)


NAMED: dict[str, tuple[str, Callable[[Any, str], Any]]] = {
    ACCOUNT.rule_arn("ghost-*"): ("events", lambda aws, name: aws.describe_rule(Name=name)),
    ACCOUNT.rule_arn("ghost-?*"): ("events", lambda aws, name: aws.list_targets_by_rule(Rule=name)),
    ACCOUNT.rule_arn("gh*"): (
        "events",
        lambda aws, name: aws.tag_resource(ResourceARN=ACCOUNT.rule_arn(name), Tags=PAIRS),
    ),
    f"{LOGS}:log-group:ghost-*:log-stream:s": (
        "logs",
        lambda aws, name: aws.put_log_events(logGroupName=name, logStreamName="s", logEvents=EVENT),
    ),
    f"{LOGS}:log-group:{GHOST}:*": ("logs", lambda aws, name: aws.delete_log_group(logGroupName=name)),
    f"{LOGS}:log-group:{GHOST}": (
        "logs",
        lambda aws, name: aws.list_tags_for_resource(resourceArn=f"{LOGS}:log-group:{name}"),
    ),
    ACCOUNT.topic_arn("ghost-*"): (
        "sns",
        lambda aws, name: aws.list_tags_for_resource(ResourceArn=ACCOUNT.topic_arn(name)),
    ),
    ACCOUNT.function_arn("ghost-*"): ("lambda", lambda aws, name: aws.get_function_configuration(FunctionName=name)),
    ACCOUNT.function_arn(GHOST): (
        "lambda",
        lambda aws, name: aws.get_function_configuration(FunctionName=ACCOUNT.function_arn(name)),
    ),
}
"""Calls on one thing, each by the pattern of ARNs that a policy may name it by."""


@pytest.mark.parametrize("pattern", NAMED)
def test_a_thing_is_known_by_the_arn_that_aws_gives_it(pattern: str, callers: Callers) -> None:
    service, call = NAMED[pattern]
    assert each(call, callers.client(service, allow(f"{service}:*", pattern))) == ["done", "denied"]


def test_a_log_groups_arn_alone_is_not_enough_to_delete_it(callers: Callers) -> None:
    """AWS authorises it on an ARN that goes on after the group's name."""
    client = callers.client("logs", allow("logs:*", f"{LOGS}:log-group:{GHOST}"))
    assert answer(lambda: client.delete_log_group(logGroupName=GHOST)) == "denied"


def test_a_rule_of_another_bus_is_known_by_its_bus(callers: Callers) -> None:
    root, default = callers.root.client("events"), callers.client("events", allow("events:*", ACCOUNT.rule_arn("a")))
    bus = root.create_event_bus(Name="files")["EventBusArn"]
    of_bus = callers.client("events", allow("events:*", ACCOUNT.rule_arn("a", "files")), name="of-bus")
    for named in ("files", bus):
        puts = [
            partial(client.put_rule, Name="a", EventPattern=PATTERN, EventBusName=named) for client in (default, of_bus)
        ]
        assert [answer(put) == "denied" for put in puts] == [True, False]


def test_an_alias_is_another_resource_than_its_function(callers: Callers) -> None:
    root = callers.root.client("lambda")
    root.create_alias(
        FunctionName=GHOST, Name="live", FunctionVersion=root.publish_version(FunctionName=GHOST)["Version"]
    )
    arn = ACCOUNT.function_arn(GHOST)
    for resource, expected in ((arn, ["done", "denied", "denied"]), (f"{arn}:live", ["denied", "done", "done"])):
        client = callers.client("lambda", allow("lambda:GetFunctionConfiguration", resource), name=f"r{len(resource)}")
        ways = ({"FunctionName": GHOST}, {"FunctionName": GHOST, "Qualifier": "live"}, {"FunctionName": f"{arn}:live"})
        assert [answer(partial(client.get_function_configuration, **way)) for way in ways] == expected


@pytest.mark.parametrize("name", [GHOST, f"{ACCOUNT.id}:function:{GHOST}", ACCOUNT.function_arn(GHOST)])
def test_a_function_is_the_same_however_it_is_named(name: str, callers: Callers) -> None:
    others = callers.client("lambda", allow("lambda:*", ACCOUNT.function_arn(PROD)))
    client = callers.client("lambda", allow("lambda:*", ACCOUNT.function_arn(GHOST)), name="own")
    ends = [answer(partial(each.get_policy, FunctionName=name)) for each in (others, client)]
    assert [end == "denied" for end in ends] == [True, False]  # the local AWS itself does not know every form


def test_a_version_of_a_layer_is_another_resource_than_the_layer(callers: Callers) -> None:
    callers.root.client("lambda").publish_layer_version(LayerName="shared", Content=CODE)
    layer, ends = f"arn:aws:lambda:{REGION}:{ACCOUNT.id}:layer:shared", []
    for number, resource in enumerate((layer, f"{layer}:1")):
        client = callers.client("lambda", allow("lambda:*", resource), name=f"r{number}")
        ends.append(answer(partial(client.get_layer_version, LayerName="shared", VersionNumber=1)))
        ends.append(answer(partial(client.get_layer_version_by_arn, Arn=f"{layer}:1")))
    assert ends == ["denied", "denied", "done", "done"]


def test_a_subscription_is_its_topics(callers: Callers) -> None:
    root = callers.root.client("sns")
    made = {
        name: root.subscribe(TopicArn=ACCOUNT.topic_arn(name), Protocol="sqs", Endpoint=ACCOUNT.queue_arn(name))
        for name in (GHOST, PROD)
    }
    client = callers.client("sns", allow("sns:Unsubscribe", ACCOUNT.topic_arn("ghost-*")))
    ends = each(lambda aws, name: aws.unsubscribe(SubscriptionArn=made[name]["SubscriptionArn"]), client)
    assert ends == ["done", "denied"]


def test_a_mapping_is_known_by_its_function(callers: Callers) -> None:
    changes = [f"lambda:{verb}EventSourceMapping" for verb in ("Create", "Get", "Update", "Delete")]
    client = callers.client(
        "lambda", allow(changes, **{"ArnLike": {"lambda:FunctionArn": ACCOUNT.function_arn("ghost-*")}})
    )

    def create(aws: Any, name: str) -> str:
        made = aws.create_event_source_mapping(FunctionName=name, EventSourceArn=ACCOUNT.queue_arn(name), Enabled=False)
        return str(made["UUID"])

    assert each(create, client) == ["done", "denied"]
    create(callers.root.client("lambda"), PROD)
    listed = callers.root.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    of = {mapping["FunctionArn"].rpartition(":")[2]: mapping["UUID"] for mapping in listed}
    assert each(lambda aws, name: aws.get_event_source_mapping(UUID=of[name]), client) == ["done", "denied"]
    assert each(lambda aws, name: aws.update_event_source_mapping(UUID=of[name], BatchSize=5), client) == [
        *("done", "denied")
    ]
    moved = partial(client.update_event_source_mapping, UUID=of[GHOST], FunctionName=PROD)
    assert answer(moved) == "denied"
    assert each(lambda aws, name: aws.delete_event_source_mapping(UUID=of[name]), client) == ["done", "denied"]


LAMBDA_CALLS: dict[str, Callable[[Any], Any]] = {
    "lambda:DeleteFunctionConcurrency": lambda aws: aws.delete_function_concurrency(FunctionName=GHOST),
    "lambda:PutFunctionConcurrency": lambda aws: aws.put_function_concurrency(
        FunctionName=GHOST, ReservedConcurrentExecutions=1
    ),
    "lambda:PutFunctionEventInvokeConfig": lambda aws: aws.put_function_event_invoke_config(
        FunctionName=GHOST, MaximumRetryAttempts=0
    ),
    "lambda:UpdateFunctionCode": lambda aws: aws.update_function_code(FunctionName=GHOST, **CODE),
    "lambda:GetFunctionCodeSigningConfig": lambda aws: aws.get_function_code_signing_config(FunctionName=GHOST),
    "lambda:GetAccountSettings": lambda aws: aws.get_account_settings(),
    "lambda:GetPolicy": lambda aws: aws.get_policy(FunctionName=GHOST),
    "lambda:ListTags": lambda aws: aws.list_tags(Resource=ACCOUNT.function_arn(GHOST)),
    "lambda:InvokeFunction": lambda aws: aws.invoke(FunctionName=GHOST, InvocationType="DryRun"),
    "lambda:GetFunction": lambda aws: aws.get_function(FunctionName=GHOST),
    "lambda:ListFunctions": lambda aws: aws.list_functions(),
    "lambda:ListEventSourceMappings": lambda aws: aws.list_event_source_mappings(),
}


@pytest.mark.parametrize("action", LAMBDA_CALLS)
def test_a_call_of_lambda_needs_its_own_action(action: str, callers: Callers) -> None:
    call = LAMBDA_CALLS[action]
    own, all_others = allow(action), allow("lambda:*") | {"NotAction": [action]}
    del all_others["Action"]
    assert answer(partial(call, callers.client("lambda", own))) == "done"
    assert answer(partial(call, callers.client("lambda", all_others, name="others"))) == "denied"
