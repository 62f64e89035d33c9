"""Plans: what turns what is there into what should be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.plan import Change, Create, Delete, Plan, Update, changes
from dbt_ghost.core.resources import (
    BUILD_ORDER,
    Bucket,
    BucketEvent,
    Function,
    LogGroup,
    Notifications,
    Resource,
    Role,
    Rule,
    kind_of,
    name_of,
)
from dbt_ghost.core.topology import Account

GHOST = GhostName("shop", "fix/late")
NAME = GHOST.function("clean")
ALL: tuple[Resource, ...] = (
    Rule(NAME, "{}", "arn"),
    Notifications(GHOST.bucket("p"), (BucketEvent("arn"),)),
    Function(NAME, "role", "python3.12", "a.b", "sha"),
    Role(GHOST.role("clean", "eu-west-1"), "{}", "{}"),
    LogGroup(GHOST.log_group("clean"), 7),
    Bucket(GHOST.bucket("p"), "p"),
)

resources = st.lists(st.sampled_from(ALL), unique=True).map(tuple)


def plan_of(*planned: Change) -> Plan:
    return Plan(GHOST, Account("111111111111", "eu-west-1"), "ready", planned, frozenset())


def test_building_listens_last_and_dropping_stops_listening_first() -> None:
    built = [kind_of(change.resource) for change in changes(ALL, ())]
    dropped = [kind_of(change.resource) for change in changes((), ALL)]
    assert built == ["bucket", "log group", "role", "function", "notifications", "rule"]
    assert dropped == ["rule", "notifications", "function", "bucket", "role", "log group"]


@given(resources, resources)
def test_a_plan_has_exactly_the_changes_that_are_needed(
    wanted: tuple[Resource, ...], existing: tuple[Resource, ...]
) -> None:
    planned = changes(wanted, existing)
    assert {c.resource for c in planned if isinstance(c, Create)} == set(wanted) - set(existing)
    assert {c.resource for c in planned if isinstance(c, Delete)} == set(existing) - set(wanted)


def test_an_update_names_what_differs() -> None:
    before = Function(NAME, "role", "python3.12", "a.b", "old", memory_mb=128)
    after = Function(NAME, "role", "python3.12", "a.b", "new", memory_mb=256)
    assert changes([after], [before]) == (Update(after, ("code_sha256", "memory_mb")),)


@pytest.mark.parametrize("name", ["shop-clean", "ghost-shop-other-aaaaaa-clean", "ghost-shop2-fix-late-aaaaaa-clean"])
def test_a_plan_never_holds_a_change_of_something_that_is_not_its_ghosts(name: str) -> None:
    with pytest.raises(Refused, match="is not of the ghost"):
        plan_of(Delete(Function(name, "role", "python3.12", "a.b", "sha")))


def test_every_kind_of_resource_has_a_place_in_the_order() -> None:
    assert {type(resource) for resource in ALL} == set(BUILD_ORDER)
    assert all(name_of(resource) for resource in ALL)
    assert plan_of(*(Create(resource) for resource in ALL)).prod_changes == 0


def test_environment_values_do_not_show() -> None:
    function = Function(NAME, "role", "python3.12", "a.b", "sha", environment=(("TOKEN", "hunter2"),))
    assert "hunter2" not in repr(plan_of(Create(function)))


def test_tags_that_somebody_else_added_are_no_difference() -> None:
    ours = LogGroup(GHOST.log_group("clean"), 7, (("team", "data"),))
    tagged = LogGroup(ours.name, 7, (("cost", "42"), ("team", "data")))
    assert changes([ours], [tagged]) == ()
    assert changes([tagged], [ours]) == (Update(tagged, ("tags",)),)
