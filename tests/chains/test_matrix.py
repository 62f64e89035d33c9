"""A branch forks a chain of every kind: its ghost makes of each object what prod will make of it after the merge.

Every route meets every way on and every changed step; `make reliability` runs all combinations, with more objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dbt_ghost.core.naming import GhostName
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from tests.chains import flow
from tests.chains.chain import Chain
from tests.chains.forking import Ground
from tests.chains.matrix import ALL, FEW, Cell, pairwise


def production_of(cell: Cell) -> Chain:
    """One for all cells of a route: functions that also serve ghosts can be copied as well."""
    return replace(cell.chain, aware=True)


@pytest.fixture(scope="module")
def ground(strict_aws_server: LocalStack) -> Iterator[Ground]:
    yield Ground(strict_aws_server)
    strict_aws_server.reset()


@pytest.mark.parametrize("cell", pairwise(ALL), ids=lambda cell: cell.id)
def test_a_ghost_makes_of_every_object_what_prod_will_make_of_it(ground: Ground, cell: Cell, tmp_path: Path) -> None:
    ground.hold(production_of(cell))
    ground.try_out(cell, FEW, tmp_path)


def test_a_poisoned_message_fails_in_the_ghost_as_often_as_in_prod_and_nowhere_else(
    ground: Ground, tmp_path: Path
) -> None:
    chain = Chain("sqs", name="prod-poison", poison="report", timeout_s=5, max_receives=2)
    poison, ends = "in/poison+1.txt", [chain.hop("first").dead_letters]

    def fails_in_both(session: Session, ghost: GhostName) -> None:
        flow.put(session, chain.bucket("raw"), poison)
        ends.append(f"{ghost.function('first')}-failed")
        assert flow.within(60, lambda: [flow.keys_in(session, end) for end in ends] == [[poison], [poison]])

    ground.hold(chain)
    ground.try_out(Cell("sqs", "replicate", "first"), 2, tmp_path, fails_in_both)
