"""Tables in the report of an observation: each that differs, whose it is, what is declared of it, and its rows."""

from __future__ import annotations

import pytest
import yaml

from ghost_cli.report.report import LARGEST, observation_html
from ghost_cli.report.samples import LONGEST_VALUE
from tests.cli.report import (
    ALL,
    DECLARED,
    EVENTS,
    FILES,
    SAME,
    UNTOLD,
    cells,
    figures,
    folds,
    many,
    observation,
    of_class,
    pairs,
    parsed,
    report,
    sample,
    section_of,
    text_of,
    whole,
    with_samples,
)
from tests.core.observe.said import LAGS, change, table

TWO_MB = 2_000_000


def test_every_table_that_differs_is_on_it_the_undeclared_first_and_the_worlds_last() -> None:
    names = list(folds(report(whole())))
    assert names == ["analytics.orders", "staging.untold", "raw.lost", "raw.fresh", "raw.events"]


def test_equal_tables_are_a_folded_list_that_says_which_were_not_read() -> None:
    (equal,) = of_class(report(whole()), "equal")
    assert equal.tag == "details" and equal.get("open") is None
    assert text_of(equal[0]) == "5 tables equal, 2 of them untouched since the clone and not read"
    assert [text_of(next(each.iter("code"))) for each in equal.iter("li")] == [each["table"] for each in SAME]


def test_the_bar_of_a_table_says_in_words_whose_its_rows_are() -> None:
    (bar,) = [each for each in folds(report(whole()))["analytics.orders"].iter("svg") if each.get("role") == "img"]
    assert bar[0].tag == "title"
    told = "980 rows because of the branch, 40 rows because of both, 120 rows because production moved"
    assert bar[0].text == told
    shares = [each for each in bar.iter("rect")]
    assert [each.get("class") for each in shares] == ["yours", "both", "world"]
    widths = [float((each.get("width") or "").rstrip("%")) for each in shares]
    assert sum(widths) == pytest.approx(100, abs=0.1)
    assert widths == pytest.approx([100 * rows / 1140 for rows in (980, 40, 120)], abs=0.1)


def test_a_share_of_almost_nothing_is_seen_nonetheless() -> None:
    root = report(observation(table("raw.a", change("yours", 1), change("world", 1_000_000))))
    rects = [each for each in folds(root)["raw.a"].iter("rect")]
    assert float((rects[0].get("width") or "").rstrip("%")) > 1


def test_a_table_is_told_with_all_that_is_known_of_it() -> None:
    told = text_of(folds(report(whole()))["analytics.orders"])
    for said in (
        "1,140 of 120,120 rows (0.9 %)",
        "120,000 rows in production, 120,120 rows in the ghost.",
        "98 % of the differing rows have carrier = UA, and 21 % of all rows.",
        "The key is id, as the settings say.",
        "Not compared, as the settings say: _loaded_at.",
        "Beware of tax.",
        "Column tax only in the ghost, because of the branch: INTEGER not declared",
        "Column amount of another type, because of the branch: INTEGER → DECIMAL(18,2) not declared",
        "In columns: amount 980 tax 20",
    ):
        assert said in told


def test_each_way_to_differ_says_whose_it_is_and_whether_it_is_declared() -> None:
    heads = of_class(folds(report(whole()))["analytics.orders"], "head")
    assert [[text_of(part) for part in each] for each in heads] == [
        ["980 rows changed, because of the branch", "not declared"],
        ["120 rows only in the ghost, because production moved"],
        ["40 rows changed, because of both", "not declared"],
    ]
    dots = [dot.get("class") for each in heads for dot in of_class(each, "dot")]
    assert dots == ["dot yours", "dot world", "dot both"]


def test_rows_that_changed_show_production_beside_the_ghost() -> None:
    (shown, *_) = of_class(folds(report(whole()))["analytics.orders"], "samples")
    heads, sides, first, *others = cells(shown)
    assert (heads, sides) == (["id", "amount", "tax"], ["production", "ghost"] * 2)
    assert first == ["k0", "amount 0 old", "amount 0 new", "tax 0 old", "tax 0 new"]
    assert len(others) == 19
    assert text_of(next(shown.iter("caption"))).startswith("20 of the 980 rows that changed")


def test_a_column_that_is_equal_in_a_row_is_said_to_be() -> None:
    rows = [sample("1", {"a": "1"}, {"a": "2"}), sample("2", {"b": "3"}, {"b": "4"})]
    root = report(observation(table("raw.a", with_samples(change("yours", 2, a=1, b=1), *rows))))
    (shown,) = of_class(folds(root)["raw.a"], "samples")
    assert cells(shown)[2:] == [["1", "1", "2", "equal"], ["2", "equal", "3", "4"]]


def test_rows_with_many_columns_name_them_instead_of_growing_wide() -> None:
    names = [f"c{n:02}" for n in range(40)]
    rows = with_samples(change("yours", 9) | {"columns": dict.fromkeys(names, 9)}, *pairs(1, *names))
    root = report(observation(table("raw.a", rows), EVENTS))
    (changed,) = of_class(folds(root)["raw.a"], "samples")
    assert cells(changed)[0] == ["id", "Column: production → ghost"]
    assert "c07 c07 0 old → c07 0 new" in text_of(changed) and "and 10 columns more" in text_of(changed)
    (removed,) = of_class(folds(root)["raw.events"], "samples")
    assert cells(removed)[0] == ["Values"] and "c3 v" in text_of(removed)


def test_null_and_an_empty_text_are_not_taken_for_their_names() -> None:
    rows = [sample("1", {"a": None}, {"a": "NULL"}), sample("2", {"a": ""}, {"a": "empty"})]
    root = report(observation(table("raw.a", with_samples(change("yours", 2, a=2), *rows))))
    (shown,) = of_class(folds(root)["raw.a"], "samples")
    values = [(text_of(cell), len(list(cell.iter("em")))) for cell in shown.iter("td")]
    assert values == [("NULL", 1), ("NULL", 0), ("empty", 1), ("empty", 0)]


def test_a_long_value_is_cut_and_its_length_said() -> None:
    rows = sample("1", {"a": "x" * 10_000}, {"a": "y" * LONGEST_VALUE})
    page = observation_html(observation(table("raw.a", with_samples(change("yours", 1, a=1), rows))))
    assert "x" * LONGEST_VALUE in page and "x" * (LONGEST_VALUE + 1) not in page
    assert "… 10,000 characters" in page
    assert f"{LONGEST_VALUE} characters" not in page


def test_a_declared_difference_says_why_and_one_that_is_not_how_it_would_be_declared() -> None:
    seen = whole()
    root = report(seen)
    fresh = text_of(folds(root)["raw.fresh"])
    assert "declared ORD-12: the new landing table" in fresh and "not declared" not in fresh
    (block,) = section_of(root, "If that is what the branch means").iter("pre")
    pasted = yaml.safe_load("".join(block.itertext()))
    again = observation(*ALL, files=FILES, expect=[*DECLARED, *pasted["expect"]])
    failed = [each for each in again.verdict.failures if "failed" not in each]
    assert len(seen.verdict.failures) > len(failed) == 0


def test_of_what_is_declared_up_to_a_number_the_rest_is_not() -> None:
    seen = observation(
        table("raw.a", change("yours", 10, a=10)), expect=[{"table": "raw.a", "at_most": 4, "because": "x"}]
    )
    assert "4 of 10 declared x not declared" in text_of(folds(report(seen))["raw.a"])


def test_what_both_changed_and_production_changed_last_is_not_the_branchs() -> None:
    root = report(observation(table("raw.a", change("both", 1, a=1), **LAGS)))
    told = text_of(folds(root)["raw.a"])
    assert "cannot be told whose" in told and "not declared" not in told
    assert figures(root)["Tables that differ because of the branch"] == "0 of 1"
    assert "1 cannot be told whose" in text_of(of_class(root, "lanes")[0])


def test_without_production_as_of_the_clone_it_says_that_nobody_can_tell() -> None:
    tables = section_of(report(observation(UNTOLD, base=False)), "Tables")
    assert "nobody knows whose a row is" in text_of(tables)
    assert "nobody knows" not in text_of(section_of(report(observation(UNTOLD)), "Tables"))


def test_a_table_that_cannot_be_read_and_one_of_one_side_are_told_without_a_bar() -> None:
    shown = folds(report(whole()))
    assert "it cannot be read" in text_of(shown["raw.lost"]) and "Permission denied" in text_of(shown["raw.lost"])
    assert "only the ghost has it" in text_of(shown["raw.fresh"])
    assert [each for name in ("raw.lost", "raw.fresh") for each in of_class(shown[name], "bar")] == []


def test_500_tables_with_20_rows_each_are_all_on_a_page_under_two_megabytes() -> None:
    page = observation_html(many(500, 20))
    assert LARGEST - 50_000 < len(page.encode()) < TWO_MB
    root = parsed(page)
    shown = folds(root)
    assert len(shown) == 500
    assert all(of_class(each, "samples") for each in shown.values())
    left = sum(20 - len(next(each.iter("tbody"))) for each in shown.values())
    assert left > 0
    assert f"{left:,} sample rows are left out" in text_of(section_of(root, "Tables"))


def test_rows_are_left_out_evenly_and_where_there_is_no_room_the_tables_remain() -> None:
    seen = many(50, 20)
    root = report(seen, largest=180_000)
    numbers = {len(next(each.iter("tbody"))) for each in folds(root).values()}
    assert max(numbers) - min(numbers) <= 1 and max(numbers) < 20
    bare = report(seen, largest=1)
    assert len(folds(bare)) == 50
    assert "the details of 50 tables are left out" in text_of(section_of(bare, "Tables"))


def test_a_page_with_room_for_all_leaves_nothing_out() -> None:
    assert "left out" not in observation_html(whole())
