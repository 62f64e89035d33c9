"""What of a production function a copy has, does without, or could not carry. Said beforehand: the local AWS has no
VPC, file systems or images.
"""

from __future__ import annotations

from typing import Any

import pytest

from dbt_ghost.core.errors import Denied
from dbt_ghost.core.resources import Image, Mount, Network
from dbt_ghost.core.topology import ProdFunction
from dbt_ghost.providers.aws import prod_functions
from dbt_ghost.providers.aws.prod import AwsProd
from dbt_ghost.providers.aws.prod_functions import CARRIED, HARMLESS, LEFT_OUT, UNMODELLED, unmodelled
from dbt_ghost.providers.aws.session import Session
from tests.providers.aws.production import ARN, NAME
from tests.providers.aws.stubbed import answers

GONE = "ResourceNotFoundException"
LEAST = {"FunctionName": NAME, "FunctionArn": ARN, "Role": "r", "CodeSha256": "x", "MemorySize": 128, "Timeout": 3}
DIGEST = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/flights@sha256:abc"
EFS = "arn:aws:elasticfilesystem:eu-west-1:111111111111:access-point/fsap-1"


def read(
    more: dict[str, Any], asynchronous: dict[str, Any] | None = None, code: dict[str, Any] | None = None
) -> ProdFunction:
    with answers("lambda") as session:
        session.say("lambda.get_function_configuration", LEAST | more, FunctionName=NAME, Qualifier="live")
        if code is not None:
            session.say("lambda.get_function", {"Code": code}, FunctionName=NAME, Qualifier="live")
        session.say("lambda.get_function_event_invoke_config", asynchronous or {}, FunctionName=NAME, Qualifier="live")
        session.fail("lambda.get_function_code_signing_config", GONE)
        return prod_functions.read(session, NAME, "live")


def test_a_network_is_read_sorted() -> None:
    vpc = {"SubnetIds": ["s-2", "s-1"], "SecurityGroupIds": ["g-2", "g-1"], "VpcId": "v"}
    found = read({"VpcConfig": vpc | {"Ipv6AllowedForDualStack": True}})
    assert (found.network, found.unmodelled) == (Network(("s-1", "s-2"), ("g-1", "g-2"), ipv6=True), ())
    assert read({"VpcConfig": {"SubnetIds": [], "SecurityGroupIds": [], "VpcId": ""}}).network is None


def test_file_systems_are_read_sorted() -> None:
    mounts = [{"Arn": EFS + n, "LocalMountPath": f"/mnt/{n}"} for n in "ba"]
    found = read({"FileSystemConfigs": mounts})
    assert (found.mounts, found.unmodelled) == ((Mount(EFS + "a", "/mnt/a"), Mount(EFS + "b", "/mnt/b")), ())


def test_an_image_is_read_by_its_digest_with_its_own_settings() -> None:
    own = {"Command": ["app.handler"], "EntryPoint": ["/run"], "WorkingDirectory": "/w"}
    configuration = {"PackageType": "Image", "ImageConfigResponse": {"ImageConfig": own}}
    found = read(configuration, code={"ImageUri": "repo:latest", "ResolvedImageUri": DIGEST})
    assert found.image == Image(DIGEST, ("app.handler",), ("/run",), "/w")
    assert (found.runtime, found.handler, found.layers, found.unmodelled) == ("", "", (), ())


def test_an_image_without_a_known_digest_is_not_modelled() -> None:
    found = read({"PackageType": "Image"}, code={"ImageUri": "repo:latest"})
    assert (found.image, found.unmodelled) == (None, ("container image whose digest is not known",))


def test_what_is_left_out_by_intent_is_said_and_does_not_stop_a_fork() -> None:
    targets = {"OnSuccess": {"Destination": "arn:ok"}, "OnFailure": {"Destination": "arn:failed"}}
    found = read(
        {
            "DeadLetterConfig": {"TargetArn": "arn:dead"},
            "TracingConfig": {"Mode": "Active"},
            "LoggingConfig": {"LogFormat": "JSON", "LogGroup": f"/aws/lambda/{NAME}"},
        },
        {"DestinationConfig": targets, "MaximumRetryAttempts": 1},
    )
    assert found.left_out == (
        "dead-letter target: arn:dead",
        "destination of failed events: arn:failed",
        "destination of results: arn:ok",
        "log group or log format of its own",
        "tracing",
    )
    assert (found.writes_elsewhere, found.retries, found.unmodelled) == (("dead_letter", "destinations"), 1, ())


def test_what_is_at_its_default_is_not_said() -> None:
    logging = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{NAME}"}
    found = read({"TracingConfig": {"Mode": "PassThrough"}, "LoggingConfig": logging})
    assert (found.left_out, found.writes_elsewhere) == ((), ())


@pytest.mark.parametrize(
    ("part", "named"),
    [
        ({"KMSKeyArn": "x"}, "own KMS key for the environment"),
        ({"SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}}, "SnapStart"),
        ({"DurableConfig": {"ExecutionTimeout": 60}}, "durable execution"),
        ({"TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}}, "tenant isolation"),
        ({"CapacityProviderConfig": {"LambdaManagedInstancesCapacityProviderConfig": {}}, "X": 1}, "X"),
        ({"SigningProfileVersionArn": "x"}, "code signing"),
        ({"MasterArn": "x"}, "Lambda@Edge"),
        ({"QuantumConfig": {"Enabled": True}}, "QuantumConfig"),
        ({"ImageConfigResponse": {"Error": {"ErrorCode": "x"}}}, "container image settings that cannot be read"),
        (
            {"FileSystemConfigs": [{"Arn": "arn:aws:s3files:x"}]},
            "file system that is not EFS",
        ),
        ({"FileSystemConfigs": [{"Arn": EFS, "S3FilesConfig": {"a": 1}}]}, "file system that is not EFS"),
    ],
)
def test_what_a_copy_could_not_carry_is_named(part: dict[str, Any], named: str) -> None:
    assert unmodelled({"FunctionName": "x", "Handler": "y"} | part) == {named}


def test_what_is_switched_off_is_not_named() -> None:
    off = {
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "PackageType": "Zip",
        "KMSKeyArn": "",
        "FileSystemConfigs": [],
    }
    assert unmodelled(off) == set()


def test_every_part_that_this_boto3_knows_was_thought_about(session: Session) -> None:
    known = set(session.client("lambda").meta.service_model.shape_for("FunctionConfiguration").members)
    assert known <= CARRIED | HARMLESS | LEFT_OUT | set(UNMODELLED)


def test_code_signing_that_only_its_own_call_tells_is_named() -> None:
    with answers("lambda") as session:
        session.say("lambda.get_function_configuration", LEAST)
        session.fail("lambda.get_function_event_invoke_config", GONE)
        signing = {"CodeSigningConfigArn": "arn:signing", "FunctionName": NAME}
        session.say("lambda.get_function_code_signing_config", signing)
        assert AwsProd(session).function(NAME).unmodelled == ("code signing",)


@pytest.mark.parametrize("call", ["get_function_event_invoke_config", "get_function_code_signing_config"])
def test_what_may_not_be_looked_at_is_not_absent(call: str) -> None:
    with answers("lambda") as session:
        session.say("lambda.get_function_configuration", LEAST)
        if call == "get_function_code_signing_config":
            session.fail("lambda.get_function_event_invoke_config", GONE)
        session.fail(f"lambda.{call}", "AccessDeniedException", status=403)
        with pytest.raises(Denied, match=NAME):
            AwsProd(session).function(NAME)
