"""The flow and the files in the report of an observation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.cli.report import (
    SAME,
    cells,
    observation,
    of_class,
    report,
    section_of,
    text_of,
    whole,
)
from tests.core.observe.said import objects, step


def test_the_flow_goes_down_in_datas_order_and_ends_in_the_tables() -> None:
    (lanes,) = of_class(report(whole()), "lanes")
    assert [text_of(next(each.iter("b"))) for each in lanes] == ["clean", "enrich", "audit", "10 tables"]
    for each in lanes:
        assert [text_of(box[0]) for box in of_class(each, "box")] == ["Production", "Ghost"]
    counts = [[text_of(count) for count in of_class(each, "count")] for each in lanes]
    assert counts[0] == ["=930 equal", "≠1 changed", "\N{MINUS SIGN}1 missing", "…3 pending"]
    assert counts[1] == ["=96 equal", "!4 failed"]
    assert counts[2] == ["?listing g-audit was denied"]
    assert counts[3] == [
        "=5 equal",
        "≠2 because of the branch",
        "?1 cannot be told whose",
        "?1 cannot be read",
        "~1 because production moved",
    ]
    assert "p-mid" in text_of(of_class(lanes[0], "wire")[0]) and "g-mid" in text_of(of_class(lanes[0], "wire")[1])


def test_no_arrow_leads_to_a_step_that_does_not_read_what_the_one_above_writes() -> None:
    (lanes,) = of_class(report(whole()), "lanes")
    assert [len(of_class(each, "ends")) for each in lanes] == [0, 1, 0, 0]
    assert "reads p-mid" in text_of(of_class(lanes[2], "box")[0])
    assert "reads g-mid" in text_of(of_class(lanes[2], "box")[1])


def test_each_step_has_its_counts_and_times_and_what_is_unknown_is_no_zero() -> None:
    counts = cells(next(section_of(report(whole()), "Files").iter("table")))
    assert counts[1][:7] == ["clean", "930", "1", "1", "0", "0", "3 pending"]
    assert counts[1][7:] == ["0.08 s, 95 % at most 2.0 s, of 6 files", "2.4 s, 95 % at most 14 s, of 6 files"]
    assert counts[2][:7] == ["enrich", "96", "0", "0", "0", "4 (4 %)", ""]
    assert counts[3][1:7] == ["listing g-audit was denied", "", "", "", "the queue is gone", ""]
    assert counts[3][7:] == ["not known", "not known"]


def test_files_that_differ_are_shown_with_their_rows() -> None:
    (fold,) = of_class(section_of(report(whole()), "Files"), "files")
    changed, missing = of_class(fold, "file")
    for said in ("flights/a.csv", "Late.", "In the ghost: g-mid, 3,421 bytes", "amount 3", "Column tax only in the gh"):
        assert said in text_of(changed)
    prod, ghost = of_class(changed, "samples")
    assert (cells(prod), cells(ghost)) == ([["amount", "id"], ["30", "1"]], [["amount", "id"], ["NULL", "1"]])
    assert "Not in the ghost: g-mid" in text_of(missing)


@pytest.mark.parametrize("failed", [None, 7])
def test_what_failed_before_any_step_or_may_have_is_said(failed: int | None) -> None:
    files = replace(objects(step()), tap_failed=failed, tap_failed_why="queue gone")
    told = text_of(section_of(report(observation(*SAME, files=files)), "Files"))
    assert ("7 events failed before" in told) == (failed == 7)
    assert ("is not known: queue gone" in told) == (failed is None)


def test_files_for_which_there_is_no_room_are_said_to_be_left_out() -> None:
    files = section_of(report(whole(), largest=1), "Files")
    assert "2 files that differ are left out" in text_of(files)
    assert of_class(files, "file") == []
