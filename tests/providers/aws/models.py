"""What AWS's own documents say of its operations, read apart from botocore's classes for them, and samples by that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import botocore.session
from botocore.model import OperationModel, ServiceModel

SERVICES = ("ecr", "events", "iam", "kms", "lambda", "logs", "s3", "sns", "sqs", "sts")


@cache
def _core() -> botocore.session.Session:
    return botocore.session.Session()


@cache
def document(service: str) -> dict[str, Any]:
    found: dict[str, Any] = _core().get_component("data_loader").load_service_model(service, "service-2")
    return found


@cache
def service_model(service: str) -> ServiceModel:
    return _core().get_service_model(service)


def operation(name: str) -> OperationModel:
    """By `lambda.Invoke`."""
    service, _, called = name.partition(".")
    return service_model(service).operation_model(called)


def operations() -> Iterator[tuple[str, str]]:
    """(operation, `input` or `output`) of all that have one."""
    for service in SERVICES:
        for name, found in document(service)["operations"].items():
            yield from ((f"{service}.{name}", side) for side in ("input", "output") if side in found)


@dataclass
class Sample:
    """A value with every member that a shape has. `secret` are the texts where the document says `sensitive`."""

    service: str
    secret: list[str] = field(default_factory=list)

    def of(self, operation: str, side: str) -> Any:
        return self._value(document(self.service)["operations"][operation][side], False, ())

    def _value(self, reference: dict[str, Any], secret: bool, within: tuple[str, ...]) -> Any:
        name = reference["shape"]
        shape = document(self.service)["shapes"][name]
        secret = secret or bool(shape.get("sensitive") or reference.get("sensitive")) or shape["type"] == "blob"
        inside = (*within, name)
        match shape["type"]:
            case "structure":
                members = shape["members"].items()
                return {
                    key: self._value(inner, secret, inside) for key, inner in members if inner["shape"] not in inside
                }
            case "list":
                return [] if shape["member"]["shape"] in inside else [self._value(shape["member"], secret, inside)]
            case "map":
                return {self._value(shape["key"], secret, inside): self._value(shape["value"], secret, inside)}
            case "string" | "blob" as kind:
                return self._text(secret).encode() if kind == "blob" else self._text(secret)
            case "boolean":
                return True
            case _:
                return 1

    def _text(self, secret: bool) -> str:
        text = f"canary-{len(self.secret)}." if secret else "plain"
        if secret:
            self.secret.append(text)
        return text
