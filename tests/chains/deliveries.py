"""Every delivery that is configured in the account and that real AWS would drop without a word.

Rules and subscriptions are taken whether or not their target lets them in; the local AWS even delivers. So the
permissions of what listens to a topic, a bus or a bucket are checked here, once all is set up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dbt_ghost.providers.aws.session import Session
from tests.chains.calls import function_name
from tests.chains.delivery_rules import entries, takes
from tests.chains.lambda_rules import role_may

Delivery = tuple[str, str, str]
"""(service that delivers, ARN of what it delivers for, ARN of where to)"""


def lost(session: Session) -> list[str]:
    """In words, each that would be dropped. Empty if all is well."""
    found = [*_of_buckets(session), *_of_topics(session), *_of_rules(session)]
    dropped = [each for each in found if not takes(session, each[2], each[0], each[1])]
    words = [f"{target} does not let {service} deliver for {source}" for service, source, target in dropped]
    return [*words, *_of_functions(session)]


def _of_buckets(session: Session) -> Iterator[Delivery]:
    s3, account = session.client("s3"), session.account()
    for bucket in s3.list_buckets()["Buckets"]:
        document = s3.get_bucket_notification_configuration(Bucket=bucket["Name"])
        for _, target in entries(document):
            yield "s3", account.bucket_arn(bucket["Name"]), target


def _of_topics(session: Session) -> Iterator[Delivery]:
    sns = session.client("sns")
    for each in _all(sns, "list_subscriptions", "Subscriptions"):
        attributes = sns.get_subscription_attributes(SubscriptionArn=each["SubscriptionArn"])["Attributes"]
        yield "sns", each["TopicArn"], each["Endpoint"]
        if redrive := attributes.get("RedrivePolicy"):
            yield "sns", each["TopicArn"], json.loads(redrive)["deadLetterTargetArn"]


def _of_rules(session: Session) -> Iterator[Delivery]:
    events = session.client("events")
    for bus in events.list_event_buses()["EventBuses"]:
        for rule in _all(events, "list_rules", "Rules", EventBusName=bus["Name"]):
            place = {"Rule": rule["Name"], "EventBusName": bus["Name"]}
            for target in _all(events, "list_targets_by_rule", "Targets", **place):
                yield "events", rule["Arn"], target["Arn"]
                if failures := target.get("DeadLetterConfig"):
                    yield "events", rule["Arn"], failures["Arn"]


def _of_functions(session: Session) -> Iterator[str]:
    """Lambda sends what failed with the function's own role."""
    functions = session.client("lambda")
    for each in _all(functions, "list_functions", "Functions"):
        role = each["Role"].rpartition("/")[2]
        place = {"FunctionName": each["FunctionName"]}
        for config in _all(functions, "list_function_event_invoke_configs", "FunctionEventInvokeConfigs", **place):
            target = config.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", "")
            if target and not role_may(session, role, "sqs:SendMessage", target):
                yield f"{function_name(config['FunctionArn'])} may not send its failures to {target}"


def _all(client: Any, call: str, key: str, **parameters: str) -> list[dict[str, Any]]:
    pages = client.get_paginator(call).paginate(**parameters)
    return [each for page in pages for each in page.get(key, ())]
