"""What the deployer may come to need of production: more than what triggers the steps."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.policies.locations import Location
from dbt_ghost.core.policies.reach import reach_of
from dbt_ghost.core.resources import Image, Mount, Network
from tests.core.blueprint.grounds import ACCOUNT, QUEUE, RULE, TOPIC, by, chain, config

REGISTRY = "111111111111.dkr.ecr.eu-west-1.amazonaws.com"


def letting_in(service: str, action: str, source: str) -> str:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": action,
        "Resource": "*",
        "Condition": {"ArnLike": {"aws:SourceArn": source}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_buckets_that_a_policy_lets_in_are_looked_at_though_they_trigger_nothing() -> None:
    found = (
        (ACCOUNT.function_arn("p-clean"), letting_in("s3", "lambda:InvokeFunction", "arn:aws:s3:::left-over")),
        (ACCOUNT.queue_arn("p-queue"), letting_in("s3", "sqs:SendMessage", "arn:aws:s3:::by-queue")),
        (ACCOUNT.topic_arn("p-topic"), letting_in("s3", "sns:Publish", "arn:aws:s3:::by-topic")),
        (ACCOUNT.queue_arn("p-other"), letting_in("sns", "sqs:SendMessage", ACCOUNT.topic_arn("no-bucket"))),
    )
    reach = reach_of(config(), replace(chain(by("s3")), policies=found))
    assert reach.buckets == ("by-queue", "by-topic", "left-over", "p-mid", "p-out", "p-raw")


def test_images_of_production_and_of_the_branch_are_looked_up() -> None:
    topology = chain(by("s3"), image=Image(f"{REGISTRY}/team/clean@sha256:{'0' * 64}"))
    reach = reach_of(config(code=f"{REGISTRY}/branch/clean:x"), topology)
    repositories = "arn:aws:ecr:eu-west-1:111111111111:repository/"
    assert reach.images == (f"{repositories}branch/clean", f"{repositories}team/clean")
    assert reach_of(config(), chain(by("s3"))).images == ()


def test_roles_made_beforehand_are_known_by_their_arns() -> None:
    own = "arn:aws:iam::111111111111:role/team/own"
    reach = reach_of(config({"roles": {"clean": "ready-made", "tap": own}}), chain(by("s3")))
    assert reach.brought == (ACCOUNT.role_arn("ready-made"), own)


def test_all_of_the_chain_that_ghosts_stand_beside_is_known() -> None:
    layer = "arn:aws:lambda:eu-west-1:111111111111:layer:pandas:7"
    first = replace(by("eventbridge"), rule=replace(RULE, bus="orders"))
    reach = reach_of(config(), chain(first, by("sns_sqs", "p-mid"), layers=(layer,)))
    assert (reach.functions, reach.outputs) == (("p-clean", "p-enrich"), ("p-mid", "p-out"))
    assert reach.roles == (ACCOUNT.role_arn("p-clean"), ACCOUNT.role_arn("p-enrich"))
    assert (reach.topics, reach.queues, reach.layers) == ((TOPIC,), (QUEUE,), (layer,))
    assert (reach.buses, reach.rules) == (("default", "orders"), (ACCOUNT.rule_arn("p-rule", "orders"),))


def test_only_the_keys_of_triggers_and_of_seeds_are_read() -> None:
    reach = reach_of(config(seed=["s3://p-mid/2026/"]), chain(by("s3"), by("eventbridge", "p-mid")))
    assert reach.steps_read == (Location("p-mid", "in/"), Location("p-raw", "in/", ".csv"))
    assert (reach.tap_reads, reach.seeds) == ((), (Location("p-mid", "2026/"),))


def test_what_is_staged_the_tap_alone_reads() -> None:
    reach = reach_of(config(input="staged"), chain(by("s3")))
    assert (reach.steps_read, reach.tap_reads) == (
        (Location("p-mid", "in/", ".csv"),),
        (Location("p-raw", "in/", ".csv"),),
    )


def test_networks_and_file_systems_are_left_out_unless_the_settings_ask_for_them() -> None:
    mount = Mount("arn:aws:elasticfilesystem:eu-west-1:111111111111:access-point/fsap-1", "/mnt/x")
    topology = chain(by("s3"), network=Network(("subnet-1",), ("sg-1",)), mounts=(mount,))
    none, both = reach_of(config(), topology), reach_of(config(vpc=True, efs=True), topology)
    assert (none.network, none.mounts, both.network, both.mounts) == (False, (), True, (mount,))


def test_of_production_only_functions_that_may_be_shared_are_invoked() -> None:
    topology = chain(by("s3"), by("s3", "p-mid"))
    clean, enrich = topology.steps
    topology = replace(topology, steps=(clean, replace(enrich, function=replace(enrich.function, qualifier="live"))))
    assert reach_of(_sharing(ghost_aware=True), topology).shared == (f"{ACCOUNT.function_arn('p-enrich')}:live",)
    assert reach_of(_sharing(ghost_aware=False), topology).shared == ()
    assert reach_of(config(), topology).shared == ()


def _sharing(ghost_aware: bool) -> GhostConfig:
    enrich = {"function": "p-enrich", "outputs": ["OUT"], "downstream": "share", "ghost_aware": ghost_aware}
    return config({"steps": {"clean": {"function": "p-clean", "code": "clean", "outputs": ["OUT"]}, "enrich": enrich}})
