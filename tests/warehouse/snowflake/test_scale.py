"""A thousand tables in fifty schemas: what `ghost_clone` sends grows as docs/reference/snowflake.md says, no faster."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from dbt_ghost.core.naming import GhostName
from tests.snowflake_double.catalog import Column, Database, Object, Schema
from tests.snowflake_double.server import Double
from tests.warehouse.snowflake.account import Shop, make_shop, settings
from tests.warehouse.snowflake.counting import cloning
from tests.warehouse.worker import DbtWorker

TABLES, SCHEMAS = 1000, 50
TEMPLATE = {"ownership": "template", "templates": {"PROD_DB": "PROD_DB_TEMPLATE"}}
PRODUCTION = [
    "create role TRANSFORMER",
    "create user PROD_CI default_role = TRANSFORMER",
    "grant role TRANSFORMER to user PROD_CI",
    "create database PROD_DB",
]


@pytest.fixture(scope="module")
def shop(worker: DbtWorker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Without its models: settings that change would have dbt parse them anew each time."""
    with Double() as double:
        shop = make_shop(double, worker, tmp_path_factory.mktemp("scale"), PRODUCTION)
        for nodes in ("models", "seeds", "snapshots"):
            shutil.rmtree(shop.folder / nodes)
        choose(shop, "auto")
        shop.set_up()
        yield shop


def choose(shop: Shop, strategy: str) -> None:
    shop.ghost = settings(databases=["PROD_DB"], feed=[], clone={**TEMPLATE, "strategy": strategy})


def fill(shop: Shop, tables: int, schemas: int) -> Database:
    """The template has these, put into the catalog: sent as SQL they would take longer than what is tested."""
    template = shop.double.account.databases["PROD_DB_TEMPLATE"]
    template.schemas = {}
    made = [template.add(Schema(name=f"S{number}", owner="GHOST_DEV")) for number in range(schemas)]
    for number in range(tables):
        columns = [Column("ID", "NUMBER(38,0)")]
        made[number % schemas].add(Object("TABLE", f"T{number}", "GHOST_DEV", columns=columns))
    return template


def names(database: Database) -> set[tuple[str, str]]:
    return {(schema.name, item.name) for schema in database.schemas.values() for item in schema.of_kind("TABLE")}


@pytest.mark.parametrize(
    ("strategy", "statements"),
    [("database", 3), ("schema", SCHEMAS + 3), ("tables", TABLES + SCHEMAS + 3)],
)
def test_a_clone_sends_what_the_formula_says(shop: Shop, strategy: str, statements: int) -> None:
    template = fill(shop, TABLES, SCHEMAS)
    choose(shop, strategy)
    branch, before = f"scale/{strategy}", len(shop.double.journal)
    result = shop.operation("ghost_clone", branch=branch)

    assert result["ok"], result
    assert cloning(shop.double.journal.since(before)) == statements
    assert result["round_trips"] < 25
    clone = shop.double.account.databases[GhostName("shop", branch).database()]
    assert len(names(clone)) == TABLES and names(clone) == names(template)
    assert result["not_cloned"] == []


@pytest.mark.parametrize(
    ("tables", "schemas", "how"),
    [
        (950, 50, "in one statement"),  # 1,000 objects: a schema is one too
        (951, 50, "schema by schema"),
        (993, 8, "schema by schema"),
        (994, 7, "table by table"),
    ],
)
def test_auto_goes_by_the_documented_numbers(shop: Shop, tables: int, schemas: int, how: str) -> None:
    fill(shop, tables, schemas)
    choose(shop, "auto")
    result = shop.operation("ghost_clone", dry_run=True)

    assert how in result["plan"][0]
