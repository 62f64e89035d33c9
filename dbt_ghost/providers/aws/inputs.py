"""What may start a production function: the buckets, which a ghost follows, and everything else, by name."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from dbt_ghost.core.errors import Refused
from dbt_ghost.providers.aws import permissions
from dbt_ghost.providers.aws.session import Session

S3 = "s3.amazonaws.com"
INVOCATIONS = ("lambda:invokefunction", "lambda:invokeasync", "lambda:invokefunctionurl")
PATTERN = set("*?/")
"""Characters that no bucket's name has."""


def buckets_in(function: str, statements: list[dict[str, Any]]) -> tuple[str, ...]:
    """The buckets that a function's resource policy lets invoke it, sorted.

    Raises Refused where it does not name them: nobody could look into every bucket that a pattern may mean.
    """
    names = set()
    for statement in statements:
        if _may_invoke(statement) and S3 in permissions.principals(statement):
            arn = permissions.invoker_of(statement).source_arn
            name = arn.partition(":::")[2]
            if not name or PATTERN & set(name):
                raise Refused(
                    f"function {function}: a permission lets S3 invoke it for {arn or 'any bucket'}, "
                    "so which buckets trigger it cannot be told",
                    "give it one permission for each bucket, with the bucket's own ARN as the SourceArn",
                )
            names.add(name)
    return tuple(sorted(names))


def others(session: Session, function: str, statements: list[dict[str, Any]]) -> set[str]:
    """What besides buckets may start the function or one of its aliases; a copy would lack it.

    Lets AWS's errors through. Numbered versions are not looked at, each would cost a call; nor are callers that need
    no permission of the function's, such as roles of the account.
    """
    invokers = {who for each in statements if _may_invoke(each) for who in permissions.principals(each)}
    names = {f"invocations by {'anybody' if who == '*' else who}" for who in invokers - {S3}}
    if _has_mappings(session, function):
        names.add("event source mappings")
    for page in session.client("lambda").get_paginator("list_aliases").paginate(FunctionName=function):
        for alias in (entry["Name"] for entry in page["Aliases"]):
            if permissions.statements(session, function, alias) or _has_mappings(session, f"{function}:{alias}"):
                names.add(f"triggers of the alias {alias}")
    return names


def _has_mappings(session: Session, function: str) -> bool:
    """Queues and streams, also those switched off for the moment. An alias's are listed by the alias only."""
    pages = session.client("lambda").get_paginator("list_event_source_mappings").paginate(FunctionName=function)
    return any(page["EventSourceMappings"] for page in pages)


def _may_invoke(statement: dict[str, Any]) -> bool:
    action = statement.get("Action", "*")
    actions = [action] if isinstance(action, str) else action
    allowed = any(fnmatchcase(call, each.lower()) for each in actions for call in INVOCATIONS)
    return statement.get("Effect") == "Allow" and allowed
