"""Raises AssertionError at the first call that would change prod: whatever is not named like a ghost's.

Every call that does not read is looked at; one whose object is not known here is not let through either.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from dbt_ghost.providers.aws.session import code_of
from tests.chains.calls import GONE, Call, Rule, function_name

READS = re.compile(r"(Get|List|Describe|Head|Filter|Simulate|Lookup)[A-Z]")
"""How operations begin that change nothing."""

OBJECTS = re.compile(r"(Put|Delete)Object(s|Tagging)?|CopyObject")
"""What is allowed on the state bucket: its objects are the ghosts' records."""

NAMED_BY = {
    "s3": ("Bucket",),
    "lambda": ("FunctionName", "Resource"),
    "sqs": ("QueueUrl", "QueueName"),
    "sns": ("TopicArn", "Name", "ResourceArn"),
    "events": ("Rule", "Name", "ResourceARN"),
    "iam": ("RoleName",),
    "logs": ("logGroupName", "logGroupIdentifier", "resourceArn"),
    "resourcegroupstaggingapi": ("ResourceARNList",),
}
"""The parameter of a call that names what it changes: the first one that the call has."""

NOT_RULES = re.compile(r"(Bus|Archive|Connection|ApiDestination|Endpoint|EventSource)$")
"""Operations of EventBridge whose `Name` is another thing's."""


class ProdIsLeftAlone(Rule):
    """`touched` keeps what was told, for an AssertionError that somebody has caught on the way."""

    def __init__(self, state_bucket: str) -> None:
        self._state_bucket = state_bucket
        self.touched: list[str] = []

    def before(self, call: Call) -> None:
        if READS.match(call.operation) or (call.service == "s3" and self._is_record(call)):
            return
        for name in (*self._changed(call), *_targets(call)):
            if not _is_ghosts(call.service, name):
                self._tell(f"prod was touched: {call.name} on {name}")

    def _is_record(self, call: Call) -> bool:
        return call.params["Bucket"] == self._state_bucket and bool(OBJECTS.fullmatch(call.operation))

    def _changed(self, call: Call) -> list[str]:
        if call.name in BY_LOOKING:
            return list(BY_LOOKING[call.name](call))
        parameter = next((each for each in NAMED_BY.get(call.service, ()) if each in call.params), None)
        if parameter is None or (call.service == "events" and NOT_RULES.search(call.operation)):
            self._tell(f"prod may have been touched: it is not known what {call.name} changes")
        named = call.params[str(parameter)]
        return [named] if isinstance(named, str) else list(named)

    def _tell(self, what: str) -> None:
        self.touched.append(what)
        raise AssertionError(what)


def _mapping(call: Call) -> Iterator[str]:
    """Both ends: a second reader of prod's queue takes its messages away (F 1.19)."""
    found: dict[str, Any] = {}
    if "UUID" in call.params:
        found = _found(lambda: call.look.client("lambda").get_event_source_mapping(UUID=call.params["UUID"]))
    if queue := call.params.get("EventSourceArn") or found.get("EventSourceArn"):
        yield queue
    if function := call.params.get("FunctionName") or found.get("FunctionArn"):
        yield str(function)


def _subscription(call: Call) -> Iterator[str]:
    """A subscription is whose its endpoint is; the topic may be prod's."""
    arn = call.params["SubscriptionArn"]
    found = _found(lambda: call.look.client("sns").get_subscription_attributes(SubscriptionArn=arn))
    if attributes := found.get("Attributes"):
        yield attributes["Endpoint"]


def _found(look: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Empty for what is not there: nothing can happen to it."""
    try:
        return look()
    except ClientError as error:
        if code_of(error) not in GONE:
            raise
        return {}


BY_LOOKING: dict[str, Callable[[Call], Iterator[str]]] = {
    "lambda.CreateEventSourceMapping": _mapping,
    "lambda.UpdateEventSourceMapping": _mapping,
    "lambda.DeleteEventSourceMapping": _mapping,
    "sns.Subscribe": lambda call: iter([call.params["Endpoint"]]),
    "sns.Unsubscribe": _subscription,
    "sns.SetSubscriptionAttributes": _subscription,
}


def _targets(call: Call) -> Iterator[str]:
    """Where the call lets events go to: prod must not be sent anything either."""
    params = call.params
    match call.name:
        case "events.PutTargets":
            for target in params["Targets"]:
                yield from (target["Arn"], *_arns(target.get("DeadLetterConfig")))
        case "s3.PutBucketNotificationConfiguration":
            yield from _arns(params["NotificationConfiguration"])
        case "lambda.PutFunctionEventInvokeConfig" | "lambda.UpdateFunctionEventInvokeConfig":
            yield from _arns(params.get("DestinationConfig"))
        case "lambda.CreateFunction" | "lambda.UpdateFunctionConfiguration":
            yield from _arns(params.get("DeadLetterConfig"))
        case "sqs.CreateQueue" | "sqs.SetQueueAttributes" | "sns.Subscribe":
            yield from _arns(params.get("Attributes", {}).get("RedrivePolicy"))


def _arns(anything: object) -> list[str]:
    return re.findall(r'arn:[^"\\]+', json.dumps(anything or ""))


def _is_ghosts(service: str, name: str) -> bool:
    if ":function:" in name or (service == "lambda" and not name.startswith("arn:")):
        last = function_name(name)
    else:
        last = re.split("[:/]", name.removesuffix(":*"))[-1]
    return last.startswith("ghost-")
