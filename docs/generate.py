"""Writes the reference from the code: `python docs/generate.py`. With `--check`, fails with a diff where it drifted."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Callable
from pathlib import Path

from generator import cli_page, config_page, costs_page, iam_page, macros_page, names_page, roles_page, schemas

DOCS = Path(__file__).parent

PAGES: dict[str, Callable[[], str]] = {
    "reference/cli.md": cli_page.text,
    "reference/config.md": config_page.text,
    "reference/config.schema.json": schemas.config,
    "reference/costs.md": costs_page.text,
    "reference/iam.md": iam_page.text,
    "reference/macros.md": macros_page.text,
    "reference/names.md": names_page.text,
    "reference/observation.schema.json": schemas.observation,
    "reference/record.schema.json": schemas.record,
    "reference/roles.md": roles_page.text,
}
"""A page below docs/, and what produces its text."""


def drift(folder: Path) -> str:
    """A diff from what is there to what should be; empty if nothing drifted."""
    parts: list[str] = []
    for page, produce in PAGES.items():
        file = folder / page
        there = file.read_text(encoding="utf-8") if file.exists() else ""
        parts += difflib.unified_diff(
            there.splitlines(keepends=True), produce().splitlines(keepends=True), f"docs/{page}", "generated"
        )
    return "".join(parts)


def write(folder: Path) -> None:
    for page, produce in PAGES.items():
        file = folder / page
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(produce(), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail with a diff if a page drifted")
    parser.add_argument("--folder", type=Path, default=DOCS, help="the docs folder")
    arguments = parser.parse_args()
    if not arguments.check:
        write(arguments.folder)
        return 0
    difference = drift(arguments.folder)
    if difference:
        sys.stdout.write(difference)
        print("The reference drifted from the code: run `python docs/generate.py`.", file=sys.stderr)
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
