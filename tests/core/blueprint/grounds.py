"""Chains as discovery gives them, and what a fork makes of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any, TypeVar

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.flow import StepCode
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.plan import Plan
from dbt_ghost.core.resources import BucketEvent, Image, Resource, canonical, name_of
from dbt_ghost.core.topology import (
    Account,
    ProdBucket,
    ProdMapping,
    ProdRule,
    ProdSubscription,
    Step,
    Topology,
    Trigger,
)
from dbt_ghost.operations.code import CodeOfSteps
from dbt_ghost.operations.fork import plan_fork
from tests.prod_functions import prod_function

R = TypeVar("R")

ACCOUNT = Account("111111111111", "eu-west-1")
GHOST = GhostName("shop", "fix/late")
TOPIC, QUEUE = ACCOUNT.topic_arn("p-topic"), ACCOUNT.queue_arn("p-queue")
MAPPING = ProdMapping(QUEUE, batch_size=5, window_s=2, partial_failures=True, visibility_s=90, max_receives=3)
PATTERN = canonical(
    {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": ["p-raw"]}, "object": {"key": [{"prefix": "in/"}]}},
    }
)
RULE = ProdRule("p-rule", PATTERN)


def entry(target: str = "") -> BucketEvent:
    return BucketEvent(target or ACCOUNT.function_arn("p-clean"), prefix="in/", suffix=".csv")


def by(way: str, bucket: str = "p-raw") -> Trigger:
    """The trigger of each way by which S3's events reach a function."""
    subscription = ProdSubscription(TOPIC, filter_policy='{"x":["y"]}')
    return {
        "s3": Trigger(bucket, entry()),
        "sns": Trigger(bucket, entry(TOPIC), subscription=subscription),
        "sqs": Trigger(bucket, entry(QUEUE), mapping=MAPPING),
        "sns_sqs": Trigger(bucket, entry(TOPIC), subscription=subscription, mapping=MAPPING),
        "raw_sqs": Trigger(bucket, entry(TOPIC), subscription=replace(subscription, raw=True), mapping=MAPPING),
        "eventbridge": Trigger(bucket, rule=RULE),
        "eventbridge_sqs": Trigger(bucket, rule=RULE, mapping=MAPPING),
    }[way]


WAYS = ("s3", "sns", "sqs", "sns_sqs", "raw_sqs", "eventbridge", "eventbridge_sqs")


def chain(first: Trigger, second: Trigger | None = None, **clean: Any) -> Topology:
    """p-raw -> clean -> p-mid -> enrich -> p-out; `clean` are other facts of the first function."""
    steps = (
        Step("clean", replace(prod_function("p-clean", OUT="p-mid"), **{"policies": (), **clean}), (first,)),
        Step("enrich", replace(prod_function("p-enrich", OUT="p-out"), policies=()), (second or by("s3", "p-mid"),)),
    )
    return Topology(ACCOUNT, steps, tuple(ProdBucket(b, (), eventbridge=True) for b in ("p-raw", "p-mid", "p-out")))


def config(ingestion: dict[str, Any] | None = None, **clean: Any) -> GhostConfig:
    steps = {
        "clean": {"function": "p-clean", "code": "clean", "outputs": ["OUT"], **clean},
        "enrich": {"function": "p-enrich", "outputs": ["OUT"]},
    }
    settings = {"project": "shop", "databases": ["PROD"], "ingestion": {"steps": steps, **(ingestion or {})}}
    return GhostConfig.model_validate(settings)


def code(changed: str = "clean", image: Image | None = None) -> CodeOfSteps:
    steps = {name: StepCode(f"sha of {name}", name == changed, image) for name in ("clean", "enrich")}
    return CodeOfSteps(steps, "sha of the tap", {}, ())


def plan(
    topology: Topology, settings: GhostConfig | None = None, changed: str = "clean", steps: Collection[str] = ()
) -> Plan:
    return plan_fork(settings or config(), GHOST, topology, code(changed), (), steps=steps)


def made(topology: Topology, settings: GhostConfig | None = None, steps: Collection[str] = ()) -> list[Resource]:
    return [change.resource for change in plan(topology, settings, steps=steps).changes]


def of(kind: type[R], resources: list[Resource]) -> dict[str, R]:
    return {name_of(each): each for each in resources if isinstance(each, kind)}
