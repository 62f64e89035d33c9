"""Rows of JSON and Parquet: what makes them differ, what does not, and what cannot be told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dbt_ghost.core.observe.objects import SchemaChange
from tests.providers.rows import changed, compared


@pytest.fixture
def parquet(tmp_path: Path) -> Callable[[str], bytes]:
    """A file of what the query gives."""

    def made(query: str) -> bytes:
        file = tmp_path / "made.parquet"
        duckdb.sql(f"copy ({query}) to '{file}' (format parquet)")
        return file.read_bytes()

    return made


@pytest.mark.parametrize(
    ("prod", "ghost"),
    [
        ('{"a":1,"b":2}\n{"a":3}\n', '{"a":3}\n\n{"b":2, "a":1}'),
        ('[{"a":1},{"a":2}]', ' [ {"a":2}, {"a":1} ] '),
        ('{"a":{"x":1,"y":[1,2]}}', '{"a":{"y":[1,2],"x":1}}'),
        ('{"a":"\\u00e4"}', '{"a":"ä"}'),
        ('{"a":1e2,"b":0.10}', '{"a":100.0,"b":0.1}'),
        ('{"a":12345678901234567890123}', '{ "a" : 12345678901234567890123 }'),
        ('{"a":NaN}', '{"a": NaN}'),
        ('{"a":""}\n{}', '{}\n{"a":""}'),
    ],
)
def test_json_of_the_same_rows_is_equal(prod: str, ghost: str) -> None:
    assert compared("a.json", prod, ghost).equal


@pytest.mark.parametrize(
    ("prod", "ghost"),
    [
        ('{"a":1}', '{"a":"1"}'),
        ('{"a":null}', '{"a":"null"}'),
        ('{"a":""}', '{"a":null}'),
        ('{"a":true}', '{"a":1}'),
        ('{"a":1}', '{"a":1.0}'),
        ('{"a":12345678901234567890123}', '{"a":12345678901234567890124}'),
        ('{"a":0.1}', '{"a":0.1000000000000000000001}'),
        ('{"a":1e400}', '{"a":1e401}'),
        ('{"a":[1,2]}', '{"a":[2,1]}'),
        ('{"a":{"x":null}}', '{"a":{}}'),
        ('{"a":1}\n{"a":1}', '{"a":1}'),
        ('{}', ''),
        ('1', '2'),
        ('{"a":1}\n{"b":null}', '{"a":1}\n{"b":null}\n{}'),
    ],
)  # fmt: skip
def test_json_of_other_rows_differs(prod: str, ghost: str) -> None:
    assert sum(changed("a.jsonl", prod, ghost)) > 0


def test_in_json_what_is_left_out_is_not_null() -> None:
    assert changed("a.jsonl", '{"a":1,"b":null}', '{"a":1}\n{"b":null}') != (0, 0)
    found = compared("a.jsonl", '{"a":1,"b":null}\n{"b":2}', '{"a":1}\n{"b":2}')
    assert (found.columns, found.prod_samples, found.ghost_samples) == (
        (("b", 1),),
        ({"b": "null", "a": "1"},),
        ({"b": None, "a": "1"},),
    )


def test_json_values_that_are_no_objects_are_no_objects_rows() -> None:
    assert not compared("a.json", "1\n", '{"value":1}\n').equal
    assert compared("a.json", '[1,"a",null]', '[null,"a",1]').equal


def test_one_array_is_not_one_value_after_another() -> None:
    found = compared("a.json", '[{"a":1}]', '{"a":1}')
    assert found.schema == (SchemaChange("", "type", "one array", "one value after another"),)


TYPED = """select 1::integer as id, 'x' as text, 1.50::decimal(9, 2) as money, date '2026-01-05' as day,
    timestamptz '2026-01-05 12:00:00+00' as at, 'nan'::double as ratio, [1, 2] as list, {'a': 1} as struct,
    null::varchar as nothing, 'b'::blob as bytes, map {'k': 1} as map, true as flag"""


def test_parquet_is_compared_by_its_own_types(parquet: Callable[[str], bytes]) -> None:
    other_layout = parquet(f"{TYPED} union all {TYPED}")
    assert compared(
        "a.parquet", parquet(f"from ({TYPED}), range(2) select columns(c -> c <> 'range')"), other_layout
    ).equal
    assert compared("a.parquet", parquet(TYPED), other_layout).only_ghost == 1


@pytest.mark.parametrize(
    "other",
    [
        "2::integer as id", "'' as nothing", "'X' as text", "date '2026-01-06' as day", "0::double as ratio",
        "[2, 1] as list", "{'a': null::integer} as struct", "map {'k': 2} as map", "null::boolean as flag",
    ],
)  # fmt: skip
def test_another_value_in_parquet_is_told_of_its_column(parquet: Callable[[str], bytes], other: str) -> None:
    found = compared("a.parquet", parquet(TYPED), parquet(f"select * replace ({other}) from ({TYPED})"))
    assert (found.only_prod, found.only_ghost, found.schema) == (1, 1, ())
    assert found.columns == ((other.rpartition(" ")[2], 1),)


def test_another_type_in_parquet_is_told_though_the_values_are_equal(parquet: Callable[[str], bytes]) -> None:
    found = compared("a.parquet", parquet("select 1::integer as id"), parquet("select 1::bigint as id"))
    assert found.schema == (SchemaChange("id", "type", "INTEGER", "BIGINT"),)
    assert (found.only_prod, found.equal) == (0, False)


def test_null_and_nan_are_not_each_other_and_each_equals_itself(parquet: Callable[[str], bytes]) -> None:
    nan, null = parquet("select 'nan'::double as x"), parquet("select null::double as x")
    assert compared("a.parquet", nan, parquet("select 'nan'::double as x, from range(1)")).equal
    assert compared("a.parquet", null, parquet("select null::double as x from range(1)")).equal
    assert changed("a.parquet", nan, null) == (1, 1)


def test_equal_numbers_are_equal_whatever_they_are_shown_as(parquet: Callable[[str], bytes]) -> None:
    assert compared("a.parquet", parquet("select 0.0::double as x"), parquet("select -0.0::double as x")).equal


def test_columns_of_parquet_that_differ_by_case_are_not_confused(parquet: Callable[[str], bytes]) -> None:
    """DuckDB makes no such file: its names are written over."""

    def both(one: int, other: int) -> bytes:
        return parquet(f"select {one}::bigint as name_a, {other}::bigint as name_b").replace(b"name_b", b"NAME_A")

    found = compared("a.parquet", both(1, 2), both(1, 3))
    assert not found.equal and "names differ by case alone: NAME_A" in found.unreadable
    lower = parquet("select 1::bigint as name_a")
    assert compared("a.parquet", lower, lower.replace(b"name_a", b"NAME_A")).schema == (
        SchemaChange("name_a", "dropped", prod="BIGINT"),
        SchemaChange("NAME_A", "added", ghost="BIGINT"),
    )


def test_parquet_under_another_key_is_read_as_what_it_is(parquet: Callable[[str], bytes]) -> None:
    found = compared("a.csv", "id\n1\n", parquet("select '1' as id"))
    assert not found.equal and SchemaChange("", "type", "separated by ','", "Parquet") in found.schema
