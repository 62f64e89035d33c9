"""What is said of a key of an output bucket, by what is on each side and when. Every case is written by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dbt_ghost.core.observe.objects import (
    COMPARE,
    LEFT_OUT,
    Class,
    RowsCompared,
    SchemaChange,
    Seen,
    Sides,
    StepObservation,
    Times,
    Verdict,
    judged,
    same_bytes,
    settled,
)

SINCE = datetime(2026, 1, 5, 12, 0, 0, 500_000, tzinfo=UTC)
NOW = SINCE + timedelta(hours=1)
TIMES = Times(NOW, SINCE)


def seen(minutes: float, bucket: str = "p-out", etag: str = "abc", size: int = 3) -> Seen:
    """So many minutes before now."""
    return Seen(bucket, "in/a.csv", size, etag, NOW - timedelta(minutes=minutes))


def sides(**others: Any) -> Sides:
    """Both made a while ago of one input that came before."""
    known: dict[str, Any] = {"prod": seen(20), "ghost": seen(19, "g-out")}
    known |= {"prod_input": seen(30, "p-raw"), "ghost_input": seen(30, "p-raw")}
    return Sides("in/a.csv", **(known | others))


ABSENT: dict[str, Any] = {"ghost": None}
UNTOLD: dict[str, Any] = {"prod_input": None, "ghost_input": None}
BEFORE = seen(61, "p-raw")
NEWER, JUST_NOW = seen(10, "p-raw"), seen(1, "p-raw")


def test_what_both_have_is_compared() -> None:
    assert judged(sides(), TIMES) == COMPARE
    assert judged(sides(prod_input=BEFORE, ghost_input=BEFORE), TIMES) == COMPARE, "a replay brought it"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"prod": None, **UNTOLD}, "extra"),
        ({"prod": None, "ghost": seen(4), **UNTOLD}, "pending"),
        ({**ABSENT}, "missing"),
        ({**ABSENT, "prod": seen(4)}, "pending"),
        ({**ABSENT, "ghost_input": seen(4, "g-raw")}, "pending"),
        ({**ABSENT, "heard": False}, "unsampled"),
        ({**ABSENT, "heard": None}, "unsampled"),
        ({**ABSENT, "heard": False, "prod_input": NEWER}, "unsampled"),
        ({**ABSENT, "prod_input": NEWER}, "pending"),
        ({**ABSENT, **UNTOLD}, "missing"),
        ({**ABSENT, **UNTOLD, "may_be_input": True}, "not_compared"),
        ({"prod_input": NEWER}, "pending"),
        ({"ghost_input": NEWER}, "missing"),
        ({"ghost_input": JUST_NOW}, "pending"),
        ({"ghost_input": NEWER, "heard": False}, "pending"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_what_cannot_be_compared_is_said_to_be_so(given: dict[str, Any], said: Class) -> None:
    assert judged(sides(**given), TIMES).said == said


@pytest.mark.parametrize(
    "given",
    [
        {"prod": None, **ABSENT, **UNTOLD},
        {**ABSENT, "prod_input": BEFORE},
        {**ABSENT, **UNTOLD, "prod": BEFORE},
        {**ABSENT, **UNTOLD, "prod": BEFORE, "may_be_input": True},
        {**ABSENT, "before": LEFT_OUT},
    ],
    ids=["nothing", "input-before", "output-before", "may-be-input", "left-out-before"],
)
def test_what_the_ghost_could_not_have_heard_of_is_no_difference(given: dict[str, Any]) -> None:
    assert judged(sides(**given), TIMES) == LEFT_OUT


def test_an_input_of_the_second_in_which_the_ghost_began_to_listen_is_not_expected() -> None:
    same_second = replace(seen(30), modified=SINCE.replace(microsecond=0))
    assert judged(sides(**ABSENT, prod_input=same_second), TIMES) == LEFT_OUT
    after = replace(same_second, modified=same_second.modified + timedelta(seconds=1))
    assert judged(sides(**ABSENT, prod_input=after), TIMES).said == "missing"


def test_a_paused_ghost_misses_nothing_yet() -> None:
    paused = replace(TIMES, paused=True)
    assert judged(sides(**ABSENT), paused).said == "pending"
    assert judged(sides(ghost_input=NEWER), paused).said == "pending"
    assert judged(sides(), paused) == COMPARE


def test_the_grace_is_how_long_an_object_may_take() -> None:
    longer = replace(TIMES, grace=timedelta(minutes=25))
    assert judged(sides(**ABSENT), longer).said == "pending"
    assert judged(sides(prod=None, **UNTOLD), longer).said == "pending"


@pytest.mark.parametrize("said", ["pending", "missing", "unsampled"])
def test_what_was_said_of_the_input_is_said_of_the_output_that_is_not_there(said: Class) -> None:
    told = judged(sides(**ABSENT, before=Verdict(said)), TIMES)
    assert (told.said, told.why) == (said, "its input is not in the ghost either")
    assert judged(sides(**ABSENT, before=Verdict(said, "because")), TIMES) == Verdict(said, "because")


@pytest.mark.parametrize("said", ["pending", "missing"])
def test_outputs_of_different_versions_of_an_earlier_steps_output_are_not_compared(said: Class) -> None:
    assert judged(sides(before=Verdict(said, "because")), TIMES) == Verdict(said, "because")


@pytest.mark.parametrize("said", ["equal_bytes", "equal_rows", "changed", "unreadable", "not_compared"])
def test_an_input_that_is_there_whatever_it_holds_leaves_the_output_to_be_judged(said: Class) -> None:
    assert judged(sides(before=Verdict(said)), TIMES) == COMPARE
    assert judged(sides(**ABSENT, before=Verdict(said)), TIMES).said == "missing"


def test_a_missing_object_whose_input_is_not_known_says_so() -> None:
    assert judged(sides(**ABSENT), TIMES).why == ""
    assert "cannot be told" in judged(sides(**ABSENT, **UNTOLD), TIMES).why


def test_what_was_missed_when_the_ghost_had_just_begun_to_listen_may_be_awss_doing() -> None:
    early, later = (judged(sides(**ABSENT, prod_input=seen(minutes)), TIMES) for minutes in (56, 54))
    assert (early.said, later) == ("missing", Verdict("missing")) and "AWS may need minutes" in early.why


def test_a_difference_counts_once_both_sides_wrote_after_the_newest_input() -> None:
    assert settled(sides(prod=seen(3), ghost=seen(2)), "changed", TIMES) == Verdict("changed")
    assert settled(sides(prod=seen(3), ghost=seen(2), **UNTOLD), "changed", TIMES).said == "pending"
    assert settled(sides(**UNTOLD), "changed", TIMES) == Verdict("changed")


def test_within_one_second_nobody_knows_which_version_a_side_made_it_of() -> None:
    same = sides(prod=seen(3), ghost=seen(3), prod_input=seen(3), ghost_input=seen(3))
    assert settled(same, "changed", TIMES).said == "pending"
    later = replace(TIMES, now=NOW + timedelta(minutes=10))
    assert settled(same, "changed", later) == Verdict("changed"), "by now a newer version would have gone through"


def test_a_ghosts_object_that_is_much_older_than_prods_may_be_of_an_older_input() -> None:
    old = sides(prod=seen(20), ghost=seen(40), **UNTOLD)
    assert settled(old, "changed", TIMES).said == "changed"
    assert "older version" in settled(old, "changed", TIMES).why
    assert settled(sides(prod=seen(20), ghost=seen(22), **UNTOLD), "changed", TIMES).why == ""


@pytest.mark.parametrize("said", ["equal_bytes", "equal_rows", "unreadable"])
def test_only_a_difference_is_doubted(said: Class) -> None:
    assert settled(sides(prod=seen(3), ghost=seen(2), **UNTOLD), said, TIMES) == Verdict(said)


def test_bytes_are_equal_by_size_and_md5_alone() -> None:
    assert same_bytes(seen(1), seen(2, "g-out"), encrypted=False)
    assert not same_bytes(seen(1), seen(2, etag="abd"), encrypted=False)
    assert not same_bytes(seen(1), seen(2, size=4), encrypted=False)
    assert not same_bytes(seen(1, etag="abc-2"), seen(2, etag="abc-2"), encrypted=False), "in parts: no MD5"
    assert not same_bytes(seen(1), seen(2), encrypted=True), "KMS: no MD5"


def test_rows_are_equal_only_if_nothing_speaks_against_it() -> None:
    assert RowsCompared(5, 5, note="the columns are in another order").equal
    assert not RowsCompared(5, 5, only_prod=1).equal
    assert not RowsCompared(5, 5, only_ghost=1).equal
    assert not RowsCompared(5, 5, schema=(SchemaChange("x", "added"),)).equal
    assert not RowsCompared(unreadable="broken").equal


@pytest.mark.parametrize(
    ("counts", "failed", "rate"),
    [
        ({"changed": 2, "equal_rows": 1, "missing": 9}, 1, 0.25),
        ({"extra": 1}, 0, 0),
        ({}, 0, None),
        ({"extra": 1}, None, None),
    ],
)
def test_an_error_rate_is_of_what_the_ghost_dealt_with(
    counts: dict[Class, int], failed: int | None, rate: float | None
) -> None:
    assert StepObservation("clean", SINCE, counts=counts, failed=failed).error_rate == rate
