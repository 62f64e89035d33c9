from __future__ import annotations

import time

import pytest

from dbt_ghost.demo.production import make_bucket
from dbt_ghost.demo.production_documents import trust
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from tests.chains.scene import BUCKET, STEP, create_function
from tests.chains.strict import StrictSession, aws_rules
from tests.local_aws import aws, aws_server, nobodys_aws, session_of, strict_aws, strict_aws_server

__all__ = ["aws", "aws_server", "nobodys_aws", "strict_aws", "strict_aws_server"]


@pytest.fixture(scope="module")
def sessions(aws_server: LocalStack) -> tuple[Session, StrictSession]:
    """One without and one with rules: to make clients takes longer than a test."""
    return session_of(aws_server), StrictSession(aws_server, (), quickly)


@pytest.fixture
def real(aws: LocalStack, sessions: tuple[Session, StrictSession]) -> StrictSession:
    """An empty account of real AWS."""
    sessions[1].rules = tuple(aws_rules())
    return sessions[1]


def quickly(seconds: float) -> None:
    """The local AWS needs no more, whatever real AWS needs."""
    time.sleep(min(seconds, 0.1))


@pytest.fixture
def made(aws: LocalStack, sessions: tuple[Session, StrictSession]) -> Session:
    """A bucket, and a function with its role, a queue and a topic of one name, none of which lets anybody in."""
    session = sessions[0]
    make_bucket(session, BUCKET)
    session.client("iam").create_role(RoleName=STEP, AssumeRolePolicyDocument=trust())
    create_function(session, STEP)
    session.client("sqs").create_queue(QueueName=STEP, Attributes={"VisibilityTimeout": "30"})
    session.client("sns").create_topic(Name=STEP)
    return session


@pytest.fixture
def session(strict_aws: LocalStack) -> Session:
    """An empty account in which functions may do only what their roles let them."""
    return session_of(strict_aws)
