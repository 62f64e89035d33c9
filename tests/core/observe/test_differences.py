"""What differs and is not production's doing, and how much of it a branch declares."""

from __future__ import annotations

from typing import Any

import pytest

from dbt_ghost.core.config.release import ExpectedDifference
from dbt_ghost.core.observe.differences import Declared, declared, differences_of
from tests.core.observe.said import LAGS, change, column, objects, step, table, tables

MINE = change("yours", 5, amount=5)


def expecting(found: Any, *expect: dict[str, Any], files: Any = None) -> Declared:
    return declared(differences_of(found, files), [ExpectedDifference(**each) for each in expect])


def left(found: Declared) -> list[tuple[str, int]]:
    return [(each.kind, each.unexpected) for each in found.differences]


def test_what_production_did_is_no_difference() -> None:
    moved = table("raw.a", change("world", 9), schema=[column("x", whose="world")])
    assert differences_of(tables(moved, table("raw.b", state="only_in_prod", whose="world")), None) == ()


def test_everything_else_is_one_each() -> None:
    found = differences_of(
        tables(table("raw.a", MINE, change("both", 2, "added"), schema=[column("x"), column("y", "type")])),
        objects(step(changed=2, missing=1, extra=1, equal_bytes=9, failed=3)),
    )
    kinds = ["schema", "schema", "rows_changed", "rows_added"]
    assert [each.kind for each in found] == [*kinds, "files_failed", "files_changed", "files_missing", "files_extra"]
    assert [each.count for each in found] == [1, 1, 5, 2, 3, 2, 1, 1]


def test_the_columns_that_differ_most_come_first() -> None:
    (found,) = differences_of(tables(table("raw.a", change("yours", 9, b=1, a=9, c=9))), None)
    assert found.columns == (("a", 9), ("c", 9), ("b", 1))


@pytest.mark.parametrize("name", ["raw.a", "RAW.A", "prod_db.raw.a"])
def test_a_table_is_declared_by_its_name_in_any_case(name: str) -> None:
    assert left(expecting(tables(table("raw.a", MINE)), {"table": name})) == [("rows_changed", 0)]


@pytest.mark.parametrize("change_", ["rows_added", "rows_removed", "schema"])
def test_another_kind_is_not_declared(change_: str) -> None:
    assert left(expecting(tables(table("raw.a", MINE)), {"table": "raw.a", "change": change_})) == [("rows_changed", 5)]


def test_a_row_that_differs_in_another_column_too_is_not_declared() -> None:
    found = tables(table("raw.a", change("yours", 5, amount=5, tax=2)))
    assert left(expecting(found, {"table": "raw.a", "columns": ["AMOUNT"]})) == [("rows_changed", 2)]
    assert left(expecting(found, {"table": "raw.a", "columns": ["amount", "tax"]})) == [("rows_changed", 0)]


def test_columns_do_not_declare_whole_rows() -> None:
    found = tables(table("raw.a", change("yours", 5, "added")))
    assert left(expecting(found, {"table": "raw.a", "columns": ["amount"]})) == [("rows_added", 5)]


def test_no_more_than_at_most_is_declared_over_all_that_one_declaration_names() -> None:
    found = tables(table("raw.a", MINE, change("yours", 4, "added")))
    assert left(expecting(found, {"table": "raw.a", "at_most": 7})) == [("rows_changed", 0), ("rows_added", 2)]


def test_two_declarations_add_up() -> None:
    found = tables(table("raw.a", MINE))
    said = expecting(found, {"table": "raw.a", "at_most": 2, "because": "one"}, {"table": "raw.a", "because": "two"})
    assert (left(said), said.differences[0].because) == ([("rows_changed", 0)], ("one", "two"))


def test_a_table_on_one_side_is_a_change_of_the_schema() -> None:
    found = tables(table("raw.new", state="only_in_ghost", whose="yours"))
    assert left(expecting(found)) == [("table", 1)]
    assert left(expecting(found, {"table": "raw.new", "change": "schema"})) == [("table", 0)]


def test_files_are_declared_by_their_step() -> None:
    found = objects(step("clean", changed=3, missing=1))
    said = expecting(None, {"step": "clean", "change": "files_changed"}, files=found)
    assert left(said) == [("files_changed", 0), ("files_missing", 1)]
    assert left(expecting(None, {"step": "enrich"}, files=found)) == [("files_changed", 3), ("files_missing", 1)]


def test_a_failure_cannot_be_declared() -> None:
    assert left(expecting(None, {"step": "clean"}, files=objects(step(failed=2)))) == [("files_failed", 2)]


def test_what_was_declared_and_does_not_show_is_told() -> None:
    said = expecting(tables(table("raw.a", MINE)), {"table": "raw.a"}, {"table": "raw.b"})
    assert [each.table for each in said.unseen] == ["raw.b"]


def test_a_view_lags_where_a_table_does() -> None:
    view = table("raw.v", change("both"), kind="view", changed_at={"prod": None, "ghost": None})
    (alone,) = differences_of(tables(view), None)
    (beside,) = differences_of(tables(view, table("raw.a", **LAGS)), None)
    assert (alone.lags, beside.lags) == (False, True)
