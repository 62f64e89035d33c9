"""EventBridge rules on the default bus, each with one Lambda target."""

from __future__ import annotations

import json
from typing import Any

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.resources import Pairs, Rule, canonical
from dbt_ghost.providers.aws import tags
from dbt_ghost.providers.aws.session import Session, friendly_errors, swallowing

TARGET = "ghost"
GONE = "ResourceNotFoundException"


def read(session: Session, name: str) -> Rule | None:
    """The rule, or None. Switched off, or with other targets, it reads as having no target, so that it is put right."""
    with friendly_errors(f"reading rule {name}"):
        with swallowing(GONE):
            found = session.client("events").describe_rule(Name=name)
            return _as_rule(session, found)
        return None


def find(session: Session, prefix: str) -> list[str]:
    """The names of the rules that start with `prefix`."""
    with friendly_errors(f"listing rules {prefix}*"):
        pages = session.client("events").get_paginator("list_rules").paginate(NamePrefix=prefix)
        return [rule["Name"] for page in pages for rule in page["Rules"]]


def put(session: Session, rule: Rule) -> None:
    events, wanted = session.client("events"), tags.to_aws(rule.tags)
    with friendly_errors(f"making rule {rule.name}"):
        arn = events.put_rule(Name=rule.name, EventPattern=rule.pattern, State="ENABLED", Tags=tags.as_list(wanted))[
            "RuleArn"
        ]
        if not set(rule.tags) <= set(_tags(session, arn)):  # PutRule ignores tags on an update (F 1.13)
            events.tag_resource(ResourceARN=arn, Tags=tags.as_list(wanted))
        _remove_targets(session, rule.name, keep=TARGET)
        retry = {"MaximumEventAgeInSeconds": rule.max_event_age_s}
        target = {"Id": TARGET, "Arn": rule.target_arn, "RetryPolicy": retry}
        _complete(f"making rule {rule.name}", events.put_targets(Rule=rule.name, Targets=[target]))


def delete(session: Session, name: str) -> None:
    with friendly_errors(f"deleting rule {name}"), swallowing(GONE):
        _remove_targets(session, name, keep=None)  # a rule with targets cannot be deleted (F 1.14)
        session.client("events").delete_rule(Name=name)


def _as_rule(session: Session, found: dict[str, Any]) -> Rule:
    targets = _targets(session, found["Name"])
    sound = found.get("State") == "ENABLED" and [target["Id"] for target in targets] == [TARGET]
    age = targets[0].get("RetryPolicy", {}).get("MaximumEventAgeInSeconds", 0) if sound else 0
    return Rule(
        name=found["Name"],
        pattern=canonical(json.loads(found.get("EventPattern") or "{}")),
        target_arn=targets[0]["Arn"] if sound else "",
        max_event_age_s=age,
        tags=_tags(session, found["Arn"]),
    )


def _targets(session: Session, name: str) -> list[dict[str, Any]]:
    pages = session.client("events").get_paginator("list_targets_by_rule").paginate(Rule=name)
    return [target for page in pages for target in page.get("Targets", [])]


def _remove_targets(session: Session, name: str, keep: str | None) -> None:
    if ids := [target["Id"] for target in _targets(session, name) if target["Id"] != keep]:
        answer = session.client("events").remove_targets(Rule=name, Ids=ids)
        _complete(f"removing the targets of rule {name}", answer)


def _complete(doing: str, answer: dict[str, Any]) -> None:
    """EventBridge answers 200 when some entries failed (F 1.14)."""
    if answer.get("FailedEntryCount"):
        entries = answer.get("FailedEntries", [])
        reasons = "; ".join(f"{entry.get('ErrorCode')}: {entry.get('ErrorMessage')}" for entry in entries)
        raise GhostError(f"{doing}: {reasons or 'EventBridge took only a part'}", "run the same command again")


def _tags(session: Session, arn: str) -> Pairs:
    return tags.from_list(session.client("events").list_tags_for_resource(ResourceARN=arn)["Tags"])
