"""A whole ghost of two steps by hand, with a piece of every kind, and its life on the fake cloud."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from dbt_ghost.core.naming import TAP, GhostName
from dbt_ghost.core.plan import Plan, changes
from dbt_ghost.core.record import Record, RecordedStep
from dbt_ghost.core.resources import (
    Bucket,
    BucketEvent,
    EventSourceMapping,
    Function,
    Invoker,
    LogGroup,
    Notifications,
    Queue,
    Resource,
    Role,
    Rule,
    Subscription,
    Topic,
    ghost_tags,
    pairs,
)
from dbt_ghost.operations.apply import Applier
from dbt_ghost.operations.drop import plan_drop
from dbt_ghost.providers.artifacts import sha256
from tests.operations.fake_ghosts import ACCOUNT
from tests.operations.fakes import FakeCloud

GHOST = GhostName("shop", "fix/late")
TTL = timedelta(days=3)
TAGS = ghost_tags(GHOST, {})
STEPS = (TAP, "clean", "enrich")
MID, OUT = GHOST.bucket("p-mid"), GHOST.bucket("p-out")
QUEUE, TOPIC = GHOST.piece("clean", "p-queue"), GHOST.piece("enrich", "p-topic")
PACKAGES = {sha256(package): package for package in (b"the tap", b"clean v2", b"clean v3", b"enrich v1")}


def ghost_parts(clean: bytes = b"clean v2") -> tuple[Resource, ...]:
    """rule -> tap -> queue -> clean -> bucket -> topic -> enrich -> bucket, clean also hears prod's topic."""
    failed = {step: ACCOUNT.queue_arn(GHOST.failures(step)) for step in STEPS}
    clean_arn, enrich_arn, tap_arn = (ACCOUNT.function_arn(GHOST.function(s)) for s in ("clean", "enrich", TAP))
    mid, topic_arn = ACCOUNT.bucket_arn(MID), ACCOUNT.topic_arn(TOPIC)
    return (
        *(Bucket(name, prod, tags=TAGS) for name, prod in ((MID, "p-mid"), (OUT, "p-out"))),
        *(Queue(GHOST.failures(step), tags=TAGS) for step in STEPS),
        Queue(QUEUE, dead_letter_arn=failed["clean"], max_receives=3, tags=TAGS),
        Topic(TOPIC, "{}", TAGS),
        *(LogGroup(GHOST.log_group(step), 7, TAGS) for step in STEPS),
        *(Role(GHOST.role(step, ACCOUNT.region), "{}", "{}", tags=TAGS) for step in STEPS),
        _function(TAP, b"the tap", Invoker("events.amazonaws.com", ACCOUNT.rule_arn(GHOST.rule(TAP)), ACCOUNT.id)),
        _function("clean", clean, Invoker("s3.amazonaws.com", mid, ACCOUNT.id), OUT=MID),
        _function("enrich", b"enrich v1", Invoker("sns.amazonaws.com", topic_arn, ACCOUNT.id), OUT=OUT),
        EventSourceMapping(QUEUE, GHOST.function("clean"), tags=TAGS),
        Notifications(MID, (BucketEvent(topic_arn), BucketEvent(clean_arn, suffix=".again"))),
        Subscription(topic_arn, enrich_arn, dead_letter_arn=failed["enrich"]),
        Subscription("arn:aws:sns:eu-west-1:111111111111:p-topic", clean_arn),
        Rule(GHOST.rule(TAP), "{}", tap_arn, dead_letter_arn=failed[TAP], tags=TAGS),
    )


def plan_to(cloud: FakeCloud, wanted: Iterable[Resource]) -> Plan:
    existing = cloud.ghosts.look(GHOST).resources
    step = RecordedStep(function="p-clean", forked_from_sha256="a", code_sha256="b", changed=True)
    return Plan(GHOST, ACCOUNT, "ready", changes(wanted, existing), frozenset(existing), steps=(("clean", step),))


def plan_of_drop(cloud: FakeCloud) -> Plan:
    return plan_drop(GHOST, ACCOUNT, cloud.ghosts.look(GHOST))


def applier(cloud: FakeCloud) -> Applier:
    return Applier(cloud.ghosts, cloud.records, cloud.clock, cloud.process, PACKAGES.__getitem__, look_s=0.01)


def forked(cloud: FakeCloud, clean: bytes = b"clean v2") -> Record:
    return applier(cloud).carry_out(plan_to(cloud, ghost_parts(clean)), TTL)


def dropped(cloud: FakeCloud) -> Record:
    return applier(cloud).carry_out(plan_of_drop(cloud), TTL)


def _function(step: str, code: bytes, invoker: Invoker, **environment: str) -> Function:
    return Function(
        name=GHOST.function(step),
        role_arn=ACCOUNT.role_arn(GHOST.role(step, ACCOUNT.region)),
        runtime="python3.12",
        handler="app.handler",
        code_sha256=sha256(code),
        environment=pairs(environment),
        invokers=(invoker,),
        failures_arn=ACCOUNT.queue_arn(GHOST.failures(step)),
        tags=TAGS,
    )
