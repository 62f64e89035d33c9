"""AWS gives lists in any order: what is read is sorted, so that equal things are equal values."""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import pytest

from dbt_ghost.core.resources import BucketEvent, Invoker, Mount, Network
from dbt_ghost.providers.aws import functions, notifications, permissions
from tests.local_aws import PROD_ACCOUNT
from tests.providers.aws.stubbed import answers

INVOKERS = (
    Invoker("events.amazonaws.com", "arn:b", PROD_ACCOUNT),
    Invoker("s3.amazonaws.com", "arn:a", "111111111111"),
    Invoker("s3.amazonaws.com", "arn:a", "222222222222"),
)
EVENTS = (
    BucketEvent("arn:a", ("s3:ObjectCreated:Copy", "s3:ObjectCreated:Put"), "a/", ".csv"),
    BucketEvent("arn:a", ("s3:ObjectCreated:Copy", "s3:ObjectCreated:Put"), "b/"),
    BucketEvent("arn:b", ("s3:ObjectCreated:*",)),
)


def statement(invoker: Invoker) -> dict[str, Any]:
    return {
        "Sid": "x",
        "Effect": "Allow",
        "Principal": {"Service": invoker.principal},
        "Action": "lambda:InvokeFunction",
        "Condition": {
            "StringEquals": {"AWS:SourceAccount": invoker.source_account},
            "ArnLike": {"AWS:SourceArn": invoker.source_arn},
        },
    }


def entry(event: BucketEvent) -> dict[str, Any]:
    rules = [{"Name": "Suffix", "Value": event.suffix}, {"Name": "Prefix", "Value": event.prefix}]
    filters = {"Filter": {"Key": {"FilterRules": rules}}}
    return {"LambdaFunctionArn": event.target_arn, "Events": list(reversed(event.events)), **filters}


@pytest.mark.parametrize("order", list(permutations(INVOKERS)))
def test_invokers_are_read_in_one_order(order: tuple[Invoker, ...]) -> None:
    with answers("lambda") as session:
        policy = json.dumps({"Statement": [statement(invoker) for invoker in order]})
        session.say("lambda.get_policy", {"Policy": policy})
        assert permissions.read(session, "x") == tuple(sorted(INVOKERS)) == INVOKERS


@pytest.mark.parametrize("order", list(permutations(EVENTS)))
def test_entries_and_their_events_are_read_in_one_order(order: tuple[BucketEvent, ...]) -> None:
    document = {"LambdaFunctionConfigurations": [entry(event) for event in order]}
    with answers("s3") as session:
        session.say("s3.get_bucket_notification_configuration", document)
        found = notifications.read(session, "x")
        assert found and found.entries == tuple(sorted(EVENTS)) == EVENTS


MOUNTS: tuple[Mount, ...] = (Mount("arn:a", "/mnt/a"), Mount("arn:b", "/mnt/b"))


@pytest.mark.parametrize("forward", [True, False])
def test_networks_and_mounts_are_read_in_one_order(forward: bool) -> None:
    way = slice(None, None, 1 if forward else -1)
    mounts = MOUNTS[way]
    configuration = {
        **{"FunctionName": "x", "CodeSha256": "y", "Role": "r", "MemorySize": 128, "Timeout": 1},
        "VpcConfig": {"SubnetIds": ["subnet-1", "subnet-2"][way], "SecurityGroupIds": ["sg-1", "sg-2"][way]},
        "FileSystemConfigs": [{"Arn": mount.arn, "LocalMountPath": mount.path} for mount in mounts],
    }
    with answers("lambda") as session:
        session.say("lambda.get_function", {"Configuration": configuration})
        session.fail("lambda.get_function_event_invoke_config", "ResourceNotFoundException")
        session.fail("lambda.get_policy", "ResourceNotFoundException")
        found = functions.read(session, "x")
        assert found and found.network == Network(("subnet-1", "subnet-2"), ("sg-1", "sg-2"))
        assert found.mounts == MOUNTS
