"""A developer's checkout of the demo's project on its branch, and a production on the local AWS."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from dbt_ghost.demo.production import Production, install_state_bucket
from dbt_ghost.demo.stage import LEFT_OUT
from dbt_ghost.demo.story import BRANCH, STATE_BUCKET
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from dbt_ghost.providers.package import package_root
from tests.branch import apply_branch
from tests.cli.told import PIPE, T, ToldProject, cloned, dropped, fed, now
from tests.local_aws import (
    CONTROL_ACCOUNT,
    PROD_ACCOUNT,
    REGION,
    aws,
    aws_server,
    nobodys_aws,
    session,
    session_of,
)

__all__ = ["aws", "aws_server", "nobodys_aws", "session"]

SOURCE = package_root() / "integration_tests"


@pytest.fixture
def production(session: Session) -> Production:
    production = Production(session, SOURCE)
    production.build()
    install_state_bucket(session, STATE_BUCKET)
    return production


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(SOURCE, folder, ignore=LEFT_OUT)
    apply_branch(folder)
    return folder


@pytest.fixture
def on_branch(monkeypatch: pytest.MonkeyPatch, nobodys_aws: None, aws: LocalStack, checkout: Path) -> None:
    """In the checkout, with the environment of a developer on the branch."""
    monkeypatch.chdir(checkout)
    for name, value in {
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_ACCESS_KEY_ID": PROD_ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "GHOST_BRANCH": BRANCH,
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def project(production: Production, on_branch: None, aws: LocalStack) -> ToldProject:
    """Of a developer on the branch, with a queue of another account that stands for Snowflake's."""
    session_of(aws, CONTROL_ACCOUNT).client("sqs").create_queue(QueueName="sf-snowpipe")
    loaded = ToldProject.load(None)
    assert isinstance(loaded, ToldProject)
    loaded.told.update(ghost_clone=cloned(now()), ghost_feed=fed(PIPE), ghost_drop=dropped("drop GHOST"))
    return loaded


@pytest.fixture
def warehouse_only(monkeypatch: pytest.MonkeyPatch, checkout: Path) -> ToldProject:
    """A project without an ingestion half, and a developer who has no AWS account."""
    file = checkout / "dbt_project.yml"
    file.write_text(file.read_text().partition("    ingestion:\n")[0])
    monkeypatch.chdir(checkout)
    for name in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_EC2_METADATA_DISABLED"]:
        monkeypatch.delenv(name)
    loaded = ToldProject.load(None)
    assert isinstance(loaded, ToldProject)
    loaded.told.update(ghost_clone=cloned(T), ghost_drop=dropped("drop GHOST"))
    return loaded
