"""AWS gives lists in any order: what is read is sorted, so that equal things are equal values."""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import pytest

from dbt_ghost.core.resources import BucketEvent, Invoker
from dbt_ghost.providers.aws import notifications, permissions
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
    return {"LambdaFunctionArn": event.function_arn, "Events": list(reversed(event.events)), **filters}


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
        session.say("s3.head_bucket", {})
        session.say("s3.get_bucket_notification_configuration", document)
        found = notifications.read(session, "x")
        assert found and found.entries == tuple(sorted(EVENTS)) == EVENTS
        assert notifications.read_prod(session, "x").entries == EVENTS
