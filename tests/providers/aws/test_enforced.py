"""A whole ghost, as a fork makes it, under enforced IAM: prod event -> rule -> tap -> step -> ghost bucket, never prod.

The local AWS checks what a role may do inside its function, and bucket policies. It does not check who may invoke a
function, and it writes logs without permission: those two are for `tests/core/test_policies.py` to prove.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.naming import TAP, GhostName
from dbt_ghost.core.policies import TRUST
from dbt_ghost.core.resources import Role
from dbt_ghost.core.topology import Account
from dbt_ghost.operations.apply import Applier
from dbt_ghost.operations.code import code_of_steps
from dbt_ghost.operations.discover import discover
from dbt_ghost.operations.fork import plan_fork
from dbt_ghost.providers.artifacts import ZipPackages, zipped
from dbt_ghost.providers.aws.ghosts import AwsGhosts
from dbt_ghost.providers.aws.images import AwsImages
from dbt_ghost.providers.aws.prod import AwsProd
from dbt_ghost.providers.aws.records import AwsRecords
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from dbt_ghost.providers.process import SystemClock, ThisProcess
from tests.local_aws import CONTROL_ACCOUNT, PROD_ACCOUNT, REGION, file_of, session_of

ACCOUNT = Account(PROD_ACCOUNT, REGION)
GHOST = GhostName("flights", "fix/overnight-arrivals")
RAW, OPEN, STATE = "flights-raw", "flights-open", "flights-ghost-state"
CLEAN, CURATED = GHOST.bucket("flights-clean"), GHOST.bucket("flights-curated")
KEY = "flights/a b+é=1%/2013.csv"
STEPS = {
    "clean": {"function": "flights-clean", "code": "clean", "outputs": ["OUT"], "reads": ["s3://flights-raw/ref/"]},
    "enrich": {"function": "flights-enrich", "code": "enrich", "outputs": ["OUT"]},
}
CONFIG = GhostConfig.model_validate(
    {"project": "flights", "databases": ["PROD"], "ingestion": {"state_bucket": STATE, "steps": STEPS}}
)
IDLE = "def handler(event, context): ...\n"
ATTEMPTS = f"""
import json, os
from urllib.parse import unquote_plus
import boto3
from botocore.exceptions import ClientError

s3, out = boto3.client("s3"), os.environ["OUT"]

def handler(event, context):
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        answers = {{}}
        for name, call in {{
            "prod: put": lambda: s3.put_object(Bucket="{RAW}", Key=key, Body=b"ghost"),
            "prod: put the step's output": lambda: s3.put_object(Bucket="flights-clean", Key=key, Body=b"ghost"),
            "prod: delete": lambda: s3.delete_object(Bucket="{RAW}", Key=key),
            "prod: tag": lambda: s3.put_object_tagging(Bucket="{RAW}", Key=key, Tagging={{"TagSet": []}}),
            "prod: notifications": lambda: s3.put_bucket_notification_configuration(
                Bucket="{RAW}", NotificationConfiguration={{}}
            ),
            "prod: get of another prefix": lambda: s3.get_object(Bucket="{RAW}", Key="weather/1.csv"),
            "prod: list all": lambda: s3.list_objects_v2(Bucket="{RAW}"),
            "prod: get from an open bucket": lambda: s3.get_object(Bucket="{OPEN}", Key="flights/1.csv"),
            "prod: list an open bucket": lambda: s3.list_objects_v2(Bucket="{OPEN}", Prefix="flights/"),
            "prod: put into an open bucket": lambda: s3.put_object(Bucket="{OPEN}", Key="ghost", Body=b""),
            "state: put": lambda: s3.put_object(Bucket="{STATE}", Key="ghosts/{GHOST.id}.json", Body=b"ghost"),
            "state: get": lambda: s3.get_object(Bucket="{STATE}", Key="ghosts/{GHOST.id}.json"),
            "invoke": lambda: boto3.client("lambda").invoke(FunctionName=context.function_name, Payload=b"{{}}"),
            "invoke prod": lambda: boto3.client("lambda").invoke(FunctionName="flights-clean", Payload=b"{{}}"),
            "own: put": lambda: s3.put_object(Bucket=out, Key=key, Body=body.upper()),
            "own: get": lambda: s3.get_object(Bucket=out, Key=key),
            "own: list": lambda: s3.list_objects_v2(Bucket=out),
            "own: delete": lambda: s3.delete_object(Bucket=out, Key="nothing"),
            "input: list its prefix": lambda: s3.list_objects_v2(Bucket=bucket, Prefix="flights/"),
            "declared: get": lambda: s3.get_object(Bucket="{RAW}", Key="ref/1.csv"),
        }}.items():
            try:
                call()
                answers[name] = "allowed"
            except ClientError as error:
                code = error.response["Error"]["Code"]
                answers[name] = "refused" if code.startswith("AccessDenied") else code
        s3.put_object(Bucket=out, Key="answers.json", Body=json.dumps(answers).encode())
"""
ALLOWED = {CLEAN: ("own: ", "input: ", "declared: "), CURATED: ("own: ", "input: ")}
"""How the attempts begin that are allowed to the step that writes the bucket. `enrich` declares no reads."""


@pytest.fixture
def session(strict_aws: LocalStack) -> Session:
    """A production of two steps that do nothing, so that whatever changes is the ghost's doing."""
    session = session_of(strict_aws)
    s3 = session.client("s3")
    for bucket in (RAW, "flights-clean", "flights-curated", OPEN, STATE):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    for bucket, key in ((RAW, "weather/1.csv"), (RAW, "ref/1.csv"), (OPEN, "flights/1.csv")):
        s3.put_object(Bucket=bucket, Key=key, Body=b"prod's")
    s3.put_bucket_policy(Bucket=OPEN, Policy=json.dumps(open_to_the_account()))
    session.client("iam").create_role(RoleName="prod", AssumeRolePolicyDocument=TRUST)
    make_step(session, "flights-clean", RAW, out="flights-clean")
    make_step(session, "flights-enrich", "flights-clean", out="flights-curated")
    return session


def open_to_the_account() -> dict[str, Any]:
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:*"}
    of_ours = {"Condition": {"StringEquals": {"aws:PrincipalAccount": PROD_ACCOUNT}}}
    arn = ACCOUNT.bucket_arn(OPEN)
    return {"Version": "2012-10-17", "Statement": [everybody | of_ours | {"Resource": [arn, f"{arn}/*"]}]}


def make_step(session: Session, name: str, source: str, out: str) -> None:
    functions = session.client("lambda")
    functions.create_function(
        FunctionName=name,
        Role=ACCOUNT.role_arn("prod"),
        Runtime="python3.11",
        Handler="app.handler",
        Timeout=30,
        Code={"ZipFile": zipped({"app.py": IDLE.encode()})},
        Environment={"Variables": {"OUT": out}},
    )
    functions.add_permission(
        FunctionName=name,
        StatementId="s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=ACCOUNT.bucket_arn(source),
    )
    rules = [{"Name": "prefix", "Value": "flights/"}, {"Name": "suffix", "Value": ".csv"}]
    entry = {"LambdaFunctionArn": ACCOUNT.function_arn(name), "Events": ["s3:ObjectCreated:*"]}
    document = {"LambdaFunctionConfigurations": [entry | {"Filter": {"Key": {"FilterRules": rules}}}]}
    session.client("s3").put_bucket_notification_configuration(
        Bucket=source, NotificationConfiguration=document | {"EventBridgeConfiguration": {}}
    )


@pytest.fixture
def ghosts(session: Session, tmp_path: Path) -> AwsGhosts:
    """The branch's ghost, made as `ghost-ingest fork` makes it."""
    for step in STEPS:
        file_of(tmp_path, f"{step}/app.py", ATTEMPTS)
    prod, ghosts = AwsProd(session), AwsGhosts(session, "flights", ACCOUNT)
    topology = discover(prod, CONFIG)
    code = code_of_steps(prod, ZipPackages(tmp_path), AwsImages(session), CONFIG, topology)
    plan = plan_fork(CONFIG, GHOST, topology, code, ghosts.look(GHOST).resources)
    applier = Applier(ghosts, AwsRecords(session, STATE), SystemClock(), ThisProcess(), code.package)
    applier.carry_out(plan, timedelta(days=1))
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


def role_of(ghosts: AwsGhosts, step: str) -> Role:
    name = GHOST.role(step, REGION)
    return next(role for role in ghosts.look(GHOST).resources if isinstance(role, Role) and role.name == name)


def is_denied(session: Session, step: str) -> bool:
    events = session.client("logs").filter_log_events(logGroupName=GHOST.log_group(step))["events"]
    return "AccessDenied" in json.dumps(events, default=str)


def test_prods_events_reach_the_ghosts_buckets_and_nothing_reaches_prod(session: Session, ghosts: AwsGhosts) -> None:
    record = contents(session, STATE)
    session.client("s3").put_object(Bucket=RAW, Key=KEY, Body=b"rows")
    assert within(20, lambda: "answers.json" in contents(session, CURATED))
    assert contents(session, CLEAN)[KEY] == contents(session, CURATED)[KEY] == b"ROWS"
    for bucket, allowed in ALLOWED.items():
        answers = json.loads(contents(session, bucket)["answers.json"])
        assert answers == {name: "allowed" if name.startswith(allowed) else "refused" for name in answers}
    assert contents(session, RAW) == {KEY: b"rows", "weather/1.csv": b"prod's", "ref/1.csv": b"prod's"}
    assert contents(session, OPEN) == {"flights/1.csv": b"prod's"}
    assert contents(session, "flights-clean") == contents(session, "flights-curated") == {}
    assert contents(session, STATE) == record


def test_a_tap_without_its_permission_forwards_nothing(session: Session, ghosts: AwsGhosts) -> None:
    role = role_of(ghosts, TAP)
    narrowed = role.policy.replace(GHOST.function("clean"), GHOST.function("another"))
    assert narrowed != role.policy
    ghosts.put(replace(role, policy=narrowed))
    session.client("s3").put_object(Bucket=RAW, Key=KEY, Body=b"rows")
    assert within(20, lambda: is_denied(session, TAP))
    assert contents(session, CLEAN) == {}


def test_a_bucket_of_another_account_is_out_of_reach(session: Session, ghosts: AwsGhosts) -> None:
    """`aws:ResourceAccount` holds: what is allowed for one account is refused for another."""
    role = role_of(ghosts, "clean")
    ours, other = (f'"aws:ResourceAccount":"{account}"' for account in (PROD_ACCOUNT, CONTROL_ACCOUNT))
    assert ours in role.policy
    ghosts.put(replace(role, policy=role.policy.replace(ours, other)))
    session.client("s3").put_object(Bucket=RAW, Key=KEY, Body=b"rows")
    assert within(20, lambda: is_denied(session, "clean"))
    assert contents(session, CLEAN) == {}
