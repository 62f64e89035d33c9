"""The subset of the matrix that `make test` runs leaves out no two settings together."""

from __future__ import annotations

from itertools import product

from tests.chains.chain import ROUTES, STEPS
from tests.chains.matrix import ALL, DOWNSTREAM, pairwise


def test_the_matrix_has_every_combination_once() -> None:
    wanted = {(*each,) for each in product(ROUTES, DOWNSTREAM, STEPS)}
    assert {(cell.route, cell.downstream, cell.changed) for cell in ALL} == wanted
    assert len({cell.id for cell in ALL}) == len(ALL)


def test_every_two_settings_meet_in_some_cell_of_the_subset() -> None:
    subset = pairwise(ALL)
    for one, other in (("route", "downstream"), ("route", "changed"), ("downstream", "changed")):
        met = {(getattr(cell, one), getattr(cell, other)) for cell in subset}
        assert met == {(getattr(cell, one), getattr(cell, other)) for cell in ALL}


def test_the_subset_is_as_small_as_can_be_and_always_the_same() -> None:
    subset = pairwise(ALL)
    assert len(subset) == len(ROUTES) * len(STEPS), "each cell has one pair of a route and a step"
    assert subset == pairwise(ALL) == tuple(cell for cell in ALL if cell in subset)


def test_both_deliveries_to_a_queue_behind_a_topic_are_in_the_subset() -> None:
    assert {cell.chain.raw for cell in pairwise(ALL) if cell.route == "sns_sqs"} == {True, False}
