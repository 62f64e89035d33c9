"""What a fork consists of."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TypeVar

import pytest

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.naming import TAP, GhostName
from dbt_ghost.core.plan import Plan
from dbt_ghost.core.resources import Bucket, Function, Notifications, Role, kind_of, name_of, pairs
from dbt_ghost.core.topology import ProdBucket
from tests.operations.conftest import CONFIG
from tests.operations.fakes import FakeWorld, sha256
from tests.operations.verbs import fork, planned_fork

R = TypeVar("R")


def planned(world: FakeWorld, config: GhostConfig, ghost: GhostName) -> Plan:
    return planned_fork(world, config, ghost)[0]


def only(plan: Plan, kind: type[R], name: str) -> R:
    found = [c.resource for c in plan.changes if isinstance(c.resource, kind) and name_of(c.resource) == name]
    assert len(found) == 1
    return found[0]


def test_the_changed_step_runs_the_branchs_code_and_the_next_a_copy_of_prods(
    world: FakeWorld, config: GhostConfig, ghost: GhostName
) -> None:
    plan = planned(world, config, ghost)
    assert only(plan, Function, ghost.function("clean")).code_sha256 == sha256(b"clean v2")
    assert only(plan, Function, ghost.function("enrich")).code_sha256 == sha256(b"enrich v1")


def test_code_that_was_only_packed_differently_is_not_a_change(
    world: FakeWorld, config: GhostConfig, ghost: GhostName
) -> None:
    world.packages.folders = {"clean": b"clean v1\npacked elsewhere", "enrich": b"enrich v1"}
    plan = planned(world, config, ghost)
    assert plan.changes == () and plan.steps == ()


def test_a_change_of_a_later_step_leaves_the_earlier_ones_to_prod(
    world: FakeWorld, config: GhostConfig, ghost: GhostName
) -> None:
    world.packages.folders = {"clean": b"clean v1", "enrich": b"enrich v2"}
    plan = planned(world, config, ghost)
    assert [name for name, _ in plan.steps] == ["enrich"]
    assert {hop.step: hop.from_prod for hop in plan.flow} == {"enrich": (("p-mid", "the tap"),)}


def test_outputs_are_routed_and_harmless_values_copied(world: FakeWorld, config: GhostConfig, ghost: GhostName) -> None:
    plan = planned(world, config, ghost)
    clean = dict(only(plan, Function, ghost.function("clean")).environment)
    enrich = dict(only(plan, Function, ghost.function("enrich")).environment)
    assert clean == {"OUT": ghost.bucket("p-mid"), "LOG_LEVEL": "INFO"}
    assert enrich == {"OUT": ghost.bucket("p-out"), "REFERENCE": "p-raw"}


def test_a_variable_that_nothing_explains_stops_the_plan_without_showing_its_value(
    world: FakeWorld, config: GhostConfig, ghost: GhostName
) -> None:
    clean = world.prod.functions["p-clean"]
    secret = pairs({**dict(clean.environment), "DB_PASSWORD": "hunter2", "TARGET": "s3://p-out/x"})
    world.prod.functions["p-clean"] = replace(clean, environment=secret)
    with pytest.raises(Refused) as refused:
        planned(world, config, ghost)
    assert "clean: DB_PASSWORD, TARGET" in refused.value.message
    assert "hunter2" not in str(refused.value.message) + refused.value.hint


def test_no_change_is_on_anything_of_prods(world: FakeWorld, config: GhostConfig, ghost: GhostName) -> None:
    plan = planned(world, config, ghost)
    assert plan.prod_changes == 0
    assert all(ghost.digest in name_of(change.resource) for change in plan.changes)


def test_a_trigger_needs_permission_and_configuration(world: FakeWorld, config: GhostConfig, ghost: GhostName) -> None:
    world.prod.buckets["p-raw"] = ProdBucket("p-raw", (), eventbridge=True)
    with pytest.raises(Refused, match="nothing that a ghost can follow triggers p-clean"):
        planned(world, config, ghost)


def test_a_chain_that_feeds_itself_is_refused(world: FakeWorld, config: GhostConfig, ghost: GhostName) -> None:
    enrich = world.prod.functions["p-enrich"]
    looped = pairs({**dict(enrich.environment), "OUT": "p-raw"})
    world.prod.functions["p-enrich"] = replace(enrich, environment=looped)
    with pytest.raises(Refused, match="feed each other"):
        planned(world, config, ghost)


def test_a_new_push_updates_only_what_changed(world: FakeWorld, config: GhostConfig, ghost: GhostName) -> None:
    fork(world, config, ghost)
    world.packages.folders["clean"] = b"clean v3"
    plan = planned(world, config, ghost)
    assert [(kind_of(c.resource), name_of(c.resource)) for c in plan.changes] == [("function", ghost.function("clean"))]


def test_a_step_that_is_no_longer_changed_leaves_the_ghost(
    world: FakeWorld, config: GhostConfig, ghost: GhostName
) -> None:
    fork(world, config, ghost)
    world.packages.folders = {"clean": b"clean v1", "enrich": b"enrich v2"}
    fork(world, config, ghost)
    made = set(world.ghosts.made)
    assert ("function", ghost.function("clean")) not in made
    assert ("bucket", ghost.bucket("p-mid")) not in made
    assert ("rule", ghost.rule(TAP)) in made


def test_the_teams_tags_go_on_everything(world: FakeWorld, ghost: GhostName) -> None:
    config = GhostConfig.model_validate({**CONFIG, "tags": {"cost-centre": "42"}})
    for change in planned(world, config, ghost).changes:
        if not isinstance(change.resource, Notifications):
            assert ("cost-centre", "42") in change.resource.tags
            assert ("dbt-ghost:branch", "fix/late") in change.resource.tags


def test_a_steps_role_reads_its_prefixes_and_writes_its_own_bucket(
    world: FakeWorld, config: GhostConfig, ghost: GhostName
) -> None:
    plan = planned(world, config, ghost)
    policy = json.loads(only(plan, Role, ghost.role("clean", "eu-west-1")).policy)
    allowed = {s["Sid"]: s["Resource"] for s in policy["Statement"] if s["Effect"] == "Allow"}
    assert allowed["ReadProdObjects"] == ["arn:aws:s3:::p-raw/in/*.csv"]
    assert allowed["WriteGhostObjects"] == [f"arn:aws:s3:::{ghost.bucket('p-mid')}/*"]


def test_output_buckets_stand_in_one_for_one(world: FakeWorld, config: GhostConfig, ghost: GhostName) -> None:
    plan = planned(world, config, ghost)
    assert {c.resource.stands_in_for for c in plan.changes if isinstance(c.resource, Bucket)} == {"p-mid", "p-out"}


def test_a_step_that_was_asked_for_is_forked_with_prods_code_and_all_that_follow(
    world: FakeWorld, config: GhostConfig, ghost: GhostName
) -> None:
    world.packages.folders = {"clean": b"clean v1", "enrich": b"enrich v1"}
    plan, _ = planned_fork(world, config, ghost, ["clean"])
    assert [(name, step.changed, step.code_sha256) for name, step in plan.steps] == [
        ("clean", False, sha256(b"clean v1")),
        ("enrich", False, sha256(b"enrich v1")),
    ]


def test_a_step_that_there_is_not_cannot_be_asked_for(world: FakeWorld, config: GhostConfig, ghost: GhostName) -> None:
    with pytest.raises(Refused, match="there is no step load") as refused:
        planned_fork(world, config, ghost, ["load"])
    assert refused.value.hint == "the steps are: clean, enrich"


def test_the_record_says_what_was_forked_and_where_it_writes(
    world: FakeWorld, config: GhostConfig, ghost: GhostName
) -> None:
    steps = fork(world, config, ghost).steps
    assert (steps["clean"].from_prod, steps["enrich"].from_prod) == (("p-raw",), ())
    assert steps["clean"].writes == {"p-mid": ghost.bucket("p-mid")}


def test_a_branch_whose_change_is_taken_back_has_no_ghost_any_more(
    world: FakeWorld, config: GhostConfig, ghost: GhostName
) -> None:
    fork(world, config, ghost)
    world.packages.folders = {"clean": b"clean v1", "enrich": b"enrich v1"}
    assert fork(world, config, ghost).state == "dropped"
    assert world.ghosts.made == {}
