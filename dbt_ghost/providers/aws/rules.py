"""EventBridge rules, each with one target, a function or a queue."""

from __future__ import annotations

import json
from typing import Any

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.resources import Pairs, Rule, canonical
from dbt_ghost.providers.aws import tags
from dbt_ghost.providers.aws.session import Session, friendly_errors, swallowing

TARGET = "ghost"
BUS = "default"
GONE = "ResourceNotFoundException"
STATES = {"ENABLED": True, "DISABLED": False}
GIVEN = ("Input", "InputPath", "InputTransformer")
OURS = {"Id", "Arn", "RetryPolicy", "DeadLetterConfig", *GIVEN}


def read(session: Session, name: str, bus: str = BUS) -> Rule | None:
    """The rule, or None. In a state or with targets that we never give, it reads as having no target, so that it is put
    right.
    """
    with friendly_errors(f"reading rule {name}"):
        with swallowing(GONE):
            found = session.client("events").describe_rule(Name=name, EventBusName=bus)
            return _as_rule(session, found, bus)
        return None


def find(session: Session, prefix: str) -> list[tuple[str, str]]:
    """Name and bus of the rules that start with `prefix`, on every bus of the account.

    Asks for the buses every time, as others make some, and leaves them to the discovery that follows.
    """
    with friendly_errors(f"listing rules {prefix}*"):
        session.buses = list_buses(session)
        return [(name, bus) for bus in session.buses for name in _on(session, bus, prefix)]


def put(session: Session, rule: Rule, existing: Rule | None) -> None:
    """Make the rule so. `existing` is what `read` gave on the same bus."""
    events, wanted = session.client("events"), tags.as_list(tags.to_aws(rule.tags))
    with friendly_errors(f"making rule {rule.name}"):
        if existing is None or _settings(existing) != _settings(rule) or not existing.target_arn:
            arn = events.put_rule(**_settings(rule), **({} if existing else {"Tags": wanted}))["RuleArn"]
        else:
            arn = session.account().rule_arn(rule.name, rule.bus)
        if existing and not set(rule.tags) <= set(existing.tags):  # PutRule ignores tags on an update (F 1.13)
            events.tag_resource(ResourceARN=arn, Tags=wanted)
        if existing and not existing.target_arn:
            _remove_targets(session, rule.name, rule.bus, keep=TARGET)
        if existing is None or _target(existing) != _target(rule):
            answer = events.put_targets(Rule=rule.name, EventBusName=rule.bus, Targets=[_target(rule)])
            _complete(f"making rule {rule.name}", answer)


def delete(session: Session, name: str, bus: str = BUS) -> None:
    with friendly_errors(f"deleting rule {name}"), swallowing(GONE):
        _remove_targets(session, name, bus, keep=None)  # a rule with targets cannot be deleted (F 1.14)
        session.client("events").delete_rule(Name=name, EventBusName=bus)


def list_buses(session: Session) -> tuple[str, ...]:
    return tuple(sorted(bus["Name"] for bus in _all(session, "list_event_buses", "EventBuses")))


def _on(session: Session, bus: str, prefix: str) -> list[str]:
    with swallowing(GONE):  # the bus went away meanwhile
        return [rule["Name"] for rule in _all(session, "list_rules", "Rules", NamePrefix=prefix, EventBusName=bus)]
    return []


def _all(session: Session, call: str, key: str, **asked: str) -> list[dict[str, Any]]:
    """Everything on all pages of a listing; botocore has no paginator for buses."""
    found: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        page = getattr(session.client("events"), call)(**asked, **token)
        found += page.get(key, [])
        if not page.get("NextToken"):
            return found
        token = {"NextToken": page["NextToken"]}


def _settings(rule: Rule) -> dict[str, str]:
    state = "ENABLED" if rule.enabled else "DISABLED"
    return {"Name": rule.name, "EventBusName": rule.bus, "EventPattern": rule.pattern, "State": state}


def _target(rule: Rule) -> dict[str, Any]:
    retry = {"MaximumEventAgeInSeconds": rule.max_event_age_s}
    dead = {"DeadLetterConfig": {"Arn": rule.dead_letter_arn}} if rule.dead_letter_arn else {}
    given = json.loads(rule.given or "{}")
    return {"Id": TARGET, "Arn": rule.target_arn, "RetryPolicy": retry, **dead, **given}


def _as_rule(session: Session, found: dict[str, Any], bus: str) -> Rule:
    targets = _targets(session, found["Name"], bus)
    sound = found.get("State") in STATES and [target["Id"] for target in targets] == [TARGET]
    target = targets[0] if sound and set(targets[0]) <= OURS else {}
    given = {key: target[key] for key in GIVEN if key in target}
    return Rule(
        name=found["Name"],
        pattern=canonical(json.loads(found.get("EventPattern") or "{}")),
        target_arn=target.get("Arn", ""),
        bus=bus,
        given=canonical(given) if given else "",
        enabled=STATES.get(found.get("State", ""), False),
        max_event_age_s=target.get("RetryPolicy", {}).get("MaximumEventAgeInSeconds", 0),
        dead_letter_arn=target.get("DeadLetterConfig", {}).get("Arn", ""),
        tags=_tags(session, found["Arn"]),
    )


def _targets(session: Session, name: str, bus: str) -> list[dict[str, Any]]:
    return _all(session, "list_targets_by_rule", "Targets", Rule=name, EventBusName=bus)


def _remove_targets(session: Session, name: str, bus: str, keep: str | None) -> None:
    if ids := [target["Id"] for target in _targets(session, name, bus) if target["Id"] != keep]:
        answer = session.client("events").remove_targets(Rule=name, EventBusName=bus, Ids=ids)
        _complete(f"removing the targets of rule {name}", answer)


def _complete(doing: str, answer: dict[str, Any]) -> None:
    """EventBridge answers 200 when some entries failed (F 1.14)."""
    if answer.get("FailedEntryCount"):
        entries = answer.get("FailedEntries", [])
        reasons = "; ".join(f"{entry.get('ErrorCode')}: {entry.get('ErrorMessage')}" for entry in entries)
        raise GhostError(f"{doing}: {reasons or 'EventBridge took only a part'}", "run the same command again")


def _tags(session: Session, arn: str) -> Pairs:
    return tags.from_list(session.client("events").list_tags_for_resource(ResourceARN=arn)["Tags"])
