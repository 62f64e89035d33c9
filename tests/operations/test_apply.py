"""Carrying out plans: order, records, locks, and what a killed run leaves behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.errors import Conflict, GhostError, Refused
from dbt_ghost.core.naming import TAP, GhostName
from dbt_ghost.core.record import LEASE
from dbt_ghost.core.resources import LogGroup, Role
from dbt_ghost.core.topology import Account
from dbt_ghost.operations.drop import plan_drop
from tests.operations.fakes import ACCOUNT, FakeWorld, Killed
from tests.operations.verbs import TTL, applier, drop, fork, planned_fork


def test_a_fork_locks_first_and_listens_last(world: FakeWorld, config: GhostConfig, ghost: GhostName) -> None:
    fork(world, config, ghost)
    assert world.calls.made[0] == "record building"
    changing = [call.split()[1] for call in world.calls.made if not call.startswith("record")]
    assert changing[0] == "bucket"
    assert changing[-1] == "rule"


def test_a_drop_stops_listening_first(world: FakeWorld, config: GhostConfig, ghost: GhostName) -> None:
    fork(world, config, ghost)
    world.calls.made.clear()
    drop(world, ghost)
    changing = [call for call in world.calls.made if not call.startswith("record")]
    assert changing[0].startswith("delete rule")
    assert changing[-1].startswith("delete log group")


def test_the_record_of_a_fork_says_what_runs_and_what_was_made(
    world: FakeWorld, config: GhostConfig, ghost: GhostName
) -> None:
    record = fork(world, config, ghost)
    assert record.state == "ready"
    assert record.lock is None
    assert {name: step.changed for name, step in record.steps.items()} == {"clean": True, "enrich": False}
    assert {(r.kind, r.name) for r in record.resources} == set(world.ghosts.made)
    assert {change.outcome for change in record.journal} == {"done"}


def test_a_second_fork_changes_nothing(world: FakeWorld, config: GhostConfig, ghost: GhostName) -> None:
    first = fork(world, config, ghost)
    world.calls.made.clear()
    second = fork(world, config, ghost)
    assert all(call.startswith("record") for call in world.calls.made)
    assert second.expires_at > first.expires_at, "but it lives longer"


def test_a_second_drop_has_nothing_to_do(world: FakeWorld, config: GhostConfig, ghost: GhostName) -> None:
    fork(world, config, ghost)
    assert drop(world, ghost).state == "dropped"
    assert world.ghosts.made == {}
    assert applier(world).is_settled(plan_drop(ghost, ACCOUNT, world.ghosts.find(ghost)))


def test_dropping_what_never_was_leaves_no_record(world: FakeWorld, ghost: GhostName) -> None:
    assert applier(world).is_settled(plan_drop(ghost, ACCOUNT, ()))
    assert world.records.kept == {}


def test_a_lock_that_is_alive_is_respected(world: FakeWorld, config: GhostConfig, ghost: GhostName) -> None:
    plan, code = planned_fork(world, config, ghost)
    world.calls.die_at, world.calls.after = 3, True
    with pytest.raises(Killed):
        applier(world, code).carry_out(plan, TTL)
    world.calls.die_at, world.calls.dead = None, False
    world.process.name = "another:7:c"
    before = list(world.calls.made)
    with pytest.raises(Conflict, match="is being worked on by laptop:1:a"):
        fork(world, config, ghost)
    assert world.calls.made == before
    world.clock.time += LEASE
    assert fork(world, config, ghost).state == "ready", "a lease runs out"


def test_a_plan_that_no_longer_fits_is_not_carried_out(world: FakeWorld, config: GhostConfig, ghost: GhostName) -> None:
    fork(world, config, ghost)
    plan = plan_drop(ghost, ACCOUNT, world.ghosts.find(ghost))
    late = LogGroup(
        ghost.log_group("late"), 7, next(r.tags for r in world.ghosts.made.values() if isinstance(r, LogGroup))
    )
    world.ghosts.put(late)
    before = world.records.kept[ghost.id].record
    with pytest.raises(Conflict, match="changed since the plan was made"):
        applier(world).carry_out(plan, TTL)
    after = world.records.kept[ghost.id].record
    assert after == before.model_copy(update={"updated_at": after.updated_at}), "the last run's evidence is still there"


def test_a_lease_is_renewed_while_changes_take_their_time(
    world: FakeWorld, config: GhostConfig, ghost: GhostName
) -> None:
    """Each change takes four minutes, a wave of them longer than a lease: nobody may think that we died."""
    plan, code = planned_fork(world, config, ghost)

    def slowly(change: object) -> None:
        world.clock.sleep(240)
        record = world.records.kept[ghost.id].record
        assert record.lock is not None and record.lock.expires_at > world.clock.time

    replace(applier(world, code), watch=slowly).carry_out(plan, TTL)


def test_a_ghost_is_not_dropped_from_another_region(world: FakeWorld, config: GhostConfig, ghost: GhostName) -> None:
    """There nothing of it is found, and a tombstone would make the world forget it."""
    fork(world, config, ghost)
    elsewhere = Account(ACCOUNT.id, "us-east-1")
    with pytest.raises(Conflict, match="111111111111 eu-west-1, and you are in 111111111111 us-east-1"):
        applier(world).carry_out(plan_drop(ghost, elsewhere, ()), TTL)
    assert world.records.kept[ghost.id].record.state == "ready"


def test_a_drop_that_leaves_something_does_not_say_that_it_is_done(
    world: FakeWorld, config: GhostConfig, ghost: GhostName
) -> None:
    fork(world, config, ghost)
    plan = plan_drop(ghost, ACCOUNT, world.ghosts.find(ghost))
    world.ghosts.delete = lambda resource: None  # type: ignore[method-assign]
    with pytest.raises(GhostError, match="after the drop there is still"):
        applier(world).carry_out(plan, TTL)
    assert world.records.kept[ghost.id].record.state == "dropping"


def test_a_drop_does_not_pass_over_what_lost_its_tags(world: FakeWorld, config: GhostConfig, ghost: GhostName) -> None:
    """It is still there, so nobody may say that nothing is left."""
    fork(world, config, ghost)
    role = world.ghosts.made["role", ghost.role(TAP, ACCOUNT.region)]
    assert isinstance(role, Role)
    world.ghosts.made["role", role.name] = replace(role, tags=())
    for _ in range(2):
        with pytest.raises(Refused, match=f"named like it: role {role.name}"):
            drop(world, ghost)
    assert world.records.kept[ghost.id].record.state == "dropping"


def test_a_branch_whose_change_is_taken_back_has_no_ghost_any_more(
    world: FakeWorld, config: GhostConfig, ghost: GhostName
) -> None:
    fork(world, config, ghost)
    world.packages.folders["clean"] = b"clean v1"
    assert fork(world, config, ghost).state == "dropped"
    assert world.ghosts.made == {}


def test_a_ghost_that_comes_back_after_a_drop_is_a_new_one(
    world: FakeWorld, config: GhostConfig, ghost: GhostName
) -> None:
    first = fork(world, config, ghost)
    drop(world, ghost)
    again = fork(world, config, ghost)
    assert again.state == "ready" and again.created_at > first.created_at


def test_an_error_leaves_the_record_unlocked_and_telling(
    world: FakeWorld, config: GhostConfig, ghost: GhostName
) -> None:
    plan, _ = planned_fork(world, config, ghost)
    with pytest.raises(AssertionError):
        applier(world, None).carry_out(plan, TTL)
    record = world.records.kept[ghost.id].record
    assert record.state == "building"
    assert record.lock is None
    assert [change.kind for change in record.journal if change.outcome == "failed"] == ["function"]
    assert fork(world, config, ghost).state == "ready"


def _calls_of_a_fork() -> int:
    from tests.operations.conftest import CONFIG

    world = FakeWorld()
    fork(world, GhostConfig.model_validate(CONFIG), GhostName("shop", "fix/late"))
    return len(world.calls.made)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", range(_calls_of_a_fork()))
def test_a_fork_killed_at_any_call_converges_or_drops(
    config: GhostConfig, ghost: GhostName, call: int, after: bool
) -> None:
    undisturbed = FakeWorld()
    fork(undisturbed, config, ghost)
    for recover in ("fork", "drop"):
        world = FakeWorld()
        world.calls.die_at, world.calls.after = call, after
        with pytest.raises(Killed):
            fork(world, config, ghost)
        world.reborn()
        if recover == "fork":
            record = fork(world, config, ghost)
            assert world.ghosts.made == undisturbed.ghosts.made
            assert record.state == "ready"
            assert set(record.resources) == set(undisturbed.records.kept[ghost.id].record.resources)
        else:
            drop(world, ghost)
            assert world.ghosts.made == {}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", range(_calls_of_a_fork()))
def test_a_drop_killed_at_any_call_goes_on(config: GhostConfig, ghost: GhostName, call: int, after: bool) -> None:
    world = FakeWorld()
    fork(world, config, ghost)
    world.calls.made.clear()
    world.calls.die_at, world.calls.after = call, after
    try:
        drop(world, ghost)
    except Killed:
        world.reborn()
        drop(world, ghost)
    assert world.ghosts.made == {}
    assert world.records.kept[ghost.id].record.state == "dropped"
