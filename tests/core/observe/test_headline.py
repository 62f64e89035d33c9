"""What people read first names what the branch changed, and nothing else as the branch's."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from dbt_ghost.core.config.release import ExpectedDifference, ObserveConfig
from dbt_ghost.core.observe.declaring import declarations
from dbt_ghost.core.observe.differences import declared, differences_of
from dbt_ghost.core.observe.gate import Halves, judge
from dbt_ghost.core.observe.headline import MOST_TABLES, headline
from tests.core.observe.said import LAGS, NOW, change, column, objects, step, table, tables

MINE = change("yours", 3, arrived_at=3)


def said(of_tables: Any = None, of_files: Any = None, **config: Any) -> tuple[str, ...]:
    halves = Halves(of_tables, of_files)
    return headline(halves, judge(halves, ObserveConfig.model_validate(config), NOW))


def test_the_branchs_tables_and_files_come_first_and_production_apart() -> None:
    moved = table("raw.b", change("world", 9), change("world", 1, "added"))
    assert said(tables(table("raw.a", MINE), moved), objects(step(changed=2))) == (
        "Because of the branch 1 table differs: raw.a (3 rows changed in arrived_at).",
        "So do files of 1 step: clean (2 files changed).",
        "Because production moved, 10 rows differ in 1 table.",
    )


def test_without_a_difference_that_is_said() -> None:
    assert said(tables(table())) == ("Nothing differs because of the branch.",)
    assert said() == ("Nothing was compared.",)


def test_files_alone_are_a_sentence_of_their_own() -> None:
    assert said(None, objects(step(missing=1))) == (
        "Because of the branch files of 1 step differ: clean (1 file missing).",
    )


def test_what_cannot_be_told_is_not_the_branchs() -> None:
    late = table("raw.a", change("both", 2, x=2), **LAGS)
    assert said(tables(late)) == (
        "Nothing differs because of the branch.",
        "Whose it is cannot be told in raw.a.",
    )


def test_what_is_declared_is_told() -> None:
    found = tables(table("raw.a", MINE), table("raw.b", MINE))
    assert said(found, expect=[{"table": "raw.a"}, {"table": "raw.b"}])[1] == "All of it is declared."
    assert said(found, expect=[{"table": "raw.a"}])[1] == "1 of these 2 differences are declared."


def test_columns_and_whole_tables_are_told() -> None:
    found = tables(
        table("raw.a", schema=[column("x"), {**column("", "order"), "prod": "a, b", "ghost": "b, a"}]),
        table("raw.b", state="only_in_ghost", whose="yours"),
    )
    assert said(found)[0] == (
        "Because of the branch 2 tables differ: raw.a (column x differs, the columns are in another order); "
        "raw.b (only one side has it)."
    )


def test_of_many_some_are_named() -> None:
    many = tables(*(table(f"raw.t{number}", MINE) for number in range(MOST_TABLES + 2)))
    assert said(many)[0].endswith("raw.t7 (3 rows changed in arrived_at); and 2 more.")
    wide = tables(table("raw.a", change("yours", 3, **{f"c{number}": 3 for number in range(6)})))
    assert said(wide)[0].endswith("(3 rows changed in c0, c1, c2, c3 and 2 columns more).")


@pytest.mark.parametrize("name", ["arrived at", "a: b", "yes", "#x"])
def test_what_is_offered_to_be_declared_declares_all_of_it(name: str) -> None:
    found = differences_of(
        tables(table("raw.a", change("yours", 3, **{name: 3}), change("yours", 2, "added"), schema=[column("x")])),
        objects(step(changed=1)),
    )
    offered = yaml.safe_load("\n".join(declarations(found)))
    after = declared(found, [ExpectedDifference(**each) for each in offered])
    assert [each.unexpected for each in after.differences] == [0, 0, 0, 0]


def test_a_failure_is_not_offered() -> None:
    assert list(declarations(differences_of(None, objects(step(failed=1))))) == []
