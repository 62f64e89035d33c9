"""Reads how everything in an account that is not a ghost's is configured. Only reads.

Raises GhostError for whatever cannot be read: unknown is not unharmed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dbt_ghost.demo.production import Aws
from dbt_ghost.providers.aws.session import friendly_errors, swallowing

GHOSTS = "ghost-"

Found = Iterator[tuple[str, Any]]
"""(`bucket flights-raw: notifications`, AWS's answer)."""

_Questions = tuple[tuple[str, str, str], ...]
"""(what about, operation, the error code by which AWS says that there is none)."""

FUNCTION: _Questions = (
    ("configuration", "get_function", ""),
    ("policy", "get_policy", "ResourceNotFoundException"),
    ("concurrency", "get_function_concurrency", ""),
    ("asynchronous invocation", "get_function_event_invoke_config", "ResourceNotFoundException"),
    ("url", "get_function_url_config", "ResourceNotFoundException"),
    ("versions", "list_versions_by_function", ""),
    ("aliases", "list_aliases", ""),
)
BUCKET: _Questions = (
    ("notifications", "get_bucket_notification_configuration", ""),
    ("policy", "get_bucket_policy", "NoSuchBucketPolicy"),
    ("versioning", "get_bucket_versioning", ""),
    ("tags", "get_bucket_tagging", "NoSuchTagSet"),
    ("encryption", "get_bucket_encryption", "ServerSideEncryptionConfigurationNotFoundError"),
    ("public access block", "get_public_access_block", "NoSuchPublicAccessBlockConfiguration"),
    ("lifecycle", "get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration"),
)
RULE: _Questions = (("configuration", "describe_rule", ""),)
QUEUE: _Questions = (("attributes", "get_queue_attributes", ""),)
TOPIC: _Questions = (("attributes", "get_topic_attributes", ""), ("subscriptions", "list_subscriptions_by_topic", ""))


def everything(aws: Aws, left_out_bucket: str) -> Found:
    """All documents of the account, without the ghosts' and without the one bucket named."""
    yield from _functions(aws)
    yield from _buckets(aws, left_out_bucket)
    for read in (_roles, _rules, _queues, _topics, _log_groups):
        yield from read(aws)


def pages(client: Any, operation: str, key: str, **arguments: Any) -> list[Any]:
    """The entries of all pages of a list operation; `key` is where a page holds them."""
    with friendly_errors(f"{operation} for the evidence"):
        answers = client.get_paginator(operation).paginate(**arguments)
        return [entry for answer in answers for entry in answer.get(key, [])]


def ask(client: Any, operation: str, absent: str = "", **arguments: Any) -> Any:
    """AWS's answer; None only where it says, by the error code `absent`, that there is no such document."""
    with friendly_errors(f"{operation} for the evidence ({', '.join(map(str, arguments.values()))})"):
        with swallowing(*filter(None, [absent])):
            return getattr(client, operation)(**arguments)
        return None


def _functions(aws: Aws) -> Found:
    client = aws.client("lambda")
    for name in (function["FunctionName"] for function in pages(client, "list_functions", "Functions")):
        yield from _answers(client, FUNCTION, "function", name, FunctionName=name)
    for mapping in pages(client, "list_event_source_mappings", "EventSourceMappings"):
        if not mapping["FunctionArn"].split(":")[6].startswith(GHOSTS):
            yield f"event source mapping {mapping['UUID']}: configuration", mapping


def _buckets(aws: Aws, left_out: str) -> Found:
    client = aws.client("s3")
    for name in (bucket["Name"] for bucket in pages(client, "list_buckets", "Buckets")):
        if name != left_out:
            yield from _answers(client, BUCKET, "bucket", name, Bucket=name)


def _roles(aws: Aws) -> Found:
    client = aws.client("iam")
    for name in (role["RoleName"] for role in pages(client, "list_roles", "Roles")):
        if name.startswith(GHOSTS):
            continue
        yield f"role {name}: trust and boundary", ask(client, "get_role", RoleName=name)
        attached = pages(client, "list_attached_role_policies", "AttachedPolicies", RoleName=name)
        yield f"role {name}: attached policies", attached
        for policy in pages(client, "list_role_policies", "PolicyNames", RoleName=name):
            document = ask(client, "get_role_policy", RoleName=name, PolicyName=policy)
            yield f"role {name}: inline policy {policy}", document


def _rules(aws: Aws) -> Found:
    client = aws.client("events")
    for name in (rule["Name"] for rule in pages(client, "list_rules", "Rules")):
        yield from _answers(client, RULE, "rule", name, Name=name)
        if not name.startswith(GHOSTS):
            yield f"rule {name}: targets", pages(client, "list_targets_by_rule", "Targets", Rule=name)


def _queues(aws: Aws) -> Found:
    client = aws.client("sqs")
    for address in pages(client, "list_queues", "QueueUrls"):
        name = address.rsplit("/", 1)[1]
        yield from _answers(client, QUEUE, "queue", name, QueueUrl=address, AttributeNames=["All"])


def _topics(aws: Aws) -> Found:
    client = aws.client("sns")
    for arn in (topic["TopicArn"] for topic in pages(client, "list_topics", "Topics")):
        yield from _answers(client, TOPIC, "topic", arn.rsplit(":", 1)[1], TopicArn=arn)


def _log_groups(aws: Aws) -> Found:
    for group in pages(aws.client("logs"), "describe_log_groups", "logGroups"):
        if not group["logGroupName"].removeprefix("/aws/lambda/").startswith(GHOSTS):
            yield f"log group {group['logGroupName']}: configuration", group


def _answers(client: Any, questions: _Questions, kind: str, name: str, **arguments: Any) -> Found:
    """A document for each question about one thing; none for a ghost's."""
    if name.startswith(GHOSTS):
        return
    for about, operation, absent in questions:
        document = ask(client, operation, absent, **arguments)
        if document is not None:
            yield f"{kind} {name}: {about}", document
