"""Functions that comparisons need, with the meaning that Snowflake's documents give them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.snowflake_double.asking import all_of, refused, values
from tests.snowflake_double.server import Double
from tests.snowflake_double.session import Session


@pytest.fixture
def admin() -> Session:
    session = Double().session()
    all_of(
        session,
        """create database PROD
        create schema PROD.S
        create table T (id int, v varchar, j variant, at timestamp_ntz, tm time)
        insert into T select 1, 'a', parse_json('{"b": [1, 2]}'), '2020-01-02 03:04:05.000006', '03:04:05'
        insert into T (id) values (2)""",
    )
    return session


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10", "10::number(38, 0)"),
        ("10", "10::number(5, 3)"),
        ("10", "10::float"),
        ("0::float", "'-0.0'::float"),
        ("100000000000000000000", "1e20::float"),
        ("'2020-01-01 10:00:00 +0000'::timestamp_tz", "'2020-01-01 11:00:00 +0100'::timestamp_tz"),
        ("""parse_json('{"a": 1}')""", """parse_json('{"a":1}')"""),
    ],
)
def test_what_compares_as_equal_hashes_alike(admin: Session, one: str, other: str) -> None:
    assert values(admin, f"select hash({one}) = hash({other})") == [True]
    assert values(admin, f"select hash_agg(1, {one})") == values(admin, f"select hash_agg(1, {other})")


@pytest.mark.parametrize(
    ("one", "other"),
    [("10", "'10'"), ("null", "null, null"), ("1, 2", "2, 1"), ("''", "null"), ("1.5", "1"), ("'a'", "'a '")],
)
def test_other_values_hash_otherwise_and_none_to_null(admin: Session, one: str, other: str) -> None:
    ((first, second),) = admin.run(f"select hash({one}), hash({other})").rows
    assert first != second and -(2**63) <= min(first, second) and max(first, second) < 2**63


def test_hash_agg_counts_duplicates_and_is_zero_without_rows(admin: Session) -> None:
    assert values(admin, "select hash_agg(v) from T where false") == [0]
    once = values(admin, "select hash_agg(v) from T")
    admin.run("insert into T select * from T")
    assert values(admin, "select hash_agg(v) from T") != once


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("to_char(at, 'YYYY-MM-DD HH24:MI:SS.FF9')", ["2020-01-02 03:04:05.000006000", None]),
        ("to_char(tm, 'HH24:MI:SS.FF9')", ["03:04:05.000000000", None]),
        ("to_char(convert_timezone('UTC', at), 'YYYY-MM-DD')", ["2020-01-02", None]),
        ("to_json(j::variant)", ['{"b":[1,2]}', None]),
        ("object_construct_keep_null('v', v)", ['{"v":"a"}', '{"v":null}']),
    ],
)
def test_functions_of_a_column(admin: Session, expression: str, value: list[Any]) -> None:
    assert values(admin, f"select {expression} from T order by id") == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("array_agg(v)", ["a"]),
        ("array_agg(v) within group (order by id desc)", ["a"]),
        ("array_agg(id) within group (order by id desc)", [2, 1]),
        ("min_by(id, -id, 1000)", [2, 1]),
        ("min_by(object_construct_keep_null('v', v), id, 2)", [{"v": "a"}, {"v": None}]),
        (
            "object_construct_keep_null('n', count(*), 'l', array_agg(id) within group (order by id))",
            {"n": 2, "l": [1, 2]},
        ),
    ],
)
def test_aggregates_of_objects(admin: Session, expression: str, value: Any) -> None:
    found = json.loads(values(admin, f"select {expression} from T")[0])
    assert found == value


def test_array_agg_of_nothing_is_an_empty_array(admin: Session) -> None:
    assert values(admin, "select array_agg(id) from T where false") == ["[]"]


@pytest.mark.parametrize(
    "expression",
    [
        *("to_char(at, 'MON DD')", "to_char(id, '999')", "to_char(at, v)"),
        *("hash(*)", "hash_agg(distinct id)", "st_asewkb(v)"),
    ],
)
def test_what_is_not_modelled_is_refused(admin: Session, expression: str) -> None:
    assert refused(admin, f"select {expression} from T").errno == 9999


def test_more_values_than_min_by_returns_are_an_error(admin: Session) -> None:
    assert "1 to 1000" in refused(admin, "select min_by(id, id, 1001) from T").message


def test_ddl_of_a_schema_moves_its_last_altered_and_what_is_inside_does_not(admin: Session) -> None:
    asked = "select last_altered, created from PROD.information_schema.schemata where schema_name = 'S'"
    ((before, created),) = admin.run(asked).rows
    admin.run("create table PROD.S.U (id int)")
    assert admin.run(asked).rows == [(before, created)]
    admin.run("comment on schema PROD.S is 'x'")
    ((after, created_still),) = admin.run(asked).rows
    assert after - before > timedelta(0) and created_still == created
