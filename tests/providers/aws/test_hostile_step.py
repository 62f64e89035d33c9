"""A branch's step that means harm. The fork gives it a role, the local AWS enforces it, and production stays as it is.

The ghost is made by the fork itself. Its step is invoked as the tap invokes it: with an event of S3's.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.naming import GhostName
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
from tests.local_aws import file_of, session_of
from tests.providers.aws import hostile_handler, hostile_prod
from tests.providers.aws.hostile_handler import ANSWERS, STEP
from tests.providers.aws.hostile_look import differing, kinds, look
from tests.providers.aws.hostile_prod import ACCOUNT, CLEAN, STATE

GHOST = GhostName("flights", "fix/mean-harm")
CODE = Path(hostile_handler.__file__).read_text()
STEPS = {"clean": {"function": STEP, "code": "clean", "outputs": ["OUT"]}}
CONFIG = GhostConfig.model_validate(
    {"project": "flights", "databases": ["PROD"], "ingestion": {"state_bucket": STATE, "steps": STEPS}}
)
DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}
"""The services' words for it; the last is SNS's."""


@pytest.fixture
def session(strict_aws: LocalStack) -> Session:
    return session_of(strict_aws)


def fork(session: Session, folder: Path) -> None:
    """The branch's ghost, made as `ghost-ingest fork` makes it."""
    file_of(folder, "clean/app.py", CODE)
    prod, ghosts = AwsProd(session), AwsGhosts(session, "flights", ACCOUNT)
    topology = discover(prod, CONFIG)
    code = code_of_steps(prod, ZipPackages(folder), AwsImages(session), CONFIG, topology)
    plan = plan_fork(CONFIG, GHOST, topology, code, ghosts.look(GHOST).resources)
    applier = Applier(ghosts, AwsRecords(session, STATE), SystemClock(), ThisProcess(), code.package)
    applier.carry_out(plan, timedelta(days=1))


def attempted(session: Session, function: str, event: dict[str, str], out: str) -> dict[str, str]:
    """What came of every attempt of the handler."""
    ended = session.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
    assert "FunctionError" not in ended, ended["Payload"].read()
    answers: dict[str, str] = json.loads(session.client("s3").get_object(Bucket=out, Key=ANSWERS)["Body"].read())
    return answers


def test_nothing_of_production_yields_to_a_ghosts_step(session: Session, tmp_path: Path) -> None:
    event = hostile_prod.make(session)
    before = look(session)
    fork(session, tmp_path)
    forked = look(session)
    answers = attempted(session, GHOST.function("clean"), event, GHOST.bucket(CLEAN))
    assert len(answers) > 20
    assert {name: code for name, code in answers.items() if code not in DENIED} == {}
    after = look(session)
    assert after == forked
    assert {name.split(" ")[1].partition("/")[0] for name in differing(before, after)} == {STATE}  # the ghost's record


def test_an_administrator_succeeds_with_all_of_it(session: Session) -> None:
    """The attempts are well-formed, and a production that was changed looks changed, kind by kind."""
    event, functions = hostile_prod.make(session), session.client("lambda")
    before = look(session)
    session.client("s3").create_bucket(Bucket="ghost-flights-control", **hostile_prod.WHERE)
    iam, trust = session.client("iam"), json.loads(hostile_handler.TRUST)
    trust["Statement"][0]["Principal"] = {"Service": "lambda.amazonaws.com"}
    role = iam.create_role(RoleName="ghost-flights-control", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    iam.put_role_policy(RoleName="ghost-flights-control", PolicyName="all", PolicyDocument=document)
    functions.create_function(
        FunctionName="ghost-flights-control",
        Role=role,
        Runtime="python3.11",
        Handler="app.handler",
        Timeout=60,
        Code={"ZipFile": zipped({"app.py": CODE.encode()})},
        Environment={"Variables": {"OUT": "ghost-flights-control"}},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="ghost-flights-control", WaiterConfig={"Delay": 1})
    answers = attempted(session, "ghost-flights-control", event, "ghost-flights-control")
    assert {name: code for name, code in answers.items() if code != "done"} == {}
    assert kinds(differing(before, look(session))) == kinds(before)
