"""What a copy of a step carries, what it is refused for, and what people are told of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.blueprint.checks import UNRESERVED_FLOOR
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.resources import (
    PACKAGE_LIMIT,
    Bucket,
    EventSourceMapping,
    Function,
    Image,
    Mount,
    Network,
    Queue,
    Role,
)
from dbt_ghost.core.topology import ProdBucket
from dbt_ghost.operations.fork import plan_fork
from tests.core.blueprint.grounds import ACCOUNT, GHOST, by, chain, code, config, made, of, plan

NETWORK = Network(("subnet-1",), ("sg-1",))
MOUNTS = (Mount("arn:aws:elasticfilesystem:eu-west-1:111111111111:access-point/fsap-1", "/mnt/x"),)
KEY = "arn:aws:kms:eu-west-1:111111111111:key/1"
CLEAN = GHOST.function("clean")


def clean_of(settings: dict[str, Any], **facts: Any) -> Function:
    return of(Function, made(chain(by("s3"), **facts), config(**settings)))[CLEAN]


def clean_role(settings: dict[str, Any], **facts: Any) -> dict[str, Any]:
    role = of(Role, made(chain(by("s3"), **facts), config(**settings)))[GHOST.role("clean", "eu-west-1")]
    return {statement["Sid"]: statement for statement in json.loads(role.policy)["Statement"]}


def test_the_settings_of_prods_function_are_the_copys() -> None:
    copy = clean_of({}, memory_mb=1024, timeout_s=120, ephemeral_mb=2048, layers=("arn:layer:1",), retries=0)
    assert (copy.memory_mb, copy.timeout_s, copy.ephemeral_mb) == (1024, 120, 2048)
    assert (copy.layers, copy.architecture, copy.retries) == (("arn:layer:1",), "arm64", 0)


def test_every_function_has_a_queue_of_failures_an_age_and_the_right_to_report() -> None:
    found = made(chain(by("s3")), config(event_age="5m"))
    functions = of(Function, found)
    assert {f.failures_arn for f in functions.values()} == {ACCOUNT.queue_arn(name) for name in of(Queue, found)}
    assert functions[CLEAN].max_event_age_s == 300
    assert clean_role({})["ReportFailures"]["Resource"] == [ACCOUNT.queue_arn(GHOST.failures("clean"))]


def test_a_network_is_copied_only_where_it_is_asked_for() -> None:
    with pytest.raises(Refused, match=r"VPC \(`vpc: true` copies it"):
        plan(chain(by("s3"), network=NETWORK))
    assert clean_of({"vpc": True}, network=NETWORK).network == NETWORK
    assert "ec2:CreateNetworkInterface" in clean_role({"vpc": True}, network=NETWORK)["UseTheNetwork"]["Action"]
    assert "UseTheNetwork" not in clean_role({"vpc": True})
    notes = plan(chain(by("s3"), network=NETWORK), config(vpc=True)).notes
    assert "clean: not proved: what it can reach and write through prod's network" in notes


def test_a_file_system_is_mounted_only_where_it_is_asked_for() -> None:
    with pytest.raises(Refused, match="EFS"):
        plan(chain(by("s3"), mounts=MOUNTS))
    assert clean_of({"efs": True}, mounts=MOUNTS).mounts == MOUNTS
    grant = clean_role({"efs": True}, mounts=MOUNTS)["UseFileSystems"]
    assert grant["Condition"]["StringEquals"]["elasticfilesystem:AccessPointArn"] == [MOUNTS[0].arn]


def test_a_feature_that_a_copy_cannot_carry_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="cannot carry: SnapStart, code signing"):
        plan(chain(by("s3"), unmodelled=("SnapStart", "code signing")))


def test_a_package_that_is_larger_than_lambda_takes_is_refused_before_it_is_downloaded() -> None:
    large = PACKAGE_LIMIT + 1
    with pytest.raises(Refused, match="package of p-enrich has 50 MB"):
        topology = chain(by("s3"))
        enrich = topology.steps[1]
        plan(
            replace(
                topology,
                steps=(topology.steps[0], replace(enrich, function=replace(enrich.function, code_bytes=large))),
            )
        )
    assert plan(chain(by("s3"), code_bytes=large)).changes, "the changed step runs the branch's own"


def test_an_image_is_copied_without_what_only_packages_have() -> None:
    image = Image("1.dkr.ecr.eu-west-1.amazonaws.com/x@sha256:1", ("app.handler",))
    topology = chain(by("s3"), image=image, runtime="", handler="")
    planned = plan_fork(config(), GHOST, topology, code(image=image), ())
    copy = of(Function, [change.resource for change in planned.changes])[CLEAN]
    assert (copy.image, copy.runtime, copy.handler, copy.layers) == (image, "", "", ())


@pytest.mark.parametrize(("cap", "reserved"), [({}, None), ({"cap": "none"}, None), ({"cap": 3}, 3)])
def test_a_cap_reserves_concurrency_and_none_does_not(cap: dict[str, Any], reserved: int | None) -> None:
    assert clean_of(cap).reserved_concurrency == reserved
    assert any(note.startswith("clean: no `cap`") for note in plan(chain(by("s3")), config(**cap)).notes) == (
        not reserved
    )


@pytest.mark.parametrize(
    ("cap", "prods", "limit"), [(5, None, 5), (5, 3, 3), (1, None, 2), (None, 7, 7), (None, None, None)]
)
def test_a_step_that_reads_a_queue_is_capped_by_the_mapping(
    cap: int | None, prods: int | None, limit: int | None
) -> None:
    trigger = by("sqs")
    assert trigger.mapping is not None
    topology = chain(replace(trigger, mapping=replace(trigger.mapping, max_concurrency=prods)))
    found = made(topology, config(**({"cap": cap} if cap else {})))
    (mapping,) = of(EventSourceMapping, found).values()
    assert (mapping.max_concurrency, of(Function, found)[CLEAN].reserved_concurrency) == (limit, None)


def test_caps_may_not_take_the_accounts_last_unreserved_concurrency() -> None:
    room = replace(chain(by("s3")), unreserved=UNRESERVED_FLOOR + 5)
    assert plan(room, config(cap=5)).changes
    with pytest.raises(Refused, match="would leave 99 unreserved"):
        plan(room, config(cap=6))


def test_what_the_ghost_has_reserved_already_is_not_counted_twice() -> None:
    room = replace(chain(by("s3")), unreserved=UNRESERVED_FLOOR)
    existing = clean_of({"cap": 5})
    assert plan_fork(config(cap=5), GHOST, room, code(), (existing,)).changes


def test_a_loader_whose_credential_is_prods_is_refused() -> None:
    login = {"USER": "prod_loader", "OUT": "p-mid"}
    facts = {"environment": tuple(sorted(login.items()))}
    with pytest.raises(Refused, match="its credential is not replaced"):
        plan(chain(by("s3"), **facts), config(feeds="PROD", env={"USER": "copy"}))
    with pytest.raises(Refused, match="USER would keep prod's value"):
        plan(chain(by("s3"), **facts), config(feeds="PROD", env={"USER": {"set": "prod_loader"}}))
    assert dict(clean_of({"feeds": "PROD", "env": {"USER": {"set": "ghost_loader"}}}, **facts).environment)["USER"] == (
        "ghost_loader"
    )


def test_a_loaders_database_is_the_clone() -> None:
    facts = {"environment": (("DATABASE", "PROD"), ("OUT", "p-mid"), ("USER", "x"))}
    copy = clean_of({"feeds": "PROD", "env": {"USER": {"set": "y"}, "DATABASE": {"route": "database"}}}, **facts)
    assert dict(copy.environment)["DATABASE"] == GHOST.database()


def test_prods_encrypted_buckets_are_decrypted_through_s3_and_the_keys_owner_is_told() -> None:
    topology = chain(by("s3"))
    sealed = replace(topology, buckets=(ProdBucket("p-raw", (), True, kms_key=KEY), *topology.buckets[1:]))
    role = of(Role, made(sealed))[GHOST.role("clean", "eu-west-1")]
    (grant,) = [s for s in json.loads(role.policy)["Statement"] if s["Sid"] == "DecryptProdObjects"]
    assert grant["Resource"] == [KEY] and "kms:ViaService" in json.dumps(grant["Condition"])
    (note,) = [note for note in plan(sealed).notes if KEY in note]
    assert "role/ghost-shop-*" in note


def test_a_key_of_the_teams_own_encrypts_the_ghosts_buckets() -> None:
    found = made(chain(by("s3")), config({"kms_key": KEY}))
    assert {bucket.kms_key for bucket in of(Bucket, found).values()} == {KEY}
    policy = of(Role, found)[GHOST.role("clean", "eu-west-1")].policy
    assert "kms:GenerateDataKey" in policy


def test_what_is_read_outside_s3_is_granted_and_said() -> None:
    secret = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop-ghost-loader-AbCdEf"
    assert clean_role({"reads": [secret]})["ReadSecrets"]["Resource"] == [secret]
    assert f"clean: may read {secret}" in plan(chain(by("s3")), config(reads=[secret])).notes


def test_what_is_not_followed_or_not_copied_is_said() -> None:
    topology = chain(by("s3"), left_out=("its dead-letter queue",))
    odd = replace(topology.steps[0], unfollowed=("schedule nightly",))
    notes = plan(replace(topology, steps=(odd, topology.steps[1]))).notes
    assert "clean: not followed: schedule nightly" in notes
    assert "clean: not copied: its dead-letter queue" in notes


def test_history_is_copied_into_the_bucket_that_stands_in_for_its_own() -> None:
    buckets = of(Bucket, made(chain(by("s3")), config(seed=["s3://p-mid/2026/"])))
    assert buckets[GHOST.bucket("p-mid")].seeds == ("s3://p-mid/2026/",)
    assert buckets[GHOST.bucket("p-out")].seeds == ()


def test_history_that_no_ghost_bucket_stands_in_for_is_refused() -> None:
    with pytest.raises(Refused, match="no bucket that stands in for p-elsewhere"):
        plan(chain(by("s3")), config(seed=["s3://p-elsewhere/x/"]))


def test_a_bucket_of_the_chain_cannot_hold_the_records() -> None:
    for bucket in ("p-raw", "p-mid"):
        with pytest.raises(Refused, match=f"the state bucket {bucket} is one of the chain's own"):
            plan(chain(by("s3")), config({"state_bucket": bucket}))


def test_a_step_that_every_object_of_its_own_output_triggers_would_start_itself() -> None:
    topology = chain(by("s3"))
    clean = topology.steps[0]
    entry = by("s3").entry
    assert entry is not None
    unfiltered = replace(entry, prefix="", suffix="")
    looped = replace(clean.function, environment=(("OUT", "p-raw"),))
    for trigger, loops in ((unfiltered, True), (entry, False)):
        step = replace(clean, function=looped, triggers=(replace(clean.triggers[0], entry=trigger),))
        found = replace(topology, steps=(step, topology.steps[1]))
        if loops:
            with pytest.raises(Refused, match="so it starts itself"):
                plan(found, config(input="staged"))
        else:
            assert plan(found, config(input="staged")).changes
