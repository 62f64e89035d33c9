"""docs/guides/first-ghost.md says what is so. Its commands are run, in order, in `test_theatre.py`."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from dbt_ghost.core.config import read_config

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/guides/first-ghost.md").read_text()


def blocks(language: str) -> list[str]:
    """The guide's blocks of code in a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def test_the_settings_are_those_of_the_demo_and_are_read() -> None:
    (settings,) = (block for block in blocks("yaml") if block.startswith("vars:"))
    demo = yaml.safe_load((ROOT / "integration_tests/dbt_project.yml").read_text())["vars"]["ghost"]
    assert read_config(settings, {}) == read_config(yaml.safe_dump({"vars": {"ghost": demo}}), {})


def test_the_shims_are_those_of_the_demo() -> None:
    shims = (ROOT / "integration_tests/macros/ghost_shims.sql").read_text()
    assert blocks("sql")[0].strip() in shims


def test_the_targets_differ_only_in_the_plugins_side() -> None:
    (profile,) = (block for block in blocks("yaml") if block.startswith("flights:"))
    prod, ghost = (yaml.safe_load(profile)["flights"]["outputs"][target] for target in ("prod", "ghost"))
    assert prod.pop("plugins")[0]["config"] | {"side": "ghost"} == ghost.pop("plugins")[0]["config"]
    assert prod == ghost
