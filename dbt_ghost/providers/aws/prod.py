"""Production as AWS has it. Everything here reads; nothing writes."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.resources import pairs
from dbt_ghost.core.topology import Account, ProdBucket, ProdFunction
from dbt_ghost.providers.artifacts import sha256
from dbt_ghost.providers.aws import inputs, notifications, permissions
from dbt_ghost.providers.aws.session import Session, friendly_errors, is_local, swallowing

GONE = "ResourceNotFoundException"
DOWNLOAD_SECONDS = 60

CARRIED = {"Architectures", "Environment", "EphemeralStorage", "Handler", "Layers", "MemorySize", "Runtime", "Timeout"}
"""Parts of a function's configuration that a copy has too."""

HARMLESS = {
    *("CodeSha256", "CodeSize", "ConfigSha256", "Description", "FunctionArn", "FunctionName", "LastModified"),
    *("LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode", "RevisionId", "Role"),
    *("RuntimeVersionConfig", "State", "StateReason", "StateReasonCode", "Version"),
    "LoggingConfig",  # the copy logs to its own group, as text
    "TracingConfig",  # traces are not output
}
"""Parts that a copy lacks without behaving differently."""

UNMODELLED = {
    "VpcConfig": "VPC",
    "FileSystemConfigs": "EFS",
    "DeadLetterConfig": "dead-letter target",
    "KMSKeyArn": "own KMS key for the environment",
    "SigningProfileVersionArn": "code signing",
    "SigningJobArn": "code signing",
    "MasterArn": "Lambda@Edge",
    "SnapStart": "SnapStart",
    "PackageType": "container image",
    "ImageConfigResponse": "container image",
    "DurableConfig": "durable execution",
    "TenancyConfig": "tenant isolation",
    "CapacityProviderConfig": "capacity provider",
}
"""Parts that a copy would lack, as people call them. What has no name here is called by its own."""


class AwsProd:
    """`operations.world.Prod` on AWS."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def account(self) -> Account:
        return self._session.account()

    def function(self, name: str) -> ProdFunction:
        """Raises Refused where its policy does not name the buckets that may invoke it."""
        with friendly_errors(f"reading function {name}", self._where_to_look()):
            found = self._session.client("lambda").get_function_configuration(FunctionName=name)
            statements = permissions.statements(self._session, name)
            elsewhere = self._kept_elsewhere(name) | inputs.others(self._session, name, statements)
        return ProdFunction(
            name=found["FunctionName"],
            arn=found["FunctionArn"],
            role_arn=found["Role"],
            runtime=found.get("Runtime", ""),
            handler=found.get("Handler", ""),
            code_sha256=found["CodeSha256"],
            architecture=found.get("Architectures", ["x86_64"])[0],
            memory_mb=found["MemorySize"],
            timeout_s=found["Timeout"],
            ephemeral_mb=found.get("EphemeralStorage", {}).get("Size", 512),
            layers=tuple(layer["Arn"] for layer in found.get("Layers", [])),
            environment=pairs(found.get("Environment", {}).get("Variables", {})),
            unmodelled=tuple(sorted({*unmodelled(found), *elsewhere})),
            invoked_by=inputs.buckets_in(name, statements),
        )

    def bucket(self, name: str) -> ProdBucket:
        """Raises NotFound where S3 says for certain that no such bucket exists, so that a permission for it is a left
        over one; Denied where it may not look, also for what is now another account's.
        """
        return notifications.read_prod(self._session, name)

    def artifact(self, function: str) -> bytes:
        """The package, checked against the SHA-256 that Lambda gives for it."""
        with friendly_errors(f"reading the code of function {function}", self._where_to_look()):
            found = self._session.client("lambda").get_function(FunctionName=function)
        location = found["Code"].get("Location")
        if not location:
            raise GhostError(
                f"function {function} is a container image; only zip packages are built yet",
                "leave `code:` out of the step if the branch does not change it; otherwise deploy it as a zip package",
            )
        package = self._download(function, location)
        if sha256(package) != found["Configuration"]["CodeSha256"]:
            raise GhostError(
                f"function {function}: the downloaded package is not what Lambda says it runs", "run the command again"
            )
        return package

    def _where_to_look(self) -> str:
        account = self._session.account()
        return (
            "correct ingestion.steps.<step>.function, or check account and region: "
            f"it was looked for in {account.id}, {account.region}"
        )

    def _kept_elsewhere(self, name: str) -> set[str]:
        """What GetFunction does not tell (F 3.2) and a copy would lack."""
        client = self._session.client("lambda")
        names = set()
        with swallowing(GONE):
            if client.get_function_code_signing_config(FunctionName=name).get("CodeSigningConfigArn"):
                names.add("code signing")
        with swallowing(GONE):
            targets = client.get_function_event_invoke_config(FunctionName=name).get("DestinationConfig", {})
            if any(target.get("Destination") for target in targets.values()):
                names.add("asynchronous destinations")
        return names

    def _download(self, function: str, location: str) -> bytes:
        local = _is_same_machine(location, self._session.endpoint)
        if not (local or urlsplit(location).scheme == "https"):
            raise GhostError(f"function {function}: its code is offered over {urlsplit(location).scheme}, not https")
        opener = urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if local else []))
        try:
            with opener.open(location, timeout=DOWNLOAD_SECONDS) as answer:
                package: bytes = answer.read()
                return package
        except (urllib.error.URLError, OSError) as error:
            raise GhostError(f"function {function}: its code cannot be downloaded: {error}", "try again") from error


def unmodelled(configuration: dict[str, Any]) -> set[str]:
    """Names of the features in use that are neither carried by a copy nor harmless to lack."""
    keys = {key for key, value in configuration.items() if key not in CARRIED | HARMLESS and _in_use(key, value)}
    names = {UNMODELLED.get(key, key) for key in keys - {"ResponseMetadata"}}
    if configuration.get("Environment", {}).get("Error"):
        names.add("environment that cannot be read")
    return names


def _in_use(key: str, value: Any) -> bool:
    if key == "PackageType":
        return bool(value != "Zip")
    if key == "SnapStart":
        return bool(value.get("ApplyOn", "None") != "None")
    if isinstance(value, dict):
        return any(value.values())
    return bool(value)


def _is_same_machine(location: str, endpoint: str) -> bool:
    """A stand-in for AWS on this machine may offer code without TLS, on its own port only."""
    same_port = urlsplit(location).port == urlsplit(endpoint).port
    return same_port and urlsplit(location).scheme == "http" and is_local(location) and is_local(endpoint)
