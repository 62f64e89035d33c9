"""EventBridge rules that send to something of production's."""

from __future__ import annotations

import json
from typing import Any

from dbt_ghost.core.resources import canonical
from dbt_ghost.core.topology import ProdRule
from dbt_ghost.core.wires import SeenRule
from dbt_ghost.providers.aws.rules import list_buses
from dbt_ghost.providers.aws.session import Session, friendly_errors, swallowing

GONE = "ResourceNotFoundException"
GIVEN = ("Input", "InputPath", "InputTransformer")
LIKE_A_GHOSTS = {"Id", "Arn", "RoleArn", "RetryPolicy", "DeadLetterConfig", *GIVEN}
"""Parts of a target that a ghost's rule has too, or does in its own way."""


def buses(session: Session) -> tuple[str, ...]:
    """The names of the account's buses: as the look at the ghost before has found them, else asked for."""
    with friendly_errors("listing the EventBridge buses"):
        return session.buses or list_buses(session)


def read(session: Session, target_arn: str, bus: str) -> tuple[SeenRule, ...]:
    """The bus's rules that have this very ARN as a target (F 2.4), once for each such target."""
    with friendly_errors(f"reading the EventBridge rules of bus {bus} that send to {target_arn}"):
        pages = session.client("events").get_paginator("list_rule_names_by_target")
        which = {"TargetArn": target_arn, "EventBusName": bus}
        names = [name for page in pages.paginate(**which) for name in page["RuleNames"]]
        found = [seen for name in names for seen in _seen(session, name, bus, target_arn)]
    return tuple(sorted(found, key=lambda seen: (seen.rule.name, seen.rule.given)))


def _seen(session: Session, name: str, bus: str, target_arn: str) -> list[SeenRule]:
    """None of a rule that is gone since it was listed."""
    client = session.client("events")
    with swallowing(GONE):
        rule = client.describe_rule(Name=name, EventBusName=bus)
        pages = client.get_paginator("list_targets_by_rule").paginate(Rule=name, EventBusName=bus)
        targets = [target for page in pages for target in page["Targets"]]
        return [_by_target(rule, target, bus) for target in targets if target["Arn"] == target_arn]
    return []


def _by_target(rule: dict[str, Any], target: dict[str, Any], bus: str) -> SeenRule:
    given = {key: target[key] for key in GIVEN if target.get(key)}
    pattern = rule.get("EventPattern")
    return SeenRule(
        rule=ProdRule(
            name=rule["Name"],
            pattern=canonical(json.loads(pattern)) if pattern else "",
            bus=bus,
            given=canonical(given) if given else "",
        ),
        arn=rule["Arn"],
        target_arn=target["Arn"],
        enabled=rule.get("State", "ENABLED") != "DISABLED",
        schedule=rule.get("ScheduleExpression") or "",
        by_role=bool(target.get("RoleArn")),
        unmodelled=tuple(sorted(f"rule {rule['Name']} with {key}" for key in target.keys() - LIKE_A_GHOSTS)),
    )
