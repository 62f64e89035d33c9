"""A replay on the fake world: carried out, killed at any call, and run again."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import replace

import pytest

from dbt_ghost.core.errors import Denied, GhostError, Refused
from dbt_ghost.core.replay import ProdObject, Request
from dbt_ghost.operations.replay_sending import BATCH, HOPELESS, REACH
from tests.operations.conftest import CONFIG
from tests.operations.fake_ghosts import Killed
from tests.operations.replay_scene import (
    ALL,
    FUNCTION,
    GHOST,
    QUEUE,
    TO_BUCKET,
    TO_FUNCTION,
    TO_QUEUE,
    Scene,
    everything,
    scene_in_disorder,
    things,
)


def test_every_destination_gets_every_object_once_and_it_is_on_record() -> None:
    scene = scene_in_disorder(0)
    outcome = scene.replay()
    assert scene.deliveries.got == everything(scene)
    assert (outcome.sent, outcome.failed) == (75, ())
    assert scene.kept.finished and scene.kept.lock is None
    assert [each.cursor and each.cursor.key for each in scene.kept.progress] == ["k0024"] * 3
    assert [each.sent for each in scene.kept.progress] == [25] * 3


CALLS = 3 * 25 + 2
"""Objects, and the writes that begin and end it, at the least."""


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", [*range(0, CALLS, 3), CALLS - 1])
def test_killed_at_any_call_the_next_run_completes_without_a_gap(call: int, after: bool) -> None:
    scene = scene_in_disorder(call)
    scene.calls.die_at, scene.calls.after = call, after
    with pytest.raises(Killed):
        scene.replay()
    scene.reborn()
    scene.replay()
    assert set(scene.deliveries.got) == set(everything(scene))
    assert scene.kept.finished and scene.kept.lock is None


@pytest.mark.parametrize("call", range(0, CALLS, 7))
def test_what_is_on_record_as_done_was_sent(call: int) -> None:
    scene = scene_in_disorder(call)
    scene.calls.die_at = call
    with pytest.raises(Killed):
        scene.replay()
    if GHOST.id not in scene.replays.kept:
        assert not scene.deliveries.got
        return
    for each in scene.kept.progress:
        done = [thing.key for thing in scene.objects if each.cursor and thing.mark <= each.cursor]
        assert {(each.to, key) for key in done} <= set(scene.deliveries.got)


def test_the_same_request_again_sends_nothing_and_fresh_sends_all_again() -> None:
    scene = Scene(ALL, things(5))
    scene.replay()
    before = scene.replays.versions
    assert scene.replay().sent == 0
    assert scene.replays.versions == before, "and nothing is written"
    assert scene.replay(fresh=True).sent == 15
    assert set(scene.deliveries.got.values()) == {2}


def test_a_finished_request_goes_on_with_what_came_since() -> None:
    scene = Scene((TO_FUNCTION,), things(5))
    scene.replay()
    scene.objects.append(ProdObject("p-raw", "a-new", 5, "e", scene.clock.now()))
    assert scene.replay().sent == 1
    assert scene.deliveries.got == everything(scene)


def test_an_unfinished_request_keeps_the_window_of_its_first_start() -> None:
    scene = Scene((TO_FUNCTION,), things(30))
    scene.calls.die_at = 5
    with pytest.raises(Killed):
        scene.replay(since="2h")
    window = scene.kept.since, scene.kept.until
    scene.reborn()
    scene.clock.sleep(3 * 3600)
    scene.objects.append(ProdObject("p-raw", "later", 5, "e", scene.clock.now()))
    scene.replay(since="2h")
    assert (scene.kept.since, scene.kept.until) == window
    assert {key for _, key in scene.deliveries.got} == {thing.key for thing in things(30)}


def test_another_request_while_one_is_unfinished_is_refused_with_both_named() -> None:
    scene = Scene((TO_FUNCTION,), things(30))
    scene.calls.die_at = 5
    with pytest.raises(Killed):
        scene.replay(since="2h")
    scene.reborn()
    with pytest.raises(Refused, match=r"`replay --since 2h` of .* not finished, this is `replay --limit 3`") as caught:
        scene.replay(limit=3)
    assert "--fresh" in caught.value.hint
    assert scene.replay(limit=3, fresh=True).sent == 3


def test_another_request_after_a_finished_one_begins_at_the_beginning() -> None:
    scene = Scene((TO_FUNCTION,), things(5))
    scene.replay()
    assert scene.replay(limit=3).sent == 3
    assert str(scene.kept.request) == "replay --limit 3"


def test_killed_while_it_tries_failed_objects_again_it_forgets_nothing_that_is_done() -> None:
    scene = Scene((TO_FUNCTION,), things(9))
    scene.deliveries.ailing = {"k0002"}
    scene.replay()
    cursor = scene.kept.progress[0].cursor
    scene.reborn()
    scene.calls.die_at, scene.calls.after = 1, True
    with pytest.raises(Killed):
        scene.replay()
    assert scene.kept.progress[0].cursor == cursor
    scene.reborn()
    assert scene.replay().sent == 0
    assert scene.deliveries.got == everything(scene) + Counter({(FUNCTION, "k0002"): 2})


def test_ctrl_c_waits_for_nothing_and_gives_the_lease_back() -> None:
    scene, ended = Scene((TO_FUNCTION,), things(30)), threading.Event()
    scene.calls.arriving = lambda what: ended.wait(20) and None if what.endswith("k0007") else None

    def interrupt(ended: int, failed: int) -> None:
        if scene.deliveries.got.total() > 5:
            raise KeyboardInterrupt

    replayer = replace(scene.replayer, watch=interrupt)
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        replayer.replay(Request(), scene.through)
    assert time.monotonic() - begun < 10
    ended.set()
    assert scene.kept.lock is None and not scene.kept.finished
    scene.replay()
    assert set(scene.deliveries.got) == set(everything(scene))


def test_through_other_code_all_begins_anew_and_the_plan_says_so() -> None:
    scene = Scene((TO_FUNCTION,), things(5))
    scene.replay()
    scene.code = "c"
    assert any("begins anew" in note for note in scene.replayer.plan(Request(), scene.through).notes)
    assert scene.replay().sent == 5


def test_objects_that_fail_are_kept_and_tried_again_alone() -> None:
    scene = Scene((TO_FUNCTION, TO_QUEUE), things(12))
    scene.deliveries.ailing = {"k0003", "k0011"}
    outcome = scene.replay()
    assert outcome.sent == 20
    expected = [(to, key) for to in (FUNCTION, QUEUE) for key in ("k0003", "k0011")]
    assert sorted((each.to, failed.key) for each, failed in outcome.failed) == sorted(expected)
    assert {failed.why for _, failed in outcome.failed} == {"broken"}
    assert scene.kept.finished
    scene.deliveries.ailing = {"k0003"}
    again = scene.replay()
    assert (again.sent, [failed.key for _, failed in again.failed]) == (2, ["k0003"] * 2)
    assert sum(scene.deliveries.got.values()) == 24 + 4


def test_an_object_that_is_gone_meanwhile_is_counted_and_no_failure() -> None:
    scene = Scene((TO_BUCKET,), things(3))
    scene.deliveries.gone = {"k0001"}
    outcome = scene.replay()
    assert (outcome.sent, outcome.gone, outcome.failed) == (2, 1, ())
    assert scene.replay().gone == 0


def test_a_step_that_fails_on_everything_is_not_sent_everything() -> None:
    scene = Scene((TO_FUNCTION,), things(HOPELESS * 3))
    scene.deliveries.ailing = {thing.key for thing in scene.objects}
    with pytest.raises(GhostError, match=f"step clean: {HOPELESS}.* objects failed, the last one k.*: broken"):
        scene.replay()
    assert sum(scene.deliveries.got.values()) < HOPELESS * 2
    assert not scene.kept.finished and scene.kept.lock is None
    assert len(scene.kept.progress[0].failed) >= HOPELESS


def test_an_error_keeps_what_was_done_and_gives_the_lease_back() -> None:
    scene = Scene((TO_FUNCTION, TO_QUEUE), things(20))
    scene.calls.arriving = lambda what: setattr(
        scene.deliveries, "error", (lambda: Denied("no")) if len(scene.calls.made) > 10 else None
    )
    with pytest.raises(Denied):
        scene.replay()
    assert scene.kept.lock is None and not scene.kept.finished
    assert 0 < scene.kept.progress[0].sent <= 10
    scene.calls.arriving = lambda what: None
    scene.deliveries.error = None
    scene.replay()
    assert scene.deliveries.got == everything(scene), "nothing was sent twice: it was known how each ended"


def test_only_so_many_calls_are_under_way_and_no_more_than_the_steps_cap() -> None:
    def most(at_once: int, **cap: int) -> int:
        scene = scene_in_disorder(1)
        scene.arrivals = (TO_FUNCTION,)
        clean = {**CONFIG["ingestion"]["steps"]["clean"], **cap}  # type: ignore[index]  # CONFIG has other values too
        scene.settings = {"steps": {**CONFIG["ingestion"]["steps"], "clean": clean}}  # type: ignore[index]  # CONFIG has other values too
        scene.replay(at_once)
        return scene.deliveries.most_under_way

    assert most(5) == 5
    assert most(5, cap=2) == 2
    assert most(1, cap=2) == 1


def test_no_object_is_sent_far_ahead_of_one_that_takes_long() -> None:
    scene = Scene((TO_QUEUE,), things(REACH * 2))
    seen: list[int] = []

    def first_waits(what: str) -> None:
        if what.endswith("k0000"):
            while len(scene.deliveries.got) < REACH - BATCH and len(seen) < 200:
                seen.append(len(scene.deliveries.got))
                time.sleep(0.01)
            time.sleep(0.1)
            seen.append(len(scene.deliveries.got))

    scene.calls.arriving = first_waits
    scene.replay()
    assert REACH - BATCH <= seen[-1] <= REACH
    assert scene.deliveries.got == everything(scene)
