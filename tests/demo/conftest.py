from collections.abc import Iterator
from pathlib import Path

import pytest

from dbt_ghost.demo.production import Production
from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import CONTROL_ACCOUNT, aws, aws_server, session, session_of

__all__ = ["aws", "aws_server", "session"]

PROJECT = Path(__file__).parents[2] / "integration_tests"


@pytest.fixture(scope="module")
def prod(aws_server: LocalStack) -> Iterator[Production]:
    """A production with one day processed; shared by a module's tests, so each looks at its own before and after."""
    aws_server.reset()
    production = Production(session_of(aws_server), PROJECT)
    production.build()
    production.deliver("2013-02-01")
    production.wait_for("2013-02-01")
    yield production
    aws_server.reset()


@pytest.fixture(scope="module")
def control(aws_server: LocalStack, prod: Production) -> Production:
    """The same, in an account of its own."""
    production = Production(session_of(aws_server, CONTROL_ACCOUNT), PROJECT, prefix="control")
    production.build()
    production.deliver("2013-02-01")
    production.wait_for("2013-02-01")
    return production
