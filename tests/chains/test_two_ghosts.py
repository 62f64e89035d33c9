"""Two branches fork one chain at once: neither sees the other, and the end of one is not felt by the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from dbt_ghost.core.naming import GhostName
from dbt_ghost.demo import evidence
from dbt_ghost.demo.production import install_state_bucket
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from tests.chains.chain import Chain
from tests.chains.forking import STATE, StrictProject, config_of, drop, fork, nothing, quickly, send_and_compare
from tests.chains.matrix import Cell
from tests.chains.prod_guard import ProdIsLeftAlone
from tests.chains.production import build, write_code
from tests.chains.strict import StrictSession, aws_rules
from tests.local_aws import session_of

CHAIN = Chain("sns_sqs", aware=True)


@dataclass(frozen=True)
class Branch:
    """A branch that changes one step, and its checkout."""

    name: str
    cell: Cell
    project: StrictProject
    guard: ProdIsLeftAlone

    @property
    def ghost(self) -> GhostName:
        return GhostName("chains", self.name)

    @classmethod
    def of(cls, name: str, cell: Cell, stack: LocalStack, folder: Path) -> Branch:
        guard = ProdIsLeftAlone(STATE)
        write_code(folder, CHAIN, cell.changed)
        session = StrictSession(stack, (guard, *aws_rules()), quickly)
        return cls(name, cell, StrictProject(folder, config_of(cell, CHAIN), session), guard)

    def sees(self, prod: Session, *keys: str) -> None:
        send_and_compare(prod, self.cell, CHAIN, self.ghost, keys)


def test_two_branches_fork_and_drop_one_chain_side_by_side(strict_aws: LocalStack, tmp_path: Path) -> None:
    session = session_of(strict_aws)
    build(session, CHAIN)
    install_state_bucket(session, STATE)
    before = evidence.documents(session, STATE)
    cells = {
        "feature/a-b": Cell("sns_sqs", "replicate", "first"),
        "feature/a_b": Cell("sns_sqs", "replicate", "middle"),
    }
    one, other = (Branch.of(name, cell, strict_aws, tmp_path / cell.changed) for name, cell in cells.items())
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda branch: fork(branch.project, branch.ghost), (one, other)))
    for branch in (one, other):
        branch.sees(session, f"in/{branch.cell.id}/a+b c.txt")
    drop(one.project, one.ghost)
    nothing(map(str, other.project.plan_fork(other.ghost).plan.changes), "the drop of one changed of the other")
    other.sees(session, *(f"in/{other.cell.id}/{key}.txt" for key in ("a+b c", "after the drop")))
    drop(other.project, other.ghost)
    for branch in (one, other):
        nothing(map(str, branch.project.ghosts.look(branch.ghost).resources), f"is left of {branch.name}")
        nothing(branch.guard.touched, "prod was touched")
    nothing(evidence.differences(before, evidence.documents(session, STATE)), "prod changed")
