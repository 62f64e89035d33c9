"""Read production once into a frozen Topology. Makes no changing call."""

from __future__ import annotations

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.errors import NotFound
from dbt_ghost.core.resources import BucketEvent
from dbt_ghost.core.topology import ProdBucket, ProdFunction, Step, Topology
from dbt_ghost.operations.world import Prod


def discover(prod: Prod, config: GhostConfig) -> Topology:
    """The configured steps with their functions and triggers, and the buckets that trigger them.

    A trigger counts where the function's resource policy lets the bucket invoke it *and* the bucket's notification
    document names the function (F 2.1). Raises NotFound for a function that does not exist, Denied where it
    may not look.
    """
    functions = {name: prod.function(step.function) for name, step in config.ingestion.steps.items()}
    names = sorted({bucket for function in functions.values() for bucket in function.invoked_by})
    buckets = {name: bucket for name in names if (bucket := _bucket(prod, name))}
    steps = tuple(Step(name, function, _triggers(function, buckets)) for name, function in functions.items())
    return Topology(prod.account(), steps, tuple(buckets.values()))


def _bucket(prod: Prod, name: str) -> ProdBucket | None:
    """None for a bucket that is certainly gone: its permission stayed behind and triggers nothing."""
    try:
        return prod.bucket(name)
    except NotFound:
        return None


def _triggers(function: ProdFunction, buckets: dict[str, ProdBucket]) -> tuple[tuple[str, BucketEvent], ...]:
    return tuple(
        (bucket, entry)
        for bucket in function.invoked_by
        for entry in (buckets[bucket].entries if bucket in buckets else ())
        if entry.function_arn == function.arn
    )
