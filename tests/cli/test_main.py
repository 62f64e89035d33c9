"""The command line itself: help, errors, questions."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from dbt_ghost.core.errors import Denied, GhostError, Refused
from ghost_cli.main import COMMANDS, Commands, cli
from ghost_cli.options import confirm

HEAVY = ("boto3", "botocore", "dbt", "duckdb", "pydantic", "rich", "yaml")


def failing(error: GhostError) -> click.Group:
    group = Commands("test")

    @click.command("fail")
    def fail() -> None:
        raise error

    group.get_command = lambda ctx, cmd_name: fail  # type: ignore[method-assign]  # a command of the test's own
    return group


@pytest.mark.parametrize("words", [["--help"], *([name, "--help"] for name in COMMANDS)], ids=" ".join)
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    program = (
        "import sys; from ghost_cli.main import cli; cli(sys.argv[1:], standalone_mode=False);"
        f"print('IMPORTED', [name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=False)
    assert "IMPORTED []" in done.stdout, done.stdout + done.stderr


def test_importing_dbt_ghost_imports_nothing_at_all() -> None:
    program = "import sys; before = set(sys.modules); import dbt_ghost; print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['dbt_ghost']"


def test_every_command_is_listed_with_a_line_of_help() -> None:
    listed = CliRunner().invoke(cli, ["--help"]).output
    for name in COMMANDS:
        assert f"\n  {name} " in listed


def test_an_error_says_what_and_how_to_fix_it_and_exits_1() -> None:
    result = CliRunner().invoke(failing(Refused("step clean: no", "do that")), ["fail"])
    assert result.exit_code == 1
    assert result.stderr == "Error: step clean: no\nhint: do that\n"
    assert result.stdout == ""


def test_an_error_without_a_hint_is_one_line() -> None:
    assert CliRunner().invoke(failing(Denied("no")), ["fail"]).stderr == "Error: no\n"


def test_an_unknown_command_is_a_usage_error() -> None:
    assert CliRunner().invoke(cli, ["frok"]).exit_code == 2


def test_without_a_terminal_nothing_is_removed_unless_yes_is_given() -> None:
    with pytest.raises(click.UsageError, match="add --yes"):
        confirm("Remove?", yes=False)
    confirm("Remove?", yes=True)
