"""The branch's files stay in step with production's: they differ in what the branch is about, and in nothing else."""

from __future__ import annotations

import ast
import difflib
from pathlib import Path

from tests.ingestion.conftest import BRANCH, PROJECT


def files(folder: Path) -> set[str]:
    found = (file.relative_to(folder) for file in folder.rglob("*") if file.is_file())
    return {str(name) for name in found if "__pycache__" not in name.parts}


def changed_lines(name: str) -> tuple[list[str], list[str]]:
    """(lines only production has, lines only the branch has), without their indentation."""
    was, now = ((folder / name).read_text().splitlines() for folder in (PROJECT, BRANCH))
    lines = list(difflib.ndiff(was, now))
    removed, added = ([line[2:].strip() for line in lines if line.startswith(sign)] for sign in ("- ", "+ "))
    return removed, added


def test_it_changes_one_lambda_and_one_model() -> None:
    assert files(BRANCH) == {"ingestion/clean/app.py", "models/marts/fct_flights.sql"}
    assert files(BRANCH) <= files(PROJECT)


def test_the_lambda_differs_in_how_an_arrival_is_dated() -> None:
    sides = []
    for folder in (PROJECT, BRANCH):
        body = ast.parse((folder / "ingestion/clean/app.py").read_text()).body
        sides.append({getattr(node, "name", ast.dump(node)): ast.dump(node) for node in body})
    prod, branch = sides
    assert {name for name in prod.keys() | branch.keys() if prod.get(name) != branch.get(name)} == {
        "arrival",
        "clean_flight",
    }


def test_the_model_no_longer_leaves_overnight_flights_out() -> None:
    was, now = changed_lines("models/marts/fct_flights.sql")
    assert [line for line in was if not line.startswith("--")] == [
        "case when arrived_at >= departed_at then date_diff('minute', departed_at, arrived_at) end as block_minutes,"
    ]
    assert now == ["date_diff('minute', departed_at, arrived_at) as block_minutes,"]
