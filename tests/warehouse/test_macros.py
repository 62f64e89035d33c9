"""The macros as files: each public one documented with its arguments, in a file of its name, none of them long."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from tests.warehouse.project import ROOT

MACROS = ROOT / "macros"
FILES = sorted(MACROS.rglob("*.sql"))


def defined(file: Path) -> dict[str, list[str]]:
    """Macro -> its arguments' names."""
    found = re.findall(r"{%-? macro (\w+)\((.*?)\) -?%}", file.read_text())
    return {
        name: [argument.split("=")[0].strip() for argument in arguments.split(",") if argument]
        for name, arguments in found
    }


def documented() -> dict[str, list[str]]:
    described: dict[str, Any] = yaml.safe_load((MACROS / "_macros.yml").read_text())
    return {each["name"]: [argument["name"] for argument in each["arguments"]] for each in described["macros"]}


def test_every_public_macro_is_documented_with_its_arguments() -> None:
    public = {
        name: arguments for file in FILES for name, arguments in defined(file).items() if name.startswith("ghost_")
    }
    assert public == documented()


def test_a_public_macro_is_alone_in_a_file_of_its_name() -> None:
    for file in FILES:
        public = [name for name in defined(file) if name.startswith("ghost_")]
        assert public in ([], [file.stem]), file


def test_other_macros_are_private_or_leaves() -> None:
    for file in FILES:
        for name in defined(file):
            assert re.match(r"ghost_|_|default__|duckdb__|snowflake__", name), f"{file.name}: {name}"


def test_every_leaf_has_a_default() -> None:
    names = {name for file in FILES for name in defined(file)}
    for name in names:
        if name.startswith("duckdb__"):
            assert name.replace("duckdb__", "default__") in names


def test_no_macro_file_is_long() -> None:
    assert [file.name for file in FILES if len(file.read_text().splitlines()) > 100] == []
