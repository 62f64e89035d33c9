"""Which buckets each step of a ghost reads and fills, beside prod's, by its record and what is found of it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from typing import Any

from dbt_ghost.core.blueprint.sharing import ROUTE_TAG
from dbt_ghost.core.naming import TAP, GhostName
from dbt_ghost.core.record import Record
from dbt_ghost.core.resources import (
    Bucket,
    EventSourceMapping,
    Function,
    Notifications,
    Resource,
    Rule,
    Subscription,
)


@dataclass(frozen=True)
class ObservedStep:
    """`inputs` are (prod bucket, the bucket that the ghost's step reads in its place: maybe prod's own), `outputs`
    (prod bucket, ghost bucket). `since`: from then on events reach it. `shared` is the prod function that serves it.
    `sample` is the share of prod's objects that the ghost hears of, None where that cannot be read.

    A bucket that several steps fill is an output of the last of them alone, which has the inputs of all; at the others
    `counted_at` names it.
    """

    name: str
    inputs: tuple[tuple[str, str], ...]
    outputs: tuple[tuple[str, str], ...]
    since: datetime
    shared: str = ""
    sample: float | None = 1.0
    counted_at: tuple[str, ...] = ()


def observed_steps(record: Record, resources: tuple[Resource, ...]) -> tuple[ObservedStep, ...]:
    """In data's order, those that prod's functions serve among them."""
    ghost = GhostName(record.project, record.branch)
    buckets = {each.name: each for each in resources if isinstance(each, Bucket)}
    told = _told_to_tap(ghost, resources)
    sample = _sample(told, any(isinstance(e, Function) and e.name == ghost.function(TAP) for e in resources))
    found = [
        ObservedStep(
            name=name,
            inputs=_inputs(buckets, _heard(ghost.function(name), resources), step.from_prod),
            outputs=tuple(sorted(step.writes.items())),
            since=step.live_since or record.created_at,
            sample=sample,
        )
        for name, step in record.steps.items()
    ]
    live = max((each.since for each in found), default=record.created_at)
    return _counted_once(_in_order([*found, *_shared(record, buckets, told, live, sample)]))


def _inputs(
    buckets: Mapping[str, Bucket], heard: Iterable[str], from_prod: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Prod's buckets that the step hears, or the ghost's in their place: another step fills it, or it is staged."""
    ours = {buckets[name].stands_in_for: name for name in heard if name in buckets}
    return tuple(sorted(({each: each for each in from_prod} | ours).items()))


def _in_order(steps: list[ObservedStep]) -> list[ObservedStep]:
    """As they are where they feed each other, which no fork makes."""
    by_name = {each.name: each for each in steps}
    sorter = TopologicalSorter[str]()
    for each in steps:
        read = {bucket for bucket, _ in each.inputs}
        before = [other.name for other in steps if other != each and read & {bucket for bucket, _ in other.outputs}]
        sorter.add(each.name, *before)
    try:
        return [by_name[name] for name in sorter.static_order()]
    except CycleError:
        return steps


def _counted_once(steps: list[ObservedStep]) -> tuple[ObservedStep, ...]:
    """Nobody can tell which of several steps wrote a key of the bucket that they fill."""
    last = {pair: each.name for each in steps for pair in each.outputs}
    found = []
    for each in steps:
        fillers = [other for other in steps if any(last[pair] == each.name for pair in other.outputs)] or [each]
        own = replace(
            each,
            inputs=tuple(sorted({pair for other in fillers for pair in other.inputs})),
            outputs=tuple(pair for pair in each.outputs if last[pair] == each.name),
            since=max(other.since for other in fillers),
            counted_at=tuple(sorted({last[pair] for pair in each.outputs} - {each.name})),
        )
        found.append(own)
    return tuple(found)


def _heard(function: str, resources: tuple[Resource, ...]) -> Iterator[str]:
    """The ghost's buckets whose events reach a function, by whatever hops."""
    takers = {function}
    takers |= {e.queue for e in resources if isinstance(e, EventSourceMapping) and e.function == function}
    takers |= {
        _name(each.topic_arn)
        for each in resources
        if isinstance(each, Subscription) and _name(each.endpoint_arn) in takers
    }
    for each in resources:
        if isinstance(each, Notifications) and any(_name(entry.target_arn) in takers for entry in each.entries):
            yield each.bucket
        if isinstance(each, Rule) and _name(each.target_arn) in takers:
            yield from _buckets_in(each.pattern)


def _buckets_in(pattern: str) -> Iterator[str]:
    try:
        names = json.loads(pattern)["detail"]["bucket"]["name"]
    except (KeyError, TypeError, ValueError):
        return
    yield from (name for name in names if isinstance(name, str))


def _shared(
    record: Record,
    buckets: Mapping[str, Bucket],
    told: Mapping[str, Any] | None,
    since: datetime,
    sample: float | None,
) -> Iterator[ObservedStep]:
    """The tap knows which ghost buckets it hands to prod's functions; tags of those say where results go."""
    routes = told.get("routes", ()) if told else ()
    for name, function in record.shared.items():
        heard = {each["bucket"] for each in routes if each.get("to", {}).get("function") == function}
        inputs = [buckets[each] for each in sorted(heard) if each in buckets]
        outputs = {prod: tag.removeprefix(ROUTE_TAG) for each in inputs for tag, prod in each.routes}
        yield ObservedStep(
            name=name,
            inputs=tuple((each.stands_in_for, each.name) for each in inputs),
            outputs=tuple(sorted(outputs.items())),
            since=since,
            shared=function,
            sample=sample,
        )


def _told_to_tap(ghost: GhostName, resources: tuple[Resource, ...]) -> dict[str, Any] | None:
    """GHOST_ROUTES; None without a tap, or where it cannot be read."""
    for each in resources:
        if isinstance(each, Function) and each.name == ghost.function(TAP):
            try:
                told = json.loads(dict(each.environment)["GHOST_ROUTES"])
            except (KeyError, ValueError):
                return None
            return told if isinstance(told, dict) else None
    return None


def _sample(told: Mapping[str, Any] | None, has_tap: bool) -> float | None:
    """Without a tap all comes through."""
    if not has_tap:
        return 1.0
    try:
        return float(told["sample"]) if told else None
    except (KeyError, TypeError, ValueError):
        return None


def _name(arn: str) -> str:
    return arn.rpartition(":")[2]
