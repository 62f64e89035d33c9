"""CloudWatch log groups: made before the function and with a retention, which one that Lambda makes lacks (F 3.17)."""

from __future__ import annotations

from typing import Any

from dbt_ghost.core.errors import NotFound
from dbt_ghost.core.resources import LogGroup
from dbt_ghost.providers.aws import tags
from dbt_ghost.providers.aws.session import Session, friendly_errors, swallowing


def read(session: Session, name: str) -> LogGroup | None:
    with friendly_errors(f"reading log group {name}"):
        found = _described(session, name)
        return _as_log_group(session, found) if found else None


def find(session: Session, prefix: str) -> list[str]:
    """The names of the log groups that start with `prefix`."""
    with friendly_errors(f"listing log groups {prefix}*"):
        pages = session.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
        return [group["logGroupName"] for page in pages for group in page["logGroups"]]


def put(session: Session, group: LogGroup, existing: LogGroup | None) -> None:
    """Make the log group so. `existing` is what `read` gave."""
    client, name, wanted = session.client("logs"), group.name, tags.to_aws(group.tags)
    with friendly_errors(f"making log group {name}"):
        if existing is None and not _create(session, name, wanted):
            existing = read(session, name)
        if existing is None or existing.retention_days != group.retention_days:
            client.put_retention_policy(logGroupName=name, retentionInDays=group.retention_days)
        if existing and not set(group.tags) <= set(existing.tags):
            found = _described(session, name)
            if found is None:
                raise NotFound(f"log group {name} went away while it was made", "run the command again")
            client.tag_resource(resourceArn=_arn(found), tags=wanted)


def delete(session: Session, name: str) -> None:
    with friendly_errors(f"deleting log group {name}"), swallowing("ResourceNotFoundException"):
        session.client("logs").delete_log_group(logGroupName=name)


def _create(session: Session, name: str, wanted: dict[str, str]) -> bool:
    """False if it is there already."""
    with swallowing("ResourceAlreadyExistsException"):
        session.client("logs").create_log_group(logGroupName=name, tags=wanted)
        return True
    return False


def _described(session: Session, name: str) -> dict[str, Any] | None:
    pages = session.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    return next((group for page in pages for group in page["logGroups"] if group["logGroupName"] == name), None)


def _as_log_group(session: Session, found: dict[str, Any]) -> LogGroup:
    existing = session.client("logs").list_tags_for_resource(resourceArn=_arn(found)).get("tags", {})
    return LogGroup(found["logGroupName"], found.get("retentionInDays", 0), tags.from_aws(existing))


def _arn(found: dict[str, Any]) -> str:
    """Tag calls want the ARN without the `:*` that the description ends with."""
    return str(found.get("logGroupArn") or found["arn"]).removesuffix(":*")
