"""Who may invoke a function: its resource policy, as `Invoker` values."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from dbt_ghost.core.naming import md5
from dbt_ghost.core.resources import Invoker
from dbt_ghost.providers.aws.session import Session, swallowing

GONE = "ResourceNotFoundException"


def statements(session: Session, function: str, alias: str | None = None) -> list[dict[str, Any]]:
    """The statements of the function's own policy, or of one alias's; none without one. Lets AWS's errors through."""
    which = {"FunctionName": function} | ({"Qualifier": alias} if alias else {})
    with swallowing(GONE):
        found: list[dict[str, Any]] = json.loads(session.client("lambda").get_policy(**which)["Policy"])["Statement"]
        return found
    return []


def read(session: Session, function: str) -> tuple[Invoker, ...]:
    """Sorted. A statement that an Invoker cannot say (`Principal: "*"`) shows as one without a source."""
    return tuple(sorted(invoker_of(statement) for statement in statements(session, function)))


def add(session: Session, function: str, wanted: Iterable[Invoker]) -> None:
    """Lets AWS's errors through."""
    for invoker in wanted:
        account = {"SourceAccount": invoker.source_account} if invoker.source_account else {}
        with swallowing("ResourceConflictException"):  # the same statement is there: ids name their content
            session.client("lambda").add_permission(
                FunctionName=function,
                StatementId=_sid(invoker),
                Action="lambda:InvokeFunction",
                Principal=invoker.principal,
                SourceArn=invoker.source_arn,
                **account,
            )


def put(session: Session, function: str, wanted: tuple[Invoker, ...]) -> None:
    """Make them the only ones. Lets AWS's errors through."""
    existing = {statement["Sid"]: invoker_of(statement) for statement in statements(session, function)}
    for sid, invoker in existing.items():
        if invoker not in wanted or sid != _sid(invoker):
            with swallowing(GONE):
                session.client("lambda").remove_permission(FunctionName=function, StatementId=sid)
    add(session, function, (invoker for invoker in wanted if existing.get(_sid(invoker)) != invoker))


def invoker_of(statement: dict[str, Any]) -> Invoker:
    return Invoker(
        principal=",".join(principals(statement)),
        source_arn=",".join(_tested(statement, "aws:sourcearn")),
        source_account=",".join(_tested(statement, "aws:sourceaccount")),
    )


def principals(statement: dict[str, Any]) -> list[str]:
    """Services, accounts and roles by name; `*` where the statement does not say whom it means."""
    principal = statement.get("Principal", "*")
    of_kinds = principal.values() if isinstance(principal, dict) else [principal]
    return sorted(text for of_kind in of_kinds for text in _texts(of_kind))


def _sid(invoker: Invoker) -> str:
    return "ghost-" + md5("|".join((invoker.principal, invoker.source_arn, invoker.source_account)))


def _tested(statement: dict[str, Any], key: str) -> list[str]:
    tests = [test for tests in statement.get("Condition", {}).values() for test in tests.items()]
    return sorted(text for name, value in tests if name.lower() == key for text in _texts(value))


def _texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
