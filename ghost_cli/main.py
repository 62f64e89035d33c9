"""The `ghost-ingest` command: its group, and what an error looks like. Commands are imported when they are run."""

from __future__ import annotations

import importlib
from typing import Any, NoReturn

import click

from dbt_ghost import __version__
from dbt_ghost.core.errors import GhostError

COMMANDS = ("plan", "fork", "status", "list", "drop", "demo")


class Failure(click.ClickException):
    """What went wrong and where, then how to fix it. Exit code 1."""

    def __init__(self, error: GhostError) -> None:
        super().__init__(error.message)
        self.hint = error.hint

    def show(self, file: Any = None) -> None:
        click.secho("Error: ", fg="red", bold=True, nl=False, err=True)
        click.echo(self.message, err=True)
        if self.hint:
            click.secho("hint: ", fg="cyan", nl=False, err=True)
            click.echo(self.hint, err=True)


class Commands(click.Group):
    """Finds a command in the file of its name, and turns a GhostError into `Error:` and `hint:`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"ghost_cli.commands.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GhostError as error:
            raise Failure(error) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="ghost-ingest")
def cli() -> None:
    """Fork the ingestion of a production data flow for one git branch, inside the production account.

    Production is never modified: a fork only adds resources of its own, and `drop` removes them all.
    """


def main() -> NoReturn:
    """Entry point of the console script."""
    cli(prog_name="ghost-ingest")
    raise SystemExit(0)
