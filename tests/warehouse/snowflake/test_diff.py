"""What differs between a ghost and production is found, and whose it is, on Snowflake's double through dbt."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.snowflake_double.server import Double
from tests.warehouse.snowflake.account import GHOST, Shop
from tests.warehouse.snowflake.comparing import PRODUCTION, Comparison, age, compare, run_as_ghost, run_as_prod
from tests.warehouse.snowflake.conftest import shop_on
from tests.warehouse.snowflake.counting import statements
from tests.warehouse.snowflake.differences import CASES, rows
from tests.warehouse.snowflake.log import assert_golden, refuse_unparsable
from tests.warehouse.snowflake.statements import changing_targets, inner_statements
from tests.warehouse.worker import DbtWorker

SETTINGS = {
    f"raw.{name}": {**case.settings, **({"key": list(case.key)} if case.key else {})} for name, case in CASES.items()
}


def named(database: str, name: str) -> str:
    """Plain names as people write them: upper-case in the catalog."""
    plain = re.fullmatch(r"\w+", name) is not None
    return f"{database}.RAW." + (name.upper() if plain else '"' + name.replace('"', '""') + '"')


def planted(side: str, database: str) -> list[str]:
    return [each.replace("@", named(database, name)) for name, case in CASES.items() for each in getattr(case, side)]


@pytest.fixture(scope="module")
def shop(worker: DbtWorker, folder: Path) -> Iterator[Shop]:
    """An account that has all of them, with a frozen clone of T."""
    tables = [f"create table {named('PROD_DB', name)} as {case.rows}" for name, case in CASES.items()]
    changes = {"databases": ["PROD_DB"], "feed": [], "clone": {"frozen_base": True}, "observe": {"tables": SETTINGS}}
    view = "create view PROD_DB.RAW.SEEN as select ID, V from PROD_DB.RAW.NOT_CAUGHT_UP"
    with shop_on(Double(), worker, folder, [*PRODUCTION, *tables, view], **changes) as shop:
        age(shop.double)
        assert shop.operation("ghost_clone")["ok"]
        run_as_ghost(shop, planted("ghost", GHOST))
        run_as_prod(shop, planted("prod", "PROD_DB"))
        yield shop


@pytest.fixture(scope="module")
def compared(shop: Shop) -> Comparison:
    return compare(shop, samples=5)


@pytest.mark.parametrize("name", CASES)
def test_a_planted_difference_is_found_and_told_whose_it_is(compared: Comparison, name: str) -> None:
    case, found = CASES[name], compared.table(name)
    said = {
        (each["whose"], each["change"], each["rows"], tuple(sorted(column.lower() for column in each["columns"])))
        for each in found["changes"]
    }
    assert said == case.changes, found
    assert {(each["column"].lower(), each["change"], each["whose"]) for each in found["schema"]} == case.schema
    assert (found["state"], found["whose"], found["by"]) == (case.state, case.whose, case.by), found
    assert found["key_refused"].lower() == case.refused.lower()


def test_production_is_only_read_by_the_restricted_role(compared: Comparison) -> None:
    assert compared.prod_is_unchanged
    assert {(entry.user, entry.role) for entry in compared.entries} == {("GHOST_DEV_CI", "GHOST_DEV")}
    texts = [text for entry in compared.entries for text in inner_statements(entry.text)]
    assert any("hash_agg(" in text for text in texts)
    assert not [text for text in texts if changing_targets(text)]


def test_what_is_asked_is_counted(compared: Comparison) -> None:
    assert compared.result["statements"] == len(statements(compared.entries))


def test_a_sample_shows_the_key_and_only_what_differs(compared: Comparison) -> None:
    (change,) = compared.table("one_cell")["changes"]
    assert change["samples"] == [{"key": {"ID": "3"}, "prod": {"V": "r3"}, "ghost": {"V": "x"}}]


def test_times_are_shown_as_finely_as_they_are_compared_and_in_one_zone(compared: Comparison) -> None:
    (change,) = compared.table("one_microsecond")["changes"]
    assert change["samples"][0]["ghost"] == {"V": "2013-01-01 10:00:00.000001000"}
    (change,) = compared.table("shifted_zone")["changes"]
    assert change["samples"][0]["ghost"] == {"V": "2013-01-01 09:00:00.000000000"}


def test_a_sample_without_a_key_is_the_whole_row(compared: Comparison) -> None:
    (samples,) = (each["samples"] for each in compared.table("without_a_key")["changes"] if each["change"] == "removed")
    assert [(each["key"], each["prod"]["ID"], each["ghost"]) for each in samples] == [({}, "4", None)]


def test_it_is_said_when_each_side_last_changed_a_table(compared: Comparison) -> None:
    both, mine = compared.table("moved_by_both")["changed_at"], compared.table("one_cell")["changed_at"]
    assert compared.result["t"]["at"] < both["ghost"] < both["prod"]
    assert mine["prod"] is None and mine["ghost"]


def test_a_view_is_compared_by_what_it_shows_and_its_frozen_clone_is_no_state_of_t(compared: Comparison) -> None:
    found = compared.table("seen")
    assert (found["kind"], found["state"], found["touched"]) == ("view", "differs", {"prod": None, "ghost": None})
    assert {(each["whose"], each["change"]) for each in found["changes"]} == {
        ("unknown", "added"),
        ("unknown", "removed"),
    }
    assert "the frozen clone's view reads production as it is now" in found["note"]


def test_a_frozen_clone_of_another_time_is_no_state_of_t(shop: Shop) -> None:
    base = shop.double.account.databases[f"{GHOST}__BASE"]
    kept = base.comment
    base.comment = json.dumps({**json.loads(kept), "snapshot_at": "2026-01-01T00:00:00.000+00:00"})
    found = compare(shop, tables=["raw.moved_by_both"])
    base.comment = kept
    assert found.result["base"] is False
    assert {each["whose"] for each in found.table("moved_by_both")["changes"]} == {"unknown"}


MANY = 200


def test_two_hundred_tables_are_compared_in_a_few_statements(worker: DbtWorker, folder: Path) -> None:
    names = [f"T{number}" for number in range(MANY)]
    tables = [f"create table PROD_DB.RAW.{name} as {rows('i as id, i as v', 2)}" for name in names]
    broken = ["create view PROD_DB.RAW.BROKEN as select ID from PROD_DB.RAW.T0"]
    changes = {"databases": ["PROD_DB"], "feed": [], "observe": {"key": ["id"]}}
    with shop_on(Double(), worker, folder, [*PRODUCTION, *tables, *broken], **changes) as shop:
        age(shop.double)
        assert shop.operation("ghost_clone")["ok"]
        changed = names[1:60]
        edits = [f"update {GHOST}.RAW.{name} set V = 7 where ID = 1" for name in changed]
        run_as_ghost(shop, [f"drop table {GHOST}.RAW.T0", *edits])
        found = compare(shop)

    assert {each["table"] for each in found.result["tables"] if each["changes"]} == {f"RAW.{name}" for name in changed}
    assert found.table("BROKEN")["state"] == "unreadable"
    assert found.result["statements"] == found.result["round_trips"] == len(statements(found.entries)) < MANY // 5


def test_what_is_sent_for_tables_of_each_kind(worker: DbtWorker, folder: Path) -> None:
    columns = """i as id, 'r' || i as v, i * 1.5::float as f, parse_json('{"a": 1}') as j, array_construct(i) as l,
        '2013-01-01 10:00:00 +0000'::timestamp_tz as z, '2013-01-01 10:00:00'::timestamp_ntz as n, i = 1 as b"""
    tables = [f"create table PROD_DB.RAW.{name} as {rows(columns, 20)}" for name in ("BY_KEY", "BY_ROWS")]
    typed = "create table PROD_DB.RAW.ZONES (ID number(10, 0), Z timestamp_tz, T time, V varchar(5))"
    changes = {
        **{"databases": ["PROD_DB"], "feed": [], "clone": {"frozen_base": True}},
        "observe": {"tables": {"raw.by_key": {"key": ["id"], "tolerance": {"f": 0.01}}, "raw.zones": {"key": ["id"]}}},
    }
    with shop_on(Double(), worker, folder, [*PRODUCTION, *tables, typed], **changes) as shop:
        age(shop.double)
        assert shop.operation("ghost_clone")["ok"]
        for name in ("BY_KEY", "BY_ROWS"):
            run_as_ghost(shop, [f"update {GHOST}.RAW.{name} set V = 'mine', J = null where ID < 12"])
            run_as_prod(shop, [f"update PROD_DB.RAW.{name} set N = '2014-01-01'::timestamp_ntz where ID = 19"])
        zoned = "'2013-01-01 10:00:00 +0100'::timestamp_tz"
        run_as_ghost(shop, [f"insert into {GHOST}.RAW.ZONES select 1, {zoned}, '10:00:00', 'x'"])
        found = compare(shop, samples=3)

    refuse_unparsable(found.entries)
    assert_golden("diff", found.entries)
    (added,) = found.table("ZONES")["changes"]
    assert added["samples"][0]["ghost"]["Z"] == "2013-01-01 09:00:00.000000000"
    (common,) = (each for each in found.table("BY_KEY")["narrowed"] if each["column"] == "V")
    assert common == {"column": "V", "value": "mine", "rows": 12, "of": 12, "share_of_all": 0.6}
    told = {(each["whose"], each["change"], each["rows"]): each for each in found.table("BY_KEY")["changes"]}
    assert told.keys() == {("yours", "changed", 12), ("world", "changed", 1)}
    assert len(told["yours", "changed", 12]["samples"]) == 3
    (world,) = told["world", "changed", 1]["samples"]
    assert world["prod"] == {"N": "2014-01-01 00:00:00.000000000"}
