"""What a Lambda function is, as Lambda says it and as our value."""

from __future__ import annotations

from typing import Any

from dbt_ghost.core.errors import Denied
from dbt_ghost.core.resources import Function, Image, Mount, Network, Pairs
from dbt_ghost.providers.aws import function_environment, permissions, tags
from dbt_ghost.providers.aws.session import Session, swallowing

GONE = "ResourceNotFoundException"
NO_NETWORK: dict[str, Any] = {"SubnetIds": [], "SecurityGroupIds": []}
RETRIES = 2  # Lambda's own, which our value calls None


def as_function(session: Session, found: dict[str, Any]) -> Function:
    """`found` is GetFunction's answer. Lets AWS's errors through; raises Denied."""
    configuration = found["Configuration"]
    name = configuration["FunctionName"]
    events = _asynchronous(session, name)
    retries = events.get("MaximumRetryAttempts")
    return Function(
        name=name,
        role_arn=configuration["Role"],
        runtime=configuration.get("Runtime", ""),
        handler=configuration.get("Handler", ""),
        code_sha256="" if has_failed(configuration) else configuration["CodeSha256"],
        architecture=configuration.get("Architectures", ["x86_64"])[0],
        memory_mb=configuration["MemorySize"],
        timeout_s=configuration["Timeout"],
        ephemeral_mb=configuration.get("EphemeralStorage", {}).get("Size", 512),
        layers=tuple(layer["Arn"] for layer in configuration.get("Layers", [])),
        environment=function_environment.read(configuration),
        image=_image(found),
        network=_network(configuration),
        mounts=tuple(
            sorted(Mount(one["Arn"], one["LocalMountPath"]) for one in configuration.get("FileSystemConfigs", []))
        ),
        invokers=permissions.read(session, name),
        reserved_concurrency=found.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
        max_event_age_s=events.get("MaximumEventAgeInSeconds"),
        retries=None if retries == RETRIES else retries,
        failures_arn=events.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", ""),
        tags=_tags(found),
    )


def has_failed(configuration: dict[str, Any]) -> bool:
    return "Failed" in (configuration.get("State"), configuration.get("LastUpdateStatus"))


def settings(function: Function) -> dict[str, Any]:
    """As UpdateFunctionConfiguration takes them; what is empty takes a setting away."""
    if image := function.image:
        parts = (
            ("Command", list(image.command)),
            ("EntryPoint", list(image.entry_point)),
            ("WorkingDirectory", image.working_directory),
        )
        package: dict[str, Any] = {"ImageConfig": {key: value for key, value in parts if value}}
    else:
        package = {"Runtime": function.runtime, "Handler": function.handler, "Layers": list(function.layers)}
    return {
        "Role": function.role_arn,
        **package,
        "MemorySize": function.memory_mb,
        "Timeout": function.timeout_s,
        "EphemeralStorage": {"Size": function.ephemeral_mb},
        "Environment": {"Variables": dict(function.environment)},
        "VpcConfig": _vpc_config(function.network),
        "FileSystemConfigs": [{"Arn": mount.arn, "LocalMountPath": mount.path} for mount in function.mounts],
    }


def new_settings(function: Function) -> dict[str, Any]:
    """As CreateFunction takes them."""
    return {key: value for key, value in settings(function).items() if value not in ([], {}, NO_NETWORK)}


def asynchronous(function: Function) -> dict[str, Any]:
    """As PutFunctionEventInvokeConfig takes it, which sets all at once; empty for all of Lambda's own."""
    failures = function.failures_arn
    parts = (
        ("MaximumEventAgeInSeconds", function.max_event_age_s),
        ("MaximumRetryAttempts", function.retries),
        ("DestinationConfig", {"OnFailure": {"Destination": failures}} if failures else None),
    )
    return {key: value for key, value in parts if value is not None}


def _asynchronous(session: Session, name: str) -> dict[str, Any]:
    """Nothing where the function passes its results on: so it is put right."""
    with swallowing(GONE):
        found: dict[str, Any] = session.client("lambda").get_function_event_invoke_config(FunctionName=name)
        return {} if found.get("DestinationConfig", {}).get("OnSuccess") else found
    return {}


def _image(found: dict[str, Any]) -> Image | None:
    configuration, code = found["Configuration"], found.get("Code", {})
    if configuration.get("PackageType") != "Image":
        return None
    replaced = configuration.get("ImageConfigResponse", {}).get("ImageConfig", {})
    return Image(
        uri=code.get("ResolvedImageUri") or code.get("ImageUri", ""),
        command=tuple(replaced.get("Command", [])),
        entry_point=tuple(replaced.get("EntryPoint", [])),
        working_directory=replaced.get("WorkingDirectory", ""),
    )


def _network(configuration: dict[str, Any]) -> Network | None:
    found = configuration.get("VpcConfig", {})
    if not found.get("SubnetIds"):
        return None
    return Network(
        subnets=tuple(sorted(found["SubnetIds"])),
        security_groups=tuple(sorted(found.get("SecurityGroupIds", []))),
        ipv6=found.get("Ipv6AllowedForDualStack", False),
    )


def _vpc_config(network: Network | None) -> dict[str, Any]:
    if network is None:
        return NO_NETWORK
    return {
        "SubnetIds": list(network.subnets),
        "SecurityGroupIds": list(network.security_groups),
        "Ipv6AllowedForDualStack": network.ipv6,
    }


def _tags(found: dict[str, Any]) -> Pairs:
    """Lambda answers all else when only the tags are denied."""
    if error := found.get("TagsError"):
        raise Denied(
            f"reading the tags of function {found['Configuration']['FunctionName']}: {error.get('Message')}",
            "give the caller lambda:ListTags",
        )
    return tags.from_aws(found.get("Tags", {}))
