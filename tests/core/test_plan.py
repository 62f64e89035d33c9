"""Plans: what turns what is there into what should be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.plan import Change, Create, Delete, Plan, Update, changes, waves
from dbt_ghost.core.resources import (
    BUILD_ORDER,
    DROP_ORDER,
    Bucket,
    BucketEvent,
    EventSourceMapping,
    Function,
    LogGroup,
    Notifications,
    Queue,
    Resource,
    Role,
    Rule,
    Subscription,
    Topic,
    name_of,
)
from dbt_ghost.core.topology import Account

GHOST = GhostName("shop", "fix/late")
NAME = GHOST.function("clean")
FAILED = Queue(GHOST.failures("clean"))
LEANING = Queue(GHOST.piece("clean", "p-queue"), dead_letter_arn=f"arn:aws:sqs:eu-west-1:1:{FAILED.name}")
TOPIC = Topic(GHOST.piece("clean", "p-topic"), "{}")
ALL: tuple[Resource, ...] = (
    Rule(NAME, "{}", "arn"),
    Subscription(f"arn:aws:sns:eu-west-1:1:{TOPIC.name}", f"arn:aws:lambda:eu-west-1:1:function:{NAME}"),
    Notifications(GHOST.bucket("p"), (BucketEvent("arn"),)),
    EventSourceMapping(LEANING.name, NAME),
    Function(NAME, "role", "python3.12", "a.b", "sha"),
    Role(GHOST.role("clean", "eu-west-1"), "{}", "{}"),
    LogGroup(GHOST.log_group("clean"), 7),
    TOPIC,
    LEANING,
    FAILED,
    Bucket(GHOST.bucket("p"), "p"),
)

resources = st.lists(st.sampled_from(ALL), unique=True).map(tuple)


def plan_of(*planned: Change) -> Plan:
    return Plan(GHOST, Account("111111111111", "eu-west-1"), "ready", planned, frozenset())


def test_building_listens_last_and_dropping_stops_listening_first() -> None:
    built = [type(change.resource) for change in changes(ALL, ())]
    dropped = [type(change.resource) for change in changes((), ALL)]
    assert tuple(dict.fromkeys(built)) == BUILD_ORDER
    assert tuple(dict.fromkeys(dropped)) == DROP_ORDER


def test_what_is_no_longer_wanted_goes_before_anything_comes() -> None:
    planned = changes([LEANING, FAILED], [ALL[0], TOPIC])
    assert [type(change) for change in planned] == [Delete, Delete, Create, Create]


def test_a_wave_is_one_verb_on_one_kind() -> None:
    old = [LogGroup(GHOST.log_group(step), 1) for step in ("b", "d")]
    new = [LogGroup(GHOST.log_group(step), 7) for step in ("a", "b", "c", "d")]
    cut = waves(changes([*reversed(new), TOPIC], old))
    assert [[(type(c), name_of(c.resource)[-1]) for c in wave] for wave in cut[1:]] == [
        [(Create, "a"), (Create, "c")],
        [(Update, "b"), (Update, "d")],
    ]
    assert [[c.resource for c in wave] for wave in cut[:1]] == [[TOPIC]]


def test_a_queue_comes_after_the_queue_of_its_dead_letters_and_goes_before_it() -> None:
    assert [[c.resource for c in wave] for wave in waves(changes([LEANING, FAILED], ()))] == [[FAILED], [LEANING]]
    assert [[c.resource for c in wave] for wave in waves(changes((), [LEANING, FAILED]))] == [[LEANING], [FAILED]]


@given(st.permutations(ALL), resources)
def test_waves_are_the_plan_in_its_order(wanted: list[Resource], existing: tuple[Resource, ...]) -> None:
    planned = changes(wanted, existing)
    assert tuple(change for wave in waves(planned) for change in wave) == planned
    assert planned == changes(ALL, existing), "whatever order they were thought of in"


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
