"""What is said of pairs whose bytes may differ: they are read, within bounds."""

from __future__ import annotations

import threading
import time

import pytest

from dbt_ghost.core.errors import Denied
from dbt_ghost.core.observe.objects import Content, RowsCompared, Seen
from dbt_ghost.operations.observe_objects import Bounds
from tests.operations.observe_scene import (
    DIFFERENT,
    LISTED,
    OUT,
    FakeObjects,
    Scene,
    differing,
    with_buckets,
)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_rows_decide_where_bytes_differ(scene: Scene) -> None:
    differing(scene, "a.csv", RowsCompared(2, 2, note="the columns are in another order"))
    (sample,) = scene.step("enrich").samples
    assert (sample.said, sample.why) == ("equal_rows", "the columns are in another order")
    differing(scene, "a.csv")
    (sample,) = scene.step("enrich").samples
    assert (sample.said, sample.rows) == ("changed", DIFFERENT)
    assert sample.sides.prod and sample.sides.ghost
    assert (sample.sides.prod.version[:2], sample.sides.ghost.version[:2]) == ("v-", "v-")


def test_other_bytes_of_a_file_without_rows_are_a_change(scene: Scene) -> None:
    differing(scene, "a.bin")
    (sample,) = scene.step("enrich").samples
    assert sample.said == "changed" and "no file of rows" in sample.why


def test_equal_bytes_in_other_parts_are_found_equal_by_reading(scene: Scene) -> None:
    scene.went_through("a.csv")
    scene.put("p-out", "a.csv", etag="abc-2", minutes=29)
    found = scene.step("enrich")
    assert (found.counts["equal_bytes"], found.read, found.differing) == (1, 1, 1)


def test_the_etags_of_a_bucket_with_a_key_of_kms_settle_nothing(scene: Scene) -> None:
    scene.went_through("a.csv")
    with_buckets(scene, kms_key="arn:aws:kms:eu-west-1:111111111111:key/x")
    found = scene.step("enrich")
    assert (found.counts["equal_bytes"], found.read) == (1, 1)


def test_a_file_that_the_branch_broke_is_a_change_and_one_that_nobody_can_read_is_not(scene: Scene) -> None:
    differing(scene, "a.csv", RowsCompared(unreadable="ghost's is not UTF-8", broken=("ghost",)))
    (sample,) = scene.step("enrich").samples
    assert (sample.said, sample.why) == ("changed", "ghost's is not UTF-8")
    for broken in (RowsCompared(unreadable="no", broken=("prod", "ghost")), RowsCompared(unreadable="no DuckDB")):
        differing(scene, "a.csv", broken)
        (sample,) = scene.step("enrich").samples
        assert (sample.said, sample.why) == ("unreadable", broken.unreadable)


def test_what_may_not_be_read_is_never_equal(scene: Scene) -> None:
    differing(scene, "a.csv")
    scene.objects.ailing["p-out/a.csv"] = Denied("reading s3://p-out/a.csv: AccessDenied")
    (sample,) = scene.step("enrich").samples
    assert (sample.said, sample.why) == ("unreadable", "denied: reading s3://p-out/a.csv: AccessDenied")


def test_large_files_are_not_read(scene: Scene) -> None:
    scene.bounds = Bounds(size=5)
    differing(scene, "a.csv")
    found = scene.step("enrich")
    assert (found.read, found.differing, scene.objects.read_) == (0, 1, [])
    assert found.samples[0].said == "unreadable" and found.samples[0].why.startswith("larger than")
    scene.bounds = Bounds(size=6)
    assert scene.counts() == {"changed": 1}


def test_more_pairs_than_are_read_are_counted_as_not_compared(scene: Scene) -> None:
    scene.bounds = Bounds(objects=2)
    for number in range(9):
        differing(scene, f"{number}.csv")
    assert scene.counts() == {"changed": 2, "not_compared": 7}
    found = scene.step("enrich")
    assert (found.read, found.differing) == (2, 9)
    chosen = {each.sides.key for each in found.samples if each.said == "changed"}
    assert not chosen & {"0.csv", "8.csv"}, "they are not the first, nor the newest"


def test_samples_are_the_first_of_each_class(scene: Scene) -> None:
    scene.bounds = Bounds(samples=1)
    for key in ("b.csv", "a.csv"):
        differing(scene, key)
        scene.put(OUT, f"extra-{key}")
    assert [each.sides.key for each in scene.step("enrich").samples] == ["a.csv", "extra-a.csv"]
    assert scene.counts() == {"changed": 2, "extra": 2}


def test_what_prod_writes_between_the_listing_and_the_reading_is_pending(scene: Scene) -> None:
    differing(scene, "a.csv")
    differing(scene, "b.csv")

    def meanwhile(bucket: str) -> None:
        if bucket == LISTED[-1]:
            scene.put("p-out", "a.csv", "theirs again", minutes=0)
            scene.objects.buckets["p-out"].pop("b.csv", None)

    scene.objects.meanwhile = meanwhile
    samples = scene.step("enrich").samples
    assert [each.said for each in samples] == ["pending", "pending"]
    assert all("it changed meanwhile" in each.why for each in samples)


def test_several_pairs_are_read_at_a_time_and_no_more(scene: Scene) -> None:
    class Counted(FakeObjects):
        under_way, most, gate = 0, 0, threading.Barrier(2, timeout=5)

        def read(self, each: Seen) -> Content:
            with self._moment:
                self.under_way += 1
                self.most = max(self.most, self.under_way)
            if each.bucket == "p-out":
                self.gate.wait()
            time.sleep(0.02)  # a third one would come meanwhile
            found = super().read(each)
            with self._moment:
                self.under_way -= 1
            return found

    scene.objects, scene.bounds = Counted(), Bounds(at_once=2)
    for number in range(4):
        differing(scene, f"{number}.csv")
    assert scene.counts() == {"changed": 4}
    assert scene.objects.most == 2
