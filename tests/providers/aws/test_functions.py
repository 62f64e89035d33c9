"""What Lambda does with functions and the local AWS does not: images have digests, a role's rights are seen late."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.resources import Function, Image, Mount, Network
from dbt_ghost.providers.aws import functions
from tests.providers.aws.stubbed import Answers, answers
from tests.providers.aws.test_delays import CODE, FUNCTION, GONE, settled

DIGEST = "a" * 64
URI = f"111111111111.dkr.ecr.eu-west-1.amazonaws.com/clean@sha256:{DIGEST}"
IMAGE = Function(FUNCTION.name, FUNCTION.role_arn, "", "", DIGEST, image=Image(URI, ("app.handler",)))
AGED = replace(FUNCTION, max_event_age_s=60, retries=0, failures_arn="arn:aws:sqs:eu-west-1:111111111111:x-failed")
ASKED: dict[str, Any] = {
    "MaximumEventAgeInSeconds": 60,
    "MaximumRetryAttempts": 0,
    "DestinationConfig": {"OnFailure": {"Destination": AGED.failures_arn}},
}
UNPERMITTED = "The function execution role does not have permissions to call SendMessage on SQS"


def there(session: Answers, asynchronous: dict[str, Any] | None = None, **code: Any) -> None:
    """Prepare the answers to reading a function: an image's if there is a code to tell of, a package's otherwise."""
    of_image = {
        **{"PackageType": "Image", "CodeSha256": DIGEST},
        "ImageConfigResponse": {"ImageConfig": {"Command": ["app.handler"]}},
    }
    of_package = {"Runtime": FUNCTION.runtime, "Handler": FUNCTION.handler, "CodeSha256": FUNCTION.code_sha256}
    configuration = {
        **{"FunctionName": FUNCTION.name, "Role": FUNCTION.role_arn, "MemorySize": 128, "Timeout": 3},
        **{"State": "Active", "LastUpdateStatus": "Successful"},
        **(of_image if code else of_package),
    }
    session.say("lambda.get_function", {"Configuration": configuration, "Code": code})
    if asynchronous is None:
        session.fail("lambda.get_function_event_invoke_config", GONE)
    else:
        session.say("lambda.get_function_event_invoke_config", asynchronous)
    session.fail("lambda.get_policy", GONE)


def found(session: Answers, asynchronous: dict[str, Any] | None = None, **code: Any) -> Function | None:
    there(session, asynchronous, **code)
    return functions.read(session, FUNCTION.name)


def test_an_image_is_read_by_its_digest_and_not_by_a_tag_that_may_move() -> None:
    with answers("lambda") as session:
        tagged = f"{URI.partition('@')[0]}:latest"
        assert found(session, RepositoryType="ECR", ImageUri=tagged, ResolvedImageUri=URI) == IMAGE


def test_an_image_is_made_without_what_only_packages_have() -> None:
    with answers("lambda") as session:
        session.say(
            "lambda.create_function",
            {},
            FunctionName=IMAGE.name,
            Role=IMAGE.role_arn,
            ImageConfig={"Command": ["app.handler"]},
            MemorySize=128,
            Timeout=3,
            EphemeralStorage={"Size": 512},
            Environment={"Variables": {}},
            Architectures=["x86_64"],
            Code={"ImageUri": URI},
            PackageType="Image",
            Tags={},
        )
        settled(session, "Active")
        functions.put(session, IMAGE, None, None)


def test_an_image_that_replaces_a_package_is_a_new_function() -> None:
    with answers("lambda") as session:
        session.say("lambda.delete_function", {}, FunctionName=IMAGE.name)
        session.say("lambda.create_function", {})
        settled(session, "Active")
        functions.put(session, IMAGE, None, FUNCTION)


def test_only_what_differs_is_updated() -> None:
    network, mounts = Network(("subnet-1",), ("sg-1",)), (Mount("arn:a", "/mnt/a"),)
    with answers("lambda") as session:
        settled(session, "Active")
        session.say(
            "lambda.update_function_configuration",
            {},
            FunctionName=FUNCTION.name,
            Timeout=9,
            VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"], "Ipv6AllowedForDualStack": False},
            FileSystemConfigs=[{"Arn": "arn:a", "LocalMountPath": "/mnt/a"}],
        )
        settled(session, "Active")
        wanted = replace(FUNCTION, timeout_s=9, network=network, mounts=mounts)
        functions.put(session, wanted, None, FUNCTION)
        settled(session, "Active")
        bare: dict[str, list[str]] = {"SubnetIds": [], "SecurityGroupIds": []}
        session.say(
            "lambda.update_function_configuration", {}, FunctionName=FUNCTION.name, VpcConfig=bare, FileSystemConfigs=[]
        )
        settled(session, "Active")
        functions.put(session, replace(FUNCTION, timeout_s=9), None, wanted)


def test_a_role_whose_rights_lambda_does_not_see_yet_is_waited_for() -> None:
    with answers("lambda") as session:
        unseen = ("InvalidParameterValueException", "The role does not have permissions to call CreateNetworkInterface")
        session.fail("lambda.create_function", *unseen)
        session.say("lambda.create_function", {})
        settled(session, "Active")
        session.fail("lambda.put_function_event_invoke_config", "InvalidParameterValueException", UNPERMITTED)
        session.fail("lambda.put_function_event_invoke_config", "ResourceConflictException", "in progress")
        session.say("lambda.put_function_event_invoke_config", {}, FunctionName=AGED.name, **ASKED)
        functions.put(session, AGED, CODE, None)
        assert session.slept == [functions.ROLE_WAITS[0], *functions.ROLE_WAITS[:2]]


def test_a_role_that_never_gets_its_rights_is_an_error_in_the_end() -> None:
    with answers("lambda") as session:
        for _ in range(len(functions.ROLE_WAITS) + 1):
            session.fail("lambda.put_function_event_invoke_config", "InvalidParameterValueException", UNPERMITTED)
        with pytest.raises(GhostError, match="SendMessage"):
            functions.put(session, AGED, None, FUNCTION)


def test_age_retries_and_failures_are_one_call_and_lambdas_own_retries_are_none() -> None:
    with answers("lambda") as session:
        assert found(session, ASKED) == AGED
        assert found(session, ASKED | {"MaximumRetryAttempts": 2}) == replace(AGED, retries=None)


def test_a_function_that_passes_its_results_on_is_not_as_it_should_be() -> None:
    failures = {"Destination": AGED.failures_arn}
    passing = {"OnFailure": failures, "OnSuccess": {"Destination": "arn:aws:sqs:eu-west-1:111111111111:prod"}}
    with answers("lambda") as session:
        before = found(session, ASKED | {"DestinationConfig": passing})
        assert before != AGED
        session.say("lambda.put_function_event_invoke_config", {}, FunctionName=AGED.name, **ASKED)
        functions.put(session, AGED, None, before)


def test_a_function_that_was_not_seen_before_it_was_made_is_put_right() -> None:
    with answers("lambda") as session:
        session.fail("lambda.create_function", "ResourceConflictException", "Function already exist", 409)
        there(session)
        session.say("lambda.put_function_event_invoke_config", {}, FunctionName=AGED.name, **ASKED)
        functions.put(session, AGED, CODE, None)
