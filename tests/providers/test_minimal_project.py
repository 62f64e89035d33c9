"""The minimal project as dbt gets to see it, with a stand-in for dbt that writes down what it was called with."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.naming import GhostName
from dbt_ghost.providers.children import Children
from dbt_ghost.providers.minimal_project import MinimalProject
from dbt_ghost.providers.project_files import ProjectFile

BROKEN = """\
name: "{% broken"
profile: "{{ env_var('PROFILE') }}"
flags: {warn_error: true}
models: {+schema: {{ unquoted }}}
anchors: &shared [PROD_DB, "1"]
vars:
  ghost: {project: shop, databases: *shared, ttl: 3d, role: größe, feed: [{key: 007, since: 2024-01-01}]}
  other: "{{ x }}"
"""
SAYS = json.dumps({"info": {"msg": 'GHOST_RESULT {"ok": true}', "level": "info"}})


@dataclass
class StandIn(Children):
    """What dbt was called with, and a copy of what was in its project folder. Runs nothing."""

    words: list[str] = field(default_factory=list)
    folder: Path = Path()
    environment: Mapping[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    raises: BaseException | None = None

    def run(
        self, words: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        self.words, self.folder, self.environment = list(words[3:]), folder, environment
        project = Path(self.option("--project-dir"))
        self.files = {str(file.relative_to(project)): file.read_text() for file in project.rglob("*") if file.is_file()}
        (project / "logs").mkdir()
        (project / "logs/dbt.log").write_text("said")
        if self.raises:
            raise self.raises
        return subprocess.CompletedProcess(words, 0, SAYS, "")

    def option(self, name: str) -> str:
        return self.words[self.words.index(name) + 1]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def minimal(tmp_path: Path, temporary: Path) -> MinimalProject:
    environment = {"PATH": "/bin", "DBT_QUIET": "1", "DBT_ENGINE_TARGET_PATH": "/mine", "DBT_PASSWORD": "p"}
    return MinimalProject(ProjectFile(tmp_path, BROKEN), "shop", "pr", environment, children=StandIn())


def ran(minimal: MinimalProject, branch: str | None = "fix/x", **arguments: Any) -> StandIn:
    run = minimal.run("ghost_drop", arguments, branch)
    assert (run.ok, run.result) == (True, {"ok": True})
    assert isinstance(minimal.children, StandIn)
    return minimal.children


def test_of_the_users_project_it_has_the_profile_and_the_ghosts_settings(minimal: MinimalProject) -> None:
    project = yaml.safe_load(ran(minimal).files["dbt_project.yml"])

    assert set(project) == {"name", "version", "config-version", "packages-install-path", "profile", "vars"}
    assert project["profile"] == "{{ env_var('PROFILE') }}", "which dbt renders, as it does in the user's"
    expected = yaml.safe_load(BROKEN[BROKEN.index("anchors") :])["vars"]["ghost"]
    assert project["vars"] == {"ghost": expected}


def test_it_has_the_package_and_nothing_else(minimal: MinimalProject) -> None:
    files = set(ran(minimal).files)
    assert {"dbt_packages/dbt_ghost/dbt_project.yml", "dbt_packages/dbt_ghost/macros/drop/ghost_drop.sql"} <= files
    others = {file for file in files if not file.startswith("dbt_packages/dbt_ghost/macros/")}
    assert others == {"dbt_project.yml", "dbt_packages/dbt_ghost/dbt_project.yml"}


def test_dbt_stands_in_the_users_project_on_the_ghosts_target(minimal: MinimalProject, tmp_path: Path) -> None:
    dbt = ran(minimal, dry_run=True)

    assert dbt.words[:2] == ["run-operation", "ghost_drop"]
    assert json.loads(dbt.option("--args")) == {"dry_run": True}
    assert dbt.option("--target") == "pr"
    assert dbt.folder == tmp_path
    assert dbt.environment["GHOST_PROJECT_FOLDER"] == str(tmp_path)


def test_the_branch_and_its_database_are_set_where_a_branch_is_known(minimal: MinimalProject) -> None:
    one = ran(minimal, "fix/x").environment
    assert (one["GHOST_BRANCH"], one["GHOST_DATABASE"]) == ("fix/x", GhostName("shop", "fix/x").database())

    every = ran(minimal, None).environment
    assert "GHOST_BRANCH" not in every
    assert every["GHOST_DATABASE"] == "GHOST_SHOP", "no ghost's, but the profile may ask for it"


def test_dbts_own_settings_for_the_users_project_are_not_followed_and_others_are(minimal: MinimalProject) -> None:
    environment = ran(minimal).environment

    assert not {"DBT_QUIET", "DBT_ENGINE_TARGET_PATH"} & set(environment)
    assert (environment["DBT_PASSWORD"], environment["PATH"]) == ("p", "/bin")


@pytest.mark.parametrize(
    ("given", "variable", "expected"),
    [(None, "", None), (None, "/from/variable", "/from/variable"), (Path("/given"), "/from/variable", "/given")],
)
def test_profiles_are_where_dbt_looks(
    minimal: MinimalProject, given: Path | None, variable: str, expected: str | None
) -> None:
    environment = {**minimal.environment, "DBT_PROFILES_DIR": variable}
    dbt = ran(replace(minimal, environment=environment, profiles_dir=given))

    assert (dbt.option("--profiles-dir") if "--profiles-dir" in dbt.words else None) == expected


def test_a_relative_folder_of_profiles_is_below_the_caller_and_not_below_the_project(minimal: MinimalProject) -> None:
    dbt = ran(replace(minimal, profiles_dir=Path("profiles")))
    assert dbt.option("--profiles-dir") == str(Path.cwd() / "profiles")


@pytest.mark.parametrize("error", [None, KeyboardInterrupt(), GhostError("stopped")])
def test_nothing_is_left_behind(minimal: MinimalProject, temporary: Path, error: BaseException | None) -> None:
    if error is None:
        ran(minimal)
    else:
        with pytest.raises(type(error)):
            replace(minimal, children=StandIn(raises=error)).run("ghost_drop", {})
    assert list(temporary.iterdir()) == []


def test_a_file_that_is_not_yaml_is_said(minimal: MinimalProject, temporary: Path) -> None:
    broken = replace(minimal, user=ProjectFile(Path(), "a: [b"))
    with pytest.raises(GhostError, match=r"dbt_project\.yml is not valid YAML"):
        broken.run("ghost_drop", {})
    assert list(temporary.iterdir()) == []
