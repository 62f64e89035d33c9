"""Lambda functions of a ghost: code or image, configuration, who may invoke them, and their limits."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.resources import PACKAGE_LIMIT, Function
from dbt_ghost.providers.artifacts import sha256
from dbt_ghost.providers.aws import permissions, tags
from dbt_ghost.providers.aws.function_settings import (
    as_function,
    asynchronous,
    has_failed,
    new_settings,
    settings,
)
from dbt_ghost.providers.aws.session import Session, code_of, friendly_errors, message_of, swallowing

GONE = "ResourceNotFoundException"
ROLE_WAITS = (1, 2, 3, 5, 5, 10, 10, 10)  # seconds; IAM takes 5 to 15 to show a new role and its rights (F 3.12)
UNSEEN = ("cannot be assumed by Lambda", "does not have permissions to call")
STATE_WAITS = (0.05, 0.1, 0.2, 0.3, 0.5, *[1] * 120)  # seconds; a new function is pending, an updated one busy (F 3.13)
BUSY_WAITS = (1, 2, 4, 8)


def read(session: Session, name: str) -> Function | None:
    """The function, or None. One that Lambda could not make reads as having no code, so that it is put right."""
    with friendly_errors(f"reading function {name}"):
        with swallowing(GONE):
            found = session.client("lambda").get_function(FunctionName=name)
            return as_function(session, found)
        return None


def find(session: Session, prefix: str) -> list[str]:
    """The names of the functions that start with `prefix`."""
    with friendly_errors(f"listing functions {prefix}*"):
        pages = session.client("lambda").get_paginator("list_functions").paginate()
        names = [function["FunctionName"] for page in pages for function in page["Functions"]]
        return [name for name in names if name.startswith(prefix)]


def put(session: Session, function: Function, code: bytes | None, existing: Function | None) -> None:
    """Make the function so. `existing` is what `read` gave. `retries` and `failures_arn` go with a `max_event_age_s`.

    `code` is needed where a package or its architecture changes, and must be `code_sha256`.
    """
    name = function.name
    _check(function, code)
    with friendly_errors(f"making function {name}"):
        if existing and (existing.image is None) != (function.image is None):
            _delete(session, name)  # Lambda cannot make one of the other
            existing = None
        if existing is None and not _create(session, function, code):
            existing = read(session, name)
        if existing:
            _update(session, function, code, existing)
        if (existing.reserved_concurrency if existing else None) != function.reserved_concurrency:
            _put_concurrency(session, function)
        if (asynchronous(existing) if existing else {}) != asynchronous(function):
            _put_asynchronous(session, function)
        if existing is None:
            permissions.add(session, name, function.invokers)
        elif existing.invokers != function.invokers:
            permissions.put(session, name, function.invokers)


def delete(session: Session, name: str) -> None:
    with friendly_errors(f"deleting function {name}"):
        _delete(session, name)


def _delete(session: Session, name: str) -> None:
    with swallowing(GONE):
        session.patiently(lambda: session.client("lambda").delete_function(FunctionName=name), _is_busy, BUSY_WAITS)


def _check(function: Function, code: bytes | None) -> None:
    if code is None or function.image:
        return
    if sha256(code) != function.code_sha256:
        raise GhostError(
            f"function {function.name}: the package given is not the planned one ({function.code_sha256})",
            "the code changed while the command ran: run it again",
        )
    if len(code) > PACKAGE_LIMIT:
        size = len(code) / 1024 / 1024
        raise GhostError(
            f"function {function.name}: its package has {size:.0f} MB, more than the 50 MB that Lambda takes directly",
            "move large dependencies into a layer; packages by way of S3 are not built yet",
        )


def _code(function: Function, code: bytes | None) -> dict[str, Any]:
    if function.image:
        return {"ImageUri": function.image.uri}
    if code is None:
        raise GhostError(f"function {function.name}: its code changes, but no package was given")
    return {"ZipFile": code}


def _create(session: Session, function: Function, code: bytes | None) -> bool:
    """False if it is there already."""
    package, client = _code(function, code), session.client("lambda")

    def create() -> None:
        client.create_function(
            FunctionName=function.name,
            **new_settings(function),
            Architectures=[function.architecture],
            Code=package,
            PackageType="Image" if function.image else "Zip",
            Tags=tags.to_aws(function.tags),
        )

    with swallowing("ResourceConflictException"):
        session.patiently(create, _is_unseen_role, ROLE_WAITS)
        _settle(session, function.name)
        return True
    return False


def _update(session: Session, function: Function, code: bytes | None, existing: Function) -> None:
    client, name, before = session.client("lambda"), function.name, settings(existing)
    differing = {key: value for key, value in settings(function).items() if value != before[key]}
    new_code = _package(existing) != _package(function)
    if new_code or differing:
        _idle(session, name)
    if new_code:
        package = {**_code(function, code), "Architectures": [function.architecture]}
        session.patiently(lambda: client.update_function_code(FunctionName=name, **package), _is_busy, BUSY_WAITS)
        _settle(session, name)
    if differing:
        session.patiently(
            lambda: client.update_function_configuration(FunctionName=name, **differing),
            lambda error: _is_busy(error) or _is_unseen_role(error),
            ROLE_WAITS,
        )
        _settle(session, name)
    if not set(function.tags) <= set(existing.tags):
        client.tag_resource(Resource=session.account().function_arn(name), Tags=tags.to_aws(function.tags))


def _package(function: Function) -> tuple[str, ...]:
    return function.code_sha256, function.architecture, function.image.uri if function.image else ""


def _idle(session: Session, name: str) -> dict[str, Any]:
    """Wait until Lambda takes the next change, however the last one ended; returns the configuration then."""
    for wait in STATE_WAITS:
        found: dict[str, Any] = session.client("lambda").get_function_configuration(FunctionName=name)
        if found.get("State") != "Pending" and found.get("LastUpdateStatus") != "InProgress":
            return found
        session.sleep(wait)
    raise GhostError(f"function {name} is not ready after two minutes", "run the command again")


def _settle(session: Session, name: str) -> None:
    """Wait for the change that we just made. Raises GhostError if Lambda could not carry it out."""
    found = _idle(session, name)
    if has_failed(found):
        reason = found.get("StateReason") or found.get("LastUpdateStatusReason") or "no reason given"
        raise GhostError(f"function {name}: Lambda could not make it ready: {reason}", "run the command again")


def _put_concurrency(session: Session, function: Function) -> None:
    client, name, cap = session.client("lambda"), function.name, function.reserved_concurrency
    if cap is None:
        client.delete_function_concurrency(FunctionName=name)
    else:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=cap)


def _put_asynchronous(session: Session, function: Function) -> None:
    client, name, wanted = session.client("lambda"), function.name, asynchronous(function)
    if wanted:
        session.patiently(
            lambda: client.put_function_event_invoke_config(FunctionName=name, **wanted),
            lambda error: _is_busy(error) or _is_unseen_role(error),
            ROLE_WAITS,
        )
    else:
        with swallowing(GONE):
            client.delete_function_event_invoke_config(FunctionName=name)


def _is_unseen_role(error: ClientError) -> bool:
    unseen = any(words in message_of(error) for words in UNSEEN)
    return code_of(error) == "InvalidParameterValueException" and unseen


def _is_busy(error: ClientError) -> bool:
    return code_of(error) == "ResourceConflictException"
