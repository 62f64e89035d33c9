"""Where the demo plays: one folder with a git repository of a dbt project, and the environment of a user in it.

Everything is below that folder, the home directory of the commands too, so nothing is left outside of it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dbt_ghost.core.branch import BRANCH_VARIABLES
from dbt_ghost.core.errors import GhostError
from dbt_ghost.demo.display import Display
from dbt_ghost.providers.children import Children
from dbt_ghost.providers.dbt_project import DbtProject, DbtRun
from dbt_ghost.providers.package import package_root

LEFT_OUT = shutil.ignore_patterns("branches", "data", "target", "logs", "dbt_packages", "warehouse", "package-lock.yml")
FORGOTTEN = ("AWS_", "GHOST_", "DBT_", "GIT_")
"""The user's own settings must not reach the demo, nor the demo the user's accounts."""


@dataclass(frozen=True)
class Stage:
    """The folder of one demo. `display` is told each command that is run."""

    folder: Path
    display: Display
    children: Children = field(default_factory=Children)

    @property
    def source(self) -> Path:
        """The demo's project as it ships, with its data and the branch's files."""
        return package_root() / "integration_tests"

    @property
    def project(self) -> Path:
        return self.folder / "project"

    def warehouse(self, side: str) -> Path:
        return self.folder / "warehouse" / side

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """The environment of a command: ours without anybody's settings, and `more`."""
        forgotten = {name for name in os.environ if name.startswith(FORGOTTEN) or name in BRANCH_VARIABLES}
        kept = {name: value for name, value in os.environ.items() if name not in forgotten}
        nobody = self.folder / "home"
        return kept | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "HOME": str(nobody),
            "AWS_CONFIG_FILE": str(nobody / "aws-config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(nobody / "aws-credentials"),
            "AWS_EC2_METADATA_DISABLED": "true",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "GIT_CONFIG_GLOBAL": os.devnull,
            **more,
        }

    def set_up(self) -> None:
        """A git repository with the demo's project on main, as a team would have it."""
        (self.folder / "home").mkdir(parents=True)
        shutil.copytree(self.source, self.project, ignore=LEFT_OUT)
        (self.project / "packages.yml").write_text(f"packages:\n  - local: {package_root()}\n")
        (self.project / ".gitignore").write_text("target/\nlogs/\ndbt_packages/\npackage-lock.yml\n")
        self.git("init", "--quiet", "--initial-branch", "main")
        self.commit("The production data flow")

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        who = ("-c", "user.name=demo", "-c", "user.email=demo@example.com")
        self.git(*who, "commit", "--quiet", "--message", message)

    def git(self, *words: str) -> str:
        return self.run(["git", *words], {})

    def ghost_ingest(self, *words: str, environment: Mapping[str, str]) -> str:
        """Run `ghost-ingest` in the project, shown; returns what it printed as data."""
        self.display.command(shlex.join(["ghost-ingest", *words]))
        return self.run([sys.executable, "-m", "ghost_cli", *words], environment)

    def dbt(self, *words: str, environment: Mapping[str, str], quiet: bool = False) -> DbtRun:
        """Run dbt in the project, shown unless `quiet`. Raises GhostError with dbt's own words if it fails."""
        if not quiet:
            self.display.command(shlex.join(["dbt", *words]))
        run = DbtProject(self.project, self.environment(environment), self.children).run(*words)
        if not run.ok:
            raise GhostError(f"dbt {shlex.join(words)} failed:\n{run.error}")
        return run

    def run(self, words: list[str], environment: Mapping[str, str]) -> str:
        """Run a command in the project. Raises GhostError with all that it said if it fails."""
        done = self.children.run(words, self.project, self.environment(environment))
        if done.returncode:
            raise GhostError(f"`{shlex.join(words)}` failed ({done.returncode}):\n{done.stdout}{done.stderr}")
        return done.stdout
