"""What a replay will send and what it refuses, before anything is sent; and who may."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dbt_ghost.core.errors import Conflict, Refused
from dbt_ghost.core.naming import TAP, GhostName
from dbt_ghost.core.plan import Create
from dbt_ghost.core.record import LEASE, Lock, Record
from dbt_ghost.core.replay import Request
from dbt_ghost.core.resources import Queue, Subscription
from dbt_ghost.operations.replay import ReplayPlan, refuse_unready
from dbt_ghost.operations.replay_sending import SAVE_AFTER
from tests.operations.fake_ghosts import ACCOUNT, Killed
from tests.operations.fakes import START
from tests.operations.replay_scene import (
    ALL,
    FUNCTION,
    GHOST,
    QUEUE,
    STAGED,
    THERE,
    TO_BUCKET,
    TO_FUNCTION,
    TO_QUEUE,
    TOPIC,
    Scene,
    arrival,
    record,
    things,
)

BY_TOPIC = arrival(shape="sns", by="subscription", topic_arn=TOPIC)
SUBSCRIBED = Subscription(TOPIC, ACCOUNT.function_arn(FUNCTION))


def planned(scene: Scene, **asked: Any) -> ReplayPlan:
    return scene.replayer.plan(Request(**asked), scene.through)


def test_a_plan_counts_objects_and_bytes_and_sends_nothing() -> None:
    scene = Scene(ALL, things(4))
    plan = planned(scene)
    assert (plan.count, plan.todo, plan.size) == (12, 12, 60)
    assert scene.calls.made == []
    assert scene.listed == ["s3://p-raw/"], "one listing serves all that is in it"


def test_the_default_window_is_since_the_ghost_was_made_less_the_lookback() -> None:
    scene = Scene((TO_FUNCTION,), [], settings={"lookback": "3h"})
    plan = planned(scene)
    assert plan.replay.since == START - timedelta(hours=3)
    assert START < plan.replay.until <= scene.clock.now()


def test_an_object_modified_at_a_bound_is_in() -> None:
    scene = Scene((TO_FUNCTION,), [])
    scene.objects = [replace(each, modified=START + timedelta(minutes=n)) for n, each in enumerate(things(5))]
    plan = planned(scene, since="2026-01-05T12:01", until="2026-01-05T12:03")
    assert [each.key for each in plan.lanes[0].todo] == ["k0001", "k0002", "k0003"]


def test_one_step_alone_can_be_replayed() -> None:
    plan = planned(Scene(ALL, things(4)), step="enrich")
    assert [lane.arrival for lane in plan.lanes] == [TO_QUEUE]
    with pytest.raises(Refused, match="no objects of prod's come in to step other"):
        planned(Scene(ALL, things(4)), step="other")


@pytest.mark.parametrize("state", ["building", "dropping", "dropped"])
def test_a_ghost_that_is_not_ready_takes_nothing(state: str) -> None:
    unready: Record = record().model_copy(update={"state": state})
    with pytest.raises(Refused, match=f"is {state}") as caught:
        refuse_unready(GHOST, unready)
    assert caught.value.hint == "run fork first"
    scene = Scene(ALL, things(4))
    with pytest.raises(Refused, match=f"is {state}"):
        scene.replayer.plan(Request(), replace(scene.through, record=unready))


def test_a_ghost_without_a_record_takes_nothing() -> None:
    with pytest.raises(Refused, match="not on record"):
        refuse_unready(GHOST, None)


@pytest.mark.parametrize("name", ["p-clean", GhostName("shop", "other").function("clean")])
def test_what_is_not_this_ghosts_is_refused_before_anything_is_listed(name: str) -> None:
    scene = Scene((arrival(to=name),), things(4), there=(Queue(name),))
    with pytest.raises(Refused, match=f"{name} is not of the ghost"):
        planned(scene)
    assert scene.listed == [] and scene.calls.made == []


def test_a_destination_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refused, match=f"the ghost's queue {QUEUE} does not exist"):
        planned(Scene(ALL, things(4), there=THERE[:2]))


def test_what_cannot_be_replayed_is_named_and_the_rest_is_planned() -> None:
    odd, scheduled = arrival(step="enrich", by="rule", replayable=False), arrival(bucket="", replayable=False)
    plan = planned(Scene((TO_FUNCTION, odd, scheduled), things(4)))
    assert plan.todo == 4
    assert plan.skipped == (
        (odd, "only EventBridge can tell its events"),
        (scheduled, "its events are not a bucket's"),
    )
    with pytest.raises(Refused, match="nothing can be replayed: step enrich: only EventBridge"):
        planned(Scene((odd,), things(4)))


def test_a_notification_is_of_the_topic_that_the_ghost_is_subscribed_to() -> None:
    scene = Scene((BY_TOPIC,), things(1), there=(*THERE, SUBSCRIBED))
    scene.replay()
    (told,) = scene.deliveries.told
    assert told["Records"][0]["Sns"]["TopicArn"] == TOPIC


def test_a_subscription_with_a_filter_policy_is_not_guessed() -> None:
    filtering = replace(SUBSCRIBED, filter_policy='{"x":["y"]}')
    plan = planned(Scene((TO_QUEUE, BY_TOPIC), things(1), there=(*THERE, filtering)))
    assert plan.skipped == ((BY_TOPIC, "prod's subscription has a filter policy, which only SNS can apply"),)
    by_tap = replace(BY_TOPIC, by="tap")
    tap = replace(filtering, endpoint_arn=ACCOUNT.function_arn(GHOST.function(TAP)))
    assert [each for each, _ in planned(Scene((TO_QUEUE, by_tap), [], there=(*THERE, tap))).skipped] == [by_tap]


def test_a_missing_subscription_is_refused_or_where_it_is_paused_named() -> None:
    other = replace(SUBSCRIBED, topic_arn=ACCOUNT.topic_arn("p-other"))
    with pytest.raises(Refused, match="not subscribed to prod's topic"):
        planned(Scene((TO_QUEUE, BY_TOPIC), things(1), there=(*THERE, other)))
    plan = planned(Scene((TO_QUEUE, BY_TOPIC), things(1), settings={"paused": True}))
    assert [each for each, _ in plan.skipped] == [BY_TOPIC]
    assert any("paused" in note for note in plan.notes)


def test_the_configured_sample_applies_and_is_said() -> None:
    scene = Scene((TO_FUNCTION,), things(200), settings={"sample": 0.3})
    plan = planned(scene)
    assert 20 < plan.todo < 100
    assert "`sample: 0.3` applies here too" in plan.notes
    assert planned(scene, sample=0.9).todo == plan.todo > planned(scene, sample=0.1).todo > 0


def test_the_plan_says_what_a_listing_does_not_tell_and_that_a_fork_is_due() -> None:
    scene = Scene((replace(TO_FUNCTION, events=("s3:ObjectCreated:Put",)),), things(1))
    fork = replace(scene.through.fork, changes=(Create(Queue(QUEUE)),))
    notes = " ".join(scene.replayer.plan(Request(), replace(scene.through, fork=fork)).notes)
    assert "step clean hears of s3:ObjectCreated:Put only" in notes
    assert "a fork would now make 1 change to the ghost" in notes


def test_no_object_is_nothing_to_do_and_nothing_is_written() -> None:
    scene = Scene(ALL, [])
    assert scene.replay().sent == 0
    assert scene.calls.made == []


def test_progress_is_written_now_and_then() -> None:
    scene = Scene((TO_BUCKET,), things(SAVE_AFTER * 3))
    scene.clock.now = lambda: START  # type: ignore[method-assign]  # time stands still
    scene.replay()
    assert scene.calls.made.count("write") == 2 + 3


def killed(scene: Scene) -> None:
    scene.calls.die_at = 5
    with pytest.raises(Killed):
        scene.replay()
    scene.calls.die_at, scene.calls.dead = None, False


def test_a_replay_of_another_process_is_left_alone_until_its_lease_is_over() -> None:
    scene = Scene((TO_FUNCTION,), things(30))
    killed(scene)
    scene.process = replace(scene.process, name="elsewhere:9:c")
    for fresh in (False, True):
        with pytest.raises(Conflict, match="laptop:1:a is replaying into the ghost of 'fix/late'"):
            scene.replay(fresh=fresh)
    scene.clock.sleep(LEASE.total_seconds())
    scene.replay()
    assert scene.kept.finished


def test_of_two_that_planned_at_once_one_sends_nothing() -> None:
    scene = Scene((TO_FUNCTION,), things(3))
    one, other = planned(scene), planned(scene)
    scene.replayer.carry_out(one)
    with pytest.raises(Conflict):
        scene.replayer.carry_out(other)
    assert sum(scene.deliveries.got.values()) == 3


def test_a_lease_is_renewed_while_nothing_ends() -> None:
    scene, now = Scene((TO_FUNCTION,), things(1)), [START]
    scene.clock.now = lambda: now[0]  # type: ignore[method-assign]
    seen: list[Lock | None] = []

    def takes_long(what: str) -> None:
        if what.endswith("k0000"):
            now[0] += LEASE * 0.6
            time.sleep(0.2)
            seen.append(scene.kept.lock)

    scene.calls.arriving = takes_long
    scene.replay()
    assert seen[0] and seen[0].expires_at == START + LEASE * 1.6


def test_when_the_lease_is_lost_nothing_more_is_sent() -> None:
    scene = Scene((TO_FUNCTION,), things(40))

    def taken(what: str) -> None:
        if len(scene.calls.made) == 10:
            stored = scene.replays.kept[GHOST.id]
            lock = Lock(owner="elsewhere:9:c", expires_at=scene.clock.now() + LEASE)
            theirs = stored.replay.model_copy(update={"lock": lock})
            scene.replays.kept[GHOST.id] = replace(stored, replay=theirs, version="theirs")

    scene.calls.arriving = taken
    with pytest.raises(Conflict):
        scene.replay(at_once=1)
    assert sum(scene.deliveries.got.values()) < 20
    assert scene.kept.lock and scene.kept.lock.owner == "elsewhere:9:c", "and theirs stands"


def test_staged_objects_go_to_the_bucket_that_stands_in() -> None:
    scene = Scene((TO_BUCKET,), things(2))
    scene.replay()
    assert set(scene.deliveries.got) == {(STAGED, "k0000"), (STAGED, "k0001")}
