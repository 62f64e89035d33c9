"""A whole ghost under enforced IAM: prod event -> rule -> tap -> step -> ghost bucket, and never into prod.

The local AWS checks what a role may do inside its function, but not `lambda:SourceFunctionArn`, and it writes logs
without permission: those two are for the evaluator of policies to prove.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.naming import TAP, GhostName
from dbt_ghost.core.resources import (
    TAG_BRANCH,
    Bucket,
    BucketEvent,
    Function,
    Invoker,
    LogGroup,
    Notifications,
    Role,
    Rule,
    canonical,
)
from dbt_ghost.core.topology import Account
from dbt_ghost.providers.artifacts import TAP_HANDLER, sha256, tap, zipped
from dbt_ghost.providers.aws.ghosts import AwsGhosts
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import CONTROL_ACCOUNT, PROD_ACCOUNT, REGION, session_of

ACCOUNT = Account(PROD_ACCOUNT, REGION)
GHOST = GhostName("flights", "fix/overnight-arrivals")
PROD, CLEAN, CURATED = "flights-raw", GHOST.bucket("flights-clean"), GHOST.bucket("flights-curated")
TAGS = ((TAG_BRANCH, GHOST.branch),)
TRUST = canonical(
    {"Statement": [{"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}]}
)
STEP = b"""
import json, os
from urllib.parse import unquote_plus
import boto3
from botocore.exceptions import ClientError

s3 = boto3.client("s3")

def handler(event, context):
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        refused = {}
        for name, call in {
            "put": lambda: s3.put_object(Bucket="flights-raw", Key=key, Body=b"ghost"),
            "delete": lambda: s3.delete_object(Bucket="flights-raw", Key=key),
            "other prefix": lambda: s3.get_object(Bucket="flights-raw", Key="weather/1.csv"),
            "list all": lambda: s3.list_objects_v2(Bucket="flights-raw"),
            "list own prefix": lambda: s3.list_objects_v2(Bucket="flights-raw", Prefix="flights/"),
            "invoke": lambda: boto3.client("lambda").invoke(FunctionName=context.function_name, Payload=b"{}"),
        }.items():
            try:
                call()
                refused[name] = False
            except ClientError as error:
                refused[name] = error.response["Error"]["Code"].startswith("AccessDenied")
        s3.put_object(Bucket=os.environ["OUT_BUCKET"], Key=key, Body=body.upper())
        s3.put_object(Bucket=os.environ["OUT_BUCKET"], Key="refused.json", Body=json.dumps(refused).encode())
"""
REFUSED = {"put", "delete", "other prefix", "list all", "invoke"}


def allow(actions: str | list[str], resource: str, **condition: Any) -> dict[str, Any]:
    where = {"StringEquals": {"aws:ResourceAccount": PROD_ACCOUNT}} | condition
    return {"Effect": "Allow", "Action": actions, "Resource": resource, "Condition": where}


def step_policy(source: str, target: str) -> str:
    statements = [
        allow("s3:GetObject", f"arn:aws:s3:::{source}/flights/*"),
        allow("s3:ListBucket", f"arn:aws:s3:::{source}", StringLike={"s3:prefix": "flights/*"}),
        allow("s3:PutObject", f"arn:aws:s3:::{target}/*"),
    ]
    return canonical({"Version": "2012-10-17", "Statement": statements})


def tap_policy(step: str) -> str:
    statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": ACCOUNT.function_arn(step)}
    return canonical({"Version": "2012-10-17", "Statement": [statement]})


def function(step: str, code: bytes, handler: str, invoker: Invoker, **environment: str) -> Function:
    return Function(
        name=GHOST.function(step),
        role_arn=ACCOUNT.role_arn(GHOST.role(step, REGION)),
        runtime="python3.11",
        handler=handler,
        code_sha256=sha256(code),
        timeout_s=30,
        environment=tuple(environment.items()),
        invokers=(invoker,),
        max_event_age_s=3600,
        tags=TAGS,
    )


def fork(ghosts: AwsGhosts) -> None:
    """Two steps behind the tap: `clean` gets prod's events through it, `enrich` gets its own bucket's directly."""
    route = {"bucket": PROD, "prefix": "flights/", "suffix": ".csv", "events": ["s3:ObjectCreated:*"]}
    pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {"bucket": {"name": [PROD]}}}
    code, own_tap = zipped({"app.py": STEP}), tap()
    from_rule = Invoker("events.amazonaws.com", ACCOUNT.rule_arn(GHOST.rule("clean")), PROD_ACCOUNT)
    from_clean = Invoker("s3.amazonaws.com", ACCOUNT.bucket_arn(CLEAN), PROD_ACCOUNT)
    routes = json.dumps([route | {"function": GHOST.function("clean")}])
    policies = {"clean": step_policy(PROD, CLEAN), "enrich": step_policy(CLEAN, CURATED)}
    policies[TAP] = tap_policy(GHOST.function("clean"))
    for name, stands_in_for in ((CLEAN, "flights-clean"), (CURATED, "flights-curated")):
        ghosts.put(Bucket(name, stands_in_for, TAGS))
    for step, policy in policies.items():
        ghosts.put(LogGroup(GHOST.log_group(step), 14, TAGS))
        ghosts.put(Role(GHOST.role(step, REGION), TRUST, policy, TAGS))
    ghosts.put(function("clean", code, "app.handler", from_rule, OUT_BUCKET=CLEAN), code)
    ghosts.put(function("enrich", code, "app.handler", from_clean, OUT_BUCKET=CURATED), code)
    ghosts.put(function(TAP, own_tap, TAP_HANDLER, from_rule, GHOST_ROUTES=routes), own_tap)
    enrich = BucketEvent(ACCOUNT.function_arn(GHOST.function("enrich")), prefix="flights/", suffix=".csv")
    ghosts.put(Notifications(CLEAN, (enrich,)))
    ghosts.put(Rule(GHOST.rule("clean"), canonical(pattern), ACCOUNT.function_arn(GHOST.function(TAP)), tags=TAGS))


@pytest.fixture
def session(strict_aws: LocalStack) -> Session:
    session = session_of(strict_aws)
    s3 = session.client("s3")
    s3.create_bucket(Bucket=PROD, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=PROD, Key="weather/1.csv", Body=b"sun")
    s3.put_bucket_notification_configuration(Bucket=PROD, NotificationConfiguration={"EventBridgeConfiguration": {}})
    return session


@pytest.fixture
def ghosts(session: Session) -> AwsGhosts:
    ghosts = AwsGhosts(session, "flights", ACCOUNT)
    fork(ghosts)
    return ghosts


def within(seconds: float, look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def contents(session: Session, bucket: str) -> dict[str, bytes]:
    s3 = session.client("s3")
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def test_prods_events_reach_the_ghosts_buckets_and_nothing_reaches_prod(session: Session, ghosts: AwsGhosts) -> None:
    key = "flights/a b+é=1%/2013.csv"
    session.client("s3").put_object(Bucket=PROD, Key=key, Body=b"rows")
    assert within(20, lambda: "refused.json" in contents(session, CURATED))
    assert contents(session, CLEAN)[key] == contents(session, CURATED)[key] == b"ROWS"
    refused = json.loads(contents(session, CLEAN)["refused.json"])
    assert {name for name, was_refused in refused.items() if was_refused} == REFUSED
    assert contents(session, PROD) == {key: b"rows", "weather/1.csv": b"sun"}


def test_a_tap_without_its_permission_forwards_nothing(session: Session, ghosts: AwsGhosts) -> None:
    ghosts.put(Role(GHOST.role(TAP, REGION), TRUST, tap_policy("another"), TAGS))
    session.client("s3").put_object(Bucket=PROD, Key="flights/1.csv", Body=b"rows")
    logs, group = session.client("logs"), GHOST.log_group(TAP)
    assert within(
        20, lambda: "AccessDenied" in json.dumps(logs.filter_log_events(logGroupName=group)["events"], default=str)
    )
    assert contents(session, CLEAN) == {}


def test_a_bucket_of_another_account_is_out_of_reach(session: Session, ghosts: AwsGhosts) -> None:
    """`aws:ResourceAccount` holds: what is allowed for one account is refused for another."""
    role = Role(GHOST.role("clean", REGION), TRUST, step_policy(PROD, CLEAN), TAGS)
    ghosts.put(replace(role, policy=role.policy.replace(PROD_ACCOUNT, CONTROL_ACCOUNT)))
    session.client("s3").put_object(Bucket=PROD, Key="flights/1.csv", Body=b"rows")
    logs, group = session.client("logs"), GHOST.log_group("clean")
    assert within(
        20, lambda: "AccessDenied" in json.dumps(logs.filter_log_events(logGroupName=group)["events"], default=str)
    )
    assert contents(session, CLEAN) == {}
