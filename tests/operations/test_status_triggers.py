"""Whether a ghost listens, and to how much: its triggers, the settings that stop them, and who serves its steps."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.found import Found, StrayMapping
from dbt_ghost.core.naming import TAP
from dbt_ghost.core.plan import Hop
from dbt_ghost.core.record import Record, RecordedResource
from dbt_ghost.core.resources import EventSourceMapping, Function, Resource, Rule, Subscription, canonical, pairs
from dbt_ghost.operations.status import Off, Status, StepState, status_of
from tests.operations.fakes import ACCOUNT, START, FakeCloud
from tests.operations.parts import GHOST, QUEUE, TTL, applier, dropped, forked, ghost_parts, plan_to

CLEAN, ENRICH, THE_TAP = (ACCOUNT.function_arn(GHOST.function(step)) for step in ("clean", "enrich", TAP))
TAPS_RULE = RecordedResource(kind="rule", name=GHOST.rule(TAP))
CLEANS_MAPPING = RecordedResource(kind="event source mapping", name=QUEUE)
TRIGGERS = (Rule, EventSourceMapping, Subscription)


@pytest.fixture
def record() -> Record:
    """Of a ghost whose first step hears prod, and whose second hears the first."""
    made = forked(FakeCloud())
    clean = made.steps["clean"].model_copy(update={"from_prod": ("p-raw",)})
    enrich = clean.model_copy(update={"from_prod": (), "changed": False})
    return made.model_copy(update={"steps": {"clean": clean, "enrich": enrich}})


def parts(*triggers: Resource, routes: str = "") -> Found:
    """The ghost's parts with these triggers only, and the tap told these routes."""
    others = (one for one in ghost_parts() if not isinstance(one, TRIGGERS))
    told = pairs({"GHOST_ROUTES": routes}) if routes else ()
    tap = GHOST.function(TAP)
    taps = (replace(one, environment=told) if isinstance(one, Function) and one.name == tap else one for one in others)
    return Found((*taps, *triggers))


def with_trigger(kind: type[Resource], **changed: Any) -> Found:
    """The whole ghost, but for its trigger of that kind."""
    return Found(tuple(replace(one, **changed) if isinstance(one, kind) else one for one in ghost_parts()))


def rule(target_arn: str, on: bool, name: str = GHOST.rule(TAP)) -> Rule:
    return Rule(name, "{}", target_arn, enabled=on)


def mapping(step: str, on: bool) -> EventSourceMapping:
    return EventSourceMapping(GHOST.piece(step, "q"), GHOST.function(step), enabled=on)


def paused_steps(status: Status) -> list[str]:
    return [step.name for step in status.steps if step.paused]


def test_a_ghost_whose_triggers_are_on_listens(record: Record) -> None:
    for paused in (False, True):
        status = status_of(record, Found(ghost_parts()), START, paused)
        assert (status.off, status.listens, status.paused, status.whole) == ((), True, False, True)


@pytest.mark.parametrize(
    ("kind", "trigger"), [(Rule, TAPS_RULE), (EventSourceMapping, CLEANS_MAPPING)], ids=["rule", "mapping"]
)
def test_a_trigger_that_somebody_switched_off_is_told_and_the_ghost_is_not_whole(
    record: Record, kind: type[Resource], trigger: RecordedResource
) -> None:
    status = status_of(record, with_trigger(kind, enabled=False), START)
    assert status.off == (Off(trigger, "switched off", meant=False),)
    assert (status.listens, status.paused, status.whole) == (False, False, False)
    assert paused_steps(status) == []


def test_a_trigger_that_the_settings_pause_is_told_and_is_as_it_should_be(record: Record) -> None:
    off = Found(
        tuple(
            replace(one, enabled=False) if isinstance(one, (Rule, EventSourceMapping)) else one
            for one in ghost_parts()
            if not isinstance(one, Subscription)
        )
    )
    recorded = record.model_copy(update={"resources": tuple(r for r in record.resources if r.kind != "subscription")})
    status = status_of(recorded, off, START, paused=True)
    assert {each.trigger: each.meant for each in status.off} == {TAPS_RULE: True, CLEANS_MAPPING: True}
    assert (status.listens, status.paused, status.whole) == (True, True, True)


OWN = canonical({"detail": {"bucket": {"name": [GHOST.bucket("p-mid")]}}})


@pytest.mark.parametrize(
    ("target_arn", "pattern", "meant"),
    [
        (THE_TAP, "{}", True),
        (THE_TAP, OWN, True),
        (CLEAN, "{}", True),
        (ENRICH, OWN, False),
        (ACCOUNT.queue_arn(QUEUE), "{}", False),
    ],
    ids=["tap", "tap for a shared step", "function", "between ghost steps", "queue"],
)
def test_a_rule_is_off_on_purpose_only_if_a_paused_fork_switches_it_off(
    record: Record, target_arn: str, pattern: str, meant: bool
) -> None:
    found = parts(replace(rule(target_arn, on=False), pattern=pattern))
    assert [each.meant for each in status_of(record, found, START, paused=True).off] == [meant]


@pytest.mark.parametrize("paused", [False, True])
@pytest.mark.parametrize(
    ("found", "trigger", "why"),
    [
        (with_trigger(Rule, target_arn=""), TAPS_RULE, "in a state or with targets that no fork gives it"),
        (with_trigger(EventSourceMapping, function=""), CLEANS_MAPPING, "going away, or not the only one of its queue"),
    ],
    ids=["rule", "mapping"],
)
def test_a_trigger_that_is_not_sound_is_off_whatever_the_settings_say(
    record: Record, paused: bool, found: Found, trigger: RecordedResource, why: str
) -> None:
    status = status_of(record, found, START, paused)
    assert status.off == (Off(trigger, why, meant=False),)
    assert not status.whole


@pytest.mark.parametrize(
    ("triggers", "paused"),
    [
        ((rule(THE_TAP, on=False),), ["clean"]),
        ((rule(THE_TAP, on=True),), []),
        ((rule(CLEAN, on=False, name="r"),), ["clean"]),
        ((mapping("clean", on=False),), ["clean"]),
        ((mapping("enrich", on=False), mapping("clean", on=False)), ["clean", "enrich"]),
        ((rule(THE_TAP, on=False), mapping("enrich", on=True)), ["clean"]),
        ((rule(THE_TAP, on=True), mapping("clean", on=False)), []),
        ((rule(THE_TAP, on=False), Subscription(ACCOUNT.topic_arn("p-topic"), CLEAN)), []),
        ((rule(THE_TAP, on=False), Subscription(ACCOUNT.topic_arn(GHOST.piece("clean", "t")), CLEAN)), ["clean"]),
        ((), ["clean"]),
    ],
    ids=[
        "tap",
        "tap on",
        "rule",
        "queue",
        "both queues",
        "inner queue on",
        "tap on, queue off",
        "topic",
        "own",
        "none",
    ],
)
def test_a_step_is_paused_that_nothing_hands_prods_events_to(
    record: Record, triggers: tuple[Resource, ...], paused: list[str]
) -> None:
    """Paused, a ghost's function is not subscribed to prod's topic: where nothing is left, nothing is heard."""
    assert paused_steps(status_of(record, parts(*triggers), START, paused=True)) == paused
    assert paused_steps(status_of(record, parts(*triggers), START, paused=False)) == []


@pytest.mark.parametrize(
    ("routes", "sample"),
    [
        (json.dumps({"sample": 0.05, "routes": []}), 0.05),
        (json.dumps({"sample": 1.0, "routes": []}), 1.0),
        (json.dumps({"routes": []}), None),
        (json.dumps({"sample": None}), None),
        ("[]", None),
        ("{", None),
        ("", None),
    ],
)
def test_a_steps_sample_is_what_its_tap_lets_through_and_unknown_is_not_everything(
    record: Record, routes: str, sample: float | None
) -> None:
    clean, enrich = status_of(record, parts(routes=routes), START).steps
    assert clean == StepState("clean", changed=True, sample=sample)
    assert enrich == StepState("enrich", sample=1.0), "it hears what the first step writes"


def test_without_a_tap_nothing_is_sampled(record: Record) -> None:
    found = Found(tuple(one for one in ghost_parts() if getattr(one, "name", "") != GHOST.function(TAP)))
    assert [step.sample for step in status_of(record, found, START).steps] == [1.0, 1.0]


def test_the_record_says_which_steps_prods_functions_serve_until_the_ghost_is_dropped() -> None:
    cloud = FakeCloud()
    flow = tuple(Hop(step, False, (), (), (), shared=step != "clean") for step in ("clean", "middle", "last"))
    plan = replace(plan_to(cloud, ghost_parts()), flow=flow, prod_invoked=("p-middle:live", "p-last"))
    record = applier(cloud).carry_out(plan, TTL)
    assert record.shared == {"middle": "p-middle:live", "last": "p-last"}
    status = status_of(record, cloud.ghosts.look(GHOST), START)
    assert status.steps[1:] == (StepState("middle", shared="p-middle:live"), StepState("last", shared="p-last"))
    assert dropped(cloud).shared == {}


def test_a_ghost_that_takes_prods_messages_is_not_whole(record: Record) -> None:
    stray = StrayMapping("14e0", ACCOUNT.queue_arn("p-files"), CLEAN, enabled=False)
    status = status_of(record, Found(ghost_parts(), strays=(stray,)), START)
    assert (status.strays, status.whole) == ((stray,), False)


def test_without_a_record_triggers_and_strays_are_told_all_the_same() -> None:
    stray = StrayMapping("14e0", ACCOUNT.queue_arn("p-files"), CLEAN, enabled=True)
    status = status_of(None, replace(with_trigger(Rule, enabled=False), strays=(stray,)), START)
    assert ([each.trigger for each in status.off], status.strays, status.steps) == ([TAPS_RULE], (stray,), ())
