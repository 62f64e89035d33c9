"""Who may invoke a function: its resource policy, as `Invoker` values."""

from __future__ import annotations

import json
from typing import Any

from dbt_ghost.core.naming import md5
from dbt_ghost.core.resources import Invoker
from dbt_ghost.providers.aws.session import Session, swallowing

GONE = "ResourceNotFoundException"


def statements(session: Session, function: str) -> list[dict[str, Any]]:
    """The statements of the function's own policy; none without one. Lets AWS's errors through."""
    with swallowing(GONE):
        found: list[dict[str, Any]] = json.loads(session.client("lambda").get_policy(FunctionName=function)["Policy"])[
            "Statement"
        ]
        return found
    return []


def read(session: Session, function: str) -> tuple[Invoker, ...]:
    """Sorted. A statement that an Invoker cannot say (`Principal: "*"`) shows as one without a source."""
    return _sorted(invoker_of(statement) for statement in statements(session, function))


def put(session: Session, function: str, wanted: tuple[Invoker, ...]) -> None:
    """Lets AWS's errors through."""
    client = session.client("lambda")
    existing = {statement["Sid"]: invoker_of(statement) for statement in statements(session, function)}
    for sid, invoker in existing.items():
        if invoker not in wanted or sid != _sid(invoker):
            with swallowing(GONE):
                client.remove_permission(FunctionName=function, StatementId=sid)
    for invoker in wanted:
        if existing.get(_sid(invoker)) != invoker:
            with swallowing("ResourceConflictException"):  # the same statement is there: ids name their content
                client.add_permission(
                    FunctionName=function,
                    StatementId=_sid(invoker),
                    Action="lambda:InvokeFunction",
                    Principal=invoker.principal,
                    SourceArn=invoker.source_arn,
                    SourceAccount=invoker.source_account,
                )


def invoker_of(statement: dict[str, Any]) -> Invoker:
    principal = statement.get("Principal", "")
    conditions = {
        key.lower(): value for tests in statement.get("Condition", {}).values() for key, value in tests.items()
    }
    return Invoker(
        principal=str(principal.get("Service", principal) if isinstance(principal, dict) else principal),
        source_arn=str(conditions.get("aws:sourcearn", "")),
        source_account=str(conditions.get("aws:sourceaccount", "")),
    )


def _sid(invoker: Invoker) -> str:
    return "ghost-" + md5("|".join((invoker.principal, invoker.source_arn, invoker.source_account)))


def _sorted(invokers: Any) -> tuple[Invoker, ...]:
    return tuple(sorted(invokers, key=lambda invoker: (invoker.principal, invoker.source_arn)))
