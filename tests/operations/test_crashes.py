"""A process that dies at any call, before or after it takes effect, in the middle of a wave too."""

from __future__ import annotations

import time
from zlib import crc32

import pytest

from tests.operations.fakes import FakeCloud, Killed
from tests.operations.parts import GHOST, dropped, forked, ghost_parts


def cloud_in_disorder(seed: int) -> FakeCloud:
    """The changes of a wave overtake each other, every seed differently."""
    cloud = FakeCloud()
    cloud.calls.arriving = lambda what: time.sleep(crc32(f"{seed} {what}".encode()) % 4 / 1000)
    return cloud


def calls_of(*verbs: str) -> int:
    cloud = FakeCloud()
    forked(cloud)
    if "drop" in verbs:
        cloud.calls.made.clear()
        dropped(cloud)
    return len(cloud.calls.made)


def test_every_change_is_a_call_that_is_died_at() -> None:
    assert calls_of("fork") > len(ghost_parts()) + 10
    assert calls_of("drop") > len(ghost_parts()) + 10


def test_overtaking_is_real() -> None:
    orders = set()
    for seed in range(8):
        cloud = cloud_in_disorder(seed)
        forked(cloud)
        orders.add(tuple(cloud.calls.made))
    assert len(orders) > 1


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", range(calls_of("fork")))
def test_a_fork_killed_at_any_call_converges_or_drops(call: int, after: bool) -> None:
    undisturbed = FakeCloud()
    whole = forked(undisturbed)
    for recover in ("fork", "drop"):
        cloud = cloud_in_disorder(call)
        cloud.calls.die_at, cloud.calls.after = call, after
        with pytest.raises(Killed):
            forked(cloud)
        cloud.reborn()
        if recover == "fork":
            record = forked(cloud)
            assert cloud.ghosts.made == undisturbed.ghosts.made
            assert (record.state, record.lock) == ("ready", None)
            assert set(record.resources) == set(whole.resources)
        else:
            assert dropped(cloud).state == "dropped"
            assert cloud.ghosts.made == {}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", range(calls_of("drop")))
def test_a_drop_killed_at_any_call_goes_on(call: int, after: bool) -> None:
    cloud = cloud_in_disorder(call)
    forked(cloud)
    cloud.calls.made.clear()
    cloud.calls.die_at, cloud.calls.after = call, after
    with pytest.raises(Killed):
        dropped(cloud)
    cloud.reborn()
    dropped(cloud)
    assert cloud.ghosts.made == {}
    assert cloud.records.kept[GHOST.id].record.state == "dropped"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", range(calls_of("fork")))
def test_what_a_killed_fork_made_is_on_record(call: int, after: bool) -> None:
    """Written ahead: nothing exists that the record does not name, and `done` is never said of what is not there."""
    cloud = cloud_in_disorder(call)
    cloud.calls.die_at, cloud.calls.after = call, after
    with pytest.raises(Killed):
        forked(cloud)
    if GHOST.id not in cloud.records.kept:
        assert cloud.ghosts.made == {}
        return
    record = cloud.records.kept[GHOST.id].record
    assert set(cloud.ghosts.made) <= {(entry.kind, entry.name) for entry in record.resources}
    done = {(entry.kind, entry.name) for entry in record.journal if entry.outcome == "done"}
    assert done <= set(cloud.ghosts.made)
