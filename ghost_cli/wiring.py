"""Builds the real providers. The only place that knows all of them; imported when a command runs, not for `--help`."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import click

from dbt_ghost.core.branch import refuse_protected, resolve_branch
from dbt_ghost.core.config import GhostConfig, not_built_yet, read_config
from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.plan import Change, Plan
from dbt_ghost.core.record import Channel
from dbt_ghost.core.topology import Account, Topology
from dbt_ghost.operations.apply import Applier, Origin, Seen, refuse_untagged, see
from dbt_ghost.operations.code import CodeOfSteps, code_of_steps, refuse_unaware
from dbt_ghost.operations.discover import discover
from dbt_ghost.operations.drop import forget_replay, plan_drop
from dbt_ghost.operations.facts import iam_facts
from dbt_ghost.operations.fork import plan_fork
from dbt_ghost.operations.replay import Replayer
from dbt_ghost.providers import git, iam_catalogue
from dbt_ghost.providers.artifacts import ZipPackages
from dbt_ghost.providers.aws.deliveries import AwsDeliveries, long_calls
from dbt_ghost.providers.aws.ghosts import AwsGhosts
from dbt_ghost.providers.aws.images import AwsImages
from dbt_ghost.providers.aws.prod import AwsProd
from dbt_ghost.providers.aws.prod_objects import AwsProdObjects
from dbt_ghost.providers.aws.records import AwsRecords
from dbt_ghost.providers.aws.replays import AwsReplays
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.dbt_project import DbtProject, DbtRun
from dbt_ghost.providers.minimal_project import MinimalProject
from dbt_ghost.providers.process import SystemClock, ThisProcess
from dbt_ghost.providers.project_files import read_project_file
from ghost_cli.main import is_debugging
from ghost_cli.render import say_note


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
        """boto3 itself reads AWS_DEFAULT_REGION only; the other tools, and Lambda, set AWS_REGION."""
        tell = partial(click.echo, err=True) if is_debugging() else None
        return Session(region=self.config.ingestion.region or os.environ.get("AWS_REGION") or None, tell=tell)

    @cached_property
    def account(self) -> Account:
        return self.session.account()

    @property
    def state_bucket(self) -> str:
        return self.config.ingestion.state_bucket_in(self.config.project, self.account.id, self.account.region)

    @cached_property
    def records(self) -> AwsRecords:
        return AwsRecords(self.session, self.state_bucket)

    @property
    def replays(self) -> AwsReplays:
        return AwsReplays(self.session, self.state_bucket)

    @cached_property
    def ghosts(self) -> AwsGhosts:
        return AwsGhosts(self.session, self.config.project, self.account)

    @property
    def forks_steps(self) -> bool:
        """Is there an ingestion half at all? Without one, AWS need not be asked for anything."""
        return bool(self.config.ingestion.steps)

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

    def discover(self) -> Topology:
        """Production's chain as it is. Reads only."""
        return discover(AwsProd(self.session), self.config)

    def plan_fork(
        self, ghost: GhostName, steps: Collection[str] = (), channels: tuple[Channel, ...] | None = None
    ) -> PlannedFork:
        """Discover, compare, plan; `steps` are forked whether the branch changes them or not. Reads only.

        `channels` are the queues of the clone's pipes, the recorded ones if not given.

        Raises Refused for a protected branch.
        """
        refuse_protected(ghost.branch, self.config.protected)
        seen = see(self.ghosts, self.records, ghost)
        refuse_untagged(ghost, seen.found)
        topology, prod = self.discover(), AwsProd(self.session)
        packages = ZipPackages(self.folder)
        code = code_of_steps(prod, packages, AwsImages(self.session), self.config, topology)
        if channels is None:
            channels = seen.stored.record.channels if seen.stored else ()
        facts = iam_facts(prod, self.config, iam_catalogue.load, iam_catalogue.version())
        there = seen.found.resources
        plan = plan_fork(self.config, ghost, topology, code, there, steps=steps, channels=channels, facts=facts)
        shared = {hop.step for hop in plan.flow if hop.shared}
        refuse_unaware(prod, packages, [step.function for step in topology.steps if step.name in shared])
        return PlannedFork(plan, code, seen, topology)

    def plan_drop(self, ghost: GhostName) -> tuple[Plan, Seen]:
        seen = see(self.ghosts, self.records, ghost)
        return plan_drop(ghost, self.account, seen.found), seen

    def forget_replay(self, ghost: GhostName) -> None:
        """Of a ghost that was dropped. Says what goes wrong."""
        forget_replay(self.replays, ghost, say_note)

    def run_operation(
        self, name: str, arguments: Mapping[str, Any], branch: str | None, profiles_dir: Path | None
    ) -> DbtRun:
        """One of the package's operations, whatever state the project's own models and macros are in."""
        user = read_project_file(self.folder, {}, self.folder)
        minimal = MinimalProject(user, self.config.project, self.config.target, os.environ, profiles_dir)
        return minimal.run(name, arguments, branch)

    def dbt(self, ghost: GhostName, profiles_dir: Path | None) -> Callable[..., DbtRun]:
        """Runs dbt in the user's own project, as `dbt build` of the branch does: `dbt(ghost, None)("ls")`."""
        quiet = {prefix + name for prefix in ("DBT_", "DBT_ENGINE_") for name in ("QUIET", "LOG_LEVEL", "WARN_ERROR")}
        kept = {name: value for name, value in os.environ.items() if name not in quiet}
        dbt = DbtProject(self.folder, {**kept, "GHOST_BRANCH": ghost.branch, "GHOST_DATABASE": ghost.database()})
        where = ["--target", self.config.target, "--project-dir", str(self.folder)]
        where += ["--profiles-dir", str(profiles_dir.absolute())] if profiles_dir else []
        return lambda *words: dbt.run(*words, *where)

    def applier(
        self, package: Callable[[str], bytes], watch: Callable[[Change], None], channels: tuple[Channel, ...] = ()
    ) -> Applier:
        """`channels` are the queues of other accounts that the ghost's buckets may notify."""
        queues = frozenset(channel.queue_arn for channel in channels)
        roles = frozenset(map(self.account.role_arn, self.config.ingestion.roles.values()))
        ghosts = AwsGhosts(self.session, self.config.project, self.account, queues, roles)
        process = ThisProcess()
        return Applier(ghosts, self.records, SystemClock(), process, package, watch, gone=self.forget_replay)

    def replayer(self, ghost: GhostName, listing: Callable[[str], None]) -> Replayer:
        """`listing` hears each URL that is listed."""
        objects, deliveries = AwsProdObjects(self.session), AwsDeliveries(long_calls(self.session), ghost)
        return Replayer(objects, deliveries, self.replays, SystemClock(), ThisProcess(), listing=listing)


@dataclass(frozen=True)
class PlannedFork:
    """A fork's plan, the packages behind it, and what it was made from."""

    plan: Plan
    code: CodeOfSteps
    seen: Seen
    topology: Topology


def no_package(sha256: str) -> bytes:
    """A drop deploys nothing."""
    raise AssertionError(f"a drop has no package {sha256}")
