"""What is around a comparison on Snowflake: rights, names, what cannot be read, and what is not known without T."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.snowflake_double.catalog import now
from tests.snowflake_double.errors import SnowflakeError
from tests.snowflake_double.journal import Entry
from tests.snowflake_double.relations import VIEWS
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.server import Double
from tests.warehouse.snowflake.account import GHOST, Shop
from tests.warehouse.snowflake.comparing import PRODUCTION, Comparison, age, compare, run_as_ghost, run_as_prod
from tests.warehouse.snowflake.conftest import shop_on
from tests.warehouse.snowflake.differences import PLAIN
from tests.warehouse.worker import DbtWorker

AROUND = [
    *PRODUCTION,
    "create database PROD_EU",
    "create schema PROD_EU.RAW",
    *(
        f"create table PROD_DB.RAW.{name} as {PLAIN}"
        for name in ("ORDERS", "MOVED", "LATE", "SECRET", "HIDDEN", "GONE")
    ),
    f'create table PROD_DB.RAW."orders" as {PLAIN}',
    f"create table PROD_EU.RAW.ORDERS as {PLAIN}",
    "create view PROD_DB.RAW.BROKEN as select ID from PROD_DB.RAW.GONE",
    "create view PROD_DB.RAW.FAILING as select V::number as N from PROD_DB.RAW.ORDERS",
    "create stage PROD_DB.RAW.LANDING url = 's3://shop-landing/'",
    "create external table PROD_DB.RAW.LANDED location = @PROD_DB.RAW.LANDING file_format = (type = csv)",
    "use role ACCOUNTADMIN",
    "create warehouse PROD_WH",
    "grant usage on warehouse PROD_WH to role TRANSFORMER",
    "use role TRANSFORMER",
    "create dynamic table PROD_DB.RAW.DYNAMIC target_lag = '1 hour' warehouse = PROD_WH"
    " as select ID from PROD_DB.RAW.ORDERS",
]
"""What is around tables of rows: two databases, names in two cases, what cannot be read and what nobody can compare."""


@pytest.fixture(scope="module")
def without_base(worker: DbtWorker, folder: Path) -> Iterator[Shop]:
    double = Double()
    with shop_on(double, worker, folder, AROUND, feed=[], observe={"key": ["id"]}) as shop:
        age(double)
        prod = double.account.databases["PROD_DB"].schemas["RAW"]
        prod.objects["TABLE", "LATE"].altered = now() - timedelta(minutes=30)
        assert shop.operation("ghost_clone")["ok"]
        edits = [f"update {GHOST}.RAW.{name} set V = 'x' where ID = 3" for name in ("ORDERS", "LATE", "SECRET")]
        run_as_ghost(shop, [*edits, f"drop table {GHOST}.RAW.GONE"])
        run_as_prod(shop, ["update PROD_DB.RAW.MOVED set V = 'x' where ID = 3"])
        shop.admin(
            "revoke select on table PROD_DB.RAW.SECRET from role GHOST_DEV_READER",
            "grant references on table PROD_DB.RAW.SECRET to role GHOST_DEV_READER",
            "revoke select on table PROD_DB.RAW.HIDDEN from role GHOST_DEV_READER",
        )
        yield shop


@pytest.fixture(scope="module")
def around(without_base: Shop) -> Comparison:
    return compare(without_base)


def whose(table: dict[str, Any]) -> set[str]:
    return {change["whose"] for change in table["changes"]}


def test_without_a_state_of_t_only_what_one_side_left_alone_is_told(around: Comparison) -> None:
    assert around.result["base"] is False
    (note,) = around.result["notes"]
    assert "no frozen clone of T" in note and "frozen_base: true" in note
    orders, moved = around.table("ORDERS", database="PROD_DB"), around.table("MOVED")
    assert (whose(orders), orders["touched"]) == ({"yours"}, {"prod": False, "ghost": True})
    assert (whose(moved), moved["touched"]) == ({"world"}, {"prod": True, "ghost": False})
    assert moved["changed_at"]["prod"] > around.result["t"]["at"]


def test_what_may_have_been_written_while_t_passed_is_not_called_untouched(around: Comparison) -> None:
    late = around.table("LATE")
    assert (late["touched"]["prod"], late["changed_at"]["prod"], whose(late)) == (True, None, {"unknown"})


def test_tables_of_one_name_in_two_databases_or_two_cases_are_not_confused(around: Comparison) -> None:
    assert around.table("ORDERS", database="PROD_EU")["state"] == "equal"
    states = {each["table"]: each["state"] for each in around.result["tables"] if each["database"] == "PROD_DB"}
    assert (states["RAW.ORDERS"], states["RAW.orders"]) == ("differs", "equal")


def test_what_cannot_be_read_is_told_and_hides_nothing_else(around: Comparison) -> None:
    unreadable = {each["table"]: each["note"] for each in around.result["tables"] if each["state"] == "unreadable"}
    assert unreadable.keys() == {"RAW.SECRET", "RAW.BROKEN", "RAW.FAILING"}
    assert "prod cannot be read" in unreadable["RAW.SECRET"] and "rivileges" in unreadable["RAW.SECRET"]
    assert "ghost cannot be read" in unreadable["RAW.BROKEN"]
    assert "\n" not in "".join(unreadable.values())


def test_what_the_role_may_not_see_in_production_is_not_said_to_be_missing_there(around: Comparison) -> None:
    hidden = around.table("HIDDEN")
    assert hidden["state"] == "only_in_ghost"
    assert hidden["note"] == "or the role GHOST_DEV may not see it in production"


def test_what_no_clone_has_is_no_difference(around: Comparison) -> None:
    assert "RAW.LANDED" not in {each["table"] for each in around.result["tables"]}


def test_what_snowflake_fills_is_never_called_untouched(around: Comparison) -> None:
    dynamic = around.table("DYNAMIC")
    assert (dynamic["state"], dynamic["by"], dynamic["touched"]) == ("equal", "hash", {"prod": True, "ghost": True})


def test_a_schema_that_changed_may_be_another_one(without_base: Shop) -> None:
    without_base.admin("comment on schema PROD_EU.RAW is 'changed'")
    found = compare(without_base, tables=["raw.orders"]).table("ORDERS", database="PROD_EU")
    assert (found["touched"]["prod"], found["changed_at"]["prod"]) == (True, None)


def test_where_the_catalog_does_not_answer_nobody_knows_what_was_touched(without_base: Shop) -> None:
    def refuse(*_: Any) -> Rows:
        raise SnowflakeError(604, "57014", "SQL execution canceled")

    schemata = VIEWS["SCHEMATA"]
    VIEWS["SCHEMATA"] = refuse
    try:
        found = compare(without_base, tables=["raw.orders"]).table("ORDERS", database="PROD_DB")
    finally:
        VIEWS["SCHEMATA"] = schemata
    assert (found["touched"], whose(found)) == ({"prod": None, "ghost": True}, {"unknown"})


def test_production_may_move_while_it_is_compared(without_base: Shop) -> None:
    moved: list[Entry] = []

    def move(entry: Entry) -> None:
        if "full outer join" in entry.text and not moved:
            moved.append(entry)
            run_as_prod(without_base, ["insert into PROD_DB.RAW.MOVED select 99, 'late', 1"])

    without_base.double.before = move
    try:
        found = compare(without_base, tables=["raw.moved"]).table("MOVED")
    finally:
        without_base.double.before = lambda _: None
    assert (found["key"], found["key_refused"], found["rows"]) == (["ID"], "", {"prod": 9, "ghost": 8})


def test_another_role_is_refused_before_anything_is_read(without_base: Shop) -> None:
    since = len(without_base.double.journal)
    without_base.admin("grant role GHOST_DEV_READER to user GHOST_DEV_CI")
    result = without_base.operation("ghost_diff", DOUBLE_ROLE="GHOST_DEV_READER")
    assert "runs as GHOST_DEV_READER" in result["error"]["message"]
    assert not [entry for entry in without_base.double.journal.since(since) if "hash_agg" in entry.text]


def test_a_database_that_has_no_clone_yet_is_refused(without_base: Shop) -> None:
    before = without_base.ghost
    without_base.admin("create database PROD_US", "grant usage on database PROD_US to role GHOST_DEV_READER")
    without_base.ghost = {**before, "databases": [*before["databases"], "PROD_US"]}
    result = without_base.operation("ghost_diff")
    without_base.ghost = before
    assert f"sees no database {GHOST}_PROD_US" in result["error"]["message"]
    assert "make the ghost anew" in result["error"]["hint"]
