"""A page on its way into a file: never half of one, never beside what was asked for."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from dbt_ghost.core.errors import GhostError

STDOUT = Path("-")

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def checked_place(context: click.Context, parameter: click.Parameter, file: Path | None) -> Path | None:
    """For an option: says that there is no such folder before anything else is done."""
    if file and file != STDOUT and not file.parent.is_dir():
        raise click.BadParameter(f"there is no folder {file.parent}; make it, or choose another")
    return file


def html_option(help_: str) -> Callable[[Decorated], Decorated]:
    """`--html FILE`; `help_` says what is written."""
    place = click.Path(dir_okay=False, allow_dash=True, path_type=Path)
    return click.option("--html", type=place, metavar="FILE", callback=checked_place, help=f"{help_}; `-` prints it.")


def write_page(file: Path, text: str) -> None:
    """Replaces what was there at once, keeping who may read it; `-` is stdout.

    Raises GhostError if the file cannot be written; what was there is then as it was.
    """
    if file == STDOUT:
        click.echo(text, nl=False)
        return
    try:
        if file.exists() and not file.is_file():  # a pipe or a device is not to be replaced, but written to
            file.write_bytes(text.encode())
        else:
            _replace(file.resolve(), text.encode())
    except OSError as error:
        raise GhostError(
            f"{file} cannot be written: {error.strerror}", "choose a file in a folder that you may write to"
        ) from error


def _replace(file: Path, content: bytes) -> None:
    draft = file.with_name(f".{file.name[:200]}.{secrets.token_hex(4)}")
    try:
        draft.write_bytes(content)
        if file.exists():
            draft.chmod(stat.S_IMODE(file.stat().st_mode))
        os.replace(draft, file)
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
