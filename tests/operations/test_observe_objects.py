"""What is said of a ghost's objects beside prod's, on a fake S3 that refuses what it does not model."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dbt_ghost.core.errors import Denied, GhostError, NotFound
from dbt_ghost.core.naming import TAP
from dbt_ghost.core.observe.objects_json import objects_json
from dbt_ghost.core.resources import Rule
from dbt_ghost.operations.observe_objects import Bounds, Observer, observe_objects
from dbt_ghost.operations.world import Found
from dbt_ghost.tap.shapes import in_sample
from tests.operations.fake_ghosts import ACCOUNT
from tests.operations.fakes import START
from tests.operations.observe_scene import (
    BUCKETS,
    GHOST,
    LISTED,
    MID,
    OUT,
    THERE,
    Scene,
    differing,
    step,
    with_buckets,
    with_tap,
)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_without_a_difference_all_is_equal_and_nothing_is_read(scene: Scene) -> None:
    for key in ("a.csv", "b.csv"):
        scene.went_through(key)
    assert (scene.counts("clean"), scene.counts("enrich")) == ({"equal_bytes": 2}, {"equal_bytes": 2})
    assert scene.objects.read_ == []
    assert scene.step("enrich").samples == ()


def test_empty_buckets_are_no_difference_and_nothing_is_called_equal(scene: Scene) -> None:
    assert scene.counts("clean") == scene.counts("enrich") == {}
    assert scene.step("clean").prod_latency is None and scene.step("clean").unknown == ""


def test_each_step_says_which_buckets_it_reads_and_fills_on_both_sides(scene: Scene) -> None:
    clean, enrich = scene.observe().steps
    assert (clean.inputs, clean.outputs) == ((("p-raw", "p-raw"),), (("p-mid", MID),))
    assert (enrich.inputs, enrich.outputs) == ((("p-mid", MID),), (("p-out", OUT),))


def test_each_bucket_is_listed_once_against_the_direction_of_data(scene: Scene) -> None:
    scene.observe(prefix="in/2026")
    assert scene.objects.listed == [(bucket, "in/") for bucket in LISTED]
    assert scene.heard == [f"s3://{bucket}/in/" for bucket in LISTED]


def test_what_is_on_one_side_alone_is_missing_or_extra(scene: Scene) -> None:
    scene.went_through("a.csv")
    scene.put("p-raw", "b.csv", minutes=30)
    scene.put("p-mid", "b.csv", minutes=29)
    scene.put(OUT, "c.csv")
    found = scene.observe()
    assert {each.step: [(e.sides.key, e.said) for e in each.samples] for each in found.steps} == {
        "clean": [("b.csv", "missing")],
        "enrich": [("c.csv", "extra")],
    }
    scene.put("p-out", "b.csv", minutes=28)
    assert scene.step("enrich").samples[0].why == "its input is not in the ghost either"


def test_what_came_before_the_ghost_listened_is_not_counted(scene: Scene) -> None:
    for bucket in ("p-raw", "p-mid", "p-out"):
        scene.put(bucket, "old.csv", minutes=61)
    assert scene.counts("clean") == scene.counts("enrich") == {}
    scene.put("p-mid", "old.csv", minutes=50)
    scene.put("p-out", "old.csv", minutes=49)
    assert scene.counts("clean") == scene.counts("enrich") == {}, "prod did old work again"


@pytest.mark.parametrize("bucket", BUCKETS)
def test_of_a_bucket_that_may_not_be_listed_nothing_is_known(scene: Scene, bucket: str) -> None:
    scene.went_through("a.csv")
    scene.objects.ailing[bucket] = Denied(f"listing s3://{bucket}/: AccessDenied")
    unknown = {each.step for each in scene.observe().steps if each.unknown}
    of = {"p-raw": {"clean"}, "p-mid": {"clean", "enrich"}, MID: {"clean", "enrich"}, "p-out": {"enrich"}}
    assert unknown == of.get(bucket, {"enrich"})
    (told,) = [each for each in objects_json(scene.observe())["steps"] if each["step"] == sorted(unknown)[-1]]
    assert told["counts"] is None and told["unknown"].startswith("denied: listing")


def test_a_bucket_that_is_gone_is_not_an_empty_one(scene: Scene) -> None:
    scene.went_through("a.csv")
    del scene.objects.buckets[OUT]
    assert "NoSuchBucket" in scene.step("enrich").unknown
    assert scene.counts("clean") == {"equal_bytes": 1}


def test_of_a_bucket_that_is_too_large_nothing_is_said_but_how_to_ask_for_less(scene: Scene) -> None:
    scene.bounds = Bounds(listed=2)
    for number in range(3):
        scene.went_through(f"{number}/a.csv")
    assert scene.step("enrich").unknown == "s3://p-mid/ has more than 2 objects: compare a part, by a prefix"
    assert scene.counts(prefix="1/") == {"equal_bytes": 1}


def test_a_prefix_narrows_the_keys_and_still_finds_their_inputs(scene: Scene) -> None:
    for key in ("in/2026-01.json", "in/2026-02.json", "other/2026-01.json"):
        scene.put("p-raw", key.replace("json", "csv.gz"), minutes=30)
        scene.put("p-mid", key, minutes=29)
    found = scene.step("clean", prefix="in/2026-01.j")
    assert [(each.sides.key, each.sides.is_told) for each in found.samples] == [("in/2026-01.json", True)]


def test_what_prod_writes_while_it_is_listed_is_pending(scene: Scene) -> None:
    """Its output is listed with the old version, its input with the new one."""
    differing(scene, "a.csv")
    scene.objects.meanwhile = lambda bucket: (
        scene.put("p-raw", "a.csv", "new", minutes=0) if bucket == "p-out" else None
    )
    assert scene.counts("clean") == scene.counts("enrich") == {"pending": 1}


def test_what_is_young_may_still_arrive(scene: Scene) -> None:
    scene.put("p-raw", "a.csv", minutes=4)
    scene.put("p-mid", "a.csv", minutes=3)
    assert scene.counts("clean") == {"pending": 1}
    assert scene.counts("clean", grace=timedelta(minutes=1)) == {"missing": 1}


def test_a_paused_ghost_misses_nothing_yet(scene: Scene) -> None:
    scene.put("p-raw", "a.csv", minutes=31)
    scene.put("p-mid", "a.csv", minutes=30)
    rule = Rule(GHOST.rule("clean"), "{}", ACCOUNT.function_arn(GHOST.function("clean")), enabled=False)
    scene.there = (*scene.there, rule)
    assert scene.counts("clean", paused=True) == {"pending": 1}
    assert scene.counts("clean") == {"missing": 1}, "switched off by somebody, and not by the settings"


def test_of_a_sampled_ghost_only_the_sample_is_missing(scene: Scene) -> None:
    with_tap(scene, 0.5)
    keys = [f"{number}.csv" for number in range(20)]
    for key in keys:
        scene.put("p-raw", key, minutes=31)
        scene.put("p-mid", key, minutes=30)
        scene.put("p-out", key, minutes=29)
    expected = sum(in_sample(key, 0.5) for key in keys)
    assert scene.counts("clean") == {"missing": expected, "unsampled": 20 - expected}
    assert scene.counts("enrich") == {"missing": expected, "unsampled": 20 - expected}


def test_seeds_are_neither_equal_nor_missing(scene: Scene) -> None:
    with_buckets(scene, seeds=("s3://p-out/old/",))
    for bucket in ("p-out", OUT):
        scene.put(bucket, "old/a.csv", minutes=70)
    assert scene.counts() == {}
    scene.put("p-mid", "old/a.csv", minutes=30)
    scene.put("p-out", "old/a.csv", "again", minutes=29)
    assert scene.counts() == {"missing": 1}, "the seed is not what the ghost made of the new input"


def test_steps_are_chosen_by_name_and_still_know_of_the_steps_before(scene: Scene) -> None:
    scene.put("p-raw", "a.csv", minutes=4)
    scene.put("p-mid", "a.csv", minutes=3)
    scene.put("p-out", "a.csv", minutes=2)
    found = scene.observe(steps=("enrich",))
    assert [(each.step, each.counts["pending"]) for each in found.steps] == [("enrich", 1)]
    with pytest.raises(NotFound, match="no step other") as caught:
        scene.observe(steps=("other",))
    assert caught.value.hint == "its steps are clean, enrich" and scene.heard.count("s3://p-out/") == 1


@pytest.mark.parametrize("state", ["dropped", "dropping"])
def test_a_ghost_that_is_not_on_record_is_said_to_be_so(scene: Scene, state: str) -> None:
    scene.more = {"state": state}
    with pytest.raises(NotFound, match="not on record"):
        scene.observe()
    with pytest.raises(NotFound, match="not on record"):
        observe_objects(Observer(scene.objects, scene.rows, scene.queues, scene.clock), None, Found(THERE))
    assert scene.objects.listed == []


def test_failures_are_those_that_wait_or_unknown_with_the_reason(scene: Scene) -> None:
    scene.queues.waits |= {GHOST.failures("clean"): 3, GHOST.failures("enrich"): Denied("counting queue x")}
    found = scene.observe()
    assert [(each.failed, each.failed_why) for each in found.steps] == [(3, ""), (None, "denied: counting queue x")]
    assert (found.tap_failed, found.tap_failed_why) == (0, ""), "it has no tap"
    with_tap(scene, 1)
    scene.queues.waits[GHOST.failures(TAP)] = GhostError("no answer")
    assert (scene.observe().tap_failed, scene.observe().tap_failed_why) == (None, "no answer")


def test_latencies_are_told_side_by_side(scene: Scene) -> None:
    scene.went_through("a.csv")
    scene.put(OUT, "a.csv", minutes=29.8)
    found = scene.step("enrich")
    assert found.prod_latency and found.ghost_latency
    assert (found.prod_latency.median, found.ghost_latency.median) == (3, 9)


def test_a_step_that_writes_nowhere_is_unknown(scene: Scene) -> None:
    scene.more = {"steps": {"clean": step(("p-raw",), {})}}
    assert scene.step("clean").unknown == "it writes to no bucket that is known of it"


def test_a_bucket_that_two_steps_fill_is_counted_once(scene: Scene) -> None:
    filling = {"one": step(("p-raw",), {"p-out": OUT}), "two": step(("p-mid",), {"p-out": OUT})}
    scene.more = {"steps": filling}
    scene.queues.waits |= {GHOST.failures(name): 0 for name in filling}
    scene.went_through("a.csv")
    assert "two fills the same bucket" in scene.step("one").unknown
    assert scene.counts("two") == {"equal_bytes": 1}


def test_an_observation_is_of_one_moment_before_anything_was_listed(scene: Scene) -> None:
    scene.objects.meanwhile = lambda bucket: scene.clock.sleep(600)
    scene.put(OUT, "a.csv", minutes=2)
    found = scene.observe()
    assert found.at == START + timedelta(seconds=1)
    assert found.steps[1].counts["pending"] == 1, "as young as it was then"
