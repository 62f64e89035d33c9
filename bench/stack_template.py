"""A ghost's resources as a CloudFormation template: what makes the same things another way. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.resources import (
    TAG_STANDS_IN_FOR,
    Bucket,
    BucketEvent,
    Function,
    LogGroup,
    Notifications,
    Pairs,
    Queue,
    Resource,
    Role,
    Rule,
    kind_of,
)

Part = tuple[str, dict[str, Any]]
PRIVATE = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def template(resources: Iterable[Resource], code: Callable[[str], Any]) -> dict[str, Any]:
    """`code` gives the `Code` of a package with that CodeSha256. Raises GhostError for a kind that chains lack here."""
    resources = tuple(resources)
    documents = {each.bucket: each for each in resources if isinstance(each, Notifications)}
    parts: dict[str, dict[str, Any]] = {}
    for number, resource in enumerate(resources):
        for name, part in _parts(resource, documents, code):
            parts[f"{name}{number}"] = part
        if isinstance(resource, Queue) and resource.policy:
            parts[f"QueuePolicy{number}"] = _queue_policy(resource, f"Queue{number}")
    for part in parts.values():
        if needed := [name for name, other in parts.items() if _needs(part, other)]:
            part["DependsOn"] = needed
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": parts}


def _needs(part: dict[str, Any], other: dict[str, Any]) -> bool:
    """Names are given, so CloudFormation cannot see what needs what."""
    own, its = part["Properties"], other["Properties"]
    match part["Type"].rpartition("::")[2], other["Type"].rpartition("::")[2]:
        case "Bucket", "Permission":
            entries = own.get("NotificationConfiguration", {}).get("LambdaConfigurations", [])
            return any(entry["Function"].endswith(f":{its['FunctionName']}") for entry in entries)
        case "Function", "Role":
            return bool(own["Role"].endswith(f"/{its['RoleName']}"))
        case (("Permission" | "EventInvokeConfig"), "Function"):
            return bool(own["FunctionName"] == its["FunctionName"])
    return False


def _parts(resource: Resource, documents: dict[str, Notifications], code: Callable[[str], Any]) -> Iterator[Part]:
    match resource:
        case Bucket():
            yield "Bucket", _part("S3::Bucket", _bucket(resource, documents.get(resource.name)))
        case Queue():
            yield "Queue", _part("SQS::Queue", _queue(resource))
        case LogGroup(name, days, tags):
            properties = {"LogGroupName": name, "RetentionInDays": days, "Tags": _tags(tags)}
            yield "LogGroup", _part("Logs::LogGroup", properties)
        case Role():
            yield "Role", _part("IAM::Role", _role(resource))
        case Function():
            yield from _function(resource, code)
        case Rule():
            yield "Rule", _part("Events::Rule", _rule(resource))
        case Notifications():
            return  # a part of the bucket
        case _:
            raise GhostError(f"no template for a {kind_of(resource)}")


def _part(kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def _bucket(bucket: Bucket, document: Notifications | None) -> dict[str, Any]:
    tags = (*bucket.tags, (TAG_STANDS_IN_FOR, bucket.stands_in_for))
    found: dict[str, Any] = {
        "BucketName": bucket.name,
        "PublicAccessBlockConfiguration": dict.fromkeys(PRIVATE, True),
        "Tags": _tags(tags),
    }
    if document:
        found["NotificationConfiguration"] = {"LambdaConfigurations": [e for o in document.entries for e in _entry(o)]}
    return found


def _entry(entry: BucketEvent) -> Iterator[dict[str, Any]]:
    rules = [{"Name": name, "Value": value} for name in ("prefix", "suffix") if (value := getattr(entry, name))]
    where = {"Filter": {"S3Key": {"Rules": rules}}} if rules else {}
    for event in entry.events:
        yield {"Event": event, "Function": entry.target_arn, **where}


def _queue(queue: Queue) -> dict[str, Any]:
    if queue.dead_letter_arn:
        raise GhostError(f"no template for the queue behind {queue.name}")
    return {
        "QueueName": queue.name,
        "VisibilityTimeout": queue.visibility_s,
        "MessageRetentionPeriod": queue.retention_s,
        "DelaySeconds": queue.delay_s,
        "Tags": _tags(queue.tags),
    }


def _queue_policy(queue: Queue, ref: str) -> dict[str, Any]:
    return _part("SQS::QueuePolicy", {"Queues": [{"Ref": ref}], "PolicyDocument": json.loads(queue.policy)})


def _role(role: Role) -> dict[str, Any]:
    policy = {"PolicyName": "ghost", "PolicyDocument": json.loads(role.policy)}
    return {
        "RoleName": role.name,
        "AssumeRolePolicyDocument": json.loads(role.trust),
        "Policies": [policy],
        "Tags": _tags(role.tags),
    }


def _function(function: Function, code: Callable[[str], Any]) -> Iterator[Part]:
    settings = {
        "FunctionName": function.name,
        "Runtime": function.runtime,
        "Role": function.role_arn,
        "Handler": function.handler,
        "Code": code(function.code_sha256),
        "Architectures": [function.architecture],
        "MemorySize": function.memory_mb,
        "Timeout": function.timeout_s,
        "EphemeralStorage": {"Size": function.ephemeral_mb},
        "Environment": {"Variables": dict(function.environment)},
        "Tags": _tags(function.tags),
    }
    yield "Function", _part("Lambda::Function", settings)
    events = {
        "FunctionName": function.name,
        "Qualifier": "$LATEST",
        "MaximumEventAgeInSeconds": function.max_event_age_s,
        "DestinationConfig": {"OnFailure": {"Destination": function.failures_arn}},
    }
    if function.retries is not None:
        events["MaximumRetryAttempts"] = function.retries
    yield "Events", _part("Lambda::EventInvokeConfig", events)
    for invoker in function.invokers:
        permission = {
            "FunctionName": function.name,
            "Action": "lambda:InvokeFunction",
            "Principal": invoker.principal,
            "SourceArn": invoker.source_arn,
            **({"SourceAccount": invoker.source_account} if invoker.source_account else {}),
        }
        yield "Permission", _part("Lambda::Permission", permission)


def _rule(rule: Rule) -> dict[str, Any]:
    target: dict[str, Any] = {
        "Id": "ghost",
        "Arn": rule.target_arn,
        "RetryPolicy": {"MaximumEventAgeInSeconds": rule.max_event_age_s},
    }
    if rule.dead_letter_arn:
        target["DeadLetterConfig"] = {"Arn": rule.dead_letter_arn}
    return {
        "Name": rule.name,
        "EventPattern": json.loads(rule.pattern),
        "State": "ENABLED" if rule.enabled else "DISABLED",
        "Targets": [target],
        "Tags": _tags(rule.tags),
    }


def _tags(tags: Pairs) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags]
