"""How many calls a whole fork takes: whoever forks waits for each, and the account's quotas are prod's too."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbt_ghost.core.plan import waves
from dbt_ghost.core.resources import Function
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import PROD_ACCOUNT, REGION, aws, aws_server, nobodys_aws, session_of
from tests.operations.counted import CountedSession
from tests.operations.long_chain import GHOST, STATE, LongChain, LongProject, drop, fork

__all__ = ["aws", "aws_server", "nobodys_aws"]

FIRST_STEP, FURTHER_STEP = 22, 11
"""The most changing calls for the tap and the first step, and for each further one."""
LOCK, PLAN = 1, 1
"""Record writes besides one a wave."""


@pytest.fixture(params=[1, 3])
def steps(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module")
def counting(aws_server: LocalStack) -> CountedSession:
    """One for all tests: to make its clients takes longer than a test."""
    return CountedSession(REGION, aws_server.url, PROD_ACCOUNT, STATE)


@pytest.fixture(scope="module")
def builder(aws_server: LocalStack) -> Session:
    return session_of(aws_server)


@pytest.fixture
def project(aws: LocalStack, counting: CountedSession, builder: Session, steps: int, tmp_path: Path) -> LongProject:
    chain = LongChain(steps)
    chain.build(builder)
    return chain.project(tmp_path / "checkout", counting)


def test_a_fork_takes_few_changing_calls_and_one_record_write_a_wave(
    project: LongProject, counting: CountedSession, steps: int
) -> None:
    planned = project.plan_fork(GHOST)
    made = counting.of(lambda: fork(project, planned))
    functions = [change for change in planned.plan.changes if isinstance(change.resource, Function)]
    assert len(functions) == steps + 1, "the tap, and every step"
    assert made.number("changing") <= FIRST_STEP + FURTHER_STEP * (steps - 1), made.names("changing")
    assert made.number("record") <= LOCK + PLAN + len(waves(planned.plan.changes))


def test_a_fork_with_nothing_to_do_reads_nothing_twice_and_changes_nothing_but_its_record_once(
    project: LongProject, counting: CountedSession
) -> None:
    fork(project)
    planned = counting.of(lambda: project.plan_fork(GHOST))
    again = counting.of(lambda: fork(project))
    assert not again.repeated
    assert not again.names("changing")
    assert again.names("record") == {"s3.PutObject": 1}
    assert not again.names("waiting")
    assert again.names("reading") == planned.names("reading"), "to carry out nothing, nothing is read again"


def test_a_drop_changes_no_more_than_the_fork_did(project: LongProject, counting: CountedSession) -> None:
    made = counting.of(lambda: fork(project))
    gone = counting.of(lambda: drop(project))
    assert made.number("changing") >= gone.number("changing") > 0, gone.names("changing")
    assert gone.number("record") == made.number("record")
    assert not project.ghosts.look(GHOST).resources
