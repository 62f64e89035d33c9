"""The package's operations on an embedded warehouse, from a project that does not compile."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dbt_ghost.core.branch import BRANCH_VARIABLES
from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.naming import GhostName
from dbt_ghost.providers import lake
from dbt_ghost.providers.dbt_project import DbtProject, DbtRun
from dbt_ghost.providers.lake_files import Lake
from ghost_cli.commands.run_operation import removes
from ghost_cli.main import cli
from ghost_cli.operating import result_of
from tests.providers.lakes import LATER, opened
from tests.warehouse.project import fingerprint

BRANCHES = ("fix/one", "fix/other")
NAME = GhostName("flights", BRANCHES[0])

NOT_PROVED = {"ok": True, "message": "not proved: 2 objects reach production"}

BREAKS = {
    "models/broken.sql": "select {% if %}",
    "macros/broken.sql": "{% macro broken( %}",
    "packages.yml": "packages: [{local: ../not-there}]",
}


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def warehouse(checkout: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """Production and two ghosts, beside the project as its profile says; and then the project is broken."""
    for name in [name for name in os.environ if name.startswith(("GHOST_", "DBT_")) or name in BRANCH_VARIABLES]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(checkout)
    made = Lake(checkout / "warehouse")
    made.home.mkdir()
    with opened(made.prod) as connection:
        connection.execute("create table lake.main.orders as select 1 as id")
    for branch in BRANCHES:
        lake.clone(made, GhostName("flights", branch), LATER)
    for file, text in BREAKS.items():
        (checkout / file).write_text(text)
    return made


def operation(*words: str, exit_code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["run-operation", *words])
    assert result.exit_code == exit_code, result.output
    return result


def test_a_ghost_is_found_and_dropped_although_the_project_does_not_compile(
    warehouse: Lake, checkout: Path, temporary: Path
) -> None:
    assert not DbtProject(checkout, {**os.environ, "GHOST_BRANCH": NAME.branch}).run("parse", "-t", "ghost").ok
    prod, files = fingerprint(warehouse.home), sorted(checkout.rglob("*"))

    there = json.loads(operation("ghost_status", "--json").stdout)
    dropped = operation("ghost_drop", "--branch", NAME.branch, "--yes")

    assert [ghost["branch"] for ghost in there["ghosts"]] == list(BRANCHES)
    assert dropped.stdout.splitlines() == [
        f"remove {warehouse.ghost(NAME).folder}",
        "the ghost of fix/one is gone",
    ], "the operation's own lines, and none of dbt's"
    assert not warehouse.ghost(NAME).folder.exists()
    assert warehouse.ghost(GhostName("flights", BRANCHES[1])).catalog.is_file()
    assert fingerprint(warehouse.home) == prod
    gone = {warehouse.ghost(NAME).folder, *(file for file in files if warehouse.ghost(NAME).folder in file.parents)}
    assert set(checkout.rglob("*")) == set(files) - gone, "nothing is left in the project"
    assert list(temporary.iterdir()) == []


def test_without_yes_a_drop_is_shown_and_asked_for(warehouse: Lake) -> None:
    asked = operation("ghost_drop", "--branch", NAME.branch, exit_code=2)

    assert f"would remove {warehouse.ghost(NAME).folder}" in asked.stdout
    assert "add --yes" in asked.stderr
    assert warehouse.ghost(NAME).catalog.is_file()


def test_what_is_refused_is_an_error_with_the_operations_own_words(warehouse: Lake) -> None:
    refused = operation("ghost_drop", "--args", "{branch: fix/one, dry_run: maybe}", "--json", exit_code=1)

    document = json.loads(refused.stdout)
    assert (document["ok"], document["operation"]) == (False, "ghost_drop")
    assert (
        "Error: dry_run must be true or false, not maybe\nhint: write dry_run: true, without quotes\n" in refused.stderr
    )
    assert warehouse.ghost(NAME).catalog.is_file()


def test_what_ran_to_its_end_and_failed_is_an_error_with_its_message() -> None:
    with pytest.raises(GhostError, match=r"^not proved: 2 objects reach production$"):
        result_of("ghost_prove", DbtRun(False, NOT_PROVED, (), "dbt's words"))


def test_what_dbt_itself_cannot_do_is_an_error_with_dbts_words(warehouse: Lake, checkout: Path) -> None:
    (checkout / "profiles.yml").write_text("elsewhere: {}")
    assert "Could not find profile named 'flights'" in operation("ghost_status", exit_code=1).stderr


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["ghost_clone"], "'ghost_clone' is not one of"),
        (["ghost_drop", "--args", "[a]"], "not a YAML mapping"),
        (["ghost_drop", "--args", "{a"], "not valid YAML"),
        (["ghost_drop", "--branch", "a", "--args", "{branch: b}"], "two branches: --branch a, and b in --args"),
    ],
)
def test_wrong_usage_runs_nothing(words: list[str], says: str) -> None:
    assert says in operation(*words, exit_code=2).stderr


@pytest.mark.parametrize(
    ("name", "arguments", "asks"),
    [
        ("ghost_drop", {}, True),
        ("ghost_drop", {"dry_run": True}, False),
        ("ghost_gc", {}, False),
        ("ghost_gc", {"dry_run": False}, True),
        ("ghost_status", {}, False),
        ("ghost_prove", {}, False),
    ],
)
def test_only_what_removes_something_asks(name: str, arguments: dict[str, bool], asks: bool) -> None:
    assert removes(name, arguments) is asks
