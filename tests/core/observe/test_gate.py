"""Fail, pass, and everything that is neither."""

from __future__ import annotations

from typing import Any

import pytest

from dbt_ghost.core.config.release import ObserveConfig
from dbt_ghost.core.observe.gate import Halves, Verdict, judge
from tests.core.observe.said import LAGS, LEADS, NOW, change, column, objects, step, table, tables

MINE, BOTH = change("yours", 5, amount=5), change("both", 2, amount=2)


def verdict(of_tables: Any = None, of_files: Any = None, *, tables_unknown: str = "", **config: Any) -> Verdict:
    return judge(Halves(of_tables, of_files, tables_unknown), ObserveConfig.model_validate(config), NOW)


def test_nothing_that_differs_is_a_pass() -> None:
    found = verdict(tables(table(), table("raw.a", change("world", 7))), objects(step(equal_bytes=3)))
    assert (found.result, found.failures, found.doubts) == ("pass", (), ())
    assert (found.seen.rows, found.seen.files, found.seen.minutes) == (200, 3, 120)


@pytest.mark.parametrize(
    ("of_tables", "of_files"),
    [
        (tables(table("raw.a", MINE)), None),
        (tables(table("raw.a", BOTH)), None),
        (tables(table("raw.a", schema=[column("x")])), None),
        (tables(table("raw.a", state="only_in_prod", whose="yours")), None),
        *((tables(), objects(step(**{each: 1}))) for each in ("changed", "missing", "extra", "failed")),
    ],
)
def test_what_is_not_declared_fails(of_tables: Any, of_files: Any) -> None:
    found = verdict(of_tables, of_files)
    assert (found.result, len(found.failures)) == ("fail", 1)


def test_what_is_declared_passes_and_one_row_more_does_not() -> None:
    expect = [{"table": "raw.a", "columns": ["amount"], "at_most": 5}]
    assert verdict(tables(table("raw.a", MINE)), expect=expect).result == "pass"
    assert verdict(tables(table("raw.a", change("yours", 6, amount=6))), expect=expect).result == "fail"


def test_some_rows_may_differ_and_columns_may_not() -> None:
    gate = {"max_differences": 5}
    assert verdict(tables(table("raw.a", MINE)), gate=gate).result == "pass"
    assert verdict(tables(table("raw.a", MINE), table("raw.b", change("yours"))), gate=gate).result == "fail"
    assert verdict(tables(table("raw.a", schema=[column("x")])), gate=gate).result == "fail"


def test_what_both_changed_may_be_out_of_date_where_production_changed_it_last() -> None:
    found = verdict(tables(table("raw.a", BOTH, **LAGS)))
    assert found.result == "inconclusive"
    assert found.doubts == (
        "raw.a: 2 rows changed in amount, but production changed it last: build the ghost, and look again",
    )


def test_without_production_as_of_t_nobody_knows() -> None:
    assert verdict(tables(table("raw.a", change("unknown", 2)))).result == "inconclusive"
    assert verdict(tables(table("raw.a", change("unknown", 2))), expect=[{"table": "raw.a"}]).result == "pass"


@pytest.mark.parametrize(
    ("of_tables", "of_files", "doubt"),
    [
        (tables(table("raw.a", state="unreadable", note="no SELECT")), None, "raw.a: no SELECT"),
        (tables(), objects(step(unreadable=2)), "step clean: 2 files cannot be read"),
        (tables(), objects(step(failed=None)), "step clean: how many files failed is not known: "),
    ],
)
def test_what_cannot_be_told_is_no_pass(of_tables: Any, of_files: Any, doubt: str) -> None:
    found = verdict(of_tables, of_files)
    assert (found.result, found.doubts) == ("inconclusive", (doubt,))


def test_a_half_that_was_not_compared_is_no_pass() -> None:
    assert verdict(None, objects(step(equal_bytes=1)), tables_unknown="denied").doubts == (
        "tables were not compared: denied",
    )
    assert verdict().doubts == ("nothing was compared",)


@pytest.mark.parametrize(
    ("gate", "result"),
    [
        *(({each: least}, "pass") for each, least in (("min_rows", 100), ("min_files", 3), ("min_minutes", 120))),
        *(
            ({each: least}, "inconclusive")
            for each, least in (("min_rows", 101), ("min_files", 4), ("min_minutes", 121))
        ),
    ],
)
def test_less_than_the_minimum_is_inconclusive(gate: dict[str, int], result: str) -> None:
    assert verdict(tables(table()), objects(step(equal_bytes=1, equal_rows=2, pending=9)), gate=gate).result == result


def test_too_little_does_not_excuse_what_differs() -> None:
    assert verdict(tables(table("raw.a", MINE)), gate={"min_rows": 10_000}).result == "fail"


def test_a_time_that_is_not_known_is_too_short() -> None:
    assert verdict(tables(table(), t=None), gate={"min_minutes": 1}).result == "inconclusive"


def test_what_is_worth_knowing_is_a_note_and_decides_nothing() -> None:
    files = objects(step(pending=2, not_compared=1, equal_bytes=1))
    ahead = tables(table("raw.a", MINE, **LEADS), table("raw.b"), notes=["no base"])
    found = verdict(ahead, files, expect=[{"table": each} for each in ("raw.a", "RAW.b", "raw.not_compared")])
    assert found.result == "pass"
    assert found.notes == (
        "RAW.b: a declared difference (any) does not show",
        "no base",
        "raw.a: the ghost changed it after production did, so a part may be on its way there",
        "step clean: 2 files are on their way",
        "step clean: 1 files were not compared",
    )
