"""What is refused: one clear error, the machine line where a macro ran at all, and nothing changed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dbt_ghost.core.naming import GhostName
from dbt_ghost.providers import lake
from dbt_ghost.providers.lake_files import find, write_provenance
from tests.providers.lakes import LATER, opened
from tests.warehouse.project import BRANCH, SCHEMA, Warehouse, command, fingerprint, make_warehouse, run_many

FOREIGN, TAKEN, THERE = "fix/foreign", "fix/taken", "fix/there"


@dataclass(frozen=True)
class Case:
    """A command, and what its error must say. `marked`: the macro ran, so there must be a machine line."""

    words: tuple[str, ...]
    says: str
    branch: str = BRANCH
    target: str = "ghost"
    marked: bool = True
    environment: dict[str, str] = field(default_factory=dict)


def operation(name: str, arguments: str = "{}") -> tuple[str, ...]:
    return ("run-operation", name, "--args", arguments)


def feeding(*entries: Any) -> tuple[str, ...]:
    ghost = {"project": "flights", "databases": ["lake"], "feed": list(entries)}
    return (*operation("ghost_feed"), "--vars", json.dumps({"ghost": ghost}))


def settings(**keys: Any) -> tuple[str, ...]:
    return (*operation("ghost_clone"), "--vars", json.dumps({"ghost": keys}))


CASES = {
    "no branch": Case(operation("ghost_clone"), "no branch: `branch` is needed", branch=""),
    "no branch to drop": Case(operation("ghost_drop"), "no branch: `branch` is needed", branch=""),
    "an empty branch": Case(operation("ghost_clone", "{branch: ''}"), "no branch", branch=""),
    "a protected branch": Case(operation("ghost_clone"), "main (GHOST_BRANCH) is a protected branch", branch="main"),
    "a protected branch in capitals": Case(operation("ghost_clone"), "is a protected branch", branch="Master"),
    "CI on main": Case(
        operation("ghost_clone"), "main (GITHUB_REF_NAME)", branch="", environment={"GITHUB_REF_NAME": "main"}
    ),
    "a configured protected branch": Case(
        settings(project="flights", databases=["lake"], protected=["release"]), "release", branch="release"
    ),
    "a branch that is a number": Case(operation("ghost_clone", "{branch: 12}"), "branch must be text, not 12"),
    "a tag": Case(operation("ghost_clone"), "is a tag", branch="refs/tags/v1"),
    "dry_run that is text": Case(operation("ghost_drop", "{dry_run: 'yes'}"), "dry_run must be true or false"),
    "an unknown argument": Case(
        operation("ghost_clone", "{brunch: x}"), "takes no keyword argument 'brunch'", marked=False
    ),
    "the target of prod": Case(operation("ghost_clone"), "runs on the target ghost, not on prod", target="prod"),
    "no settings": Case((*operation("ghost_clone"), "--vars", "{ghost: null}"), "no `vars: ghost:`", marked=False),
    "an unknown setting": Case(settings(project="flights", databases=["lake"], databse=1), "databse", marked=False),
    "no project": Case(settings(databases=["lake"]), "cannot be part of a ghost's names", marked=False),
    "another project than the profile's": Case(
        settings(project="shop", databases=["lake"]), "the plugin's project is 'flights'"
    ),
    "a database that is not there": Case(settings(project="flights", databases=["PROD_DB"]), "PROD_DB"),
    "a ttl that is none": Case(settings(project="flights", databases=["lake"], ttl="soon"), "ttl: 'soon'"),
    "a folder that is not ours": Case(operation("ghost_clone"), "was not made by dbt-ghost", branch=FOREIGN),
    "a folder that is not ours to drop": Case(operation("ghost_drop"), "was not made by dbt-ghost", branch=FOREIGN),
    "another branch's ghost": Case(operation("ghost_clone"), "is the ghost of branch other", branch=TAKEN),
    "another branch's ghost to drop": Case(operation("ghost_drop"), "is the ghost of branch other", branch=TAKEN),
    "feeding no ghost": Case(operation("ghost_feed"), f"there is no ghost of {BRANCH}"),
    "feeding without credentials": Case(operation("ghost_feed"), "no credentials to read s3://", branch=THERE),
    "feeding a table that is not there": Case(
        feeding({"bucket": "b", "table": "raw.nope", "key": "_file"}),
        "there is no such table in the ghost",
        branch=THERE,
    ),
    "feeding from what is no entry": Case(feeding("raw.t"), "raw.t is not an entry", branch=THERE),
    "feeding with a prefix that is nothing": Case(
        feeding({"bucket": "b", "table": "raw.t", "prefix": None}), "prefix must be text", branch=THERE
    ),
    "feeding a table that is a number": Case(feeding({"bucket": "b", "table": 5}), "table must be text", branch=THERE),
    "comparing no ghost": Case(operation("ghost_diff"), f"there is no ghost of {BRANCH}"),
    "comparing one table that is no list": Case(
        operation("ghost_diff", "{tables: raw.t}"), "tables must be a list, not raw.t", branch=THERE
    ),
    "comparing a table that nobody has": Case(
        operation("ghost_diff", "{tables: [raw.nope]}"), "neither production nor the ghost has raw.nope", branch=THERE
    ),
    "comparing with too many samples": Case(
        operation("ghost_diff", "{samples: 5000}"), "samples must be a number from 0 to 1000", branch=THERE
    ),
    "building without a branch": Case(("build",), "No variable names a branch", branch="", marked=False),
    "building another branch's ghost": Case(("build",), "is the ghost of branch 'other'", branch=TAKEN, marked=False),
}


@dataclass(frozen=True)
class Outcome:
    runs: dict[str, dict[str, Any]]
    before: dict[str, str]
    after: dict[str, str]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    warehouse = make_warehouse(Path(tmp_path_factory.mktemp("refusals")))
    stage(warehouse)
    home = warehouse.lake.home
    before = everything(home)
    commands = [
        command(warehouse, case.target, case.words, {"GHOST_BRANCH": case.branch, **case.environment})
        for case in CASES.values()
    ]
    runs = run_many(warehouse, commands, tmp_path_factory.mktemp("said"))
    return Outcome(dict(zip(CASES, runs, strict=True)), before, everything(home))


def stage(warehouse: Warehouse) -> None:
    """A ghost, one of another branch in a branch's place, and a folder that is somebody else's."""
    warehouse.lake.home.mkdir()
    with opened(warehouse.lake.prod) as connection:
        connection.execute("create schema lake.raw; create table lake.raw.flights as select '' as _file")
    there, taken = GhostName("flights", THERE), GhostName("flights", TAKEN)
    for name in (there, taken):
        lake.clone(warehouse.lake, name, LATER)
    found = find(warehouse.lake, taken).provenance
    assert found is not None
    write_provenance(warehouse.lake.ghost(taken), found.model_copy(update={"branch": "other"}))
    foreign = warehouse.lake.ghost(GhostName("flights", FOREIGN)).folder
    foreign.mkdir(parents=True)
    (foreign / "precious.txt").write_text("mine")


def everything(home: Path) -> dict[str, str]:
    """Every file of the warehouse, the ghosts' too."""
    ghosts = {
        f"ghosts/{folder.name}/{name}": text
        for folder in sorted((home / "ghosts").iterdir())
        for name, text in fingerprint(folder).items()
    }
    return fingerprint(home) | ghosts


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_with_one_clear_error(outcome: Outcome, name: str) -> None:
    case, run = CASES[name], outcome.runs[name]
    assert not run["ok"]
    assert case.says in run["error"]
    marked = [line for line in run["lines"] if line.startswith("GHOST_RESULT ")]
    if not case.marked:
        return
    assert len(marked) == 1
    result = json.loads(marked[0].removeprefix("GHOST_RESULT "))
    jsonschema.validate(result, SCHEMA)
    assert (result["ok"], result["changed"]) == (False, False)
    assert case.says in result["error"]["message"]


def test_nothing_is_changed(outcome: Outcome) -> None:
    assert outcome.after == outcome.before
