"""What a fork does when all is made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

import pytest

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.proof.findings import Proof
from dbt_ghost.operations.apply import Applier, see
from dbt_ghost.operations.code import CodeOfSteps
from dbt_ghost.operations.journal import UNKNOWN, Origin
from ghost_cli.forking import make
from ghost_cli.wiring import PlannedFork, Project
from tests.operations.fakes import FakeCloud
from tests.operations.parts import GHOST, QUEUE, TTL, applier, ghost_parts, plan_to


@dataclass(frozen=True)
class Settings:
    ttl: timedelta = TTL


@dataclass(frozen=True)
class CloudProject:
    """Of a project, what a fork asks for."""

    cloud: FakeCloud
    config: Settings = Settings()
    origin: Origin = UNKNOWN

    def applier(self, *_: Any) -> Applier:
        return applier(self.cloud)


@pytest.mark.parametrize(("wait", "awaited"), [(True, [QUEUE]), (False, [])])
def test_it_waits_until_its_queues_are_read_unless_asked_not_to(wait: bool, awaited: list[str]) -> None:
    cloud = FakeCloud()
    plan, seen = plan_to(cloud, ghost_parts()), see(cloud.ghosts, cloud.records, GHOST)
    plan = replace(plan, proof=Proof((), (), (), ""))
    planned = PlannedFork(plan, CodeOfSteps({}, "", {}), seen, cast(Any, None))
    made = make(cast(Project, CloudProject(cloud)), planned, wait=wait)
    assert made.record and made.record.state == "ready"
    assert cloud.ghosts.awaited == awaited


def test_a_plan_without_a_proof_is_not_carried_out() -> None:
    cloud = FakeCloud()
    plan, seen = plan_to(cloud, ghost_parts()), see(cloud.ghosts, cloud.records, GHOST)
    planned = PlannedFork(plan, CodeOfSteps({}, "", {}), seen, cast(Any, None))
    with pytest.raises(Refused, match="no proof"):
        make(cast(Project, CloudProject(cloud)), planned, wait=False)
    assert not cloud.ghosts.look(GHOST).resources
