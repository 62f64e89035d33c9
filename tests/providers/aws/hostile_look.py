"""All of a production, byte by byte, as its owner sees it: what is listed and is not a ghost's, in full."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from botocore.exceptions import ClientError

from dbt_ghost.providers.aws.session import Session

Look = dict[str, str]
"""Of each thing, by the kind and name, its canonical JSON."""

GHOSTS = "ghost-flights-"


def look(session: Session) -> Look:
    looks = (_buckets, _functions, _rules, _queues, _topics, _roles, _logs, _rest)
    found = {name: value for each in looks for name, value in each(session).items()}
    return {name: json.dumps(_plain(value), sort_keys=True, default=str) for name, value in found.items()}


def differing(one: Look, other: Look) -> set[str]:
    return {name for name in one | other if one.get(name) != other.get(name)}


def kinds(names: Iterable[str]) -> set[str]:
    return {name.partition(" ")[0] for name in names}


def _plain(value: Any) -> Any:
    """Without what differs between two answers about the same thing."""
    if isinstance(value, dict):
        passing = {"ResponseMetadata", "Location", "LastAccessedDate", "CreatedDate", "NextToken"}
        return {key: _plain(each) for key, each in value.items() if key not in passing}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _asked(call: Callable[..., Any], **which: Any) -> Any:
    """The answer, or the word for there being none."""
    try:
        return call(**which)
    except ClientError as error:
        return error.response["Error"]["Code"]


def _names(listed: list[dict[str, Any]], key: str) -> list[str]:
    return [each[key] for each in listed if not each[key].rpartition("/")[2].startswith(GHOSTS)]


BUCKET_CALLS = (
    *("get_bucket_policy", "get_bucket_notification_configuration", "get_bucket_versioning", "get_bucket_tagging"),
    *("get_bucket_lifecycle_configuration", "get_public_access_block", "get_bucket_ownership_controls"),
    *("get_bucket_acl", "get_bucket_encryption"),
)


def _buckets(session: Session) -> dict[str, Any]:
    s3 = session.client("s3")
    found: dict[str, Any] = {}
    for bucket in _names(s3.list_buckets()["Buckets"], "Name"):
        found[f"bucket {bucket}"] = {call: _asked(getattr(s3, call), Bucket=bucket) for call in BUCKET_CALLS}
        listed = s3.list_object_versions(Bucket=bucket)
        found[f"objects {bucket}"] = {each: listed.get(each) for each in ("Versions", "DeleteMarkers")}
        uploads = s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
        found[f"uploads {bucket}"] = [
            s3.list_parts(Bucket=bucket, Key=each["Key"], UploadId=each["UploadId"]).get("Parts") for each in uploads
        ]
        for each in listed.get("Versions", []):
            which = {"Bucket": bucket, "Key": each["Key"], "VersionId": each["VersionId"]}
            content = s3.get_object(**which)
            body = hashlib.sha256(content.pop("Body").read()).hexdigest()
            about = {call: _asked(getattr(s3, call), **which) for call in ("get_object_tagging", "get_object_acl")}
            found[f"object {bucket}/{each['Key']} {each['VersionId']}"] = [content, body, about]
    return found


def _functions(session: Session) -> dict[str, Any]:
    aws = session.client("lambda")
    found: dict[str, Any] = {}
    for name in _names(aws.list_functions()["Functions"], "FunctionName"):
        calls = ("get_function", "get_policy", "get_function_event_invoke_config", "get_function_url_config")
        found[f"function {name}"] = {call: _asked(getattr(aws, call), FunctionName=name) for call in calls}
        found[f"mappings {name}"] = aws.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    return found


def _rules(session: Session) -> dict[str, Any]:
    events = session.client("events")
    found: dict[str, Any] = {}
    for name in _names(events.list_rules()["Rules"], "Name"):
        rule = events.describe_rule(Name=name)
        tags = events.list_tags_for_resource(ResourceARN=rule["Arn"])
        found[f"rule {name}"] = [rule, events.list_targets_by_rule(Rule=name), tags]
    return found


def _queues(session: Session) -> dict[str, Any]:
    sqs = session.client("sqs")
    found: dict[str, Any] = {}
    for url in sqs.list_queues().get("QueueUrls", []):
        if url.rpartition("/")[2].startswith(GHOSTS):
            continue
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        seen = sqs.receive_message(QueueUrl=url, VisibilityTimeout=0, MaxNumberOfMessages=10).get("Messages", [])
        messages = sorted((each["MessageId"], each["Body"]) for each in seen)
        found[f"queue {url}"] = [attributes, messages, sqs.list_queue_tags(QueueUrl=url).get("Tags")]
    return found


def _topics(session: Session) -> dict[str, Any]:
    sns = session.client("sns")
    found: dict[str, Any] = {}
    for arn in [each["TopicArn"] for each in sns.list_topics()["Topics"] if f":{GHOSTS}" not in each["TopicArn"]]:
        subscriptions = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
        found[f"topic {arn}"] = [sns.get_topic_attributes(TopicArn=arn), subscriptions]
    return found


def _roles(session: Session) -> dict[str, Any]:
    iam = session.client("iam")
    found: dict[str, Any] = {}
    for name in _names(iam.list_roles()["Roles"], "RoleName"):
        inline = iam.list_role_policies(RoleName=name)["PolicyNames"]
        policies = [iam.get_role_policy(RoleName=name, PolicyName=each) for each in inline]
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        found[f"role {name}"] = [iam.get_role(RoleName=name), policies, attached]
    return found


def _logs(session: Session) -> dict[str, Any]:
    logs = session.client("logs")
    found: dict[str, Any] = {}
    for group in logs.describe_log_groups()["logGroups"]:
        name = group["logGroupName"]
        if not name.startswith(f"/aws/lambda/{GHOSTS}"):
            events = logs.filter_log_events(logGroupName=name)["events"]
            found[f"log {name}"] = [group, logs.describe_log_streams(logGroupName=name)["logStreams"], events]
    return found


def _rest(session: Session) -> dict[str, Any]:
    secrets, ssm, tables = (session.client(service) for service in ("secretsmanager", "ssm", "dynamodb"))
    found: dict[str, Any] = {}
    for secret in secrets.list_secrets(IncludePlannedDeletion=True)["SecretList"]:
        name = secret["Name"]
        found[f"secret {name}"] = [secret.get("DeletedDate"), _asked(secrets.get_secret_value, SecretId=name)]
    for name in [each["Name"] for each in ssm.describe_parameters()["Parameters"]]:
        found[f"parameter {name}"] = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]
    for name in tables.list_tables()["TableNames"]:
        found[f"table {name}"] = [tables.describe_table(TableName=name), tables.scan(TableName=name)["Items"]]
    return found
