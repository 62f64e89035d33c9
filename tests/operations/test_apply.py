"""Carrying out plans: order, one read round, records, locks, and conflicts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbt_ghost.core.errors import Conflict, GhostError, Refused
from dbt_ghost.core.found import Found
from dbt_ghost.core.naming import TAP
from dbt_ghost.core.proof.findings import Finding, Proof
from dbt_ghost.core.record import LEASE
from dbt_ghost.core.resources import LogGroup, Role, kind_of, name_of
from dbt_ghost.core.topology import Account
from dbt_ghost.operations.apply import see
from dbt_ghost.operations.drop import plan_drop
from tests.operations.fakes import ACCOUNT, FakeCloud, Killed
from tests.operations.parts import GHOST, QUEUE, TAGS, TTL, applier, dropped, forked, ghost_parts, plan_of_drop, plan_to


@pytest.fixture
def cloud() -> FakeCloud:
    return FakeCloud()


def changing(cloud: FakeCloud) -> list[str]:
    return [call for call in cloud.calls.made if not call.startswith("record")]


def test_a_fork_locks_first_and_listens_last(cloud: FakeCloud) -> None:
    forked(cloud)
    assert cloud.calls.made[0] == "record building"
    assert changing(cloud)[0].startswith("put bucket")
    assert changing(cloud)[-1].startswith("put rule")


def test_a_drop_stops_listening_first(cloud: FakeCloud) -> None:
    forked(cloud)
    cloud.calls.made.clear()
    dropped(cloud)
    assert changing(cloud)[0].startswith("delete rule")
    assert changing(cloud)[-1].startswith("delete log group")


def test_the_record_of_a_fork_says_what_runs_and_what_was_made(cloud: FakeCloud) -> None:
    record = forked(cloud)
    assert (record.state, record.lock) == ("ready", None)
    assert record.steps["clean"].function == "p-clean"
    assert {(r.kind, r.name) for r in record.resources} == {(kind_of(r), name_of(r)) for r in ghost_parts()}
    assert {change.outcome for change in record.journal} == {"done"}


def test_the_record_is_written_once_a_wave_and_twice_around_them(cloud: FakeCloud) -> None:
    forked(cloud)
    verbs = [" ".join(call.split()[:2]) for call in cloud.calls.made]
    runs = [verb for number, verb in enumerate(verbs) if number == 0 or verb != verbs[number - 1]]
    assert verbs[:2] == ["record building", "record building"], "the lock, and the plan written ahead"
    assert verbs[-1] == "record ready" and verbs.count("record ready") == 1
    writes = [verb for verb in runs if verb == "record building"]
    assert len(writes) == len([verb for verb in runs if verb.startswith("put")])


def test_a_second_fork_reads_once_looks_once_writes_once(cloud: FakeCloud) -> None:
    first = forked(cloud)
    cloud.calls.made.clear()
    cloud.ghosts.looks = cloud.records.reads = 0
    seen = see(cloud.ghosts, cloud.records, GHOST)
    plan = replace(plan_to(cloud, ghost_parts()), existing=frozenset(seen.found.resources))
    cloud.ghosts.looks -= 1  # the test's own
    assert not applier(cloud).is_settled(plan, seen)
    second = applier(cloud).carry_out(plan, TTL, seen=seen)
    assert (cloud.records.reads, cloud.ghosts.looks, cloud.calls.made) == (1, 1, ["record ready"])
    assert second.expires_at > first.expires_at, "but it lives longer"


def test_a_step_is_live_since_the_fork_that_made_it_listen(cloud: FakeCloud) -> None:
    """A replay starts there: later is safe, earlier would leave a gap."""
    first = forked(cloud).steps["clean"].live_since
    assert forked(cloud).steps["clean"].live_since == first
    assert forked(cloud, b"clean v3").steps["clean"].live_since == first, "other code hears the same events"
    for lost in (("rule", GHOST.rule(TAP)), ("log group", GHOST.log_group("clean"))):
        del cloud.ghosts.made[lost]
        again = forked(cloud, b"clean v3").steps["clean"].live_since
        assert first and again and again > first, "nobody knows what it missed"
        first = again


def test_a_run_that_died_does_not_leave_a_step_live_since_before(cloud: FakeCloud) -> None:
    first = forked(cloud).steps["clean"].live_since
    del cloud.ghosts.made["rule", GHOST.rule(TAP)]
    cloud.calls.made.clear()
    cloud.calls.die_at, cloud.calls.after = 2, True
    with pytest.raises(Killed):
        forked(cloud)
    cloud.reborn()
    again = forked(cloud).steps["clean"].live_since
    assert first and again and again > first


def test_a_second_drop_has_nothing_to_do(cloud: FakeCloud) -> None:
    forked(cloud)
    record = dropped(cloud)
    assert (record.state, record.resources, record.lock) == ("dropped", (), None)
    assert cloud.ghosts.made == {}
    assert applier(cloud).is_settled(plan_of_drop(cloud))


def test_dropping_what_never_was_leaves_no_record(cloud: FakeCloud) -> None:
    assert applier(cloud).is_settled(plan_drop(GHOST, ACCOUNT, Found(())))
    assert cloud.records.kept == {}


def test_a_drop_of_what_somebody_removed_by_hand_is_recorded(cloud: FakeCloud) -> None:
    forked(cloud)
    cloud.ghosts.made.clear()
    assert not applier(cloud).is_settled(plan_of_drop(cloud))
    record = dropped(cloud)
    assert (record.state, record.resources, record.lock) == ("dropped", (), None)


def test_a_lock_that_is_alive_is_respected(cloud: FakeCloud) -> None:
    plan = plan_to(cloud, ghost_parts())
    cloud.calls.die_at, cloud.calls.after = 3, True
    with pytest.raises(Killed):
        applier(cloud).carry_out(plan, TTL)
    cloud.calls.die_at, cloud.calls.dead = None, False
    cloud.process.name = "another:7:c"
    before = list(cloud.calls.made)
    with pytest.raises(Conflict, match="is being worked on by laptop:1:a"):
        forked(cloud)
    assert cloud.calls.made == before
    cloud.clock.time += LEASE
    assert forked(cloud).state == "ready", "a lease runs out"


def test_a_lock_is_respected_by_what_has_nothing_to_change(cloud: FakeCloud) -> None:
    record = forked(cloud)
    locked = record.locked("another:7:c", cloud.clock.now())
    cloud.records.write(locked, cloud.records.kept[GHOST.id].version)
    with pytest.raises(Conflict, match="is being worked on by another:7:c"):
        forked(cloud)
    assert cloud.records.kept[GHOST.id].record == locked


def test_a_plan_that_no_longer_fits_is_not_carried_out(cloud: FakeCloud) -> None:
    forked(cloud)
    plan = plan_of_drop(cloud)
    cloud.ghosts.put(LogGroup(GHOST.log_group("late"), 7, TAGS))
    before, calls = cloud.records.kept[GHOST.id].record, changing(cloud)
    with pytest.raises(Conflict, match="changed since the plan was made"):
        applier(cloud).carry_out(plan, TTL)
    after = cloud.records.kept[GHOST.id].record
    assert after == before.model_copy(update={"updated_at": after.updated_at}), "the last run's evidence is still there"
    assert changing(cloud) == calls


@pytest.mark.parametrize("clean", [b"clean v2", b"clean v3"], ids=["nothing to change", "a change"])
def test_a_record_that_somebody_wrote_since_the_plan_was_made_is_not_written_over(
    cloud: FakeCloud, clean: bytes
) -> None:
    forked(cloud)
    seen, plan = see(cloud.ghosts, cloud.records, GHOST), plan_to(cloud, ghost_parts(clean))
    forked(cloud)
    theirs, calls = cloud.records.kept[GHOST.id], changing(cloud)
    with pytest.raises(Conflict, match="somebody else wrote the record"):
        applier(cloud).carry_out(plan, TTL, seen=seen)
    assert (cloud.records.kept[GHOST.id], changing(cloud)) == (theirs, calls)


def test_a_ghost_is_not_dropped_from_another_region(cloud: FakeCloud) -> None:
    """There nothing of it is found, and a tombstone would make the world forget it."""
    forked(cloud)
    elsewhere = Account(ACCOUNT.id, "us-east-1")
    with pytest.raises(Conflict, match="111111111111 eu-west-1, and you are in 111111111111 us-east-1"):
        applier(cloud).carry_out(plan_drop(GHOST, elsewhere, Found(())), TTL)
    assert cloud.records.kept[GHOST.id].record.state == "ready"


def test_a_drop_that_leaves_something_does_not_say_that_it_is_done(cloud: FakeCloud) -> None:
    forked(cloud)
    plan = plan_of_drop(cloud)
    cloud.ghosts.delete = lambda resource: None  # type: ignore[method-assign]  # says it is done, and does nothing
    with pytest.raises(GhostError, match="after the drop there is still"):
        applier(cloud).carry_out(plan, TTL)
    assert cloud.records.kept[GHOST.id].record.state == "dropping"


def test_a_drop_does_not_pass_over_what_lost_its_tags(cloud: FakeCloud) -> None:
    """It is still there, so nobody may say that nothing is left."""
    forked(cloud)
    role = cloud.ghosts.made["role", GHOST.role(TAP, ACCOUNT.region)]
    assert isinstance(role, Role)
    cloud.ghosts.made["role", role.name] = replace(role, tags=())
    for _ in range(2):
        with pytest.raises(Refused, match=f"named like it: role {role.name}"):
            dropped(cloud)
    assert cloud.records.kept[GHOST.id].record.state == "dropping"


def test_a_settled_drop_does_not_pass_over_what_has_only_the_ghosts_name(cloud: FakeCloud) -> None:
    cloud.ghosts.put(LogGroup(GHOST.log_group(TAP), 7))
    with pytest.raises(Refused, match=f"named like it: log group {GHOST.log_group(TAP)}"):
        applier(cloud).is_settled(plan_of_drop(cloud))


def test_a_ghost_that_comes_back_after_a_drop_is_a_new_one(cloud: FakeCloud) -> None:
    first = forked(cloud)
    dropped(cloud)
    again = forked(cloud)
    assert again.state == "ready" and again.created_at > first.created_at


def test_every_mapping_that_was_put_is_waited_for_and_none_that_is_gone(cloud: FakeCloud) -> None:
    forked_plan = plan_to(cloud, ghost_parts())
    applier(cloud).carry_out(forked_plan, TTL)
    applier(cloud).await_live(forked_plan)
    assert cloud.ghosts.awaited == [QUEUE]
    applier(cloud).await_live(plan_to(cloud, ghost_parts()))
    applier(cloud).await_live(plan_of_drop(cloud))
    assert cloud.ghosts.awaited == [QUEUE]


def test_a_plan_whose_proof_does_not_hold_changes_nothing_and_shows_the_request(cloud: FakeCloud) -> None:
    let = Finding("No role changes it", "clean", "together", "violated", "s3:PutObject on arn:aws:s3:::prod/x")
    plan = replace(plan_to(cloud, ghost_parts()), proof=Proof((let,), (), (), "1"))
    with pytest.raises(Refused, match=r"violated: No role changes it: clean: s3:PutObject on arn:aws:s3:::prod/x"):
        applier(cloud).carry_out(plan, TTL)
    assert cloud.calls.made == []


def test_the_record_of_a_fork_keeps_what_was_proved_of_which_documents(cloud: FakeCloud) -> None:
    held = Finding("No role changes it", "clean", "together", "proved")
    proof = Proof((held,), (("role clean", "abc"),), ("the internet",), "1")
    record = applier(cloud).carry_out(replace(plan_to(cloud, ghost_parts()), proof=proof), TTL)
    assert record.proof and record.proof.model_dump() == {
        "claims": ("No role changes it",),
        "documents": {"role clean": "abc"},
        "not_proved": ("the internet",),
        "reference": "1",
    }
