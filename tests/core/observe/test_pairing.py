"""Which of prod's objects is compared with which of the ghost's, and which input both are taken to be made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dbt_ghost.core.observe.objects import Finding, Latency, Seen, Sides, Times, Verdict
from dbt_ghost.core.observe.pairing import Inputs, in_order, latencies, latency, own_work, paired, stem
from dbt_ghost.core.observe.steps import ObservedStep
from dbt_ghost.tap.shapes import in_sample

SINCE = datetime(2026, 1, 5, 12, 0, 0, 500_000, tzinfo=UTC)
STEP = ObservedStep("clean", (("p-raw", "p-raw"),), (("p-out", "g-out"),), SINCE)
KEYS = [f"in/{number}.csv" for number in range(100)]


def seen(key: str, bucket: str = "p-out", after: float = 60) -> Seen:
    """`after` are seconds after `SINCE`."""
    return Seen(bucket, key, 3, "abc", SINCE + timedelta(seconds=after))


def keys(*names: str, bucket: str = "p-out") -> dict[str, Seen]:
    return {name: seen(name, bucket) for name in names}


def raw(*names: str, bucket: str = "p-raw") -> Inputs:
    """A prod bucket that the ghost's step hears, too."""
    return Inputs(bucket, keys(*names, bucket=bucket), keys(*names, bucket=bucket))


def told(key: str, *inputs: Inputs) -> Seen | None:
    (found,) = paired(STEP, "p-out", keys(key), {}, inputs)
    return found.prod_input


@pytest.mark.parametrize(
    ("key", "without"),
    [
        ("in/a.csv.gz", "in/a"),
        ("in/a.CSV.gz", "in/a"),
        ("in/a.2026.csv", "in/a.2026"),
        ("in/.csv", "in/.csv"),
        (".csv", ".csv"),
        ("in/a", "in/a"),
        ("", ""),
    ],
)
def test_the_stem_is_a_key_without_what_says_its_format(key: str, without: str) -> None:
    assert stem(key) == without


def test_every_key_of_either_side_is_there_once_in_order() -> None:
    prod, ghost = keys("b", "a"), keys("b", "c", bucket="g-out")
    found = paired(STEP, "p-out", prod, ghost, [])
    assert [(each.key, each.prod, each.ghost) for each in found] == [
        ("a", prod["a"], None),
        ("b", prod["b"], ghost["b"]),
        ("c", None, ghost["c"]),
    ]


def test_an_input_is_told_by_the_same_key_or_by_the_same_key_in_another_format() -> None:
    assert told("in/a.csv", raw("in/a.csv", "in/b.csv")) == seen("in/a.csv", "p-raw")
    assert told("in/a.parquet", raw("in/a.csv.gz", "in/b.csv.gz")) == seen("in/a.csv.gz", "p-raw")
    assert told("in/a.csv", raw("in/a.csv", "in/a.csv.gz")) == seen("in/a.csv", "p-raw"), "the same key says more"


def test_an_output_that_stands_for_several_inputs_or_for_none_has_no_input() -> None:
    assert told("in/a.parquet", raw("in/a.csv", "in/a.json")) is None
    assert told("in/a.csv", raw("in/a.csv"), raw("in/a.csv", bucket="p-late")) is None
    assert told("daily/2026-01-05.csv", raw("in/a.csv")) is None


def test_the_two_sides_inputs_are_those_that_each_side_reads() -> None:
    staged = Inputs("p-raw", keys("in/a.csv", bucket="p-raw"), keys("in/a.csv", bucket="g-raw"))
    (found,) = paired(STEP, "p-out", keys("in/a.csv"), {}, [staged])
    assert (found.prod_input, found.ghost_input) == (seen("in/a.csv", "p-raw"), seen("in/a.csv", "g-raw"))
    (found,) = paired(STEP, "p-out", keys("in/a.csv"), {}, [Inputs("p-raw", staged.prod, {})])
    assert found.ghost_input is None and found.is_told


def test_a_bucket_that_the_step_also_reads_tells_nothing_of_what_was_made_of_which() -> None:
    itself, other = raw("in/a.csv", "out/a.csv", bucket="p-out"), raw("in/b.csv")
    found = {
        each.key: each for each in paired(STEP, "p-out", keys("in/a.csv", "out/a.csv", "in/b.csv"), {}, [itself, other])
    }
    assert not found["in/a.csv"].is_told and found["in/a.csv"].may_be_input and found["out/a.csv"].may_be_input
    assert found["in/b.csv"].is_told and not found["in/b.csv"].may_be_input
    assert not any(each.may_be_input for each in paired(STEP, "p-out", keys("in/a.csv"), {}, [other]))


def test_what_was_said_of_an_earlier_steps_output_goes_with_it() -> None:
    mid = keys("in/a.csv", bucket="p-mid")
    before = {"in/a.csv": Verdict("missing")}
    (found,) = paired(STEP, "p-out", keys("in/a.csv"), {}, [Inputs("p-mid", mid, {}, before)])
    assert found.before == Verdict("missing")
    (found,) = paired(STEP, "p-out", keys("in/a.csv"), {}, [Inputs("p-mid", mid, {}, {})])
    assert found.before is None, "nothing was said of it"


def test_of_a_sampled_ghost_only_the_keys_of_the_sample_are_expected() -> None:
    half = ObservedStep("clean", STEP.inputs, STEP.outputs, SINCE, sample=0.5)
    heard = {each.key: each.heard for each in paired(half, "p-out", keys(*KEYS), {}, [raw(*KEYS)])}
    assert heard == {key: in_sample(key, 0.5) for key in KEYS} and {*heard.values()} == {True, False}


def test_it_is_the_inputs_key_that_is_sampled() -> None:
    half = ObservedStep("clean", STEP.inputs, STEP.outputs, SINCE, sample=0.5)
    outputs = [key.replace(".csv", ".json") for key in KEYS]
    found = paired(half, "p-out", keys(*outputs), {}, [raw(*KEYS)])
    assert [each.heard for each in found] == [in_sample(each.key.replace(".json", ".csv"), 0.5) for each in found]


def test_of_a_later_step_of_a_sampled_ghost_what_reached_its_input_is_expected() -> None:
    half = ObservedStep("enrich", STEP.inputs, STEP.outputs, SINCE, sample=0.5)
    mid = Inputs("p-mid", keys("a", "b", bucket="p-mid"), keys("a", bucket="g-mid"), {})
    assert [each.heard for each in paired(half, "p-out", keys("a", "b"), {}, [mid])] == [True, None]


@pytest.mark.parametrize(("sample", "heard"), [(1.0, True), (0.5, None), (None, None)])
def test_what_was_heard_is_unknown_where_the_input_or_the_sample_is(sample: float | None, heard: bool | None) -> None:
    step = ObservedStep("clean", STEP.inputs, STEP.outputs, SINCE, sample=sample)
    (found,) = paired(step, "p-out", keys("daily"), {}, [raw("in/a.csv")])
    assert found.heard is heard
    if sample != 0.5:
        (found,) = paired(step, "p-out", keys("in/a.csv"), {}, [raw("in/a.csv")])
        assert found.heard is heard


def test_what_a_fork_has_copied_is_not_the_ghosts_work() -> None:
    copied, made = seen("old/a.csv", "g-out", -60), seen("old/b.csv", "g-out", 60)
    other, alone = seen("in/a.csv", "g-out", -60), seen("one.csv", "g-out", -60)
    beside = seen("one.csv.gz", "g-out", -60)
    found = own_work([copied, made, other, alone, beside], ["s3://p-out/old/", "s3://p-out/one.csv"], SINCE)
    assert found == {each.key: each for each in (made, other, beside)}
    assert own_work([copied], ["s3://p-out"], SINCE) == {}, "the whole bucket"
    assert own_work([copied], [], SINCE) == {copied.key: copied}


def test_what_the_listing_dates_into_the_second_of_the_fork_is_a_copy() -> None:
    same_second = seen("old/a.csv", "g-out", -0.5)
    assert own_work([same_second], ["s3://p-out/old/"], SINCE) == {}


def test_pairs_are_read_in_an_order_that_is_always_the_same_and_not_the_keys() -> None:
    pairs = [Finding("p-out", "g-out", Sides(key, None, None), "changed") for key in KEYS]
    order = [each.sides.key for each in in_order(pairs)]
    assert order == [each.sides.key for each in in_order(pairs[::-1])]
    assert sorted(order) == sorted(KEYS) != order


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        ([], None),
        ([7], Latency(1, 7, 7)),
        ([3, 1], Latency(2, 2, 3)),
        ([*range(1, 101)], Latency(100, 50.5, 95)),
        ([*range(1, 21)], Latency(20, 10.5, 19)),
    ],
)
def test_latency_is_the_median_and_the_95th_of_a_hundred(seconds: list[float], told: Latency | None) -> None:
    assert latency(seconds) == told


def test_latencies_are_of_the_same_objects_on_both_sides() -> None:
    def side(prod: float, ghost: float, came: float = 0, staged: float = 0) -> Sides:
        made, reached = seen("k", "p-raw", came), seen("k", "g-raw", came + staged)
        return Sides("k", seen("k", after=came + prod), seen("k", "g-out", came + ghost), made, reached)

    times = Times(SINCE + timedelta(hours=1), SINCE)
    pairs = [side(2, 5), side(4, 9, staged=2), side(3, 3, came=-10), side(-1, 4), Sides("k", seen("k"), None)]
    assert latencies(pairs, times) == (Latency(2, 3, 4), Latency(2, 6, 7))
    assert latencies([], times) == (None, None)
