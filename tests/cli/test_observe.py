"""`ghost-ingest observe` as it is typed, on the embedded warehouse: what its exit code says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_where import installed, warehouse
from tests.cli.typed import ghost_ingest
from tests.providers.lakes import opened
from tests.warehouse.project import BRANCH, Warehouse

__all__ = ["installed", "warehouse"]

TABLES = ("observe", "--branch", BRANCH, "--no-files")
EXPECT = "      expect: [{table: analytics.orders, change: rows_changed, columns: [v], because: it is mended}]\n"


@pytest.fixture
def changed(warehouse: Warehouse) -> Warehouse:
    """The ghost has one row otherwise than production."""
    with opened(warehouse.lake.prod) as connection:
        connection.execute("create table lake.analytics.orders as select range as id, 'a' as v from range(3)")
    assert warehouse.operation("ghost_clone")["ok"]
    with opened(warehouse.ghost) as connection:
        connection.execute("update lake.analytics.orders set v = 'b' where id = 1")
    settings = warehouse.folder / "dbt_project.yml"
    keys = "        analytics.orders: {key: [id]}\n"
    settings.write_text(settings.read_text().replace("      tables:\n", f"      tables:\n{keys}"))
    return warehouse


def test_without_a_ghost_nothing_can_be_told(warehouse: Warehouse) -> None:
    told = ghost_ingest(*TABLES, exit_code=3).stdout
    assert "inconclusive" in told and f"there is no ghost of {BRANCH}" in told


def test_what_is_not_declared_fails_until_the_branch_declares_it(changed: Warehouse) -> None:
    failed = json.loads(ghost_ingest(*TABLES, "--json", exit_code=1).stdout)
    assert failed["headline"] == ["Because of the branch 1 table differs: analytics.orders (1 row changed in v)."]

    settings = changed.folder / "dbt_project.yml"
    settings.write_text(settings.read_text().replace("      tables:\n", f"{EXPECT}      tables:\n"))
    passed = ghost_ingest(*TABLES, "--select", "stg_flights", "--table", "analytics.orders", "--html", "r.html")
    assert "All of it is declared." in passed.stdout
    assert "it is mended" in (changed.folder / "r.html").read_text()


def test_a_project_that_does_not_compile_is_told_in_dbts_words(changed: Warehouse) -> None:
    (changed.folder / "models/odd.sql").write_text("select {{ broken")
    assert "Compilation Error in model odd" in ghost_ingest(*TABLES, exit_code=3).stdout
    selected = ghost_ingest(*TABLES, "--select", "odd", exit_code=1)
    assert "Compilation Error in model odd" in selected.stderr


@pytest.mark.parametrize("both", [("--json", "--markdown"), ("--json", "--html", "-")])
def test_two_forms_at_once_are_a_mistake_of_typing(tmp_path: Path, both: tuple[str, ...]) -> None:
    assert "choose one" in ghost_ingest("observe", "--project-dir", str(tmp_path), *both, exit_code=2).stderr
