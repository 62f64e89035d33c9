"""Switching targets: what the shims of a project resolve to on production's target and on the ghost's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dbt_ghost.providers import lake
from tests.providers.lakes import LATER, opened
from tests.warehouse.project import BRANCH, GHOST, command, make_warehouse, run_many

LOGS = """
{% macro log_targets(database=none) %}
    {% do log('TARGETS ' ~ tojson({
        'own database': dbt_ghost.ghost_database_name(none, none),
        'named database': dbt_ghost.ghost_database_name('Marts ', none),
        'own schema': dbt_ghost.ghost_schema_name(none, none),
        'named schema': dbt_ghost.ghost_schema_name('finance', none),
        'cloned source': dbt_ghost.ghost_source('cloned', 'orders') | string,
        'other source': dbt_ghost.ghost_source('elsewhere', 'orders') | string,
        'id': dbt_ghost.ghost_id(),
        'bucket': dbt_ghost.ghost_bucket('flights-curated'),
        'database': dbt_ghost.ghost_database(),
        'second database': dbt_ghost.ghost_database(none, 'marts'),
    }), info=true) %}
{% endmacro %}

{% macro log_unknown() %}
    {% do log(dbt_ghost.ghost_database_name('elsewhere', none), info=true) %}
{% endmacro %}
"""
SOURCES = """
sources:
  - {name: cloned, database: marts, tables: [{name: orders}]}
  - {name: elsewhere, database: elsewhere, tables: [{name: orders}]}
"""
SETTINGS = json.dumps({"ghost": {"project": "flights", "databases": ["lake", "MARTS"]}})


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], dict[str, Any]]:
    """(macro, target) -> how it went."""
    warehouse = make_warehouse(Path(tmp_path_factory.mktemp("targets")))
    warehouse.lake.home.mkdir()
    with opened(warehouse.lake.prod):
        pass
    lake.clone(warehouse.lake, GHOST, LATER)
    (warehouse.folder / "macros/log_targets.sql").write_text(LOGS)
    (warehouse.folder / "models/more_sources.yml").write_text(SOURCES)
    asked = [(macro, target) for macro in ("log_targets", "log_unknown") for target in ("prod", "ghost")]
    commands = [
        command(warehouse, target, ("run-operation", macro, "--vars", SETTINGS), {"GHOST_BRANCH": BRANCH})
        for macro, target in asked
    ]
    return dict(zip(asked, run_many(warehouse, commands, tmp_path_factory.mktemp("said")), strict=True))


def targets(run: dict[str, Any]) -> dict[str, str]:
    assert run["ok"], run["error"]
    line = next(line for line in run["lines"] if line.startswith("TARGETS "))
    found: dict[str, str] = json.loads(line.removeprefix("TARGETS "))
    return found


NAMES = {
    "own schema": "analytics",
    "named schema": "analytics_finance",
    "id": "ghost-flights-fix-overnight-arrivals-09ce69",
    "bucket": "ghost-flights-fix-o-09ce69-5d60",
    "database": "GHOST_FLIGHTS_FIX_OVERNIGHT_ARRIVALS_09CE69",
    "second database": "GHOST_FLIGHTS_FIX_OVERNIGHT_ARRIVALS_09CE69_MARTS",
}


def test_on_prods_target_everything_is_as_dbt_has_it(said: dict[tuple[str, str], dict[str, Any]]) -> None:
    assert targets(said["log_targets", "prod"]) == NAMES | {
        "own database": "lake",
        "named database": "Marts",
        "cloned source": '"marts"."cloned"."orders"',
        "other source": '"elsewhere"."elsewhere"."orders"',
    }
    assert said["log_unknown", "prod"]["ok"]


def test_on_the_ghosts_target_a_cloned_database_is_its_clone_and_schemas_stay(
    said: dict[tuple[str, str], dict[str, Any]],
) -> None:
    assert targets(said["log_targets", "ghost"]) == NAMES | {
        "own database": "lake",
        "named database": "lake",
        "cloned source": '"lake"."cloned"."orders"',
        "other source": '"elsewhere"."elsewhere"."orders"',
    }


def test_on_the_ghosts_target_an_unknown_database_is_an_error(said: dict[tuple[str, str], dict[str, Any]]) -> None:
    assert not said["log_unknown", "ghost"]["ok"]
    assert "the database elsewhere has no clone" in said["log_unknown", "ghost"]["error"]
