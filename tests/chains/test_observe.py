"""A ghost's files beside prod's on real chains: by every kind of hop, with copied and with shared steps, with a staged
input and with a sample.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.observe.objects import StepObservation
from dbt_ghost.demo.production import install_state_bucket
from dbt_ghost.operations.apply import see
from dbt_ghost.operations.observe_objects import Observer, observe_objects
from dbt_ghost.providers.aws.compared_objects import AwsComparedObjects
from dbt_ghost.providers.aws.failure_queues import AwsFailureQueues
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.object_rows import DuckRows
from dbt_ghost.providers.process import SystemClock
from dbt_ghost.tap.shapes import in_sample
from tests.chains import flow
from tests.chains.chain import STEPS
from tests.chains.forking import drop, fork
from tests.chains.mixed import COPIED, PROJECT, SHARED, STATE, Mixed, config_of, staged
from tests.chains.production import build, write_code
from tests.chains.test_deployer import RecordedProject

GHOST = GhostName(PROJECT, "feature/observed")
KEYS = flow.keys(3)


@pytest.fixture
def project(session: Session, tmp_path: Path) -> Any:
    """Forks a chain whose first step the branch changed, and sends the keys through prod and the ghost."""
    made: list[RecordedProject] = []

    def forked(chain: Mixed, expected: tuple[str, ...] = KEYS, sample: float = 1, **first: Any) -> RecordedProject:
        build(session, chain)
        install_state_bucket(session, STATE)
        write_code(tmp_path, chain, "first")
        settings = config_of(chain, **first).model_dump(exclude_unset=True, mode="json")
        settings["ingestion"]["sample"] = sample
        project = RecordedProject(tmp_path, GhostConfig.model_validate(settings), recorded=session)
        fork(project, GHOST)
        made.append(project)
        for key in KEYS:
            flow.put(session, chain.bucket("raw"), key)
            session.sleep(flow.SPACING_S)
        flow.wait_for(session, flow.path_of(chain), KEYS)
        path = [chain.bucket("raw"), *(GHOST.bucket(chain.bucket(part)) for part in ("mid", "next", "out"))]
        flow.wait_for(session, path, expected)
        return project

    yield forked
    for each in made:
        drop(each, GHOST)


def observed(project: RecordedProject) -> dict[str, StepObservation]:
    seen = see(project.ghosts, project.records, GHOST)
    objects, queues = AwsComparedObjects(project.session), AwsFailureQueues(project.session)
    record = seen.stored.record if seen.stored else None
    observer = Observer(objects, DuckRows(), queues, SystemClock())
    found = observe_objects(observer, record, seen.found, grace=timedelta(0))
    return {each.step: each for each in found.steps}


def counts(step: StepObservation) -> dict[str, int]:
    assert step.unknown == ""
    return {said: number for said, number in step.counts.items() if number}


@pytest.mark.parametrize(("chain", "first"), [(COPIED, staged(COPIED)), (SHARED, {})], ids=["staged", "shared"])
def test_each_step_is_compared_with_the_input_that_it_had(project: Any, chain: Mixed, first: dict[str, Any]) -> None:
    steps = observed(project(chain, **first))
    assert tuple(steps) == STEPS
    for name, step in steps.items():
        assert counts(step) == {"changed": len(KEYS)}, name
        assert {each.sides.is_told for each in step.samples} == {True}
        assert step.ghost_latency and step.ghost_latency.objects == len(KEYS)
        assert step.failed == (None if step.shared else 0)
    heard = {each.sides.ghost_input.bucket for each in steps["first"].samples if each.sides.ghost_input}
    raw = chain.bucket("raw")
    assert heard == {GHOST.bucket(raw) if first else raw}
    assert bool(steps["last"].shared) == (chain is SHARED)


def test_of_a_sampled_ghost_the_rest_is_unsampled_and_nothing_is_missing(project: Any) -> None:
    share = 0.5
    sampled = tuple(key for key in KEYS if in_sample(key, share))
    assert 0 < len(sampled) < len(KEYS)
    for name, step in observed(project(COPIED, sampled, share)).items():
        assert counts(step) == {"changed": len(sampled), "unsampled": len(KEYS) - len(sampled)}, name
