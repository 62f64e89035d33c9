"""All that AWS keeps of an account, as bytes to be searched: configurations, policies, tags, logs, objects.

The environments of functions are left out: they are what a ghost is made to have.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dbt_ghost.demo.prod_reader import ask, pages
from dbt_ghost.providers.aws.session import Session

Place = tuple[str, bytes]
"""(`function shop-clean`, what is there)."""

FUNCTION = {
    "get_policy": "ResourceNotFoundException",
    "get_function_event_invoke_config": "ResourceNotFoundException",
    "list_aliases": "",
    "list_versions_by_function": "",
}
BUCKET = {
    "get_bucket_tagging": "NoSuchTagSet",
    "get_bucket_policy": "NoSuchBucketPolicy",
    "get_bucket_notification_configuration": "",
    "get_bucket_lifecycle_configuration": "NoSuchLifecycleConfiguration",
}
"""Operation -> the error code by which AWS says that there is none."""


def environments(session: Session) -> dict[str, dict[str, str]]:
    """Function -> its variables."""
    found = pages(session.client("lambda"), "list_functions", "Functions")
    return {each["FunctionName"]: each.get("Environment", {}).get("Variables", {}) for each in found}


def account_text(session: Session, full_buckets: tuple[str, ...]) -> Iterator[Place]:
    """Of `full_buckets`, and of the ghosts' own, the objects as well, in all their versions."""
    for read in (_functions, _roles, _rules, _queues, _topics, _log_groups):
        yield from read(session)
    yield from _buckets(session, full_buckets)


def _functions(session: Session) -> Iterator[Place]:
    client = session.client("lambda")
    for name in environments(session):
        whole = ask(client, "get_function", FunctionName=name)
        whole["Configuration"].pop("Environment", None)
        yield f"function {name}", _bytes(whole)
        for operation, absent in FUNCTION.items():
            answer = ask(client, operation, absent, FunctionName=name) or {}
            for version in answer.get("Versions", []):
                version.pop("Environment", None)
            yield f"function {name}: {operation}", _bytes(answer)
    for mapping in pages(client, "list_event_source_mappings", "EventSourceMappings"):
        tags = ask(client, "list_tags", Resource=mapping["EventSourceMappingArn"])
        yield f"event source mapping {mapping['UUID']}", _bytes([mapping, tags])


def _roles(session: Session) -> Iterator[Place]:
    client = session.client("iam")
    for name in (role["RoleName"] for role in pages(client, "list_roles", "Roles")):
        yield f"role {name}", _bytes([ask(client, each, RoleName=name) for each in ("get_role", "list_role_tags")])
        for policy in pages(client, "list_role_policies", "PolicyNames", RoleName=name):
            yield f"role {name}", _bytes(ask(client, "get_role_policy", RoleName=name, PolicyName=policy))


def _rules(session: Session) -> Iterator[Place]:
    client = session.client("events")
    for rule in pages(client, "list_rules", "Rules"):
        tags = ask(client, "list_tags_for_resource", ResourceARN=rule["Arn"])
        targets = ask(client, "list_targets_by_rule", Rule=rule["Name"])
        yield f"rule {rule['Name']}", _bytes([rule, tags, targets])


def _queues(session: Session) -> Iterator[Place]:
    client = session.client("sqs")
    for url in pages(client, "list_queues", "QueueUrls"):
        attributes = ask(client, "get_queue_attributes", QueueUrl=url, AttributeNames=["All"])
        messages = ask(client, "receive_message", QueueUrl=url, VisibilityTimeout=0, MaxNumberOfMessages=10)
        yield f"queue {url}", _bytes([attributes, messages, ask(client, "list_queue_tags", QueueUrl=url)])


def _topics(session: Session) -> Iterator[Place]:
    client = session.client("sns")
    for arn in (topic["TopicArn"] for topic in pages(client, "list_topics", "Topics")):
        tags = ask(client, "list_tags_for_resource", ResourceArn=arn)
        yield f"topic {arn}", _bytes([ask(client, "get_topic_attributes", TopicArn=arn), tags])


def _log_groups(session: Session) -> Iterator[Place]:
    client = session.client("logs")
    for group in pages(client, "describe_log_groups", "logGroups"):
        tags = ask(client, "list_tags_for_resource", resourceArn=group["arn"].removesuffix(":*"))
        events = pages(client, "filter_log_events", "events", logGroupName=group["logGroupName"])
        yield f"log group {group['logGroupName']}", _bytes([group, tags, events])


def _buckets(session: Session, full: tuple[str, ...]) -> Iterator[Place]:
    client = session.client("s3")
    for name in (bucket["Name"] for bucket in pages(client, "list_buckets", "Buckets")):
        for operation, absent in BUCKET.items():
            yield f"bucket {name}: {operation}", _bytes(ask(client, operation, absent, Bucket=name))
        if name in full or name.startswith("ghost-"):
            yield from _objects(client, name)


def _objects(client: Any, bucket: str) -> Iterator[Place]:
    for version in pages(client, "list_object_versions", "Versions", Bucket=bucket):
        which = {"Bucket": bucket, "Key": version["Key"]}
        which |= {"VersionId": version["VersionId"]} if version["VersionId"] != "null" else {}
        found = ask(client, "get_object", **which)
        tags = ask(client, "get_object_tagging", "NoSuchKey", **which)  # the local AWS knows none of what is deleted
        place = f"s3://{bucket}/{version['Key']} at {version['VersionId']}"
        yield place, found.pop("Body").read()
        yield f"{place}: metadata and tags", _bytes([found, tags])


def _bytes(document: Any) -> bytes:
    return json.dumps(document, default=str, ensure_ascii=False).encode()
