"""One cell of the matrix, from an empty account to one whose prod is as it was: build, fork, send, compare, drop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.naming import GhostName
from dbt_ghost.demo import evidence
from dbt_ghost.demo.production import install_state_bucket
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from ghost_cli.wiring import Project, no_package
from tests.chains import flow
from tests.chains.chain import PREFIX, STEPS, SUFFIX, Chain, StepName
from tests.chains.deliveries import lost
from tests.chains.matrix import Cell
from tests.chains.prod_guard import ProdIsLeftAlone
from tests.chains.production import build, write_code
from tests.chains.strict import StrictSession, aws_rules
from tests.local_aws import session_of

PROJECT, BRANCH, STATE = "chains", "feature/change-one-step", "prod-ghost-state"
Look = Callable[[Session, GhostName], None]
"""Something more about a ghost that stands."""


@dataclass(frozen=True)
class StrictProject(Project):
    """A project whose every call is looked at."""

    strict: StrictSession

    @property
    def session(self) -> StrictSession:
        return self.strict


class Ground:
    """An account of a local AWS that holds one production at a time. Its sessions are made once: clients are slow."""

    def __init__(self, stack: LocalStack) -> None:
        self._stack = stack
        self._session = session_of(stack)
        self._strict = StrictSession(stack, (), quickly)
        self._chain: Chain | None = None

    def hold(self, chain: Chain) -> None:
        """Everything that is there before the branch is; what a failed cell has left behind is not."""
        if chain != self._chain:
            self._stack.reset()
            build(self._session, chain)
            install_state_bucket(self._session, STATE)
            flow.put(self._session, chain.bucket("raw"), f"{PREFIX}warms-up{SUFFIX}")  # while the branch is forked
            self._chain = chain

    def try_out(self, cell: Cell, objects: int, folder: Path, look: Look | None = None) -> None:
        """Fork as the cell says, from `folder` as the branch's checkout, send that many objects, `look`, and drop.

        Leaves prod as it was, but for its new objects. Raises AssertionError for whatever is wrong.
        """
        chain, self._chain = self._chain, None
        assert chain
        self._try_out(cell, chain, objects, folder, look or (lambda session, ghost: None))
        self._chain = chain

    def _try_out(self, cell: Cell, chain: Chain, objects: int, folder: Path, look: Look) -> None:
        guard, ghost = ProdIsLeftAlone(STATE), GhostName(PROJECT, f"{BRANCH}/{cell.id}")
        self._strict.rules = (guard, *aws_rules())
        write_code(folder, chain, cell.changed)
        project = StrictProject(folder, config_of(cell, chain), self._strict)
        before = evidence.documents(self._session, STATE)
        fork(project, ghost)
        nothing(map(str, project.plan_fork(ghost).plan.changes), "a second fork would change")
        nothing(lost(self._session), "real AWS would drop")
        send_and_compare(self._session, cell, chain, ghost, flow.keys(objects, f"{cell.id}/"))
        look(self._session, ghost)
        drop(project, ghost)
        nothing(map(str, project.ghosts.look(ghost).resources), "is left")
        nothing(evidence.differences(before, evidence.documents(self._session, STATE)), "prod changed")
        nothing(guard.touched, "prod was touched")


def send_and_compare(session: Session, cell: Cell, chain: Chain, ghost: GhostName, wanted: Sequence[str]) -> None:
    buckets = {part: ghost.bucket(chain.bucket(part)) for part in cell.filled}
    paths = [flow.path_of(chain), [chain.bucket("raw"), *buckets.values()]]

    def arrived(keys: Sequence[str]) -> None:
        for path in paths:
            flow.wait_for(session, path, keys)

    flow.deliver(session, chain.bucket("raw"), wanted, arrived)
    arrived(wanted)
    under = f"{PREFIX}{cell.id}/"
    nothing(flow.compare(session, chain, wanted, buckets, changed=cell.changed, under=under), "differs")


def config_of(cell: Cell, chain: Chain) -> GhostConfig:
    """What the team has written in dbt_project.yml."""
    ingestion = {
        "state_bucket": STATE,
        "downstream": cell.downstream,
        "steps": {step: step_of(cell, chain, step) for step in STEPS},
    }
    return GhostConfig.model_validate({"project": PROJECT, "databases": ["PROD"], "ingestion": ingestion})


def step_of(cell: Cell, chain: Chain, step: StepName) -> dict[str, Any]:
    """A copy of an aware function serves its own input alone: prod's where the ghost begins, else the ghost's."""
    env: dict[str, Any] = {name: "copy" for name in chain.hop(step).environment if name in ("STEP", "POISON")}
    if chain.aware:
        inner = STEPS.index(step) > STEPS.index(cell.changed)
        env["IN"] = {"route": "bucket"} if inner else "copy"
    shared = {"ghost_aware": True} if cell.downstream == "share" else {}
    return {"function": chain.hop(step).function, "code": step, "outputs": ["OUT"], "env": env, **shared}


def fork(project: Project, ghost: GhostName) -> None:
    planned = project.plan_fork(ghost)
    assert planned.plan.changes
    applier = project.applier(planned.code.package, lambda change: None)
    applier.carry_out(planned.plan, project.config.ttl, project.origin, planned.seen)


def drop(project: Project, ghost: GhostName) -> None:
    plan, seen = project.plan_drop(ghost)
    project.applier(no_package, lambda change: None).carry_out(plan, project.config.ttl, seen=seen)


def nothing(found: Iterable[str], what: str) -> None:
    """There must be nothing of it. Where no test runner looks, the message must say what there is."""
    lines = list(found)
    if lines:
        raise AssertionError("\n".join([f"{what}:", *lines]))


def quickly(seconds: float) -> None:
    """The local AWS needs no more, whatever real AWS needs."""
    time.sleep(min(seconds, 0.1))
