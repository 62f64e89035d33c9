"""The comparison counts every difference between two databases, and none between equal ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dbt_ghost.core.errors import NotFound
from dbt_ghost.demo.comparison import TableComparison, compare
from dbt_ghost.providers.lake import load_extension, quoted
from dbt_ghost.providers.lake_reader import connect

ROWS = "select i as id, 'name ' || i as name, case when i % 3 = 0 then i end as score from range(6) r(i)"


@pytest.fixture
def both() -> Iterator[duckdb.DuckDBPyConnection]:
    """`prod` and `ghost` with the same table marts.t of six rows, two of them with a NULL."""
    with duckdb.connect(":memory:") as connection:
        for side in ("prod", "ghost"):
            connection.execute(f"attach ':memory:' as {side}")
            connection.execute(f"create schema {side}.marts")
            connection.execute(f"create table {side}.marts.t as {ROWS}")
        yield connection


def only(connection: duckdb.DuckDBPyConnection) -> TableComparison:
    (comparison,) = compare(connection, "prod", "ghost", ["marts"])
    return comparison


def test_equal_tables_are_the_same(both: duckdb.DuckDBPyConnection) -> None:
    assert only(both) == TableComparison("prod", "ghost", "marts.t", rows_left=6, rows_right=6)
    assert only(both).same


def test_a_changed_row_is_on_each_side_alone(both: duckdb.DuckDBPyConnection) -> None:
    both.execute("update ghost.marts.t set score = 7 where id in (1, 3)")  # a NULL and a value
    both.execute("update ghost.marts.t set name = null where id = 3")
    found = only(both)
    assert (found.only_left, found.only_right, found.same) == (2, 2, False)


def test_rows_on_one_side_only_are_counted_there(both: duckdb.DuckDBPyConnection) -> None:
    both.execute("delete from ghost.marts.t where id < 2")
    both.execute("insert into ghost.marts.t values (9, 'nine', null)")
    found = only(both)
    assert (found.rows_left, found.rows_right, found.only_left, found.only_right) == (6, 5, 2, 1)


def test_a_repeated_row_is_a_difference(both: duckdb.DuckDBPyConnection) -> None:
    both.execute("insert into ghost.marts.t select * from ghost.marts.t where id = 1")
    found = only(both)
    assert (found.only_left, found.only_right) == (0, 1)


def test_columns_and_types_that_differ_are_named_and_the_rest_is_compared(both: duckdb.DuckDBPyConnection) -> None:
    both.execute("alter table ghost.marts.t add column extra int")
    both.execute("alter table ghost.marts.t alter score type varchar")
    found = only(both)
    assert found.structure == ("column extra is only in ghost", "column score is BIGINT in prod, VARCHAR in ghost")
    assert (found.only_left, found.only_right) == (0, 0)
    assert not found.same


def test_a_column_of_loading_times_can_be_left_out(both: duckdb.DuckDBPyConnection) -> None:
    both.execute("update ghost.marts.t set score = 1")
    (found,) = compare(both, "prod", "ghost", ["marts"], ignored=["score"])
    assert found.same


def test_a_table_on_one_side_only_is_a_difference_and_other_schemas_are_not(both: duckdb.DuckDBPyConnection) -> None:
    both.execute('create table ghost.marts."odd ""name" (i int)')
    both.execute("create table ghost.main.elsewhere (i int)")
    first, second = compare(both, "prod", "ghost", ["marts"])
    assert (first.table, first.structure) == ('marts.odd "name', ("there is no such table in prod",))
    assert second.same


def test_names_are_quoted(both: duckdb.DuckDBPyConnection) -> None:
    for side in ("prod", "ghost"):
        both.execute(f'create table {side}.marts."select" as select 1 as "from", 2 as "a ""b"')
    both.execute('update ghost.marts."select" set "a ""b" = 3')
    first, _ = compare(both, "prod", "ghost", ["marts"])
    assert (first.table, first.only_left, first.only_right) == ("marts.select", 1, 1)


def test_a_view_of_a_lake_reads_its_own_lake_under_any_alias(tmp_path: Path) -> None:
    catalogs = {}
    for side, factor in (("prod", 1), ("ghost", 2)):
        folder = tmp_path / side
        folder.mkdir()
        with duckdb.connect(":memory:") as connection:
            load_extension(connection, "ducklake")
            catalogs[side] = folder / "lake.ducklake"
            path, data = quoted(f"ducklake:{catalogs[side]}"), quoted(str(folder / "data"))
            connection.execute(f"attach {path} as lake (data_path {data})")
            connection.execute(f"create table lake.main.t as select i as id, i * {factor} as n from range(4) r(i)")
            connection.execute('create view "lake"."main"."v" as (select * from "lake"."main"."t")')
    with connect(catalogs) as connection:
        table, view = compare(connection, "prod", "ghost", ["main"])
    assert table.only_right == view.only_right == 3


def test_a_missing_lake_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no DuckLake catalog at .*nowhere"), connect({"prod": tmp_path / "nowhere"}):
        pass
