"""The files of a set-up, in a folder of their own: nobody else's file is ever overwritten or removed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dbt_ghost.core.errors import GhostError, Refused
from dbt_ghost.core.setup_files.files import MARK, README

TERRAFORMS = {".terraform", ".terraform.lock.hcl", "terraform.tfstate", "terraform.tfstate.backup"}
"""What Terraform leaves in a folder that it was run in."""


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Make the folder hold these files and no others of ours. Raises Refused for a folder that holds anything but what
    an earlier run wrote, before anything is changed; GhostError where it cannot be written.
    """
    try:
        there = {each.name for each in folder.iterdir()} if folder.exists() else set()
        earlier = _written_before(folder, there)
        if foreign := sorted(there - earlier - TERRAFORMS):
            raise Refused(
                f"{folder} holds what `ghost-ingest iam` did not write: {', '.join(foreign[:5])}",
                "choose an empty folder",
            )
        folder.mkdir(parents=True, exist_ok=True)
        for name in sorted(files, key=lambda name: name != README):  # first what says whose the others are
            (folder / name).write_text(files[name], encoding="utf-8")
        for name in earlier - files.keys():
            (folder / name).unlink()
    except OSError as error:
        raise GhostError(
            f"{folder} cannot be written: {error.strerror}", "choose a folder that you may write to"
        ) from error


def _written_before(folder: Path, there: set[str]) -> set[str]:
    """The files that the README of an earlier run names."""
    readme = folder / README
    text = readme.read_text(encoding="utf-8", errors="replace") if readme.is_file() else ""
    return {name for name in there if f"| `{name}` |" in text} | {README} if MARK in text else set()
