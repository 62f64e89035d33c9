"""Which part of production's chain a plan takes over, and how."""

from __future__ import annotations

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.drawing.marks import marks_of
from dbt_ghost.core.graph import graph_of_project
from dbt_ghost.core.topology import Topology
from tests.core.blueprint.grounds import by, chain, config, plan


def marked(topology: Topology, settings: GhostConfig, changed: str = "clean") -> dict[str, str]:
    graph = graph_of_project(topology, settings)
    return {node.name: mark for node, mark in marks_of(plan(topology, settings, changed), graph).items()}


def test_the_changed_step_is_told_from_those_that_are_copied_behind_it() -> None:
    assert marked(chain(by("s3")), config()) == {
        "clean": "changed",
        "p-mid": "own",
        "enrich": "copied",
        "p-out": "own",
    }


def test_a_step_before_the_changed_one_is_not_touched_and_nor_is_its_bucket() -> None:
    assert marked(chain(by("s3")), config(), "enrich") == {
        "clean": "untouched",
        "enrich": "changed",
        "p-out": "own",
    }


def test_a_step_that_prod_serves_is_shared() -> None:
    shared = {"function": "p-enrich", "outputs": ["OUT"], "downstream": "share", "ghost_aware": True}
    clean = {"function": "p-clean", "code": "clean", "outputs": ["OUT"]}
    settings = config({"steps": {"clean": clean, "enrich": shared}})
    assert marked(chain(by("s3")), settings)["enrich"] == "shared"


def test_a_bucket_whose_objects_are_copied_first_has_a_ghosts_own_in_its_place() -> None:
    assert marked(chain(by("s3")), config(input="staged"))["p-raw"] == "own"


def test_where_nothing_changed_all_steps_are_untouched() -> None:
    assert marked(chain(by("s3")), config(), "") == {"clean": "untouched", "enrich": "untouched"}
