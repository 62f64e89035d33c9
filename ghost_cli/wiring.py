"""Builds the real providers. The only place that knows all of them; imported when a command runs, not for `--help`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from dbt_ghost.core.branch import refuse_protected, resolve_branch
from dbt_ghost.core.config import GhostConfig, not_built_yet, read_config, refuse_unbuilt
from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.plan import Change, Plan
from dbt_ghost.core.topology import Account
from dbt_ghost.operations.apply import Applier, Origin, refuse_unclaimed
from dbt_ghost.operations.code import CodeOfSteps, code_of_steps
from dbt_ghost.operations.discover import discover
from dbt_ghost.operations.drop import plan_drop
from dbt_ghost.operations.fork import plan_fork
from dbt_ghost.providers import git
from dbt_ghost.providers.artifacts import ZipPackages
from dbt_ghost.providers.aws.ghosts import AwsGhosts
from dbt_ghost.providers.aws.prod import AwsProd
from dbt_ghost.providers.aws.records import AwsRecords
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.dbt_project import DbtRun
from dbt_ghost.providers.minimal_project import MinimalProject
from dbt_ghost.providers.process import SystemClock, ThisProcess
from dbt_ghost.providers.project_files import read_project_file


@dataclass(frozen=True)
class Project:
    """A dbt project and the account its ingestion runs in."""

    folder: Path
    config: GhostConfig

    @classmethod
    def load(cls, project_dir: Path | None) -> Project:
        file = read_project_file(project_dir, os.environ, Path.cwd())
        return cls(file.folder, read_config(file.text, os.environ))

    def ghost(self, branch: str | None) -> GhostName:
        return GhostName(
            self.config.project, resolve_branch(branch, os.environ, partial(git.current_branch, self.folder))
        )

    @cached_property
    def session(self) -> Session:
        return Session(region=self.config.ingestion.region)

    @cached_property
    def account(self) -> Account:
        return self.session.account()

    @cached_property
    def records(self) -> AwsRecords:
        bucket = self.config.ingestion.state_bucket_in(self.config.project, self.account.id, self.account.region)
        return AwsRecords(self.session, bucket)

    @cached_property
    def ghosts(self) -> AwsGhosts:
        return AwsGhosts(self.session, self.config.project, self.account)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the settings ask for and nothing does yet."""
        return not_built_yet(self.config)

    @property
    def origin(self) -> Origin:
        """Unknown outside a repository, and where git refuses to look."""
        try:
            head = git.head(self.folder)
        except GhostError:
            head = None
        if head is None:
            return Origin()
        return Origin(head.commit, "" if head.dirty else head.tree)

    def plan_fork(self, ghost: GhostName) -> tuple[Plan, CodeOfSteps]:
        """Discover, compare, plan. Reads only.

        Raises Refused for a protected branch, and for settings that it is not safe to leave out.
        """
        refuse_protected(ghost.branch, self.config.protected)
        refuse_unbuilt(self.config)
        self.records.read(ghost)  # a state bucket that is missing is said before anything is planned on it
        refuse_unclaimed(self.ghosts, ghost)
        prod = AwsProd(self.session)
        topology = discover(prod, self.config)
        code = code_of_steps(prod, ZipPackages(self.folder), self.config, topology)
        return plan_fork(self.config, ghost, topology, code, self.ghosts.find(ghost)), code

    def plan_drop(self, ghost: GhostName) -> Plan:
        return plan_drop(ghost, self.account, self.ghosts.find(ghost))

    def run_operation(
        self, name: str, arguments: Mapping[str, Any], branch: str | None, profiles_dir: Path | None
    ) -> DbtRun:
        """One of the package's operations, whatever state the project's own models and macros are in."""
        user = read_project_file(self.folder, {}, self.folder)
        minimal = MinimalProject(user, self.config.project, self.config.target, os.environ, profiles_dir)
        return minimal.run(name, arguments, branch)

    def applier(self, package: Callable[[str], bytes], watch: Callable[[Change], None]) -> Applier:
        return Applier(self.ghosts, self.records, SystemClock(), ThisProcess(), package, watch)


def no_package(sha256: str) -> bytes:
    """A drop deploys nothing."""
    raise AssertionError(f"a drop has no package {sha256}")
