"""Fork and drop as the command line does them, on the fake world."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.plan import Plan
from dbt_ghost.core.record import Record
from dbt_ghost.operations.apply import Applier
from dbt_ghost.operations.code import CodeOfSteps, code_of_steps
from dbt_ghost.operations.discover import discover
from dbt_ghost.operations.drop import plan_drop
from dbt_ghost.operations.fork import plan_fork
from tests.operations.fakes import ACCOUNT, FakeWorld

TTL = timedelta(days=3)


def planned_fork(
    world: FakeWorld, config: GhostConfig, ghost: GhostName, steps: Collection[str] = ()
) -> tuple[Plan, CodeOfSteps]:
    topology = discover(world.prod, config)
    code = code_of_steps(world.prod, world.packages, world.images, config, topology)
    return plan_fork(config, ghost, topology, code, world.ghosts.look(ghost).resources, steps=steps), code


def applier(world: FakeWorld, code: CodeOfSteps | None = None) -> Applier:
    def no_package(sha256: str) -> bytes:
        raise AssertionError(sha256)

    package = code.package if code else no_package
    return Applier(world.ghosts, world.records, world.clock, world.process, package)


def fork(world: FakeWorld, config: GhostConfig, ghost: GhostName) -> Record:
    plan, code = planned_fork(world, config, ghost)
    return applier(world, code).carry_out(plan, TTL)


def drop(world: FakeWorld, ghost: GhostName) -> Record:
    return applier(world).carry_out(plan_drop(ghost, ACCOUNT, world.ghosts.look(ghost)), TTL)
