"""One local AWS for the whole test run; resetting it, not restarting it, separates the tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack, local_stack

PROD_ACCOUNT = "111111111111"
CONTROL_ACCOUNT = "222222222222"
REGION = "eu-west-1"


@pytest.fixture(scope="session")
def aws_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    with local_stack(tmp_path_factory.mktemp("local-aws") / "server") as stack:
        yield stack


@pytest.fixture(scope="session")
def strict_aws_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    with local_stack(tmp_path_factory.mktemp("strict-aws") / "server", auth=True) as stack:
        yield stack


@pytest.fixture
def aws(aws_server: LocalStack) -> LocalStack:
    """An empty local AWS in which every call is allowed."""
    aws_server.reset()
    return aws_server


@pytest.fixture
def strict_aws(strict_aws_server: LocalStack) -> LocalStack:
    """An empty local AWS that checks IAM policies."""
    strict_aws_server.reset()
    return strict_aws_server


def session_of(stack: LocalStack, account: str = PROD_ACCOUNT) -> Session:
    """The local AWS takes a 12-digit access key as the root of the account of that number."""
    return Session(REGION, endpoint=stack.url, access_key=account, secret_key="test")


@pytest.fixture
def session(aws: LocalStack) -> Session:
    return session_of(aws)


@pytest.fixture(autouse=True)
def nobodys_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test may see, let alone use, somebody's own credentials."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "no-such-file"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def file_of(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path
