"""Which code each step of the ghost runs: the branch's where it differs from prod's, else prod's own package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.errors import GhostError, Refused
from dbt_ghost.core.resources import PACKAGE_LIMIT
from dbt_ghost.core.topology import Topology
from dbt_ghost.operations.world import Packages, Prod


@dataclass(frozen=True)
class StepCode:
    """The code of one step: its CodeSha256, and whether the branch changed it."""

    sha256: str
    changed: bool


@dataclass(frozen=True)
class CodeOfSteps:
    """What every step would run, and the packages behind it, fetched when they are needed."""

    steps: dict[str, StepCode]
    tap_sha256: str
    _sources: dict[str, Callable[[], bytes]] = field(repr=False)

    def package(self, sha256: str) -> bytes:
        """The package with that CodeSha256. Raises GhostError if nothing here has it."""
        if sha256 not in self._sources:
            raise GhostError(f"no package has the CodeSha256 {sha256}", "run the command again")
        return self._sources[sha256]()


def code_of_steps(prod: Prod, packages: Packages, config: GhostConfig, topology: Topology) -> CodeOfSteps:
    """Builds the branch's packages and compares their contents with prod's. Makes no changing call."""
    tap = packages.tap()
    tap_sha256 = packages.sha256(tap)
    steps: dict[str, StepCode] = {}
    sources: dict[str, Callable[[], bytes]] = {tap_sha256: lambda: tap}
    for step in topology.steps:
        function, folder = step.function, config.ingestion.steps[step.name].code
        sources[function.code_sha256] = partial(prod.artifact, function.name)
        steps[step.name] = StepCode(function.code_sha256, changed=False)
        if folder is None:
            continue
        branch = packages.folder(folder)
        sha256 = packages.sha256(branch)
        if sha256 == function.code_sha256 or packages.same_contents(branch, prod.artifact(function.name)):
            continue
        if len(branch) > PACKAGE_LIMIT:
            raise Refused(
                f"step {step.name}: the package of {folder} has {len(branch) / 2**20:.0f} MB, and Lambda takes 50",
                "leave out of the folder what the function does not need",
            )
        steps[step.name] = StepCode(sha256, changed=True)
        sources[sha256] = partial(bytes, branch)
    return CodeOfSteps(steps, tap_sha256, sources)
