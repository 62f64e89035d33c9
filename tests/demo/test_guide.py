"""docs/guides/first-ghost.md does what it says: its settings are read, its commands are run in order."""

from __future__ import annotations

import io
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from dbt_ghost.core.config import read_config
from dbt_ghost.demo.display import Display
from dbt_ghost.demo.stage import Stage
from dbt_ghost.demo.story import Story
from dbt_ghost.providers.local_stack import local_stack

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/guides/first-ghost.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Story, Stage]]:
    """A production, and a developer on the branch."""
    folder = tmp_path_factory.mktemp("guide") / "demo"
    with local_stack(folder / "aws", auth=True) as stack:
        display = Display(acts=2, console=Console(file=io.StringIO()))
        stage = Stage(folder, display)
        story = Story(stage, stack, display)
        story.build_production()
        story.open_branch()
        yield story, stage


def test_the_commands_run_in_the_order_of_the_guide(story: tuple[Story, Stage]) -> None:
    told, stage = story
    commands = [shlex.split(line) for block in blocks("bash") for line in block.splitlines()]
    assert len(commands) == 10
    said = [stage.run([str(BIN / program), *words], told.environment) for program, *words in commands]
    assert "Production resources modified: 0." in said[2]
    assert said[-1] == "no ghosts\n"


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
