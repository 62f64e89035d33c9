"""A production function as one of its doors shows it: configuration, code facts, and what a copy would lack."""

from __future__ import annotations

from typing import Any

from dbt_ghost.core.resources import Image, Mount, Network
from dbt_ghost.core.topology import ProdFunction
from dbt_ghost.providers.aws import function_environment
from dbt_ghost.providers.aws.session import Session, swallowing

GONE = "ResourceNotFoundException"
LAMBDAS_OWN_RETRIES = 2

CARRIED = {
    *("Architectures", "Environment", "EphemeralStorage", "FileSystemConfigs", "Handler", "ImageConfigResponse"),
    *("Layers", "MemorySize", "PackageType", "Runtime", "Timeout", "VpcConfig"),
}
"""Parts of a function's configuration that `ProdFunction` has."""

HARMLESS = {
    *("CodeSha256", "CodeSize", "ConfigSha256", "Description", "FunctionArn", "FunctionName", "LastModified"),
    *("LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode", "RevisionId", "Role"),
    *("RuntimeVersionConfig", "State", "StateReason", "StateReasonCode", "Version"),
}
"""Parts that a copy lacks without behaving differently."""

LEFT_OUT = {"DeadLetterConfig", "LoggingConfig", "TracingConfig"}
"""Parts that a copy does without by intent: they write where production's people look (F 3.4)."""

UNMODELLED = {
    "KMSKeyArn": "own KMS key for the environment",
    "SigningProfileVersionArn": "code signing",
    "SigningJobArn": "code signing",
    "MasterArn": "Lambda@Edge",
    "SnapStart": "SnapStart",
    "DurableConfig": "durable execution",
    "TenancyConfig": "tenant isolation",
    "CapacityProviderConfig": "capacity provider",
}
"""Parts that a copy would lack, as people call them. What has no name here is called by its own."""


def read(session: Session, name: str, qualifier: str) -> ProdFunction:
    """Lets AWS's errors through; raises Denied for an environment that is not shown. An image's digest, and what
    GetFunction does not tell (F 3.2), cost further calls.
    """
    client, which = session.client("lambda"), {"FunctionName": name} | ({"Qualifier": qualifier} if qualifier else {})
    found = client.get_function_configuration(**which)
    code = client.get_function(**which)["Code"] if _is_image(found) else {}
    asynchronous: dict[str, Any] = {}
    with swallowing(GONE):
        asynchronous = client.get_function_event_invoke_config(**which)
    names = unmodelled(found)
    with swallowing(GONE):
        if client.get_function_code_signing_config(FunctionName=name).get("CodeSigningConfigArn"):
            names.add("code signing")
    image, attempts = _image(found, code), asynchronous.get("MaximumRetryAttempts")
    if _is_image(found) and image is None:
        names.add("container image whose digest is not known")
    return ProdFunction(
        name=found["FunctionName"],
        arn=session.account().function_arn(found["FunctionName"]),
        role_arn=found["Role"],
        runtime=found.get("Runtime", ""),
        handler=found.get("Handler", ""),
        code_sha256=found["CodeSha256"],
        architecture=found.get("Architectures", ["x86_64"])[0],
        memory_mb=found["MemorySize"],
        code_bytes=found.get("CodeSize", 0),
        timeout_s=found["Timeout"],
        ephemeral_mb=found.get("EphemeralStorage", {}).get("Size", 512),
        layers=tuple(layer["Arn"] for layer in found.get("Layers", [])),
        environment=function_environment.read(found),
        qualifier=qualifier,
        image=image,
        network=_network(found.get("VpcConfig", {})),
        mounts=tuple(sorted(Mount(each["Arn"], each["LocalMountPath"]) for each in found.get("FileSystemConfigs", []))),
        retries=None if attempts == LAMBDAS_OWN_RETRIES else attempts,
        unmodelled=tuple(sorted(names)),
        left_out=tuple(sorted(left_out(found, asynchronous))),
        writes_elsewhere=tuple(sorted(_writes_elsewhere(found, asynchronous))),
    )


def unmodelled(configuration: dict[str, Any]) -> set[str]:
    """Names of the features in use that are neither carried by a copy, nor left out by intent, nor harmless to lack."""
    known = CARRIED | HARMLESS | LEFT_OUT | {"ResponseMetadata"}
    names = {
        UNMODELLED.get(key, key) for key, value in configuration.items() if key not in known and _in_use(key, value)
    }
    if configuration.get("ImageConfigResponse", {}).get("Error"):
        names.add("container image settings that cannot be read")
    if any(each.get("S3FilesConfig") or ":elasticfilesystem:" not in each["Arn"] for each in _mounts(configuration)):
        names.add("file system that is not EFS")
    return names


def left_out(configuration: dict[str, Any], asynchronous: dict[str, Any]) -> set[str]:
    """What a copy does without by intent, in words."""
    words = {
        f"destination {'of results' if when == 'OnSuccess' else 'of failed events'}: {target}"
        for when, target in _destinations(asynchronous)
    }
    if target := configuration.get("DeadLetterConfig", {}).get("TargetArn"):
        words.add(f"dead-letter target: {target}")
    if configuration.get("TracingConfig", {}).get("Mode") == "Active":
        words.add("tracing")
    logging = configuration.get("LoggingConfig", {})
    own_group = f"/aws/lambda/{configuration.get('FunctionName')}"
    if logging.get("LogFormat", "Text") != "Text" or logging.get("LogGroup", own_group) != own_group:
        words.add("log group or log format of its own")
    return words


def _writes_elsewhere(configuration: dict[str, Any], asynchronous: dict[str, Any]) -> set[str]:
    dead_letter = {"dead_letter"} if configuration.get("DeadLetterConfig", {}).get("TargetArn") else set()
    return dead_letter | ({"destinations"} if _destinations(asynchronous) else set())


def _destinations(asynchronous: dict[str, Any]) -> list[tuple[str, str]]:
    """(OnSuccess or OnFailure, ARN)"""
    targets = asynchronous.get("DestinationConfig", {}).items()
    return [(when, target["Destination"]) for when, target in targets if target.get("Destination")]


def _image(configuration: dict[str, Any], code: dict[str, Any]) -> Image | None:
    """By its digest: a tag may mean another image by the time that a copy is made (F 3.5)."""
    uri, own = code.get("ResolvedImageUri", ""), configuration.get("ImageConfigResponse", {}).get("ImageConfig", {})
    if "@" not in uri:
        return None
    return Image(
        uri, tuple(own.get("Command", [])), tuple(own.get("EntryPoint", [])), own.get("WorkingDirectory") or ""
    )


def _network(vpc: dict[str, Any]) -> Network | None:
    if not vpc.get("SubnetIds"):
        return None
    subnets, groups = sorted(vpc["SubnetIds"]), sorted(vpc.get("SecurityGroupIds", []))
    return Network(tuple(subnets), tuple(groups), bool(vpc.get("Ipv6AllowedForDualStack")))


def _mounts(configuration: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = configuration.get("FileSystemConfigs", [])
    return found


def _is_image(configuration: dict[str, Any]) -> bool:
    return bool(configuration.get("PackageType") == "Image")


def _in_use(key: str, value: Any) -> bool:
    if key == "SnapStart":
        return bool(value.get("ApplyOn", "None") != "None")
    if isinstance(value, dict):
        return any(value.values())
    return bool(value)
