"""Changes that do not need each other are made at once; one that fails, dies or is slow does not hurt the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from dbt_ghost.core.errors import Conflict, Denied, GhostError
from dbt_ghost.core.plan import Change
from dbt_ghost.core.record import Record
from dbt_ghost.core.resources import LogGroup, Resource, name_of
from dbt_ghost.operations.waves import AT_ONCE
from tests.operations.fake_ghosts import Killed
from tests.operations.fakes import FakeCloud
from tests.operations.parts import GHOST, STEPS, TAGS, TTL, applier, forked, plan_to

PATIENCE = 10  # seconds after which a thread that should have come is missed


@pytest.fixture
def cloud() -> FakeCloud:
    return FakeCloud()


def groups(number: int) -> tuple[Resource, ...]:
    """So many log groups: a wave of any size."""
    return tuple(LogGroup(GHOST.log_group(f"s{n:02}"), 7, TAGS) for n in range(number))


def record_of(cloud: FakeCloud) -> Record:
    return cloud.records.kept[GHOST.id].record


def outcomes(cloud: FakeCloud, kind: str) -> list[str]:
    return [change.outcome for change in record_of(cloud).journal if change.kind == kind]


def failing(cloud: FakeCloud, errors: dict[str, Callable[[], BaseException]]) -> None:
    """Putting what is named so raises."""
    put = cloud.ghosts.put

    def raising(resource: Resource, code: bytes | None = None) -> None:
        if name_of(resource) in errors:
            raise errors[name_of(resource)]()
        put(resource, code)

    cloud.ghosts.put = raising  # type: ignore[method-assign]  # a fake that fails


def test_the_changes_of_a_wave_are_made_at_once(cloud: FakeCloud) -> None:
    together = threading.Barrier(len(STEPS), timeout=PATIENCE)

    def arriving(what: str) -> None:
        if what.startswith("put function"):
            together.wait()

    cloud.calls.arriving = arriving
    assert forked(cloud).state == "ready"


def test_no_more_are_made_at_once_than_the_limit(cloud: FakeCloud) -> None:
    counting, running, most = threading.Lock(), 0, 0
    together = threading.Barrier(AT_ONCE, timeout=PATIENCE)

    def arriving(what: str) -> None:
        nonlocal running, most
        if not what.startswith("put"):
            return
        with counting:
            running += 1
            most = max(most, running)
        together.wait()
        with counting:
            running -= 1

    cloud.calls.arriving = arriving
    applier(cloud).carry_out(plan_to(cloud, groups(2 * AT_ONCE)), TTL)
    assert most == AT_ONCE


def test_a_wave_waits_for_the_one_before_it(cloud: FakeCloud) -> None:
    """The fake would refuse a function whose role is not there yet."""
    cloud.calls.arriving = lambda what: time.sleep(0.2) if what.startswith("put role") else None
    assert forked(cloud).state == "ready"


def test_the_watcher_sees_each_change_before_it_is_made_and_one_at_a_time(cloud: FakeCloud) -> None:
    threads, seen = set(), []

    def watch(change: Change) -> None:
        threads.add(threading.get_ident())
        seen.append(name_of(change.resource))
        assert not any(call.startswith("put") and call.endswith(seen[-1]) for call in cloud.calls.made)

    plan = plan_to(cloud, groups(25))
    replace(applier(cloud), watch=watch).carry_out(plan, TTL)
    assert threads == {threading.get_ident()}
    assert seen == [name_of(change.resource) for change in plan.changes]


def test_after_an_error_the_others_end_and_none_is_begun(cloud: FakeCloud) -> None:
    plan = plan_to(cloud, groups(25))
    failed = name_of(plan.changes[4].resource)

    def refused() -> BaseException:  # the others are under way
        cloud_has_nine.wait(PATIENCE)
        return Denied(f"making {failed}: no", "ask")

    cloud_has_nine = threading.Event()
    cloud.calls.arriving = lambda what: _set_after(cloud, cloud_has_nine, 8) if what.startswith("put") else None
    failing(cloud, {failed: refused})
    with pytest.raises(Denied, match="no") as error:
        applier(cloud).carry_out(plan, TTL)
    known = outcomes(cloud, "log group")
    assert (known[4], known.count("failed"), error.value.hint) == ("failed", 1, "ask")
    assert known.count("done") == len(cloud.ghosts.made) >= AT_ONCE - 1
    assert record_of(cloud).lock is None


def _set_after(cloud: FakeCloud, event: threading.Event, calls: int) -> None:
    if len([call for call in cloud.calls.made if call.startswith("put")]) >= calls:
        event.set()


def test_the_first_error_is_raised_and_says_the_others(cloud: FakeCloud) -> None:
    names = [name_of(resource) for resource in groups(3)]
    first_is_told = threading.Event()

    def second() -> BaseException:
        assert first_is_told.wait(PATIENCE)
        time.sleep(0.1)
        return GhostError(f"{names[2]} broke", "and that hint is not shown")

    def first() -> BaseException:
        first_is_told.set()
        return Denied(f"{names[1]} denied", "ask")

    failing(cloud, {names[1]: first, names[2]: second})
    with pytest.raises(Denied) as error:
        applier(cloud).carry_out(plan_to(cloud, groups(3)), TTL)
    assert (error.value.message, error.value.hint) == (f"{names[1]} denied\nand {names[2]} broke", "ask")
    assert outcomes(cloud, "log group") == ["done", "failed", "failed"]


def test_waves_after_an_error_are_not_begun_and_the_next_run_goes_on(cloud: FakeCloud) -> None:
    put = cloud.ghosts.put
    failing(cloud, {GHOST.function("clean"): lambda: Denied("no")})
    with pytest.raises(Denied):
        forked(cloud)
    assert sorted(outcomes(cloud, "function")) == ["done", "done", "failed"]
    assert set(outcomes(cloud, "rule")) == {"planned"}
    assert (record_of(cloud).state, record_of(cloud).lock) == ("building", None)
    cloud.ghosts.put = put  # type: ignore[method-assign]  # allowed now
    assert forked(cloud).state == "ready"


def test_a_mistake_of_ours_keeps_its_type(cloud: FakeCloud) -> None:
    failing(cloud, {GHOST.function("clean"): lambda: KeyError("sha"), GHOST.function("enrich"): lambda: KeyError("b")})
    with pytest.raises(KeyError):
        forked(cloud)


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_inside_a_wave_does_not_hang_and_leaves_maybe(cloud: FakeCloud, step: str) -> None:
    """Killed counts more than an error that came before it."""
    others = {GHOST.function(other): lambda: GhostError("broke") for other in STEPS if other != step}
    failing(cloud, {**others, GHOST.function(step): lambda: Killed("now")})
    with pytest.raises(Killed):
        forked(cloud)
    assert sorted(outcomes(cloud, "function")) == ["failed", "failed", "planned"]


def test_ctrl_c_lets_what_runs_end_and_gives_the_lock_back(cloud: FakeCloud) -> None:
    seen: list[Change] = []

    def watch(change: Change) -> None:
        seen.append(change)
        if len(seen) == 4:
            raise KeyboardInterrupt

    cloud.calls.arriving = lambda what: time.sleep(0.1) if what.startswith("put") else None
    with pytest.raises(KeyboardInterrupt):
        replace(applier(cloud), watch=watch).carry_out(plan_to(cloud, groups(6)), TTL)
    assert outcomes(cloud, "log group") == ["done", "done", "done", "planned", "planned", "planned"]
    assert len(cloud.ghosts.made) == 3
    assert record_of(cloud).lock is None


def test_a_lease_is_renewed_between_the_changes_of_a_long_wave(cloud: FakeCloud) -> None:
    alive: list[bool] = []

    def arriving(what: str) -> None:
        if what.startswith("put"):
            cloud.clock.sleep(30)
            lock = record_of(cloud).lock
            alive.append(lock is not None and lock.expires_at > cloud.clock.time)

    cloud.calls.arriving = arriving
    slow = replace(applier(cloud), look_s=PATIENCE)
    slow.carry_out(plan_to(cloud, groups(40)), TTL)
    assert alive == [True] * 40


def test_a_lease_is_renewed_while_one_change_takes_long(cloud: FakeCloud) -> None:
    """A new function may take minutes: nobody may think that we died."""
    alive: list[bool] = []

    def arriving(what: str) -> None:
        if what.endswith(GHOST.function("clean")) and what.startswith("put function"):
            for _ in range(10):
                cloud.clock.sleep(240)
                time.sleep(0.1)
                lock = record_of(cloud).lock
                alive.append(lock is not None and lock.expires_at > cloud.clock.time)

    cloud.calls.arriving = arriving
    forked(cloud)
    assert alive == [True] * 10


def test_who_lost_the_lock_begins_nothing_more(cloud: FakeCloud) -> None:
    plan = plan_to(cloud, groups(30))

    def watch(change: Change) -> None:
        if change == plan.changes[AT_ONCE]:
            cloud.clock.sleep(3600)  # the network was away, and the lease ran out
            theirs = cloud.records.kept[GHOST.id]
            cloud.records.write(theirs.record.locked("another:7:c", cloud.clock.now()), theirs.version)

    with pytest.raises(Conflict, match="somebody else wrote the record"):
        replace(applier(cloud), watch=watch).carry_out(plan, TTL)
    assert AT_ONCE <= len(cloud.ghosts.made) < 2 * AT_ONCE + 1
    lock = record_of(cloud).lock
    assert lock and lock.owner == "another:7:c", "it is theirs now"
