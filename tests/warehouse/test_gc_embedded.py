"""`ghost_gc` on the embedded warehouse: the same three witnesses, and folders that are really gone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest

from dbt_ghost.core.naming import GhostName
from dbt_ghost.providers import lake
from tests.providers.lakes import LATER, make_prod
from tests.warehouse.project import SCHEMA, command, fingerprint, make_warehouse, run_many

PAST = datetime.now(UTC) - timedelta(days=1)
GHOSTS = {"fix/alive": LATER, "fix/busy": PAST, "fix/gone": PAST, "fix/pinned": PAST, "fix/there": PAST}
LISTED = {"branches": ["main", "refs/heads/fix/there"], "pins": ["fix/pinned"]}


@dataclass
class Swept:
    """What each sweep said, and which ghosts have a folder after them."""

    results: dict[str, dict[str, Any]]
    lines: dict[str, list[str]]
    left: set[str]
    untouched: bool


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Swept:
    folder = Path(tmp_path_factory.mktemp("gc"))
    warehouse = make_warehouse(folder)
    home = make_prod(warehouse.lake.home)
    places = {branch: home.ghost(GhostName("flights", branch)) for branch in GHOSTS}
    for branch, expires_at in GHOSTS.items():
        lake.clone(home, GhostName("flights", branch), expires_at)
    before = fingerprint(home.home)
    sweeps = {"shown": LISTED, "without branches": {"dry_run": False}, "swept": {**LISTED, "dry_run": False}}
    words = [("run-operation", "ghost_gc", "--args", json.dumps(each)) for each in sweeps.values()]
    with duckdb.connect(str(places["fix/busy"].catalog)):  # somebody is querying it
        answers = run_many(warehouse, [command(warehouse, "ghost", each, {}) for each in words], folder)
    return Swept(
        {title: result_of(said) for title, said in zip(sweeps, answers, strict=True)},
        {title: said["lines"] for title, said in zip(sweeps, answers, strict=True)},
        {branch for branch, place in places.items() if place.folder.exists()},
        fingerprint(home.home) == before,
    )


def result_of(said: dict[str, Any]) -> dict[str, Any]:
    lines = [line for line in said["lines"] if line.startswith("GHOST_RESULT ")]
    assert len(lines) == 1, said
    result: dict[str, Any] = json.loads(lines[0].removeprefix("GHOST_RESULT "))
    jsonschema.validate(result, SCHEMA)
    assert result["ok"] == said["ok"]
    return result


def test_a_sweep_only_shows_unless_it_is_asked_to_drop(swept: Swept) -> None:
    shown = swept.results["shown"]
    assert (shown["dry_run"], shown["changed"], shown["dropped"]) == (True, False, ["fix/busy", "fix/gone"])
    assert any(line.startswith("would remove ") for line in swept.lines["shown"])


def test_without_the_branches_it_refuses(swept: Swept) -> None:
    assert "branches must be a list" in swept.results["without branches"]["error"]["message"]


def test_each_that_is_kept_has_its_reason(swept: Swept) -> None:
    kept = {each["branch"]: each["why"] for each in swept.results["shown"]["kept"]}
    assert set(kept) == {"fix/alive", "fix/pinned", "fix/there"} and kept["fix/pinned"] == "it is pinned"
    assert kept["fix/alive"].startswith("its branch is gone, but it lives until ")
    assert kept["fix/there"].endswith("but its branch is there")


def test_one_that_is_in_use_does_not_keep_the_others(swept: Swept) -> None:
    result = swept.results["swept"]
    assert not result["ok"] and result["changed"] and result["dropped"] == ["fix/gone"]
    ((branch, why),) = [each.values() for each in result["failed"]]
    assert branch == "fix/busy" and result["error"]["message"] == f"not dropped: fix/busy: {why}"
    assert swept.left == set(GHOSTS) - {"fix/gone"}


def test_production_is_byte_for_byte_what_it_was(swept: Swept) -> None:
    assert swept.untouched
