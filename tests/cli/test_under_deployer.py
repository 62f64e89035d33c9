"""The whole life of a ghost as CI has it: under the generated deployer's policies alone, with the generated boundaries,
on a local AWS that enforces them.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.policies.reach import reach_of
from dbt_ghost.demo import evidence
from dbt_ghost.demo.production import Production, install_state_bucket
from dbt_ghost.demo.story import BRANCH, STATE_BUCKET
from dbt_ghost.providers.aws.ghosts import AwsGhosts
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from ghost_cli.wiring import Project
from tests.admin import DEPLOYER, install_boundaries, install_deployer, signed_in
from tests.cli.conftest import SOURCE
from tests.cli.typed import ghost_ingest
from tests.local_aws import PROD_ACCOUNT, REGION, session_of, strict_aws, strict_aws_server

__all__ = ["strict_aws", "strict_aws_server"]

GHOST = GhostName("flights", BRANCH)
DAYS, LATER = ("2013-02-01", "2013-02-02"), "2013-02-03"


@pytest.fixture
def admin(strict_aws: LocalStack) -> Session:
    """Root of an account with a production that has taken in some days."""
    session = session_of(strict_aws)
    production = Production(session, SOURCE)
    production.build()
    install_state_bucket(session, STATE_BUCKET)
    production.deliver_all(DAYS)
    return session


@pytest.fixture
def ci(
    monkeypatch: pytest.MonkeyPatch, nobodys_aws: None, admin: Session, strict_aws: LocalStack, checkout: Path
) -> None:
    """A job on the branch that assumed the deployer's role, after an admin installed what `iam` generates."""
    monkeypatch.chdir(checkout)
    environment = {"AWS_ENDPOINT_URL": strict_aws.url, "AWS_REGION": REGION, "GHOST_BRANCH": BRANCH}
    root = {"AWS_ACCESS_KEY_ID": PROD_ACCOUNT, "AWS_SECRET_ACCESS_KEY": "test"}
    for name, value in (environment | root).items():
        monkeypatch.setenv(name, value)
    project = Project.load(None)
    reach = reach_of(project.config, project.discover())
    boundaries = install_boundaries(admin, reach)
    install_deployer(admin, reach, boundaries)
    monkeypatch.setenv("GHOST_INGESTION__BOUNDARY__STEP", boundaries[0])
    monkeypatch.setenv("GHOST_INGESTION__BOUNDARY__TAP", boundaries[1])
    for name, value in signed_in(admin, DEPLOYER).items():
        monkeypatch.setenv(name, value)


def left(admin: Session) -> set[object]:
    return set(AwsGhosts(admin, "flights", admin.account()).look(GHOST).resources)


@pytest.mark.usefixtures("ci")
def test_a_ghost_lives_and_dies_under_the_generated_policies_and_prod_is_byte_equal(admin: Session) -> None:
    before = evidence.documents(admin, STATE_BUCKET)
    plan = ghost_ingest("plan").stdout
    assert "permissions boundary" not in plan, "every role has one"
    forked = ghost_ingest("fork").stdout
    assert "The ghost of fix/overnight-arrivals is ready" in forked
    boundaries = {
        role["PermissionsBoundary"]["PermissionsBoundaryArn"].rpartition("/")[2]
        for name in (GHOST.role(step, REGION) for step in ("clean", "enrich", "tap"))
        for role in [admin.client("iam").get_role(RoleName=name)["Role"]]
    }
    assert boundaries == {"dbt-ghost-steps", "dbt-ghost-tap"}
    assert "nothing to change" in ghost_ingest("fork").stdout
    assert "2 objects sent in" in ghost_ingest("replay", "--since", "1d", "--yes").stdout
    production = Production(admin, SOURCE)
    production.deliver(LATER)
    for day in (*DAYS, LATER):
        production.wait_for(day, bucket=GHOST.bucket("flights-curated"))
    assert "clean" in ghost_ingest("logs", "--since", "1h").stdout
    status = json.loads(ghost_ingest("status", "--json").stdout)
    assert status["record"]["state"] == "ready" and status["record"]["proof"]["documents"]
    assert BRANCH in ghost_ingest("list").stdout
    ghost_ingest("drop", "--yes")
    assert left(admin) == set()
    assert evidence.differences(before, evidence.documents(admin, STATE_BUCKET)) == ()


@pytest.mark.usefixtures("ci")
def test_without_its_boundary_no_role_is_made(admin: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GHOST_INGESTION__BOUNDARY__STEP")
    told = ghost_ingest("fork", exit_code=1).output
    assert "making role" in told and "AccessDenied" in told
    assert ghost_ingest("drop", "--yes").exit_code == 0
    assert left(admin) == set()


@pytest.mark.usefixtures("ci")
def test_the_deployer_cannot_touch_prod_itself(strict_aws: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(REGION, endpoint=strict_aws.url)
    s3, lam, events = session.client("s3"), session.client("lambda"), session.client("events")
    attempts = {
        "write": lambda: s3.put_object(Bucket="flights-raw", Key="x", Body=b""),
        "delete": lambda: s3.delete_object(Bucket="flights-raw", Key="flights/2013-02-01.csv.gz"),
        "policy": lambda: s3.put_bucket_policy(Bucket="flights-raw", Policy="{}"),
        "events": lambda: s3.put_bucket_notification_configuration(Bucket="flights-raw", NotificationConfiguration={}),
        "code": lambda: lam.update_function_code(FunctionName="flights-clean", ZipFile=b"x"),
        "invoke": lambda: lam.invoke(FunctionName="flights-clean"),
        "open": lambda: lam.add_permission(
            FunctionName="flights-clean", StatementId="x", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
        ),
        "rule": lambda: events.put_rule(Name="flights-nightly", EventPattern='{"source":["aws.s3"]}'),
    }
    answers = {}
    for name, attempt in attempts.items():
        with pytest.raises(ClientError) as error:
            attempt()
        answers[name] = error.value.response["Error"]["Code"]
    assert {code.removesuffix("Exception") for code in answers.values()} == {"AccessDenied"}, answers
