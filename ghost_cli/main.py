"""The `ghost-ingest` command: its group, and what an error looks like. Commands are imported when they are run."""

from __future__ import annotations

import importlib
import os
import signal
from typing import Any, NoReturn

import click

from dbt_ghost import __version__
from dbt_ghost.core.errors import GhostError

COLOR = False if os.environ.get("NO_COLOR") else None
"""https://no-color.org; None leaves it to whether there is a terminal."""

COMMANDS = (
    *("up", "down", "graph", "plan", "fork", "replay", "observe", "status", "list", "logs", "drop", "run-operation"),
    *("where", "iam", "demo"),
)


class Failure(click.ClickException):
    """What went wrong and where, then how to fix it. Exit code 1."""

    def __init__(self, error: GhostError) -> None:
        super().__init__(error.message)
        self.hint = error.hint

    def show(self, file: Any = None) -> None:
        click.echo(click.style("Error: ", fg="red", bold=True) + self.message, err=True, color=COLOR)
        if self.hint:
            click.echo(click.style("hint: ", fg="cyan") + self.hint, err=True, color=COLOR)


class Commands(click.Group):
    """Finds a command in the file of its name, and turns a GhostError into `Error:` and `hint:`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"ghost_cli.commands.{cmd_name.replace('-', '_')}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GhostError as error:
            raise Failure(error) from error


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100, "color": COLOR},
)
@click.option(
    "--debug",
    is_flag=True,
    envvar="GHOST_DEBUG",
    help="Write every call to AWS to stderr as it ends, a line each. Environment values, payloads, object bodies and "
    "credentials are never in it. Also: GHOST_DEBUG=1.",
)
@click.version_option(__version__, prog_name="ghost-ingest")
def cli(debug: bool) -> None:
    """Fork the ingestion of a production data flow for one git branch, inside the production account.

    Production is never modified: a fork only adds resources of its own, and `drop` removes them all.
    """


def is_debugging() -> bool:
    """Did this run's user ask for every call to AWS?"""
    context = click.get_current_context(silent=True)
    return bool(context and context.find_root().params.get("debug"))


def main() -> NoReturn:
    """Entry point of the console script.

    A cancelled CI job (SIGTERM) and a closed terminal (SIGHUP) end like Ctrl-C: locks are given back, a demo is
    cleared away.
    """

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):  # Windows has no SIGHUP
            signal.signal(getattr(signal, name), interrupt)
    cli(prog_name="ghost-ingest")
    raise SystemExit(0)
