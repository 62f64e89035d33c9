"""The comparison counts every difference between two databases, and none between equal ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dbt_ghost.core.errors import GhostError, NotFound
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


def only(connection: duckdb.DuckDBPyConnection, key: tuple[str, ...] = ("id",)) -> TableComparison:
    (comparison,) = compare(connection, "prod", "ghost", ["marts"], keys={"marts.t": key})
    return comparison


def test_equal_tables_are_the_same(both: duckdb.DuckDBPyConnection) -> None:
    assert only(both) == TableComparison("prod", "ghost", "marts.t", rows_left=6, rows_right=6)
    assert only(both).same


def test_changed_rows_are_counted_by_key_and_column(both: duckdb.DuckDBPyConnection) -> None:
    both.execute("update ghost.marts.t set score = 7 where id in (1, 3)")  # a NULL and a value
    both.execute("update ghost.marts.t set name = null where id = 3")
    found = only(both)
    assert (found.only_left, found.only_right, found.changed) == (2, 2, 2)
    assert found.changed_columns == (("name", 1), ("score", 2))
    assert not found.same


def test_rows_on_one_side_only_are_counted_there(both: duckdb.DuckDBPyConnection) -> None:
    both.execute("delete from ghost.marts.t where id < 2")
    both.execute("insert into ghost.marts.t values (9, 'nine', null)")
    found = only(both)
    assert (found.rows_left, found.rows_right, found.only_left, found.only_right, found.changed) == (6, 5, 2, 1, 0)


def test_a_repeated_row_is_a_difference_without_a_key(both: duckdb.DuckDBPyConnection) -> None:
    both.execute("insert into ghost.marts.t select * from ghost.marts.t where id = 1")
    found = only(both, key=())
    assert (found.only_left, found.only_right, found.changed) == (0, 1, 0)


def test_a_key_that_does_not_identify_rows_is_refused(both: duckdb.DuckDBPyConnection) -> None:
    both.execute("insert into ghost.marts.t select * from ghost.marts.t where id = 1")
    with pytest.raises(GhostError, match=r"id does not identify the rows of marts\.t in ghost"):
        only(both)
    with pytest.raises(GhostError, match="has no column nope"):
        only(both, key=("nope",))


def test_columns_and_types_that_differ_are_named_and_the_rest_is_compared(both: duckdb.DuckDBPyConnection) -> None:
    both.execute("alter table ghost.marts.t add column extra int")
    both.execute("alter table ghost.marts.t alter score type varchar")
    found = only(both)
    assert found.structure == ("column extra is only in ghost", "column score is BIGINT in prod, VARCHAR in ghost")
    assert (found.only_left, found.only_right, found.changed) == (0, 0, 0)
    assert not found.same


def test_a_column_of_loading_times_can_be_left_out(both: duckdb.DuckDBPyConnection) -> None:
    both.execute("update ghost.marts.t set score = 1")
    (found,) = compare(both, "prod", "ghost", ["marts"], keys={"marts.t": ["id"]}, ignored=["score"])
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
    first, _ = compare(both, "prod", "ghost", ["marts"], keys={"marts.select": ["from"]})
    assert first.changed_columns == (('a "b', 1),)


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
        table, view = compare(connection, "prod", "ghost", ["main"], keys={"main.t": ["id"], "main.v": ["id"]})
    assert table.changed == view.changed == 3


def test_a_missing_lake_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no DuckLake catalog at .*nowhere"), connect({"prod": tmp_path / "nowhere"}):
        pass
