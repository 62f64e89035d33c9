"""A later step that prod's own function serves: nothing of prod changes, and the tap alone may invoke it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.blueprint.sharing import ROUTE_TAG
from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.naming import TAP
from dbt_ghost.core.plan import Plan
from dbt_ghost.core.resources import Bucket, Function, Notifications, Resource, Role, Rule
from dbt_ghost.core.topology import Topology
from tests.core.blueprint.grounds import ACCOUNT, GHOST, QUEUE, RULE, TOPIC, WAYS, by, chain, config, made, of, plan

MID, OUT = GHOST.bucket("p-mid"), GHOST.bucket("p-out")


def shared(**enrich: Any) -> GhostConfig:
    steps = {
        "clean": {"function": "p-clean", "code": "clean", "outputs": ["OUT"]},
        "enrich": {"function": "p-enrich", "outputs": ["OUT"], "downstream": "share", "ghost_aware": True, **enrich},
    }
    return GhostConfig.model_validate({"project": "shop", "databases": ["PROD"], "ingestion": {"steps": steps}})


def line(way: str = "s3", **enrich: Any) -> Topology:
    topology = chain(by("s3"), by(way, "p-mid"))
    second = replace(topology.steps[1], function=replace(topology.steps[1].function, **enrich))
    return replace(topology, steps=(topology.steps[0], second))


def resources(way: str = "s3", **enrich: Any) -> list[Resource]:
    return made(line(way, **enrich), shared())


def routes(way: str = "s3", **enrich: Any) -> list[dict[str, Any]]:
    tap = of(Function, resources(way, **enrich))[GHOST.function(TAP)]
    return list(json.loads(dict(tap.environment)["GHOST_ROUTES"])["routes"])


def test_the_shared_step_has_no_function_role_or_queue_of_the_ghosts() -> None:
    assert not [name for each in resources() if "enrich" in (name := getattr(each, "name", ""))]


@pytest.mark.parametrize(
    ("way", "around"),
    [
        ("s3", {}),
        ("sns", {"topic": TOPIC, "raw": False}),
        ("sqs", {"queue": QUEUE}),
        ("sns_sqs", {"topic": TOPIC, "raw": False, "queue": QUEUE}),
        ("raw_sqs", {"topic": TOPIC, "raw": True, "queue": QUEUE}),
        ("eventbridge", {}),
    ],
)
def test_the_tap_invokes_prods_function_in_the_shape_it_knows_with_the_ghost_buckets_events(
    way: str, around: dict[str, object]
) -> None:
    (route,) = [each for each in routes(way) if each["bucket"] == MID]
    assert (route["to"], route["as"], route["prefix"]) == ({"function": "p-enrich"}, around, "in/")
    assert route["shape"] == ("same" if way == "eventbridge" else "s3")
    assert of(Notifications, resources(way))[MID].eventbridge
    assert MID in json.loads(of(Rule, resources(way))[GHOST.rule(TAP)].pattern)["detail"]["bucket"]["name"]


def test_an_alias_is_invoked_as_prods_triggers_do_and_nothing_else_of_the_function() -> None:
    assert [each["to"] for each in routes(qualifier="live")][1:] == [{"function": "p-enrich:live"}]
    policy = of(Role, resources(qualifier="live"))[GHOST.role(TAP, "eu-west-1")].policy
    (grant,) = [each for each in json.loads(policy)["Statement"] if each["Sid"] == "InvokeSharedProdSteps"]
    assert grant["Resource"] == [f"{ACCOUNT.function_arn('p-enrich')}:live"]


@pytest.mark.parametrize("way", WAYS)
def test_the_right_to_invoke_prod_is_the_taps_alone_and_the_plan_says_so(way: str) -> None:
    arn = ACCOUNT.function_arn("p-enrich")
    roles = of(Role, resources(way))
    assert [name for name, role in roles.items() if arn in role.policy] == [GHOST.role(TAP, "eu-west-1")]
    planned = plan(line(way), shared())
    assert planned.prod_invoked == ("p-enrich",) and planned.prod_changes == 0


def test_only_prods_role_is_let_into_the_ghosts_buckets_to_read_the_one_and_fill_the_other() -> None:
    buckets = of(Bucket, resources())
    (read,) = json.loads(buckets[MID].policy)["Statement"]
    (write,) = json.loads(buckets[OUT].policy)["Statement"]
    assert read["Principal"] == write["Principal"] == {"AWS": [ACCOUNT.role_arn("p-enrich")]}
    assert read["Action"] == ["s3:GetBucketTagging", "s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"]
    assert read["Resource"] == [f"arn:aws:s3:::{MID}", f"arn:aws:s3:::{MID}/*"]
    assert write["Action"] == ["s3:AbortMultipartUpload", "s3:PutObject"]
    assert write["Resource"] == [f"arn:aws:s3:::{OUT}/*"]


def test_the_input_buckets_tags_say_where_prods_function_shall_write() -> None:
    buckets = of(Bucket, resources())
    assert buckets[MID].routes == ((f"{ROUTE_TAG}{OUT}", "p-out"),)
    assert buckets[OUT].routes == ()


def test_a_changed_step_is_never_shared() -> None:
    planned = plan(line(), shared(), changed="enrich")
    assert planned.prod_invoked == () and [name for name, _ in planned.steps] == ["enrich"]


def test_a_function_that_is_not_declared_ghost_aware_is_refused() -> None:
    with pytest.raises(Refused, match="not declared `ghost_aware`"):
        plan(line(), shared(ghost_aware=False))


@pytest.mark.parametrize(
    ("facts", "settings", "ways"),
    [
        ({"writes_elsewhere": ("dead_letter",)}, {}, ["dead_letter"]),
        ({"writes_elsewhere": ("destinations",)}, {}, ["destinations"]),
        ({}, {"writes": ["a table of orders"]}, ["writes"]),
    ],
)
def test_other_ways_to_write_are_refused_until_they_are_acknowledged(
    facts: dict[str, Any], settings: dict[str, Any], ways: list[str]
) -> None:
    with pytest.raises(Refused, match=f"writes outside S3 as well: {ways[0]}"):
        plan(line(**facts), shared(**settings))
    assert plan(line(**facts), shared(**settings, acknowledged=ways)).prod_invoked


def test_prods_role_cannot_use_a_key_of_the_ghosts_own() -> None:
    key = "arn:aws:kms:eu-west-1:111111111111:key/1"
    settings = shared().model_dump(mode="json", exclude_defaults=True)
    settings["ingestion"]["kms_key"] = key
    with pytest.raises(Refused, match="encrypted with a key that prod's role is not let use"):
        plan(line(), GhostConfig.model_validate(settings))


def test_a_step_that_also_hears_what_the_ghost_does_not_fill_cannot_be_shared() -> None:
    topology = line()
    both = replace(topology.steps[1], triggers=(*topology.steps[1].triggers, by("s3", "p-raw")))
    with pytest.raises(Refused, match="it also hears p-raw"):
        plan(replace(topology, steps=(topology.steps[0], both)), shared())


def test_a_pattern_that_only_eventbridge_can_match_cannot_be_shared() -> None:
    prod = replace(by("eventbridge", "p-mid"), rule=replace(RULE, pattern=RULE.pattern.replace("prefix", "wildcard")))
    with pytest.raises(Refused, match="cannot enforce the pattern of prod's rule p-rule"):
        plan(chain(by("s3"), prod), shared())


def test_what_follows_a_shared_step_listens_to_the_ghosts_bucket_again() -> None:
    planned: Plan = plan(line(), shared())
    assert [(hop.step, hop.shared, hop.from_ghost) for hop in planned.flow] == [
        ("clean", False, ()),
        ("enrich", True, (MID,)),
    ]


def test_sampling_is_not_done_twice() -> None:
    assert [each.get("sample") for each in routes()] == [None, 1.0]


def test_replicate_is_the_default() -> None:
    assert plan(line(), config()).prod_invoked == ()
