"""The strict session's Lambda refuses what the real one refuses: new roles, busy functions, mappings."""

from __future__ import annotations

from typing import Any

import pytest

from dbt_ghost.demo.production_documents import trust
from dbt_ghost.providers.artifacts import zipped
from dbt_ghost.providers.aws.session import Session
from tests.chains.chain import allow, document
from tests.chains.flow import within
from tests.chains.lambda_rules import READS, UNSEEN
from tests.chains.scene import QUEUE, STEP, create_function, refused
from tests.chains.strict import StrictSession


def give(session: Session, *reads: str) -> None:
    put_policy(session, "ghost", allow([f"sqs:{read}" for read in reads], QUEUE))


def put_policy(session: Session, name: str, *statements: dict[str, Any]) -> None:
    text = document(*statements)
    session.client("iam").put_role_policy(RoleName=STEP, PolicyName=name, PolicyDocument=text)


def map_queue(session: Session) -> dict[str, Any]:
    made: dict[str, Any] = session.client("lambda").create_event_source_mapping(EventSourceArn=QUEUE, FunctionName=STEP)
    return made


@pytest.mark.parametrize("missing", READS)
def test_a_mapping_whose_role_may_not_read_the_queue_is_refused(
    made: Session, real: StrictSession, missing: str
) -> None:
    give(made, *(read for read in READS if read != missing))
    with refused("InvalidParameterValueException", f"permissions to call {missing} on SQS"):
        map_queue(real)
    give(made, *READS)
    map_queue(real)


@pytest.mark.parametrize("within_one", [True, False])
@pytest.mark.parametrize(
    "deny",
    [
        {"Effect": "Deny", "Action": "sqs:Rec*", "Resource": "*"},
        {"Effect": "Deny", "NotAction": "sqs:Get*", "NotResource": "arn:aws:sqs:*:other"},
    ],
)
def test_a_mapping_whose_role_is_denied_the_queue_is_refused(
    made: Session, real: StrictSession, deny: dict[str, Any], within_one: bool
) -> None:
    let = allow(["sqs:*"], QUEUE)
    put_policy(made, "ghost", *([deny, let] if within_one else [let]))
    put_policy(made, "more", allow(["s3:GetObject"], "*") if within_one else deny)
    with refused("InvalidParameterValueException", "permissions to call ReceiveMessage on SQS"):
        map_queue(real)


def test_a_mapping_whose_roles_boundary_leaves_out_the_queue_is_refused(made: Session, real: StrictSession) -> None:
    iam = made.client("iam")
    text = document(allow(["s3:*"], "*"))
    boundary = iam.create_policy(PolicyName="boundary", PolicyDocument=text)["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName=STEP, PermissionsBoundary=boundary)
    give(made, *READS)
    with refused("InvalidParameterValueException", "permissions to call ReceiveMessage on SQS"):
        map_queue(real)


def test_a_queue_that_shows_messages_again_while_the_function_runs_is_refused(
    made: Session, real: StrictSession
) -> None:
    give(made, *READS)
    sqs = made.client("sqs")
    url = sqs.get_queue_url(QueueName=STEP)["QueueUrl"]
    mapping = map_queue(real)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "29"})
    shorter = "Queue visibility timeout: 29 seconds is less than Function timeout: 30 seconds"
    with refused("InvalidParameterValueException", shorter):
        map_queue(real)
    with refused("InvalidParameterValueException", shorter):
        real.client("lambda").update_event_source_mapping(UUID=mapping["UUID"], BatchSize=1)


def test_a_new_role_is_seen_at_the_second_try(real: StrictSession) -> None:
    real.client("iam").create_role(RoleName=STEP, AssumeRolePolicyDocument=trust())
    with refused("InvalidParameterValueException", UNSEEN):
        create_function(real, STEP)
    create_function(real, STEP)


def test_an_older_role_is_seen_at_once(made: Session, real: StrictSession) -> None:
    create_function(real, "ghost-other")


def calls(session: Session) -> dict[str, Any]:
    functions, package = session.client("lambda"), zipped({"app.py": b"handler = print"})
    return {
        "Invoke": lambda: functions.invoke(FunctionName=STEP, InvocationType="DryRun"),
        "PublishVersion": lambda: functions.publish_version(FunctionName=STEP),
        "UpdateFunctionCode": lambda: functions.update_function_code(FunctionName=STEP, ZipFile=package),
        "UpdateFunctionConfiguration": lambda: functions.update_function_configuration(FunctionName=STEP, Timeout=9),
    }


@pytest.mark.parametrize("call", ["Invoke", "PublishVersion", "UpdateFunctionCode", "UpdateFunctionConfiguration"])
@pytest.mark.parametrize("after", ["CreateFunction", "UpdateFunctionCode", "UpdateFunctionConfiguration"])
def test_a_function_that_was_just_changed_is_busy_until_it_was_waited_for(
    made: Session, real: StrictSession, after: str, call: str
) -> None:
    def change() -> dict[str, Any]:
        if after != "CreateFunction":
            return dict(calls(real)[after]())
        made.client("lambda").delete_function(FunctionName=STEP)
        return create_function(real, STEP)

    key, busy = ("State", "Pending") if after == "CreateFunction" else ("LastUpdateStatus", "InProgress")

    def look(session: Session) -> bool:
        return bool(session.client("lambda").get_function_configuration(FunctionName=STEP)[key] == busy)

    assert change()[key] == busy
    with refused("ResourceConflictException", "update is in progress"):
        calls(real)[call]()
    assert within(5, lambda: not look(real))
    change()
    assert within(5, lambda: not look(made))
    assert look(real), "at the first look, however long ago the change was"
    assert within(5, lambda: not look(real))
    calls(real)[call]()
