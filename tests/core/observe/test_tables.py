"""What ghost_diff says is read as it is published, and nothing else is."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.observe.tables import tables_of
from tests.core.observe.said import LAGS, LEADS, NOW, T, change, column, line, table, tables


def one(*changes: Any, **more: Any) -> Any:
    return tables(table("analytics.orders", *changes, **more)).tables[0]


@pytest.mark.parametrize("unknown", [{"state": "odd"}, {"more": 1}, {"rows": {}}, {"changes": [change("nobody")]}])
def test_what_this_version_does_not_know_is_refused_and_named(unknown: dict[str, Any]) -> None:
    with pytest.raises(GhostError, match=rf"tables\.0\.{next(iter(unknown))}"):
        tables_of(line(table(**unknown)))


def test_a_line_without_tables_is_refused() -> None:
    with pytest.raises(GhostError, match="tables"):
        tables_of({"t": None, "base": True, "notes": []})


def test_t_is_utc_where_it_says_no_zone() -> None:
    assert tables(t={"at": "2026-01-05T10:00:00"}).at == T
    assert tables(t={"at": "2026-01-05T11:00:00+01:00"}).at == T
    at = tables(t={"at": T.isoformat()}).at
    assert at is not None and at.tzinfo == UTC


def test_whose_something_is_may_be_said_of_rows_of_columns_and_of_all() -> None:
    assert one(change("world"), change("yours", 3), change("yours", 4, "added")).rows_of("yours") == 7
    assert one(change("world")).has("world") and not one(change("world")).has("yours")
    assert one(schema=[column("x")]).has("yours")
    assert one(state="only_in_prod", whose="world").has("world")


def test_a_table_lags_where_production_changed_it_last() -> None:
    assert one(**LAGS).lags and not one(**LAGS).leads
    assert one(**LEADS).leads and not one(**LEADS).lags
    assert not one().lags and not one().leads


def test_a_table_that_only_production_changed_lags() -> None:
    only = {"changed_at": {"prod": NOW.isoformat(), "ghost": None}, "touched": {"prod": True, "ghost": False}}
    assert one(**only).lags


def test_where_no_time_is_known_nothing_is_said_of_it() -> None:
    assert not one(changed_at={"prod": NOW.isoformat(), "ghost": None}).lags
    assert not one(changed_at={"prod": None, "ghost": None}, touched={"prod": None, "ghost": None}).lags
