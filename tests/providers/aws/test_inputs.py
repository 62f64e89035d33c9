"""Whatever starts a production function is either a bucket that a ghost can follow, or named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dbt_ghost.core.errors import Denied, NotFound, Refused
from dbt_ghost.providers.artifacts import zipped
from dbt_ghost.providers.aws import inputs
from dbt_ghost.providers.aws.prod import AwsProd
from dbt_ghost.providers.aws.session import Session
from tests.local_aws import PROD_ACCOUNT, REGION
from tests.providers.aws.stubbed import Answers, answers

NAME = "flights-clean"
ARN = f"arn:aws:lambda:{REGION}:{PROD_ACCOUNT}:function:{NAME}"
GONE = "ResourceNotFoundException"


@pytest.fixture
def prod(session: Session) -> AwsProd:
    session.client("lambda").create_function(
        FunctionName=NAME,
        Role=f"arn:aws:iam::{PROD_ACCOUNT}:role/x",
        Runtime="python3.11",
        Handler="app.handler",
        Code={"ZipFile": zipped({"app.py": b"def handler(event, context): return 1"})},
    )
    allow(session, "s3.amazonaws.com", SourceArn="arn:aws:s3:::flights-raw")
    return AwsProd(session)


def allow(session: Session, principal: str, action: str = "lambda:InvokeFunction", **more: str) -> None:
    sid = f"sid-{abs(hash((principal, action, *more.values())))}"
    session.client("lambda").add_permission(
        FunctionName=NAME, StatementId=sid, Action=action, Principal=principal, **more
    )


def test_a_function_that_only_buckets_start_has_nothing_unmodelled(prod: AwsProd, session: Session) -> None:
    session.client("lambda").publish_version(FunctionName=NAME)
    session.client("lambda").create_alias(FunctionName=NAME, Name="live", FunctionVersion="1")
    found = prod.function(NAME)
    assert (found.invoked_by, found.unmodelled) == (("flights-raw",), ())


@pytest.mark.parametrize(
    ("principal", "named"),
    [
        ("events.amazonaws.com", "invocations by events.amazonaws.com"),
        ("sns.amazonaws.com", "invocations by sns.amazonaws.com"),
        ("arn:aws:iam::222222222222:root", "invocations by arn:aws:iam::222222222222:root"),
        ("*", "invocations by anybody"),
    ],
)
def test_who_else_may_invoke_it_is_named(prod: AwsProd, session: Session, principal: str, named: str) -> None:
    allow(session, principal)
    assert prod.function(NAME).unmodelled == (named,)


def test_who_may_only_read_it_is_not_named(prod: AwsProd, session: Session) -> None:
    allow(session, "222222222222", "lambda:GetFunction")
    assert prod.function(NAME).unmodelled == ()


def test_a_queue_that_feeds_it_is_named(prod: AwsProd, session: Session) -> None:
    queue = f"arn:aws:sqs:{REGION}:{PROD_ACCOUNT}:q"
    session.client("sqs").create_queue(QueueName="q")
    session.client("lambda").create_event_source_mapping(FunctionName=NAME, EventSourceArn=queue, Enabled=False)
    assert prod.function(NAME).unmodelled == ("event source mappings",)


def test_an_alias_with_a_policy_of_its_own_is_named(prod: AwsProd, session: Session) -> None:
    client = session.client("lambda")
    client.publish_version(FunctionName=NAME)
    for alias in ("live", "canary", "unused"):
        client.create_alias(FunctionName=NAME, Name=alias, FunctionVersion="1")
    for alias in ("live", "canary"):
        client.add_permission(
            FunctionName=NAME,
            Qualifier=alias,
            StatementId=f"s3-{alias}",
            Action="lambda:InvokeFunction",
            Principal="s3.amazonaws.com",
            SourceArn="arn:aws:s3:::flights-raw",
        )
    assert prod.function(NAME).unmodelled == ("triggers of the alias canary", "triggers of the alias live")


MAPPING: dict[str, Any] = {"EventSourceArn": "arn:aws:sqs:x:1:q"}


def others(session: Session) -> set[str]:
    return inputs.others(session, NAME, [])


def test_every_page_of_aliases_and_mappings_is_read() -> None:
    with answers("lambda") as session:
        session.say("lambda.list_event_source_mappings", {"EventSourceMappings": [], "NextMarker": "2"})
        session.say("lambda.list_event_source_mappings", {"EventSourceMappings": [MAPPING]})
        session.say("lambda.list_aliases", {"Aliases": [], "NextMarker": "2"})
        session.say("lambda.list_aliases", {"Aliases": [{"Name": "live"}]})
        session.fail("lambda.get_policy", GONE)
        session.say("lambda.list_event_source_mappings", {"EventSourceMappings": [], "NextMarker": "2"})
        session.say("lambda.list_event_source_mappings", {"EventSourceMappings": [MAPPING]})
        assert others(session) == {"event source mappings", "triggers of the alias live"}


def test_an_alias_is_asked_for_by_its_name() -> None:
    with answers("lambda") as session:
        session.say("lambda.list_event_source_mappings", {"EventSourceMappings": []}, FunctionName=NAME)
        session.say("lambda.list_aliases", {"Aliases": [{"Name": "live"}]}, FunctionName=NAME)
        session.say("lambda.get_policy", {"Policy": '{"Statement": []}'}, FunctionName=NAME, Qualifier="live")
        mappings = {"EventSourceMappings": [MAPPING]}
        session.say("lambda.list_event_source_mappings", mappings, FunctionName=f"{NAME}:live")
        assert others(session) == {"triggers of the alias live"}


def denied_mappings(session: Answers) -> None:
    session.fail("lambda.list_event_source_mappings", "AccessDeniedException", status=403)


def denied_aliases(session: Answers) -> None:
    session.say("lambda.list_event_source_mappings", {"EventSourceMappings": []})
    session.fail("lambda.list_aliases", "AccessDeniedException", status=403)


def denied_policy_of_an_alias(session: Answers) -> None:
    session.say("lambda.list_event_source_mappings", {"EventSourceMappings": []})
    session.say("lambda.list_aliases", {"Aliases": [{"Name": "live"}]})
    session.fail("lambda.get_policy", "AccessDeniedException", status=403)


@pytest.mark.parametrize("prepare", [denied_mappings, denied_aliases, denied_policy_of_an_alias])
def test_inputs_that_may_not_be_looked_at_are_not_absent(prepare: Any) -> None:
    policy = {"Statement": [statement("arn:aws:s3:::flights-raw")]}
    with answers("lambda") as session:
        session.say("lambda.get_function_configuration", {"FunctionName": NAME})
        session.say("lambda.get_policy", {"Policy": json.dumps(policy)})
        session.fail("lambda.get_function_code_signing_config", GONE)
        session.fail("lambda.get_function_event_invoke_config", GONE)
        prepare(session)
        with pytest.raises(Denied, match=NAME):
            AwsProd(session).function(NAME)


def statement(source: str | None, **other: Any) -> dict[str, Any]:
    condition = {"Condition": {"ArnLike": {"AWS:SourceArn": source}}} if source else {}
    allowed = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Principal": {"Service": "s3.amazonaws.com"}}
    return allowed | condition | other


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("arn:aws:s3:::flights-*", r"arn:aws:s3:::flights-\*"),
        ("arn:aws:s3:::flights-ra?", r"arn:aws:s3:::flights-ra\?"),
        ("arn:aws:s3:::*", r"arn:aws:s3:::\*"),
        ("arn:aws:s3:::flights-raw/*", r"arn:aws:s3:::flights-raw/\*"),
        ("*", r"\*"),
        (None, "any bucket"),
    ],
)
def test_a_permission_that_names_no_bucket_is_refused(source: str | None, said: str) -> None:
    with pytest.raises(Refused, match=f"function {NAME}: .* invoke it for {said},") as caught:
        inputs.buckets_in(NAME, [statement("arn:aws:s3:::flights-raw"), statement(source)])
    assert "one permission for each bucket" in caught.value.hint


def test_the_buckets_that_may_invoke_are_told_from_the_rest() -> None:
    statements = [
        statement("arn:aws:s3:::b"),
        statement("arn:aws-cn:s3:::a", Action=["lambda:*"]),
        statement("arn:aws:s3:::b"),
        statement("arn:aws:s3:::denied-*", Effect="Deny"),
        statement(None, Principal={"Service": "events.amazonaws.com"}),
        statement(None, Action="lambda:GetFunction"),
    ]
    assert inputs.buckets_in(NAME, statements) == ("a", "b")


def test_a_bucket_is_missing_only_where_s3_says_so() -> None:
    for code, status, expected in (("404", 404, NotFound), ("403", 403, Denied)):
        with answers("s3") as session:
            session.fail("s3.head_bucket", code, status=status)
            with pytest.raises(expected) as caught:
                AwsProd(session).bucket("flights-gone")
            assert type(caught.value) is expected
