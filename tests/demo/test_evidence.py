"""The evidence notices whatever is done to production, and only that."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dbt_ghost.core.errors import GhostError
from dbt_ghost.demo import evidence
from dbt_ghost.demo.production import Production, install_state_bucket, make_bucket
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import session_of

STATE = "flights-ghost-state-111111111111-eu-west-1"


@pytest.fixture
def account(aws_server: LocalStack) -> Session:
    return session_of(aws_server)


@pytest.fixture
def before(prod: Production, account: Session) -> dict[str, str]:
    return evidence.documents(account, STATE)


def changed(account: Session, before: dict[str, str]) -> str:
    return "\n".join(evidence.differences(before, evidence.documents(account, STATE)))


def test_everything_of_production_is_in_it(before: dict[str, str]) -> None:
    assert {
        "function flights-clean: configuration",
        "function flights-enrich: policy",
        "bucket flights-raw: notifications",
        "bucket flights-raw: policy",
        "bucket flights-curated: tags",
        "role flights-clean-role: trust and boundary",
        "role flights-enrich-role: inline policy least-privilege",
        "rule flights-nightly: targets",
        "queue flights-nightly: attributes",
        "log group /aws/lambda/flights-clean: configuration",
    } <= before.keys()
    configuration = json.loads(before["function flights-clean: configuration"])["Configuration"]
    assert {"CodeSha256", "LastModified", "RevisionId", "Role"} <= configuration.keys()


def test_it_shows_no_environment_value(before: dict[str, str]) -> None:
    configuration = json.loads(before["function flights-clean: configuration"])["Configuration"]
    assert configuration["Environment"]["Variables"]["OUT_BUCKET"].startswith("sha256 ")


def test_production_at_work_leaves_it_as_it_was(prod: Production, account: Session, before: dict[str, str]) -> None:
    prod.deliver("2013-02-02")
    prod.wait_for("2013-02-02")
    assert changed(account, before) == ""


def test_ghosts_and_their_state_bucket_are_not_in_it(account: Session, before: dict[str, str]) -> None:
    install_state_bucket(account, STATE)
    make_bucket(account, "ghost-flights-x-123456")
    role = {"RoleName": "ghost-flights-x-123456-clean-eu-west-1", "AssumeRolePolicyDocument": "{}"}
    account.client("iam").create_role(**role)
    account.client("events").put_rule(Name="ghost-flights-x-123456-tap", EventPattern='{"source":["aws.s3"]}')
    account.client("logs").create_log_group(logGroupName="/aws/lambda/ghost-flights-x-123456-clean")
    assert changed(account, before) == ""


def put_notifications(account: Session) -> None:
    s3 = account.client("s3")
    document = s3.get_bucket_notification_configuration(Bucket="flights-raw")
    document.pop("ResponseMetadata")
    document["LambdaFunctionConfigurations"][0]["Filter"]["Key"]["FilterRules"][0]["Value"] = "elsewhere/"
    s3.put_bucket_notification_configuration(Bucket="flights-raw", NotificationConfiguration=document)


def put_role_policy(account: Session) -> None:
    statement = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    account.client("iam").put_role_policy(RoleName="flights-clean-role", PolicyName="more", PolicyDocument=policy)


def put_rule(account: Session) -> None:
    account.client("events").put_rule(Name="somebody-elses", EventPattern='{"source":["aws.s3"]}')


def put_target(account: Session) -> None:
    arn = "arn:aws:lambda:eu-west-1:111111111111:function:ghost-flights-x-123456-tap"
    account.client("events").put_targets(Rule="flights-nightly", Targets=[{"Id": "ghost", "Arn": arn}])


def put_environment(account: Session) -> None:
    variables = {"OUT_BUCKET": "ghost-flights-x-123456-abcd", "LOG_LEVEL": "INFO"}
    account.client("lambda").update_function_configuration(
        FunctionName="flights-clean", Environment={"Variables": variables}
    )


def put_permission(account: Session) -> None:
    account.client("lambda").add_permission(
        FunctionName="flights-enrich", StatementId="x", Action="lambda:InvokeFunction", Principal="events.amazonaws.com"
    )


def put_concurrency(account: Session) -> None:
    account.client("lambda").put_function_concurrency(FunctionName="flights-clean", ReservedConcurrentExecutions=1)


def put_bucket_policy(account: Session) -> None:
    policy = {"Version": "2012-10-17", "Statement": []}
    account.client("s3").put_bucket_policy(Bucket="flights-curated", Policy=json.dumps(policy))


def drop_bucket_tags(account: Session) -> None:
    account.client("s3").delete_bucket_tagging(Bucket="flights-clean")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put_notifications, ("bucket flights-raw: notifications > LambdaFunct", 'was "flights/", is "elsewhere/"')),
        (put_role_policy, ("role flights-clean-role: inline policy more: is new",)),
        (put_rule, ("rule somebody-elses: configuration: is new",)),
        (put_target, ("rule flights-nightly: targets: was [",)),
        (put_environment, ("function flights-clean: configuration > Configuration > Environment", "LastModified")),
        (put_permission, ("function flights-enrich: policy > Policy > Statement: was [",)),
        (
            put_concurrency,
            ('function flights-clean: concurrency > ReservedConcurrentExecutions: was "(nothing)", is 1',),
        ),
        (put_bucket_policy, ("bucket flights-curated: policy: is new",)),
        (drop_bucket_tags, ("bucket flights-clean: tags: is gone; it was {",)),
    ],
    ids=lambda value: value.__name__ if callable(value) else "said",
)
def test_each_change_of_production_is_named_with_both_values(
    account: Session, before: dict[str, str], change: Any, said: tuple[str, ...]
) -> None:
    change(account)
    found = changed(account, before)
    assert all(part in found for part in said), found


def test_what_cannot_be_read_is_an_error() -> None:
    class Denying:
        def __getattr__(self, name: str) -> Any:
            raise GhostError(f"{name}: AccessDenied")

    class Account:
        def client(self, service: str) -> Any:
            return Denying()

    with pytest.raises(GhostError, match="AccessDenied"):
        evidence.documents(Account())  # type: ignore[arg-type]  # has what is used of a Session


def test_the_same_files_give_the_same_objects_in_both_accounts(
    prod: Production, control: Production, aws_server: LocalStack, account: Session
) -> None:
    other = session_of(aws_server, control.account.id)
    control.deliver("2013-02-02")
    control.wait_for("2013-02-02")
    theirs = evidence.objects(other, control.buckets.by_part())
    assert evidence.compare_objects(evidence.objects(account, prod.buckets.by_part()), theirs) == ()
    assert {part for part, _ in theirs} == {"raw", "clean", "curated"}

    account.client("s3").put_object(Bucket=prod.buckets.curated, Key="flights/ghost.csv", Body=b"boo")
    found = evidence.compare_objects(evidence.objects(account, prod.buckets.by_part()), theirs)
    assert len(found) == 1
    assert "curated/flights/ghost.csv: only production has it" in found[0]


def test_objects_that_are_missing_or_other_are_named() -> None:
    found = evidence.compare_objects({("raw", "a"): "1", ("raw", "b"): "2"}, {("raw", "b"): "3", ("clean", "c"): "4"})
    assert found == (
        "clean/c: only the control has it (sha256 4)",
        "raw/a: only production has it (sha256 1)",
        "raw/b: production's sha256 is 2, the control's 3",
    )
