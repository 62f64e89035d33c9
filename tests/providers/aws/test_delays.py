"""What AWS does and the local AWS does not: it shows changes late, throttles, and answers 200 to half-done calls."""

from __future__ import annotations

from typing import Any

import pytest

from dbt_ghost.core.errors import Denied, GhostError, Refused
from dbt_ghost.core.resources import PACKAGE_LIMIT, Bucket, BucketEvent, Function, Notifications, Role, Rule
from dbt_ghost.providers.artifacts import sha256, zipped
from dbt_ghost.providers.aws import buckets, functions, notifications, permissions, roles, rules
from dbt_ghost.providers.aws.session import Session
from tests.providers.aws.stubbed import Answers, answers

CODE = zipped({"app.py": b""})
ARN = "arn:aws:lambda:eu-west-1:111111111111:function:ghost-flights-x"
FUNCTION = Function("ghost-flights-x", "arn:aws:iam::111111111111:role/x", "python3.11", "app.handler", sha256(CODE))
UNSEEN = "The role defined for the function cannot be assumed by Lambda."
GONE = "ResourceNotFoundException"


def settled(session: Answers, *states: str) -> None:
    for state in states:
        session.say("lambda.get_function_configuration", {"State": state, "LastUpdateStatus": "Successful"})


def test_a_role_that_lambda_does_not_see_yet_is_waited_for() -> None:
    with answers("lambda") as session:
        for _ in range(3):
            session.fail("lambda.create_function", "InvalidParameterValueException", UNSEEN)
        session.say("lambda.create_function", {})
        settled(session, "Pending", "Pending", "Active")
        functions.put(session, FUNCTION, CODE, None)
        assert session.slept == [*functions.ROLE_WAITS[:3], *functions.STATE_WAITS[:2]]


def test_a_role_that_never_appears_is_an_error_in_the_end() -> None:
    with answers("lambda") as session:
        for _ in range(len(functions.ROLE_WAITS) + 1):
            session.fail("lambda.create_function", "InvalidParameterValueException", UNSEEN)
        with pytest.raises(GhostError, match="cannot be assumed"):
            functions.put(session, FUNCTION, CODE, None)
        assert sum(session.slept) < 60


@pytest.mark.parametrize(
    ("code", "message"),
    [("InvalidParameterValueException", "Unzipped size must be smaller"), ("AccessDeniedException", UNSEEN)],
)
def test_no_other_refusal_is_tried_again(code: str, message: str) -> None:
    with answers("lambda") as session:
        session.fail("lambda.create_function", code, message)
        with pytest.raises(GhostError, match=message):
            functions.put(session, FUNCTION, CODE, None)
        assert session.slept == []


def test_a_function_that_fails_to_start_is_an_error_with_its_reason() -> None:
    with answers("lambda") as session:
        session.say("lambda.create_function", {})
        session.say("lambda.get_function_configuration", {"State": "Failed", "StateReason": "no such subnet"})
        with pytest.raises(GhostError, match="no such subnet"):
            functions.put(session, FUNCTION, CODE, None)


def test_a_busy_function_is_waited_for_before_it_is_deleted() -> None:
    with answers("lambda") as session:
        session.fail("lambda.delete_function", "ResourceConflictException", "an update is in progress", 409)
        session.say("lambda.delete_function", {})
        functions.delete(session, "x")
        assert session.slept == [1]


def test_tags_that_are_denied_are_not_absent_tags() -> None:
    found = {"Configuration": {"FunctionName": "x", "CodeSha256": "y", "Role": "r", "MemorySize": 128, "Timeout": 1}}
    with answers("lambda") as session:
        session.say(
            "lambda.get_function", found | {"TagsError": {"ErrorCode": "AccessDenied", "Message": "no" + " " * 90}}
        )
        session.fail("lambda.get_function_event_invoke_config", GONE)
        session.fail("lambda.get_policy", GONE)
        with pytest.raises(Denied, match="tags of function x"):
            functions.read(session, "x")


def test_a_package_that_is_not_the_planned_one_is_refused_before_any_call() -> None:
    with answers("lambda") as session, pytest.raises(GhostError, match="not the planned one"):
        functions.put(session, FUNCTION, zipped({"app.py": b"changed"}), None)


def test_a_package_too_large_for_the_call_is_refused_before_any_call() -> None:
    large = bytes(PACKAGE_LIMIT + 1)
    function = Function("x", "r", "python3.11", "app.handler", sha256(large))
    with answers("lambda") as session, pytest.raises(GhostError, match="50 MB"):
        functions.put(session, function, large, None)


def test_a_permission_that_s3_does_not_see_yet_is_waited_for() -> None:
    wanted = Notifications("ghost-flights-x", (BucketEvent(ARN),))
    unseen = ("InvalidArgument", "Unable to validate the following destination configurations")
    with answers("s3") as session:
        session.fail("s3.put_bucket_notification_configuration", *unseen)
        session.say("s3.put_bucket_notification_configuration", {})
        notifications.put(session, wanted)
        assert session.slept == [1]


def test_an_overlap_is_not_waited_for() -> None:
    with answers("s3") as session:
        session.fail("s3.put_bucket_notification_configuration", "InvalidArgument", "ambiguously defined")
        with pytest.raises(GhostError, match="ambiguously defined"):
            notifications.put(session, Notifications("ghost-flights-x", (BucketEvent(ARN),)))
        assert session.slept == []


FAILED = {"FailedEntryCount": 1, "FailedEntries": [{"TargetId": "ghost", "ErrorCode": "Limit", "ErrorMessage": "no"}]}


def test_a_target_that_eventbridge_did_not_take_is_an_error() -> None:
    with answers("events") as session:
        session.say("events.put_rule", {"RuleArn": "arn:rule"})
        session.say("events.put_targets", FAILED)
        with pytest.raises(GhostError, match="Limit: no"):
            rules.put(session, Rule("ghost-flights-x", "{}", ARN), None)


def test_a_target_that_eventbridge_did_not_remove_is_an_error() -> None:
    with answers("events") as session:
        session.say("events.list_targets_by_rule", {"Targets": [{"Id": "ghost", "Arn": ARN}]})
        session.say("events.remove_targets", FAILED)
        with pytest.raises(GhostError, match="Limit: no"):
            rules.delete(session, "ghost-flights-x")


def test_targets_of_all_pages_are_removed_before_the_rule() -> None:
    with answers("events") as session:
        session.say("events.list_targets_by_rule", {"Targets": [{"Id": "a", "Arn": ARN}], "NextToken": "more"})
        session.say("events.list_targets_by_rule", {"Targets": [{"Id": "b", "Arn": ARN}]})
        session.say("events.remove_targets", {"FailedEntryCount": 0}, Rule="x", EventBusName="default", Ids=["a", "b"])
        session.say("events.delete_rule", {}, Name="x", EventBusName="default")
        rules.delete(session, "x")


def empty(session: Answers, **versions: Any) -> None:
    session.say("s3.list_multipart_uploads", {})
    session.say("s3.list_object_versions", versions)


def test_a_bucket_that_is_filled_while_it_is_emptied_is_emptied_again() -> None:
    late = {"Versions": [{"Key": "late", "VersionId": "1"}], "DeleteMarkers": [{"Key": "gone", "VersionId": "2"}]}
    with answers("s3") as session:
        empty(session)
        session.fail("s3.delete_bucket", "BucketNotEmpty", status=409)
        empty(session, **late)
        objects = [{"Key": "late", "VersionId": "1"}, {"Key": "gone", "VersionId": "2"}]
        session.say("s3.delete_objects", {}, Bucket="x", Delete={"Objects": objects, "Quiet": True})
        session.say("s3.delete_bucket", {})
        buckets.delete(session, "x")
        assert session.slept == [1]


def test_a_bucket_that_is_never_empty_is_an_error_in_the_end() -> None:
    with answers("s3") as session:
        for _ in range(len(buckets.REFILLED_WAITS) + 1):
            empty(session)
            session.fail("s3.delete_bucket", "BucketNotEmpty", status=409)
        with pytest.raises(GhostError, match="BucketNotEmpty"):
            buckets.delete(session, "x")


def test_objects_that_were_not_deleted_are_an_error() -> None:
    with answers("s3") as session:
        empty(session, Versions=[{"Key": "kept", "VersionId": "1"}])
        session.say("s3.delete_objects", {"Errors": [{"Key": "kept", "Code": "AccessDenied", "Message": "locked"}]})
        with pytest.raises(Denied, match="kept: locked"):
            buckets.delete(session, "x")


def test_a_bucket_name_that_somebody_else_has_is_refused() -> None:
    with answers("s3") as session:
        session.fail("s3.create_bucket", "BucketAlreadyExists", status=409)
        with pytest.raises(Refused, match="another AWS account"):
            buckets.put(session, Bucket("ghost-flights-x", "flights-clean"), None)


def test_a_bucket_name_that_is_not_free_again_yet_is_waited_for() -> None:
    with answers("s3") as session:
        session.fail("s3.create_bucket", "OperationAborted", status=409)
        session.say("s3.create_bucket", {})
        session.say("s3.put_public_access_block", {})
        buckets.put(session, Bucket("ghost-flights-x", "flights-clean"), None)
        assert session.slept == [buckets.NAME_WAITS[0]]


def test_a_versioned_bucket_is_emptied_of_versions_markers_and_uploads(session: Session) -> None:
    s3, name = session.client("s3"), "ghost-flights-x-abc123-beef"
    buckets.put(session, Bucket(name, "flights-clean"), None)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for number in range(3):
        s3.put_object(Bucket=name, Key=f"a b+{number}/é", Body=b"1")
        s3.put_object(Bucket=name, Key=f"a b+{number}/é", Body=b"2")
    s3.delete_object(Bucket=name, Key="a b+0/é")
    s3.create_multipart_upload(Bucket=name, Key="unfinished")
    buckets.delete(session, name)
    assert buckets.read(session, name) is None


def test_a_role_with_a_policy_more_is_not_as_it_should_be_and_is_put_right(session: Session) -> None:
    trust = (
        '{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"}}]}'
    )
    policy = '{"Statement":[{"Action":"s3:GetObject","Effect":"Allow","Resource":"*"}]}'
    role = Role("ghost-flights-x-abc123-clean-eu-west-1", trust, policy)
    iam, wider = session.client("iam"), "arn:aws:iam::aws:policy/AdministratorAccess"
    roles.put(session, role, roles.read(session, role.name))
    iam.attach_role_policy(RoleName=role.name, PolicyArn=wider)
    assert roles.read(session, role.name) != role
    roles.put(session, role, roles.read(session, role.name))
    assert roles.read(session, role.name) == role
    iam.put_role_policy(RoleName=role.name, PolicyName="another", PolicyDocument=policy)
    assert roles.read(session, role.name) != role
    roles.put(session, role, roles.read(session, role.name))
    assert roles.read(session, role.name) == role


def test_a_permission_that_names_nobody_is_removed(session: Session) -> None:
    functions.put(session, FUNCTION, CODE, None)
    session.client("lambda").add_permission(
        FunctionName=FUNCTION.name, StatementId="open", Action="lambda:InvokeFunction", Principal="*"
    )
    assert functions.read(session, FUNCTION.name) != FUNCTION
    functions.put(session, FUNCTION, None, functions.read(session, FUNCTION.name))
    assert functions.read(session, FUNCTION.name) == FUNCTION
    assert permissions.statements(session, FUNCTION.name) == []


def test_a_rule_that_was_switched_off_is_not_as_it_should_be(session: Session) -> None:
    rule = Rule("ghost-flights-x", '{"source":["aws.s3"]}', ARN)
    rules.put(session, rule, rules.read(session, rule.name))
    session.client("events").disable_rule(Name=rule.name)
    assert rules.read(session, rule.name) != rule
    rules.put(session, rule, rules.read(session, rule.name))
    assert rules.read(session, rule.name) == rule


def test_a_bucket_that_was_opened_is_not_as_it_should_be(session: Session) -> None:
    bucket = Bucket("ghost-flights-x-abc123-beef", "flights-clean")
    buckets.put(session, bucket, buckets.read(session, bucket.name))
    session.client("s3").delete_public_access_block(Bucket=bucket.name)
    assert buckets.read(session, bucket.name) != bucket
    buckets.put(session, bucket, buckets.read(session, bucket.name))
    assert buckets.read(session, bucket.name) == bucket
