"""AWS's errors become ours: missing, denied, signed out and unreachable are four different things."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError

from dbt_ghost.core.errors import Denied, GhostError, NotFound
from dbt_ghost.core.topology import Account
from dbt_ghost.providers.aws import buckets, functions, log_groups, notifications, roles, rules
from dbt_ghost.providers.aws.prod import AwsProd
from dbt_ghost.providers.aws.session import Session, friendly_errors
from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import CONTROL_ACCOUNT, REGION, session_of
from tests.providers.aws.stubbed import answers


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("404", 404, NotFound),
        ("NoSuchBucket", 404, NotFound),
        ("ResourceNotFoundException", 404, NotFound),
        ("NoSuchEntity", 404, NotFound),
        ("403", 403, Denied),
        ("AccessDenied", 403, Denied),
        ("AccessDeniedException", 400, Denied),
        ("SomethingNew", 403, Denied),
    ],
)
def test_denied_is_never_missing(code: str, status: int, expected: type[GhostError]) -> None:
    with answers("s3") as session:
        session.fail("s3.head_bucket", code, "no", status)
        with pytest.raises(expected, match=f"reading bucket x: {code}") as caught, friendly_errors("reading bucket x"):
            session.client("s3").head_bucket(Bucket="x")
    assert type(caught.value) is expected


@pytest.mark.parametrize(
    ("code", "status", "hint"),
    [
        ("ExpiredToken", 400, "aws sso login"),
        ("InvalidClientTokenId", 403, "aws sso login"),
        ("SignatureDoesNotMatch", 403, "aws sso login"),
        ("ThrottlingException", 400, "fewer calls"),
        ("SomethingElse", 400, ""),
    ],
)
def test_other_answers_are_plain_errors_with_what_to_do(code: str, status: int, hint: str) -> None:
    with answers("sts") as session:
        session.fail("sts.get_caller_identity", code, "no", status)
        with pytest.raises(GhostError) as caught, friendly_errors("asking"):
            session.client("sts").get_caller_identity()
    assert type(caught.value) is GhostError and hint in caught.value.hint


READS = [
    ("s3.head_bucket", "403", lambda session: buckets.read(session, "ghost-x")),
    ("s3.get_bucket_notification_configuration", "AccessDenied", lambda session: notifications.read(session, "x")),
    ("s3.head_bucket", "403", lambda session: AwsProd(session).bucket("x")),
    ("logs.describe_log_groups", "AccessDeniedException", lambda session: log_groups.read(session, "x")),
    ("iam.get_role", "AccessDenied", lambda session: roles.read(session, "x")),
    ("lambda.get_function", "AccessDeniedException", lambda session: functions.read(session, "x")),
    ("lambda.get_function", "AccessDeniedException", lambda session: AwsProd(session).artifact("x")),
    ("events.describe_rule", "AccessDeniedException", lambda session: rules.read(session, "x")),
]


@pytest.mark.parametrize(("call", "code", "read"), READS, ids=[f"{call}-{n}" for n, (call, *_) in enumerate(READS)])
def test_a_denied_read_is_never_absence(call: str, code: str, read: Callable[[Session], object]) -> None:
    with answers(call.split(".", maxsplit=1)[0]) as session:
        session.fail(call, code, status=403)
        with pytest.raises(Denied):
            read(session)


DELETES = [
    ("s3.list_multipart_uploads", lambda session: buckets.delete(session, "x")),
    ("s3.put_bucket_notification_configuration", lambda session: notifications.delete(session, "x")),
    ("logs.delete_log_group", lambda session: log_groups.delete(session, "x")),
    ("iam.list_attached_role_policies", lambda session: roles.delete(session, "x")),
    ("lambda.delete_function", lambda session: functions.delete(session, "x")),
    ("events.list_targets_by_rule", lambda session: rules.delete(session, "x")),
]


@pytest.mark.parametrize(("call", "delete"), DELETES, ids=[call for call, _ in DELETES])
def test_a_denied_delete_is_never_success(call: str, delete: Callable[[Session], None]) -> None:
    with answers(call.split(".", maxsplit=1)[0]) as session:
        session.fail(call, "AccessDenied", status=403)
        with pytest.raises(Denied):
            delete(session)


def test_without_credentials_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(GhostError, match="no AWS credentials") as caught:
        Session(REGION, endpoint="http://127.0.0.1:1").account()
    assert "aws sso login" in caught.value.hint
    monkeypatch.setenv("AWS_PROFILE", "missing")
    with pytest.raises(GhostError, match="profile"):
        Session(REGION)


def test_an_endpoint_that_does_not_answer_is_named() -> None:
    with pytest.raises(GhostError, match=r"asking: AWS does not answer: .*http://x:1") as caught:
        with friendly_errors("asking"):
            raise EndpointConnectionError(endpoint_url="http://x:1")
    assert "AWS_ENDPOINT_URL" in caught.value.hint


def test_without_a_region_it_says_where_to_set_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(GhostError, match="no AWS region"):
        Session(access_key="a", secret_key="b")


@pytest.mark.parametrize(
    ("environment", "named"),
    [({"Variables": {"LOGIN": ["SENSITIVE"]}}, "Environment.Variables.LOGIN"), ("SENSITIVE", "Environment")],
)
def test_a_wrong_parameter_is_our_own_fault_and_told_without_its_value(
    session: Session, environment: object, named: str
) -> None:
    with pytest.raises(GhostError) as caught, friendly_errors("making function x"):
        session.client("lambda").update_function_configuration(FunctionName="x", Environment=environment)
    assert caught.value.message == f"making function x: {named} is not what AWS takes: this is a bug in dbt-ghost"
    assert "SENSITIVE" not in "".join(traceback.format_exception(caught.value))


def test_what_cannot_be_a_buckets_name_is_not_repeated(session: Session) -> None:
    with pytest.raises(GhostError) as caught, friendly_errors("looking"):
        session.client("s3").head_bucket(Bucket="SENSITIVE?!")
    assert "cannot be a bucket's name" in caught.value.message
    assert "SENSITIVE" not in "".join(traceback.format_exception(caught.value))


def test_an_addresss_login_and_signature_are_not_repeated() -> None:
    with pytest.raises(GhostError) as caught, friendly_errors("asking"):
        raise EndpointConnectionError(endpoint_url="http://me:SENSITIVE@x:1/p?X-Amz-Signature=SENSITIVE")
    assert "x:1/p" in caught.value.message and "SENSITIVE" not in caught.value.message


def test_the_access_key_decides_the_account(aws: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "somebody-elses")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")
    assert session_of(aws, CONTROL_ACCOUNT).account() == Account(CONTROL_ACCOUNT, REGION, "aws")


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN"])
def test_a_credential_with_a_line_break_is_never_printed(
    aws: LocalStack, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """As CI systems hand it over when a secret was pasted with its last line's end."""
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(variable, "SENSITIVE\n" if variable == name else "x")
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
    with pytest.raises(GhostError, match="line break") as caught:
        Session(REGION).account()
    assert "SENSITIVE" not in f"{caught.value.message}{caught.value.hint}{caught.value.__cause__}"


def test_an_endpoint_that_is_none_is_an_error_that_names_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nonsense")
    with pytest.raises(GhostError) as caught:
        Session(REGION, access_key="x", secret_key="y", endpoint="nonsense").account()
    assert "AWS_ENDPOINT_URL" in caught.value.hint
