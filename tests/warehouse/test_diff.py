"""What differs between a ghost and production is found, and whose it is, on the embedded warehouse through dbt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest

from dbt_ghost.providers.lake_catalog import load_extension, quoted
from dbt_ghost.providers.lake_files import Place
from tests.warehouse.differences import CASES
from tests.warehouse.project import BRANCH, SCHEMA, Warehouse, fingerprint, make_warehouse

SETTINGS = {name: {**case.settings, **({"key": list(case.key)} if case.key else {})} for name, case in CASES.items()}
MANY = {"many": {"key": ["id"]}}
VARS = {
    "ghost": {
        "project": "flights",
        "databases": ["lake"],
        "observe": {"tables": {f"raw.{name}": settings for name, settings in (SETTINGS | MANY).items()}},
    }
}


def write(place: Place, statements: Sequence[str]) -> None:
    place.folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        load_extension(connection, "ducklake")
        options = f"data_path {quoted(place.data_path)}"
        connection.execute(f"attach {quoted(f'ducklake:{place.catalog}')} as lake ({options})")
        connection.execute("set timezone = 'UTC'")
        for statement in statements:
            connection.execute(statement)


def named(name: str) -> str:
    return 'lake.raw."' + name.replace('"', '""') + '"'


def planted(side: str) -> list[str]:
    return [each.replace("@", named(name)) for name, case in CASES.items() for each in getattr(case, side)]


@dataclass(frozen=True)
class Comparison:
    warehouse: Warehouse
    result: dict[str, Any]
    lines: Sequence[str]
    prod_is_unchanged: bool

    def table(self, name: str, schema: str = "raw") -> dict[str, Any]:
        (found,) = (each for each in self.result["tables"] if each["table"] == f"{schema}.{name}")
        return dict(found)


KEYS = {
    "fct_flights": (["flight_id"], "test"),
    "by_two_columns": (["a", "b"], "test"),
    "by_contract": (["a"], "contract"),
    "by_merge": (["a", "b"], "unique_key"),
    "by_part": ([], ""),
}
"""What the project declares of tables of the schema `analytics`: in the files that `declare` writes, and in its own."""

MODELS = """
models:
  - name: by_two_columns
    data_tests:
      - unique_combination_of_columns: {arguments: {combination_of_columns: [A, b]}}
  - name: by_contract
    columns: [{name: a, data_type: integer, constraints: [{type: primary_key}]}]
  - name: by_merge
    config: {materialized: incremental, unique_key: [a, b]}
  - name: by_part
    columns: [{name: a, data_tests: [{unique: {config: {where: b > 0}}}]}]
"""

UTILS = """{% test unique_combination_of_columns(model, combination_of_columns) %} select 1 {% endtest %}"""
"""Stands in for the package dbt_utils."""


def declare(project: Path) -> list[str]:
    """Models with keys; returns what makes their tables."""
    for name in KEYS.keys() - {"fct_flights"}:
        (project / f"models/{name}.sql").write_text("select 1 as a, 1 as b")
    (project / "macros/utils.sql").write_text(UTILS)
    (project / "models/keys.yml").write_text(MODELS)
    columns = {name: "range as a, range as b, 0 as v" for name in KEYS} | {"fct_flights": "range as flight_id, 0 as v"}
    return [f"create table lake.analytics.{name} as select {what} from range(3)" for name, what in columns.items()]


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """One comparison of a warehouse that has all of them."""
    warehouse = make_warehouse(Path(tmp_path_factory.mktemp("diff")))
    tables = [f"create table {named(name)} as {case.rows}" for name, case in CASES.items()]
    views = [
        "create view lake.raw.seen as select id, v from lake.raw.one_cell",
        "create view lake.raw.blind as select id from lake.raw.gone_in_the_ghost",
        "create view lake.raw.moving as select id, v from lake.raw.not_caught_up",
        "create table lake.raw.many as select range as id, case when range % 4 = 0 then 'UA' else 'B6' end as carrier,"
        " range as v from range(1000)",
    ]
    models = ["create schema lake.analytics", *declare(warehouse.folder)]
    write(warehouse.lake.prod, ["create schema lake.raw", *tables, *views, *models])
    assert warehouse.operation("ghost_clone")["ok"]
    many = "update lake.raw.many set v = -1 where carrier = 'UA' and id < 400"
    edits = [f"update lake.analytics.{name} set v = 1" for name in KEYS]
    write(warehouse.ghost, [*planted("ghost"), "create table lake.raw.mine as select 1 as id", many, *edits])
    write(warehouse.lake.prod, [*planted("prod"), "delete from lake.raw.many where id >= 600"])
    before = fingerprint(warehouse.lake.home)
    arguments = ("--args", "{samples: 5}", "--vars", json.dumps(VARS))
    run = warehouse.dbt("run-operation", "ghost_diff", "--target", "ghost", *arguments, branch=BRANCH)
    assert run.result is not None and run.ok, run.error
    jsonschema.validate(run.result, SCHEMA)
    return Comparison(warehouse, run.result, run.lines, fingerprint(warehouse.lake.home) == before)


@pytest.mark.parametrize("name", CASES)
def test_a_planted_difference_is_found_and_told_whose_it_is(compared: Comparison, name: str) -> None:
    case, found = CASES[name], compared.table(name)
    said = {(each["whose"], each["change"], each["rows"], tuple(sorted(each["columns"]))) for each in found["changes"]}
    assert said == case.changes, found
    assert {(each["column"], each["change"], each["whose"]) for each in found["schema"]} == case.schema
    assert (found["state"], found["whose"], found["by"]) == (case.state, case.whose, case.by), found
    assert found["key_refused"] == case.refused
    assert found["key"] == (list(case.key) if case.by in ("join", "hash") else found["key"])


@pytest.mark.parametrize("name", KEYS)
def test_rows_are_told_apart_by_what_the_project_declares(compared: Comparison, name: str) -> None:
    found = compared.table(name, "analytics")
    assert (found["key"], found["key_from"]) == KEYS[name]
    assert found["by"] == ("join" if KEYS[name][0] else "rows")
    assert {each["rows"] for each in found["changes"]} == {3}


def test_it_is_said_when_each_side_last_changed_a_table(compared: Comparison) -> None:
    both, mine = compared.table("moved_by_both")["changed_at"], compared.table("one_cell")["changed_at"]
    assert compared.result["t"]["at"] < both["ghost"] < both["prod"]
    assert mine["prod"] is None and mine["ghost"]
    assert compared.table("seen")["changed_at"] == {"prod": None, "ghost": None}


def test_nothing_of_production_changes(compared: Comparison) -> None:
    assert compared.prod_is_unchanged


def test_a_sample_shows_the_key_and_only_what_differs(compared: Comparison) -> None:
    (change,) = compared.table("one_cell")["changes"]
    assert change["samples"] == [{"key": {"id": "3"}, "prod": {"v": "r3"}, "ghost": {"v": "x"}}]
    (added,) = compared.table("extra_row")["changes"]
    assert added["samples"] == [{"key": {"id": "99"}, "prod": None, "ghost": {"v": "x", "n": "1.0"}}]


def test_a_sample_without_a_key_is_the_whole_row(compared: Comparison) -> None:
    samples = {each["change"]: each["samples"] for each in compared.table("without_a_key")["changes"]}
    assert samples == {
        "added": [{"key": {}, "prod": None, "ghost": {"id": "3", "v": "r3", "n": "1.5"}}],
        "removed": [{"key": {}, "prod": {"id": "4", "v": "r4", "n": "2.0"}, "ghost": None}],
    }


def test_samples_are_as_many_as_asked_for_and_the_count_is_of_all(compared: Comparison) -> None:
    by_world, mine = sorted(compared.table("many")["changes"], key=lambda each: str(each["whose"]))
    assert (by_world["whose"], by_world["rows"], len(by_world["samples"])) == ("world", 400, 5)
    assert (mine["whose"], mine["rows"], len(mine["samples"])) == ("yours", 100, 5)


def test_what_rows_have_in_common_is_said_of_those_that_are_not_productions_doing(compared: Comparison) -> None:
    (common,) = compared.table("many")["narrowed"]
    assert common == {"column": "carrier", "value": "UA", "rows": 100, "of": 100, "share_of_all": 0.25}


def test_without_samples_no_value_leaves_the_warehouse(compared: Comparison) -> None:
    many = ("--args", "{samples: 0, tables: [raw.many]}", "--vars", json.dumps(VARS))
    run = compared.warehouse.dbt("run-operation", "ghost_diff", "--target", "ghost", *many, branch=BRANCH)
    assert run.result is not None and run.ok, run.error
    (told,) = run.result["tables"]
    assert {each["rows"]: each["samples"] for each in told["changes"]} == {400: [], 100: []}
    assert told["narrowed"] == [] and not [line for line in run.lines if "UA" in line]


def test_a_table_of_one_side_is_told(compared: Comparison) -> None:
    assert compared.table("mine")["state"] == "only_in_ghost"
    assert compared.table("gone_in_the_ghost")["rows"] == {"prod": None, "ghost": None}


def test_a_view_is_compared_by_what_it_shows(compared: Comparison) -> None:
    found = compared.table("seen")
    assert (found["kind"], found["state"], found["touched"]) == ("view", "differs", {"prod": None, "ghost": None})
    assert {(each["whose"], each["change"]) for each in found["changes"]} == {("yours", "added"), ("yours", "removed")}


def test_without_a_key_what_only_production_gained_is_nobodys_alone_and_the_mend_is_said(compared: Comparison) -> None:
    found = compared.table("moving")
    told = {(each["whose"], each["change"]) for each in found["changes"]}
    assert told == {("yours", "added"), ("yours", "removed"), ("both", "removed")}
    assert "set observe.tables.raw.moving.key" in found["note"]


def test_a_view_that_cannot_be_read_is_told_and_the_others_are_compared(compared: Comparison) -> None:
    found = compared.table("blind")
    assert found["state"] == "unreadable" and "ghost cannot be read" in found["note"], found


def test_people_read_a_line_for_each_difference(compared: Comparison) -> None:
    assert "raw.one_cell: 1 row changed in v (by the branch)" in compared.lines
    assert "raw.gone_in_the_ghost: only in prod" in compared.lines
    assert not [line for line in compared.lines if line.startswith("raw.untouched")]
