"""`downstream: share`: prod's own function serves the ghost too. Pure.

The ghost bucket's events go to the tap, which invokes prod's function with them, in the shape that the function knows;
the ghost buckets' policies let its role read the one and fill the other. Neither function nor role changes. Where to
write the function asks `dbt_ghost/runtime.py`, which reads the route from the input bucket's tags.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from dbt_ghost.core import eventbridge
from dbt_ghost.core.blueprint.ground import Ground
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.flow import ForkedStep
from dbt_ghost.core.resources import Pairs, canonical, pairs
from dbt_ghost.core.topology import Trigger

ROUTE_TAG = "dbt-ghost:route:"
"""A tag of a ghost bucket, with another ghost bucket's name after it, which takes what goes to the prod bucket that is
its value. Not the other way round: a bucket's name may end like the second part of a long tag (`.2`)."""

READS = ("s3:GetBucketTagging", "s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket")
WRITES = ("s3:AbortMultipartUpload", "s3:PutObject")


def shared_function(forked: ForkedStep) -> str:
    """Prod's function as the tap invokes it: by the alias that prod's own triggers go through."""
    function = forked.step.function
    return f"{function.name}:{function.qualifier}" if function.qualifier else function.name


def routes_of_shared(ground: Ground) -> list[dict[str, Any]]:
    """The tap's routes from the ghost's buckets to prod's functions, in the form of GHOST_ROUTES."""
    return [
        {
            "from": "eventbridge",
            "bucket": ground.routes[trigger.bucket],
            "prefix": prefix,
            "suffix": suffix,
            "events": list(trigger.entry.events) if trigger.entry else [eventbridge.OBJECT_CREATED + "*"],
            "to": {"function": shared_function(forked)},
            "shape": "same" if trigger.rule else "s3",
            "as": _as(trigger),
            "sample": 1.0,  # the first steps' input is the sample; a step may rename what it writes
        }
        for forked in ground.shared
        for trigger in forked.inner
        for prefix, suffix in _filters(forked, trigger)
    ]


def heard_by_shared(ground: Ground) -> set[str]:
    """The ghost buckets whose events the tap takes for prod's functions."""
    return {ground.routes[trigger.bucket] for forked in ground.shared for trigger in forked.inner}


def bucket_policy(ground: Ground, bucket: str) -> str:
    """What prod's roles may do in a ghost bucket, given to nobody else. Canonical JSON, empty for nothing."""
    arn = ground.account.bucket_arn(bucket)
    readers = {f.step.function.role_arn for f in ground.shared if bucket in _inputs(ground, f)}
    writers = {f.step.function.role_arn for f in ground.shared if bucket in _outputs(ground, f)}
    statements = [
        *_allow("SharedStepsRead", readers, READS, [arn, f"{arn}/*"]),
        *_allow("SharedStepsWrite", writers, WRITES, [f"{arn}/*"]),
    ]
    return canonical({"Version": "2012-10-17", "Statement": statements}) if statements else ""


def route_tags(ground: Ground, bucket: str) -> Pairs:
    """What `runtime.py` reads of an input bucket."""
    outputs = {out for f in ground.shared if bucket in _inputs(ground, f) for out in f.outputs}
    return pairs({f"{ROUTE_TAG}{ground.routes[prod]}": prod for prod in outputs})


def check_shared(ground: Ground, forked: ForkedStep) -> None:
    """Raises Refused where prod's function could put a ghost's data anywhere but into the ghost's bucket."""
    step, settings, function = forked.step.name, ground.settings(forked.step.name), forked.step.function
    replicate = f"or set `downstream: replicate` for {step}"
    if not settings.ghost_aware:
        raise Refused(
            f"step {step}: {function.name} is not declared `ghost_aware`, so it would write the ghost's data into prod",
            f"let it ask dbt_ghost/runtime.py where to write, release that, and declare it; {replicate}",
        )
    if ground.config.ingestion.kms_key:
        raise Refused(
            f"step {step}: the ghost's buckets are encrypted with a key that prod's role is not let use",
            f"take `kms_key` out, {replicate}",
        )
    ways = [*function.writes_elsewhere, *(["writes"] if settings.writes else [])]
    if open_ways := [way for way in ways if way not in settings.acknowledged]:
        raise Refused(
            f"step {step}: {function.name} writes outside S3 as well: {', '.join(open_ways)}",
            f"acknowledge it: ingestion.steps.{step}.acknowledged: [{', '.join(ways)}]; {replicate}",
        )
    if not forked.outputs and settings.feeds is not None:
        raise Refused(f"step {step}: a loader cannot be shared: prod's login writes prod", f"copy it: {replicate[3:]}")


def shared_notes(forked: ForkedStep) -> Iterator[str]:
    step, function = forked.step.name, forked.step.function
    yield f"{step}: prod's function {shared_function(forked)} is invoked with the ghost's data, in prod's concurrency"
    for way in function.writes_elsewhere:
        yield f"{step}: what it sends to {way.replace('_', ' ')} of prod's is not separated"
    if any(trigger.mapping for trigger in forked.inner):
        yield f"{step}: it is invoked without a queue, so a partial failure is not tried again"


def _filters(forked: ForkedStep, trigger: Trigger) -> list[eventbridge.KeyFilter]:
    if trigger.entry:
        return [(trigger.entry.prefix, trigger.entry.suffix)]
    found = eventbridge.key_filters(trigger.rule.pattern) if trigger.rule and not trigger.rule.given else None
    if found is None:
        name = trigger.rule.name if trigger.rule else ""
        raise Refused(
            f"step {forked.step.name}: the tap cannot enforce the pattern of prod's rule {name}",
            f"set `downstream: replicate` for {forked.step.name}",
        )
    return found


def _as(trigger: Trigger) -> dict[str, Any]:
    """What stands around the event in prod: a topic's notification, a queue's message."""
    topic = {"topic": trigger.subscription.topic_arn, "raw": trigger.subscription.raw} if trigger.subscription else {}
    return topic | ({"queue": trigger.mapping.queue_arn} if trigger.mapping else {})


def _inputs(ground: Ground, forked: ForkedStep) -> set[str]:
    return {ground.routes[trigger.bucket] for trigger in forked.inner}


def _outputs(ground: Ground, forked: ForkedStep) -> set[str]:
    return {ground.routes[bucket] for bucket in forked.outputs}


def _allow(sid: str, roles: Iterable[str], actions: Iterable[str], on: list[str]) -> Iterator[dict[str, Any]]:
    if principals := sorted(roles):
        yield {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"AWS": principals},
            "Action": sorted(actions),
            "Resource": on,
        }
