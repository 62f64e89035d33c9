"""The macros give the names that Python gives, and know the same settings: all of it through one call of dbt."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.errors import NonInteractiveExampleWarning

from dbt_ghost.core.branch import BRANCH_VARIABLES, TAG_VARIABLES, short
from dbt_ghost.core.config.model import GhostConfig
from dbt_ghost.core.config.shape import keys
from dbt_ghost.core.naming import PROJECT_PATTERN, GhostName
from tests.warehouse.project import make_warehouse

EXAMPLES = 150
PART = 60
AWKWARD = (
    "a..b",
    "---",
    "🦊",
    "🦊/fix-🦊🦊",
    "123/456",
    "feature/a-b",
    "feature/a_b",
    "ÄÖÜ/straße",
    "İstanbul",
    "x" * 300,
    "é" * 300,
    "-" * 60 + "z",
    "a-" * 150,
    "日本語",
    "'; drop database prod; --",
    '{{ "jinja" }}',
    "tab\tand\nline",
    "trailing/ ",
)
REFERENCES = (
    "",
    " ",
    "HEAD",
    "refs/heads/x",
    "refs/heads/refs/heads/x",
    "refs/tags/v1",
    "refs/pull/12/merge",
    "12/merge",
    "12/head",
    "12/merge2",
    " fix/x ",
    "refs",
    "main",
)

# Text as git and the file system know it: no surrogates, and nothing that ends a C string.
BRANCHES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=300)
CASES = st.tuples(st.from_regex(PROJECT_PATTERN, fullmatch=True), BRANCHES.filter(lambda branch: branch.strip() != ""))


@pytest.fixture(scope="module")
def cases() -> list[tuple[str, str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NonInteractiveExampleWarning)  # one call of dbt takes them all, so: examples
        random = [CASES.example() for _ in range(EXAMPLES)]
    return [*(("flights", branch) for branch in AWKWARD), ("ab", "x" * 300), ("abcdefghij", "x-" * 150), *random]


@pytest.fixture(scope="module")
def macros(cases: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the macros say."""
    parts = [cases[n : n + PART] for n in range(0, len(cases), PART)]
    names = {f"NAMES_{n}": json.dumps(part) for n, part in enumerate(parts)}
    warehouse = make_warehouse(Path(tmp_path_factory.mktemp("parity")))
    words = ("run-operation", "log_twins", "--args", json.dumps({"parts": len(parts)}))
    run = warehouse.dbt(*words, REFERENCES=json.dumps(REFERENCES), **names)
    assert run.ok, run.error
    said: dict[str, Any] = json.loads(next(line for line in run.lines if line.startswith("TWINS "))[6:])
    return said


def test_every_name_is_the_same(cases: list[tuple[str, str]], macros: dict[str, Any]) -> None:
    for (project, branch), said in zip(cases, macros["names"], strict=True):
        name = GhostName(project, branch)
        expected = [name.id, name.bucket(f"shop-{branch}"), name.database(), name.database("prod_db")]
        assert said == expected, (project, branch)


def test_references_are_shortened_alike(macros: dict[str, Any]) -> None:
    assert dict(zip(REFERENCES, macros["short"], strict=True)) == {each: short(each) for each in REFERENCES}


def test_both_look_into_the_same_variables_in_the_same_order(macros: dict[str, Any]) -> None:
    assert macros["branch_variables"] == list(BRANCH_VARIABLES)
    assert {name: tuple(marker) for name, marker in macros["tag_variables"].items()} == TAG_VARIABLES


def test_both_know_the_same_settings(macros: dict[str, Any]) -> None:
    assert sorted(macros["keys"]) == sorted(keys(GhostConfig))
