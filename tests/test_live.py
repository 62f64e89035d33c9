"""The questions for a real account, tried on the double: each is answered, and nothing stays behind."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from live.account import PREFIX
from live.questions import QUESTIONS
from tests.snowflake_double.server import Double

ROOT = Path(__file__).parents[1]


@pytest.fixture
def double() -> Iterator[Double]:
    with Double() as double:
        double.session().run("create warehouse SCRATCH_WH warehouse_size = xsmall")
        yield double


def run_live(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`pytest live`, with these settings and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith((PREFIX, "PYTEST_"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "live", "-q", "-p", "no:cacheprovider", *words],
        env=kept | {PREFIX + name: value for name, value in settings.items()},
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )


def login(double: Double) -> dict[str, str]:
    where = {"ACCOUNT": "double", "HOST": "127.0.0.1", "PORT": str(double.port), "PROTOCOL": "http"}
    return {**where, "USER": "ADMIN", "PASSWORD": "none", "ROLE": "ACCOUNTADMIN", "WAREHOUSE": "SCRATCH_WH"}


def things(double: Double) -> set[str]:
    account = double.account
    items = {name for kind in account.items.values() for name in kind}
    return {*account.databases, *account.roles, *account.users, *items}


def test_every_question_is_answered_and_nothing_stays(double: Double) -> None:
    before = things(double)
    run = run_live(**login(double))

    assert run.returncode == 0, run.stdout
    for question in QUESTIONS:
        asked = f"({question.letter}) {question.text}\n    "
        assert asked in run.stdout and run.stdout.split(asked)[1].split("\n")[0].strip(), question.text
    assert len(double.journal.texts("create database DBT_GHOST_LIVE_")) > len(QUESTIONS)
    assert things(double) == before


def test_what_the_account_refuses_is_an_answer_and_nothing_stays(double: Double) -> None:
    """A role that may make databases and no roles."""
    double.session().run("grant create database on account to role PUBLIC")
    before = things(double)
    run = run_live(**{**login(double), "ROLE": "PUBLIC"})

    assert run.returncode == 0, run.stdout
    assert "(while the question was prepared)" in run.stdout
    assert things(double) == before


def test_what_cannot_be_dropped_is_named(double: Double) -> None:
    def refuse(entry: object) -> None:
        if "drop database if exists" in str(entry):
            raise RuntimeError("lost")

    double.before = refuse
    run = run_live("-k", "handler", **login(double))

    assert run.returncode != 0
    assert "still there, drop it by hand: database DBT_GHOST_LIVE_" in run.stdout


def test_without_an_account_it_says_what_to_set_and_fails() -> None:
    run = run_live(USER="somebody")

    assert run.returncode == 2
    assert "not run: set GHOST_LIVE_SNOWFLAKE_ACCOUNT, GHOST_LIVE_SNOWFLAKE_ROLE, GHOST_LIVE_SNOWFLAKE_W" in run.stdout


def test_to_collect_it_connects_to_nothing() -> None:
    """It would fail without an account; and `make test` does not collect it at all."""
    run = run_live("--collect-only")

    assert run.returncode == 0, run.stdout
    assert run.stdout.count("test_the_account_answers") == len(QUESTIONS)
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    assert settings["testpaths"] == ["tests"]
