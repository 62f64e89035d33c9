"""A copy of the integration project to run dbt in, and small days of curated flights to feed it with."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema

from dbt_ghost.core.branch import BRANCH_VARIABLES
from dbt_ghost.core.naming import GhostName
from dbt_ghost.providers.dbt_project import DbtProject, DbtRun
from dbt_ghost.providers.lake_files import Lake, Place

ROOT = Path(__file__).parents[2]
BRANCH = "fix/overnight-arrivals"
GHOST = GhostName("flights", BRANCH)
LEFT_OUT = shutil.ignore_patterns("data", "branches", "ingestion", "target", "logs", "dbt_packages", "package-lock.yml")

HEADER = (
    "flight_date,carrier,carrier_name,flight,tailnum,origin,dest,dest_name,scheduled_departure,departed_at,arrived_at,"
    "dep_delay,arr_delay,distance,cancelled,temp,wind_speed,visib"
)


def day_of_flights(day: str, next_day: str = "") -> bytes:
    """Three flights of a day as CSV. The second lands after midnight: on `next_day` where the ingestion is right."""
    rows = (
        f"{day},UA,United,1,N1,EWR,IAH,IAH,{day} 05:15:00,{day} 05:17:00,{day} 08:30:00,2,11,1400,false,39.0,12.6,9",
        f"{day},B6,JetBlue,2,N2,JFK,BQN,Aguadilla,{day} 23:59:00,{day} 23:59:00,{next_day or day} 03:40:00,"
        "0,2,1576,false,40.5,8.0,0.5",
        f"{day},B6,JetBlue,3,,JFK,BQN,Aguadilla,{day} 12:00:00,,,,,1576,true,,,",
    )
    return "\n".join([HEADER, *rows, ""]).encode()


@dataclass(frozen=True)
class Warehouse:
    """A dbt project in `folder` and its embedded warehouse."""

    folder: Path
    environment: dict[str, str]

    @property
    def lake(self) -> Lake:
        return Lake(Path(self.environment["GHOST_WAREHOUSE"]))

    @property
    def ghost(self) -> Place:
        return self.lake.ghost(GHOST)

    def dbt(self, *words: str, branch: str | None = None, **environment: str) -> DbtRun:
        named = {"GHOST_BRANCH": branch} if branch is not None else {}
        return DbtProject(self.folder, {**self.environment, **named, **environment}).run(*words)

    def operation(self, name: str, arguments: str = "{}", branch: str = BRANCH, **environment: str) -> dict[str, Any]:
        """Run an operation on the ghost target; its result, which must be as published, or {} if there was none."""
        words = ("run-operation", name, "--target", "ghost", "--args", arguments)
        run = self.dbt(*words, branch=branch, **environment)
        assert sum(line.startswith("GHOST_RESULT ") for line in run.lines) == (run.result is not None), run.lines
        if run.result is None:
            return {"no result": run.error}
        jsonschema.validate(run.result, SCHEMA)
        assert run.result["ok"] == run.ok, run.error
        return run.result


def make_warehouse(folder: Path) -> Warehouse:
    """The integration project below `folder`, with the package installed; nobody's settings in its environment."""
    project = folder / "project"
    shutil.copytree(ROOT / "integration_tests", project, ignore=LEFT_OUT)
    (project / "packages.yml").write_text(f"packages:\n  - local: {ROOT}\n")
    forgotten = {name for name in os.environ if name.startswith(("GHOST_", "DBT_", "AWS_")) or name in BRANCH_VARIABLES}
    kept = {name: value for name, value in os.environ.items() if name not in forgotten}
    environment = kept | {"GHOST_WAREHOUSE": str(folder / "warehouse"), "PYTHONPATH": str(ROOT)}
    warehouse = Warehouse(project, environment)
    installed = warehouse.dbt("deps")
    assert installed.ok, installed.error
    return warehouse


def command(warehouse: Warehouse, target: str, words: Sequence[str], environment: Mapping[str, str]) -> dict[str, Any]:
    """One of `run_many`'s."""
    folder = str(warehouse.folder)
    return {
        "words": [*words, "--target", target, "--project-dir", folder],
        "environment": {
            **warehouse.environment,
            "DBT_TARGET_PATH": f"target/{target}",
            "DBT_PROFILES_DIR": folder,
            **environment,
        },
    }


def run_many(warehouse: Warehouse, commands: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """Run dbt commands in one other process; for each {ok, lines, error}. See many.py."""
    said = folder / "said.json"
    subprocess.run(
        [sys.executable, str(Path(__file__).with_name("many.py")), str(said)],
        input=json.dumps(commands),
        text=True,
        check=True,
        env=warehouse.environment,
        stdout=subprocess.DEVNULL,
    )
    answers: list[dict[str, Any]] = json.loads(said.read_text())
    return answers


def fingerprint(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of prod: what is below `folder`, less the ghosts."""
    files = (file for file in folder.rglob("*") if file.is_file() and "ghosts" not in file.relative_to(folder).parts)
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _schema() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ROOT / "docs/reference/ghost_result.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(document)
    return document


SCHEMA = _schema()
