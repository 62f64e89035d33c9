"""Lambda functions of a ghost: code, configuration, who may invoke them, and their limits."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from dbt_ghost.core.errors import Denied, GhostError
from dbt_ghost.core.resources import PACKAGE_LIMIT, Function, Pairs, pairs
from dbt_ghost.providers.artifacts import sha256
from dbt_ghost.providers.aws import permissions, tags
from dbt_ghost.providers.aws.session import Session, code_of, friendly_errors, message_of, swallowing

GONE = "ResourceNotFoundException"
ROLE_WAITS = (1, 2, 3, 5, 5, 10, 10, 10)  # seconds; IAM takes 5 to 15 to show a new role to Lambda (F 3.12)
STATE_WAITS = (0.05, 0.1, 0.2, 0.3, 0.5, *[1] * 120)  # seconds; a new function is pending, an updated one busy (F 3.13)
BUSY_WAITS = (1, 2, 4, 8)


def read(session: Session, name: str) -> Function | None:
    """The function, or None. One that Lambda could not make reads as having no code, so that it is put right."""
    with friendly_errors(f"reading function {name}"):
        with swallowing(GONE):
            found = session.client("lambda").get_function(FunctionName=name)
            return _as_function(session, found)
        return None


def find(session: Session, prefix: str) -> list[str]:
    """The names of the functions that start with `prefix`."""
    with friendly_errors(f"listing functions {prefix}*"):
        pages = session.client("lambda").get_paginator("list_functions").paginate()
        names = [function["FunctionName"] for page in pages for function in page["Functions"]]
        return [name for name in names if name.startswith(prefix)]


def put(session: Session, function: Function, code: bytes | None) -> None:
    """Make the function so. `code` is needed where the code or the architecture changes, and must be `code_sha256`."""
    _check(function, code)
    existing = read(session, function.name)
    with friendly_errors(f"making function {function.name}"):
        if existing is None:
            _create(session, function, _needed(function, code))
        else:
            _update(session, function, code, existing)
        if (existing.reserved_concurrency if existing else None) != function.reserved_concurrency:
            _put_concurrency(session, function)
        if (existing.max_event_age_s if existing else None) != function.max_event_age_s:
            _put_event_age(session, function)
        permissions.put(session, function.name, function.invokers)


def delete(session: Session, name: str) -> None:
    with friendly_errors(f"deleting function {name}"), swallowing(GONE):
        session.patiently(lambda: session.client("lambda").delete_function(FunctionName=name), _is_busy, BUSY_WAITS)


def _as_function(session: Session, found: dict[str, Any]) -> Function:
    client, name = session.client("lambda"), found["Configuration"]["FunctionName"]
    configuration, age = found["Configuration"], None
    with swallowing(GONE):
        age = client.get_function_event_invoke_config(FunctionName=name).get("MaximumEventAgeInSeconds")
    return Function(
        name=name,
        role_arn=configuration["Role"],
        runtime=configuration.get("Runtime", ""),
        handler=configuration.get("Handler", ""),
        code_sha256="" if _has_failed(configuration) else configuration["CodeSha256"],
        architecture=configuration.get("Architectures", ["x86_64"])[0],
        memory_mb=configuration["MemorySize"],
        timeout_s=configuration["Timeout"],
        ephemeral_mb=configuration.get("EphemeralStorage", {}).get("Size", 512),
        layers=tuple(layer["Arn"] for layer in configuration.get("Layers", [])),
        environment=pairs(configuration.get("Environment", {}).get("Variables", {})),
        invokers=permissions.read(session, name),
        reserved_concurrency=found.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
        max_event_age_s=age,
        tags=_tags(found),
    )


def _tags(found: dict[str, Any]) -> Pairs:
    """Lambda answers all else when only the tags are denied."""
    if error := found.get("TagsError"):
        raise Denied(
            f"reading the tags of function {found['Configuration']['FunctionName']}: {error.get('Message')}",
            "give the caller lambda:ListTags",
        )
    return tags.from_aws(found.get("Tags", {}))


def _check(function: Function, code: bytes | None) -> None:
    if code is None:
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


def _needed(function: Function, code: bytes | None) -> bytes:
    if code is None:
        raise GhostError(f"function {function.name}: its code changes, but no package was given")
    return code


def _create(session: Session, function: Function, code: bytes) -> None:
    client = session.client("lambda")
    session.patiently(
        lambda: client.create_function(
            **_settings(function),
            Architectures=[function.architecture],
            Code={"ZipFile": code},
            PackageType="Zip",
            Tags=tags.to_aws(function.tags),
        ),
        _is_unseen_role,
        ROLE_WAITS,
    )
    _settle(session, function.name)


def _update(session: Session, function: Function, code: bytes | None, existing: Function) -> None:
    client = session.client("lambda")
    _idle(session, function.name)
    if (existing.code_sha256, existing.architecture) != (function.code_sha256, function.architecture):
        package = _needed(function, code)
        session.patiently(
            lambda: client.update_function_code(
                FunctionName=function.name, ZipFile=package, Architectures=[function.architecture]
            ),
            _is_busy,
            BUSY_WAITS,
        )
        _settle(session, function.name)
    if _settings(existing) != _settings(function):
        session.patiently(
            lambda: client.update_function_configuration(**_settings(function)),
            lambda error: _is_busy(error) or _is_unseen_role(error),
            ROLE_WAITS,
        )
        _settle(session, function.name)
    if not set(function.tags) <= set(existing.tags):
        arn = client.get_function_configuration(FunctionName=function.name)["FunctionArn"]
        client.tag_resource(Resource=arn, Tags=tags.to_aws(function.tags))


def _settings(function: Function) -> dict[str, Any]:
    return {
        "FunctionName": function.name,
        "Role": function.role_arn,
        "Runtime": function.runtime,
        "Handler": function.handler,
        "MemorySize": function.memory_mb,
        "Timeout": function.timeout_s,
        "EphemeralStorage": {"Size": function.ephemeral_mb},
        "Layers": list(function.layers),
        "Environment": {"Variables": dict(function.environment)},
    }


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
    if _has_failed(found):
        reason = found.get("StateReason") or found.get("LastUpdateStatusReason") or "no reason given"
        raise GhostError(f"function {name}: Lambda could not make it ready: {reason}", "run the command again")


def _has_failed(configuration: dict[str, Any]) -> bool:
    return "Failed" in (configuration.get("State"), configuration.get("LastUpdateStatus"))


def _put_concurrency(session: Session, function: Function) -> None:
    client, name, cap = session.client("lambda"), function.name, function.reserved_concurrency
    if cap is None:
        client.delete_function_concurrency(FunctionName=name)
    else:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=cap)


def _put_event_age(session: Session, function: Function) -> None:
    client, name, age = session.client("lambda"), function.name, function.max_event_age_s
    if age is None:
        with swallowing(GONE):
            client.delete_function_event_invoke_config(FunctionName=name)
    else:
        client.put_function_event_invoke_config(FunctionName=name, MaximumEventAgeInSeconds=age)


def _is_unseen_role(error: ClientError) -> bool:
    unseen = "cannot be assumed by Lambda" in message_of(error)
    return code_of(error) == "InvalidParameterValueException" and unseen


def _is_busy(error: ClientError) -> bool:
    return code_of(error) == "ResourceConflictException"
