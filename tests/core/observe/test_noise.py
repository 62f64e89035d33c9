"""What prod's own code makes otherwise whenever it runs is told apart from what the branch changed, by a baseline."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from dbt_ghost.core.observe.noise import Compared, noisy_columns, told_apart
from dbt_ghost.core.observe.objects import CLASSES, EQUAL, Class, Finding, RowsCompared, SchemaChange, Seen, Sides

AT = datetime(2026, 1, 5, 12, tzinfo=UTC)
SIDES = Sides("a.csv", Seen("p-out", "a.csv", 3, "abc", AT), Seen("g-out", "a.csv", 3, "abd", AT))
LOADED = frozenset({"loaded_at"})
SAME = RowsCompared(5, 5)
OTHER_SCHEMA = (SchemaChange("x", "added"),)


def rows(*columns: str, only: int = 2, **more: Any) -> RowsCompared:
    return RowsCompared(5, 5, only, only, tuple((name, only) for name in columns), **more)


def compared(
    rows: RowsCompared | None = None, rest: RowsCompared | None = None, said: Class = "changed", why: str = ""
) -> Compared:
    return Compared(Finding("p-out", "g-out", SIDES, said, why, rows), rest)


def test_a_column_that_differs_in_one_file_of_the_baseline_is_noise_in_all() -> None:
    found = [compared(rows("loaded_at")), compared(rows("id", "loaded_at")), compared(), compared(rows(), said="extra")]
    assert noisy_columns(each.finding for each in found) == {"id", "loaded_at"}
    assert noisy_columns([compared(RowsCompared(unreadable="broken", columns=(("x", 1),))).finding]) == frozenset()
    assert noisy_columns([compared(rows("x"), said="pending").finding]) == frozenset(), "of another input, maybe"
    assert noisy_columns([]) == frozenset()


def test_what_differs_in_noisy_columns_only_is_noise_and_says_in_which() -> None:
    found = told_apart(compared(rows("loaded_at"), SAME), compared(rows("loaded_at"), SAME), LOADED | {"id"})
    assert (found.said, found.rows) == ("noise", rows("loaded_at"))
    assert found.why.endswith(": loaded_at")
    assert told_apart(compared(rows("loaded_at"), SAME), None, LOADED).said == "noise", "told by other files"


def test_a_change_beside_the_noise_is_a_change() -> None:
    for rest in (rows("amount"), rows(), None):
        ghost = compared(rows("loaded_at", "amount"), rest)
        for baseline in (None, compared(rows("loaded_at"), SAME), compared(said="equal_bytes")):
            assert told_apart(ghost, baseline, LOADED) == ghost.finding


def test_rows_that_prods_own_code_makes_otherwise_are_noise_and_other_columns_are_not() -> None:
    unstable = compared(rows("n"), rows(), why="")
    assert told_apart(compared(rows("n"), rows()), unstable, frozenset({"n"})).said == "noise"
    assert "other rows" in told_apart(compared(rows("n"), rows()), unstable, frozenset({"n"})).why
    assert told_apart(compared(rows("n", "x"), rows("x")), unstable, frozenset({"n"})).said == "changed"


def test_other_bytes_are_noise_where_prods_own_code_makes_others_too() -> None:
    assert told_apart(compared(), compared(), frozenset()).said == "noise"
    assert "other bytes" in told_apart(compared(), compared(), frozenset()).why
    for baseline in (None, compared(said="equal_bytes"), compared(said="unreadable"), compared(rows("x"), SAME)):
        assert told_apart(compared(), baseline, frozenset()).said == "changed"


def test_another_schema_is_never_noise() -> None:
    ghost = compared(rows("loaded_at", schema=OTHER_SCHEMA), SAME)
    assert told_apart(ghost, compared(rows("loaded_at"), SAME), LOADED) == ghost.finding
    beside = compared(rows("loaded_at"), rows(schema=OTHER_SCHEMA))
    assert told_apart(beside, compared(rows("loaded_at"), rows()), LOADED).said == "changed"


def test_a_file_that_the_branch_broke_is_never_noise() -> None:
    broken = compared(RowsCompared(unreadable="ghost's is not UTF-8", broken=("ghost",)))
    assert told_apart(broken, compared(), LOADED) == broken.finding
    assert told_apart(compared(rows("x"), RowsCompared(unreadable="no")), compared(rows("x"), rows()), LOADED).said == (
        "changed"
    )


@pytest.mark.parametrize("said", [each for each in CLASSES if each != "changed"])
def test_only_a_change_can_turn_out_to_be_noise(said: Class) -> None:
    ghost = compared(rows("loaded_at"), SAME, said, "because")
    assert told_apart(ghost, compared(rows("loaded_at"), SAME), LOADED) == ghost.finding


def test_noise_is_not_called_equal() -> None:
    assert "noise" in CLASSES and "noise" not in EQUAL
