"""`ghost-ingest where` as it is typed: in the integration project on the embedded warehouse, and for Snowflake's names,
of which dbt knows where they resolve without a connection.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from dbt_ghost.core.branch import BRANCH_VARIABLES
from dbt_ghost.core.naming import GhostName
from dbt_ghost.providers import lake
from tests.cli.typed import ghost_ingest
from tests.providers.lakes import LATER, opened
from tests.warehouse.project import ROOT, Warehouse, make_warehouse

ODD = "Feature/Ünï--x y'\"{{ 1 }}"
SHIMS = (ROOT / "integration_tests/macros/ghost_shims.sql").read_text()
SOURCE_SHIM = "{% macro source(a, b) %}{{ return(dbt_ghost.ghost_source(a, b)) }}{% endmacro %}\n"
MODELS = ("daily_carriers", "delays_by_visibility", "fct_flights", "stg_flights")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return make_warehouse(Path(tmp_path_factory.mktemp("where")))


@pytest.fixture
def warehouse(installed: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    """A developer in a project of their own, on no branch; production has one of its tables."""
    for name in [name for name in os.environ if name.startswith(("GHOST_", "DBT_")) or name in BRANCH_VARIABLES]:
        monkeypatch.delenv(name)
    folder = tmp_path / "project"
    shutil.copytree(installed.folder, folder, symlinks=True)
    mine = Warehouse(folder, {**installed.environment, "GHOST_WAREHOUSE": str(tmp_path / "warehouse")})
    monkeypatch.setenv("GHOST_WAREHOUSE", mine.environment["GHOST_WAREHOUSE"])
    monkeypatch.chdir(folder)
    mine.lake.home.mkdir()
    with opened(mine.lake.prod) as connection:
        connection.execute("create schema lake.analytics")
        connection.execute("create view lake.analytics.stg_flights as select 1 as flight_id")
    return mine


def where(*words: str, branch: str = ODD, exit_code: int = 0) -> dict[str, Any]:
    typed = ghost_ingest("where", "--json", "--branch", branch, *words, exit_code=exit_code)
    document: dict[str, Any] = json.loads(typed.stdout)
    assert document["branch"] == branch
    return document


def nodes(document: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """(what dbt does with it, where it resolves) by the node's name."""
    return {each["node"].split(".", 2)[2]: (each["does"], each["resolves_to"]) for each in document["nodes"]}


def test_every_model_builds_in_the_ghost_and_a_source_that_follows_the_target_is_read_from_it(
    warehouse: Warehouse,
) -> None:
    found = where()

    assert nodes(found) == {name: ("build", "ghost") for name in MODELS} | {"raw.flights": ("read", "ghost")}
    assert found["nodes"][-1] == {
        "node": "source.flights.raw.flights",
        "kind": "source",
        "does": "read",
        "resolves_to": "ghost",
        "relation": '"lake"."raw"."flights"',
        "why": "the target opens the ghost's catalogue as lake",
    }
    assert found["counts"] == [
        {"does": "build", "resolves_to": "ghost", "kinds": {"model": 4}},
        {"does": "read", "resolves_to": "ghost", "kinds": {"source": 1}},
    ]
    assert (found["problems"], found["ghost"]) == (0, {"databases": ["lake"], "there": False})


def test_a_ghost_that_is_there_is_found(warehouse: Warehouse) -> None:
    lake.clone(warehouse.lake, GhostName("flights", ODD), LATER)

    typed = ghost_ingest("where", "--branch", ODD, "--select", "stg_flights").stdout

    assert typed.splitlines()[:2] == [f"{ODD}: 1 model builds in the ghost", "  ghost  lake"]


def test_a_selection_is_dbts_own(warehouse: Warehouse) -> None:
    picked = where("-s", "+stg_flights", "--select", "daily_carriers", "--exclude", "source:*")

    assert nodes(picked) == {"stg_flights": ("build", "ghost"), "daily_carriers": ("build", "ghost")}


def test_a_model_that_names_production_is_refused_by_the_shim_in_dbts_words(warehouse: Warehouse) -> None:
    (warehouse.folder / "models/loose.sql").write_text("{{ config(database='marts') }} select 1 as one")

    typed = ghost_ingest("where", "--branch", ODD, exit_code=1)

    assert "dbt cannot list the project:" in typed.stderr
    assert "model.flights.loose: the database marts has no clone, so the ghost would write to it" in typed.stderr
    assert typed.stdout == ""


def test_a_model_that_names_production_where_nothing_maps_it_is_said_first(warehouse: Warehouse) -> None:
    (warehouse.folder / "models/loose.sql").write_text("{{ config(database='Marts') }} select 1 as one")
    (warehouse.folder / "macros/ghost_shims.sql").unlink()
    file = warehouse.folder / "dbt_project.yml"
    file.write_text(file.read_text().replace("databases: [lake]", "databases: [lake, marts]"))

    typed = ghost_ingest("where", "--branch", ODD, exit_code=1).stdout.splitlines()

    assert typed[0].startswith(f"{ODD}: 1 model would WRITE INTO PRODUCTION, 4 models build in the ghost")
    assert typed[2:5] == [
        "  Do not build this branch on the target of ghosts before that is mended.",
        "",
        "  1 would WRITE INTO PRODUCTION: its database Marts is production's: dbt WRITES there",
    ]
    assert typed[5].split() == ["model", "model.flights.loose", '"Marts"."analytics"."loose"']


@pytest.mark.thorough
def test_a_target_of_ghosts_that_opens_production_is_a_problem_of_every_model(warehouse: Warehouse) -> None:
    file = warehouse.folder / "profiles.yml"
    file.write_text(file.read_text().replace("side: ghost", "side: prod"))

    found = where(exit_code=1)

    assert nodes(found) == {name: ("build", "prod") for name in MODELS} | {"raw.flights": ("read", "prod")}
    assert "has `side: prod`" in found["nodes"][0]["why"]


@pytest.mark.thorough
def test_with_defer_what_the_ghost_does_not_have_is_deferred(warehouse: Warehouse, tmp_path: Path) -> None:
    """Production's manifest names another database, as on a warehouse where each clone has its own name."""
    parsed = warehouse.dbt("parse", "--target", "prod", "--target-path", str(tmp_path / "state"))
    assert parsed.ok, parsed.error
    manifest = tmp_path / "state/manifest.json"
    manifest.write_text(manifest.read_text().replace('"database": "lake"', '"database": "prod_lake"'))
    lake.clone(warehouse.lake, GhostName("flights", ODD), LATER)

    found = where(*("--select", "daily_carriers delays_by_visibility", "--defer", "--state", str(tmp_path / "state")))

    assert nodes(found) == {
        "daily_carriers": ("build", "ghost"),
        "delays_by_visibility": ("build", "ghost"),
        "stg_flights": ("read", "ghost"),
        "fct_flights": ("read", "deferred"),
    }, "production had stg_flights when it was cloned, and not fct_flights"
    assert found["nodes"][-1]["relation"] == '"prod_lake"."analytics"."fct_flights"'


def test_to_defer_without_a_state_is_a_mistake_of_typing(warehouse: Warehouse) -> None:
    assert "--defer needs --state" in ghost_ingest("where", "--branch", ODD, "--defer", exit_code=2).stderr


def test_on_production_itself_nothing_resolves_to_a_ghost(warehouse: Warehouse) -> None:
    typed = ghost_ingest("where", "--branch", "main", exit_code=1)

    assert "Error: main is production: nothing resolves to a ghost\n" in typed.stderr


def test_a_branch_that_the_settings_protect_has_no_ghost_either(warehouse: Warehouse) -> None:
    file = warehouse.folder / "dbt_project.yml"
    file.write_text(file.read_text().replace("    ttl: 3d\n", "    protected: [develop]\n"))

    typed = ghost_ingest("where", "--branch", "develop", exit_code=1)

    assert "Error: 'develop' is a protected branch: it never gets a ghost\n" in typed.stderr


def test_outside_a_dbt_project_it_says_so(tmp_path: Path) -> None:
    assert "dbt_project.yml" in ghost_ingest("where", "--project-dir", str(tmp_path), exit_code=1).stderr


SNOWFLAKE = {
    "dbt_project.yml": "name: shop\nprofile: shop\nvars: {ghost: {project: shop, databases: [PROD_DB, Marts]}}\n",
    "macros/shims.sql": SHIMS + SOURCE_SHIM,
    "models/orders.sql": "select * from {{ source('follows', 'orders') }}",
    "models/mart.sql": "{{ config(database='marts') }} select * from {{ ref('orders') }}",
    "models/part.sql": "{{ config(materialized='ephemeral') }} select 1 as one",
    "models/sources.yml": yaml.safe_dump(
        {
            "sources": [
                {"name": "follows", "tables": [{"name": "orders"}]},
                {"name": "cloned", "database": "Marts", "tables": [{"name": "orders"}]},
                {"name": "left", "database": "PROD_RAW", "tables": [{"name": "orders"}]},
            ]
        }
    ),
    "snapshots/history.sql": (
        "{% snapshot history %}{{ config(unique_key='id', strategy='check', check_cols='all', target_schema='S', "
        "target_database='PROD_DB') }} select 1 as id{% endsnapshot %}"
    ),
}
"""A snapshot's `target_database` does not go through `generate_database_name`: dbt writes to production."""


def test_snowflakes_names_are_told_apart_without_a_connection(warehouse: Warehouse, tmp_path: Path) -> None:
    folder, ghost = tmp_path / "shop", GhostName("shop", ODD)
    for name, text in SNOWFLAKE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    shutil.copytree(warehouse.folder / "dbt_packages", folder / "dbt_packages", symlinks=True)
    shutil.copy(warehouse.folder / "packages.yml", folder)
    target = {"type": "snowflake", "account": "nobody", "user": "nobody", "password": "none", "schema": "A"}
    target["database"] = "{{ env_var('GHOST_DATABASE') }}"
    (folder / "profiles.yml").write_text(yaml.safe_dump({"shop": {"target": "ghost", "outputs": {"ghost": target}}}))

    found = where("--project-dir", str(folder), exit_code=1)

    assert nodes(found) == {
        "history": ("build", "prod"),
        "orders": ("build", "ghost"),
        "mart": ("build", "ghost"),
        "cloned.orders": ("read", "ghost"),
        "follows.orders": ("read", "ghost"),
        "left.orders": ("read", "prod"),
        "part": ("build", "nowhere"),
    }
    assert found["nodes"][0]["node"] == "snapshot.shop.history"
    assert found["ghost"] == {"databases": [ghost.database(), ghost.database("Marts")], "there": None}
    relations = {each["node"]: each["relation"] for each in found["nodes"]}
    assert relations["model.shop.mart"] == f"{ghost.database('marts')}.A.mart"
    assert relations["source.shop.cloned.orders"] == f"{ghost.database('marts')}.cloned.orders"
    assert relations["model.shop.part"] is None
