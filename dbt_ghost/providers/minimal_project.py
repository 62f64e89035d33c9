"""Runs an operation of the package in a dbt project of its own: deleting a ghost must not depend on the user's project
compiling.

The project is written to a temporary folder and removed again. Of the user's it has the profile's name and
`vars: ghost:`, taken from dbt_project.yml as YAML; dbt itself reads the profile where it always does.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.naming import GhostName
from dbt_ghost.providers.children import Children
from dbt_ghost.providers.dbt_project import DbtProject, DbtRun
from dbt_ghost.providers.package import package_root
from dbt_ghost.providers.project_files import PROJECT_FILE, ProjectFile

NAME = "dbt_ghost_minimal"

FOREIGN = ("PROJECT_DIR", "QUIET", "LOG_LEVEL", "LOG_PATH", "TARGET_PATH", "WARN_ERROR", "WARN_ERROR_OPTIONS")
"""dbt's own settings (DBT_*, DBT_ENGINE_*) that are meant for the user's project, or would hide the result."""

_PATIENCE_S = 2.0


@dataclass(frozen=True)
class MinimalProject:
    """`project` and `target` are those of `vars: ghost:`. `environment` is the caller's whole environment."""

    user: ProjectFile
    project: str
    target: str
    environment: Mapping[str, str] = field(repr=False)
    profiles_dir: Path | None = None
    children: Children = field(default_factory=Children, repr=False)

    def run(self, operation: str, arguments: Mapping[str, Any], branch: str | None = None) -> DbtRun:
        """`run("ghost_drop", {"dry_run": True}, "fix/x")`. Raises GhostError for a dbt_project.yml that is not YAML."""
        words = ["run-operation", operation, "--args", json.dumps(arguments), "--target", self.target]
        profiles_dir = self.profiles_dir or self.environment.get("DBT_PROFILES_DIR")
        if profiles_dir:  # else dbt looks where it stands, which is the user's project, and then in the home
            words += ["--profiles-dir", str(Path(profiles_dir).absolute())]
        text = _settings(self.user.text)
        with _folder() as folder:
            _write(folder, text)
            dbt = DbtProject(self.user.folder, self._environment(branch), self.children)
            return dbt.run(*words, "--project-dir", str(folder))

    def _environment(self, branch: str | None) -> dict[str, str]:
        foreign = {prefix + name for prefix in ("DBT_", "DBT_ENGINE_") for name in FOREIGN}
        kept = {name: value for name, value in self.environment.items() if name not in foreign}
        home = {"GHOST_PROJECT_FOLDER": str(self.user.folder)}  # what a relative path in the profile is below
        if branch is not None:
            named = {"GHOST_BRANCH": branch, "GHOST_DATABASE": GhostName(self.project, branch).database()}
        else:  # profiles ask for it; this is the name of no ghost
            named = {"GHOST_DATABASE": kept.get("GHOST_DATABASE") or f"GHOST_{self.project.upper()}"}
        return {**kept, **home, **named}


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="dbt-ghost-")).resolve()
    try:
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """A dbt that was killed holds its files for another moment (Windows), or is still writing one."""
    end = time.monotonic() + _PATIENCE_S
    while folder.exists() and time.monotonic() < end:
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            time.sleep(0.05)


def _write(folder: Path, text: str) -> None:
    """Files are copied by content: a link needs rights on Windows, and a read-only original stays hard to remove."""
    (folder / PROJECT_FILE).write_text(text, encoding="utf-8")
    root = package_root()
    for file in (root / PROJECT_FILE, *(root / "macros").rglob("*")):
        if file.is_file():
            copy = folder / "dbt_packages" / "dbt_ghost" / file.relative_to(root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)


def _settings(text: str) -> str:
    """The minimal dbt_project.yml. Nodes are moved as they are: nothing is rendered, and no value changes its type."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        profile, ghost = _value(root, "profile"), _value(_value(root, "vars"), "ghost")
        keys = {
            "name": _text(NAME),
            "version": _text("1.0.0"),
            "config-version": yaml.ScalarNode("tag:yaml.org,2002:int", "2"),
            "packages-install-path": _text("dbt_packages"),
            **({"profile": profile} if profile is not None else {}),
            **({"vars": _mapping({"ghost": ghost})} if ghost is not None else {}),
        }
        return str(yaml.serialize(_mapping(keys), Dumper=yaml.SafeDumper, allow_unicode=True))
    except yaml.YAMLError as error:
        raise GhostError(f"{PROJECT_FILE} is not valid YAML: {error}", "correct it; nothing was run") from error


def _value(node: yaml.Node | None, name: str) -> yaml.Node | None:
    """The last one where a key is there twice, as dbt reads it."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for key, value in reversed(pairs) if key.value == name), None)


def _mapping(pairs: Mapping[str, yaml.Node]) -> yaml.Node:
    return yaml.MappingNode("tag:yaml.org,2002:map", [(_text(key), value) for key, value in pairs.items()])


def _text(value: str) -> yaml.Node:
    return yaml.ScalarNode("tag:yaml.org,2002:str", value)
