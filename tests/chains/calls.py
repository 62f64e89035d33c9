"""A call on its way to AWS, and what a rule of a strict session is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from dbt_ghost.providers.aws.session import Session

GONE = {"AWS.SimpleQueueService.NonExistentQueue", "NotFound", "QueueDoesNotExist", "ResourceNotFoundException"}
"""Codes of what is certainly not there."""


@dataclass(frozen=True)
class Call:
    """`service` and `operation` are as AWS writes them: events, PutRule. `look` is a session without rules."""

    service: str
    operation: str
    params: dict[str, Any]
    look: Session
    client: Any

    @property
    def name(self) -> str:
        return f"{self.service}.{self.operation}"

    @property
    def function(self) -> str:
        """The function that it names, without ARN and qualifier; empty if none."""
        return function_name(str(self.params.get("FunctionName", "")))

    def refuse(self, code: str, message: str, status: int = 400) -> NoReturn:
        """Answer as AWS does, with the client's own class of error."""
        answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
        raise self.client.exceptions.from_code(code)(answer, self.operation)


class Rule:
    """What a strict session asks at each call."""

    def before(self, call: Call) -> None:
        """Raise to refuse the call."""

    def after(self, call: Call, answer: dict[str, Any]) -> None:
        """Look at, or change, the answer of a call that succeeded."""


def function_name(named: str) -> str:
    """Of a name or ARN, with or without a qualifier."""
    return named.rpartition(":function:")[2].partition(":")[0]


def qualifier(named: str) -> dict[str, str]:
    """`Qualifier` of an ARN or name that has one, as a parameter."""
    found = named.rpartition(":function:")[2].partition(":")[2]
    return {"Qualifier": found} if found else {}
