"""Production's functions and packages are read as they stand, on the local AWS."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from dbt_ghost.core.errors import GhostError, NotFound
from dbt_ghost.core.topology import ProdFunction
from dbt_ghost.providers.artifacts import sha256, zipped
from dbt_ghost.providers.aws.prod import AwsProd
from dbt_ghost.providers.aws.session import Session
from tests.local_aws import PROD_ACCOUNT, REGION
from tests.providers.aws.production import ACCOUNT, ARN, CODE, NAME, Team
from tests.providers.aws.stubbed import answers

ENVIRONMENT = {"OUT_BUCKET": "flights-clean", "API_TOKEN": "hidden"}
NEWER = zipped({"app.py": b"def handler(event, context): return 2"})


@pytest.fixture
def prod(session: Session) -> AwsProd:
    Team(session).function(Environment={"Variables": ENVIRONMENT}, Timeout=30, MemorySize=256)
    return AwsProd(session)


def test_a_function_is_read_with_all_that_a_copy_has(prod: AwsProd) -> None:
    found = prod.function(NAME)
    assert found == ProdFunction(
        name=NAME,
        arn=ARN,
        role_arn=ACCOUNT.role_arn(NAME),
        runtime="python3.11",
        handler="app.handler",
        code_sha256=sha256(CODE),
        architecture="x86_64",
        memory_mb=256,
        timeout_s=30,
        ephemeral_mb=512,
        layers=(),
        environment=(("API_TOKEN", "hidden"), ("OUT_BUCKET", "flights-clean")),
        code_bytes=len(CODE),
    )
    assert "hidden" not in repr(found)


def test_code_and_settings_are_read_at_a_qualifier(prod: AwsProd, session: Session) -> None:
    Team(session).alias("live")
    client = session.client("lambda")
    client.update_function_code(FunctionName=NAME, ZipFile=NEWER)
    client.update_function_configuration(FunctionName=NAME, MemorySize=512)
    client.put_function_event_invoke_config(FunctionName=NAME, Qualifier="live", MaximumRetryAttempts=0)
    live, latest = prod.function(NAME, "live"), prod.function(NAME)
    assert (live.qualifier, live.arn, live.memory_mb, live.retries) == ("live", ARN, 256, 0)
    assert (latest.qualifier, latest.arn, latest.memory_mb, latest.retries) == ("", ARN, 512, None)
    assert (live.code_sha256, latest.code_sha256) == (sha256(CODE), sha256(NEWER))


def test_the_package_comes_back_byte_for_byte(prod: AwsProd) -> None:
    assert prod.artifact(NAME) == CODE


def test_the_package_of_a_qualifier_is_asked_for() -> None:
    """The local AWS offers the newest code for every version."""
    with answers("lambda") as session:
        found = {"Configuration": {"CodeSha256": "x"}, "Code": {"Location": "file:///etc"}}
        session.say("lambda.get_function", found, FunctionName=NAME, Qualifier="live")
        with pytest.raises(GhostError, match="not https"):
            AwsProd(session).artifact(NAME, "live")


def test_destinations_of_asynchronous_events_are_left_out_and_said(prod: AwsProd, session: Session) -> None:
    session.client("lambda").put_function_event_invoke_config(
        FunctionName=NAME, DestinationConfig={"OnSuccess": {"Destination": ARN}}
    )
    found = prod.function(NAME)
    assert found.left_out == (f"destination of results: {ARN}",)
    assert (found.writes_elsewhere, found.unmodelled) == (("destinations",), ())


def test_a_missing_function_is_not_found_and_the_commonest_reasons_are_said(prod: AwsProd) -> None:
    for attempt in (prod.aliases, prod.versions, prod.function, prod.artifact):
        with pytest.raises(NotFound, match="flights-nowhere") as caught:
            attempt("flights-nowhere")
        assert "correct ingestion.steps.<step>.function" in caught.value.hint
        assert f"{PROD_ACCOUNT}, {REGION}" in caught.value.hint


def test_a_container_image_has_no_package_and_what_to_do_is_said() -> None:
    with answers("lambda") as session:
        session.say("lambda.get_function", {"Configuration": {}, "Code": {"RepositoryType": "ECR"}})
        with pytest.raises(GhostError, match="container image") as caught:
            AwsProd(session).artifact(NAME)
    assert "zip package" in caught.value.hint


@pytest.mark.parametrize(
    ("location", "says"),
    [("http://example.com/code", "not https"), ("http://127.0.0.1:1/code", "not https"), ("file:///etc", "not https")],
)
def test_code_is_not_taken_from_just_anywhere(location: str, says: str) -> None:
    with answers("lambda") as session:
        session.say("lambda.get_function", {"Configuration": {"CodeSha256": "x"}, "Code": {"Location": location}})
        with pytest.raises(GhostError, match=says):
            AwsProd(session).artifact(NAME)


@pytest.mark.parametrize(
    ("path", "says"), [("code", "refused"), ("my code", "InvalidURL")], ids=["nobody listens", "no location"]
)
def test_a_failed_download_is_told_without_the_signed_location(path: str, says: str) -> None:
    location = f"https://127.0.0.1:1/{path}?X-Amz-Signature=5ec4e7"
    with answers("lambda") as session:
        session.say("lambda.get_function", {"Configuration": {"CodeSha256": "x"}, "Code": {"Location": location}})
        with pytest.raises(GhostError, match=f"cannot be downloaded: .*{says}") as caught:
            AwsProd(session).artifact(NAME)
    assert "5ec4e7" not in "".join(traceback.format_exception(caught.value)) and not caught.value.__cause__


def test_code_that_is_not_what_lambda_says_it_runs_is_refused(prod: AwsProd, session: Session) -> None:
    client = session.client("lambda")

    def answer_with_another_hash(parsed: dict[str, Any], **_: Any) -> None:
        parsed["Configuration"]["CodeSha256"] = "another"

    client.meta.events.register("after-call.lambda.GetFunction", answer_with_another_hash)
    with pytest.raises(GhostError, match="not what Lambda says"):
        prod.artifact(NAME)


def test_the_accounts_free_concurrency_is_read() -> None:
    with answers("lambda") as session:
        session.say("lambda.get_account_settings", {"AccountLimit": {"UnreservedConcurrentExecutions": 880}})
        assert AwsProd(session).unreserved() == 880
