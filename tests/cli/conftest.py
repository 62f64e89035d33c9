"""A developer's checkout of the demo's project on its branch, and a production on the local AWS."""

from __future__ import annotations

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
from tests.local_aws import PROD_ACCOUNT, REGION, aws, aws_server, nobodys_aws, session

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
