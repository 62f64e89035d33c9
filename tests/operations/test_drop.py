"""What a drop leaves alone, and tells before it begins; and what goes with it besides resources."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbt_ghost.core.errors import Conflict, Denied, GhostError, Refused
from dbt_ghost.core.found import Found, StrayMapping
from dbt_ghost.core.naming import TAP, GhostName
from dbt_ghost.core.resources import LogGroup, Role
from dbt_ghost.operations.apply import refuse_untagged, see
from dbt_ghost.operations.drop import forget_replay, plan_drop
from tests.operations.fakes import ACCOUNT, FakeCloud, Killed
from tests.operations.parts import GHOST, TTL, applier, dropped, forked, ghost_parts, plan_of_drop, plan_to
from tests.operations.replay_scene import TO_FUNCTION, FakeReplays, Scene, things

STRAY = StrayMapping("14e0", ACCOUNT.queue_arn("p-files"), ACCOUNT.function_arn(GHOST.function("clean")), enabled=True)


@pytest.fixture
def cloud() -> FakeCloud:
    """With a whole ghost."""
    cloud = FakeCloud()
    forked(cloud)
    cloud.calls.made.clear()
    return cloud


def untag(cloud: FakeCloud) -> str:
    """Somebody does, a role of the ghost's; returns its name."""
    role = cloud.ghosts.made["role", GHOST.role(TAP, ACCOUNT.region)]
    assert isinstance(role, Role)
    cloud.ghosts.made["role", role.name] = replace(role, tags=())
    return role.name


def test_nothing_is_dropped_while_a_stray_takes_prods_messages(cloud: FakeCloud) -> None:
    """Without its function it would be left behind on prod's queue."""
    cloud.ghosts.strays.append(STRAY)
    there, record = dict(cloud.ghosts.made), cloud.records.kept[GHOST.id]
    for attempt in (lambda: dropped(cloud), lambda: applier(cloud).is_settled(plan_of_drop(cloud))):
        with pytest.raises(Refused, match="takes the messages of queue p-files") as refused:
            attempt()
        assert refused.value.hint == f"remove it first, then run the command again:\n{STRAY.removal}"
    assert (cloud.ghosts.made, cloud.records.kept[GHOST.id], cloud.calls.made) == (there, record, [])
    cloud.ghosts.strays.clear()
    assert dropped(cloud).state == "dropped"


def test_a_stray_that_comes_after_the_plan_stops_the_drop_before_its_first_change(cloud: FakeCloud) -> None:
    seen = see(cloud.ghosts, cloud.records, GHOST)
    cloud.ghosts.strays.append(STRAY)
    with pytest.raises(Refused, match="no fork made this"):
        applier(cloud).carry_out(plan_of_drop(cloud), TTL, seen=seen)
    assert not [call for call in cloud.calls.made if not call.startswith("record")]
    record = cloud.records.kept[GHOST.id].record
    assert (record.state, record.lock) == ("ready", None)


@pytest.mark.parametrize("clean", [b"clean v2", b"clean v3"], ids=["nothing to change", "a change"])
def test_nothing_is_forked_while_a_stray_takes_prods_messages(cloud: FakeCloud, clean: bytes) -> None:
    cloud.ghosts.strays.append(STRAY)
    with pytest.raises(Refused, match="no fork made this"):
        refuse_untagged(GHOST, cloud.ghosts.look(GHOST))
    with pytest.raises(Refused, match="no fork made this"):
        applier(cloud).carry_out(plan_to(cloud, ghost_parts(clean)), TTL)
    assert cloud.calls.made == []


def test_every_stray_is_named_with_its_command() -> None:
    other = replace(STRAY, uuid="25f1", enabled=False)
    with pytest.raises(Refused) as refused:
        refuse_untagged(GHOST, Found((), strays=(STRAY, other)))
    assert refused.value.message == f"no fork made this: {STRAY.told}; {other.told}"
    assert refused.value.hint.splitlines()[1:] == [STRAY.removal, other.removal]


def test_the_plan_names_what_is_not_surely_the_ghosts_before_anything_is_removed(cloud: FakeCloud) -> None:
    name = untag(cloud)
    cloud.ghosts.strays.append(STRAY)
    assert plan_of_drop(cloud).notes == (
        f"{STRAY.told}; nothing is dropped before it is removed",
        f"role {name} has the ghost's name and not its tags: it stays, and the drop then fails and names it",
    )


def test_the_plan_of_a_drop_of_what_is_surely_the_ghosts_has_no_notes(cloud: FakeCloud) -> None:
    assert plan_of_drop(cloud).notes == ()


def test_a_drop_removes_what_is_surely_the_ghosts_and_then_names_the_rest(cloud: FakeCloud) -> None:
    name = untag(cloud)
    with pytest.raises(Refused, match=f"named like it: role {name}"):
        dropped(cloud)
    assert [*cloud.ghosts.made] == [("role", name)]


def test_the_hint_has_the_tags_as_aws_takes_them() -> None:
    """The look tells them: `#` cannot be in a tag of AWS's."""
    tags = (("dbt-ghost:branch", "fix/=2312"), ("dbt-ghost:project", "shop"))
    with pytest.raises(Refused) as refused:
        refuse_untagged(GhostName("shop", "fix/#12"), Found((), ("role x",), tags=tags))
    assert "tag it dbt-ghost:branch=fix/=2312, dbt-ghost:project=shop if it is the ghost's" in refused.value.hint


@pytest.fixture
def replays() -> FakeReplays:
    """With a replay into the ghost, done."""
    scene = Scene((TO_FUNCTION,), things(1))
    scene.replay()
    assert scene.replays.read(GHOST)
    return scene.replays


def told_by(replays: FakeReplays, ghost: GhostName = GHOST) -> list[str]:
    told: list[str] = []
    forget_replay(replays, ghost, told.append)
    return told


def test_a_dropped_ghosts_replay_is_forgotten_once_its_record_says_that_it_is_gone(
    cloud: FakeCloud, replays: FakeReplays
) -> None:
    def forget(ghost: GhostName) -> None:
        record = cloud.records.kept[ghost.id].record
        assert (cloud.ghosts.made, record.state, record.lock) == ({}, "dropped", None)
        assert told_by(replays, ghost) == []

    replace(applier(cloud), gone=forget).carry_out(plan_of_drop(cloud), TTL)
    assert replays.read(GHOST) is None


def test_a_ghost_of_which_nothing_is_left_but_its_record_is_forgotten_too(
    cloud: FakeCloud, replays: FakeReplays
) -> None:
    cloud.ghosts.made.clear()
    forgetful = replace(applier(cloud), gone=lambda ghost: forget_replay(replays, ghost, print))
    forgetful.carry_out(plan_of_drop(cloud), TTL)
    assert replays.read(GHOST) is None


def test_a_replay_stays_while_its_ghost_does(cloud: FakeCloud) -> None:
    gone: list[GhostName] = []
    listening = replace(applier(cloud), gone=gone.append)
    listening.carry_out(plan_to(cloud, ghost_parts()), TTL)
    listening.carry_out(plan_to(cloud, ghost_parts(b"clean v3")), TTL)
    name = untag(cloud)
    with pytest.raises(Refused, match=name):
        listening.carry_out(plan_of_drop(cloud), TTL)
    cloud.ghosts.made.clear()
    cloud.ghosts.put(LogGroup(GHOST.log_group(TAP), 7, (("dbt-ghost:branch", GHOST.branch),)))
    plan = plan_of_drop(cloud)
    cloud.calls.die_at = len(cloud.calls.made) + 2
    with pytest.raises(Killed):
        listening.carry_out(plan, TTL)
    assert gone == []


@pytest.mark.parametrize("error", [Denied("no: AccessDenied"), Conflict("taken"), GhostError("throttled")])
def test_a_replay_that_cannot_be_removed_is_told_and_the_drop_is_done(
    cloud: FakeCloud, replays: FakeReplays, error: GhostError
) -> None:
    told: list[str] = []
    replays.undeletable = error
    forgetful = replace(applier(cloud), gone=lambda ghost: forget_replay(replays, ghost, told.append))
    assert forgetful.carry_out(plan_of_drop(cloud), TTL).state == "dropped"
    assert told == [f"the ghost is dropped, and its replay is left: {error.message}; run drop again to remove that too"]
    replays.undeletable = None
    assert told_by(replays) == [] and replays.read(GHOST) is None


def test_another_ghosts_replay_stays_and_one_that_is_not_there_is_no_error(replays: FakeReplays) -> None:
    assert told_by(replays, GhostName("shop", "other")) == []
    assert replays.read(GHOST)


def test_what_a_drop_plans_is_all_that_was_found() -> None:
    plan = plan_drop(GHOST, ACCOUNT, Found(ghost_parts()))
    assert {change.resource for change in plan.changes} == plan.existing == frozenset(ghost_parts())
