"""Which steps a fork takes, and how data reaches each of them. Pure.

A step whose code the branch changes is forked, and so is every later step up to the feed (`downstream: replicate`),
and every step that fills a bucket together with a forked one: the ghost's bucket would lack its share. A forked step
listens to the ghost's buckets where forked steps fill them, and to prod's events elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.resources import BucketEvent
from dbt_ghost.core.topology import Step, Topology

Trigger = tuple[str, BucketEvent]
"""A prod bucket and one entry of its notification document."""


@dataclass(frozen=True)
class ForkedStep:
    """One step of the ghost. The tap stands in for prod's triggers `taps`; `inner` are those between ghost steps."""

    step: Step
    changed: bool
    outputs: tuple[str, ...]  # prod's output buckets
    taps: tuple[Trigger, ...]
    inner: tuple[Trigger, ...]


def output_buckets(step: Step, variables: Collection[str]) -> tuple[str, ...]:
    """The buckets that a step writes to: the values of its declared output variables.

    Raises Refused where a declared variable is not set on prod's function.
    """
    environment = dict(step.function.environment)
    missing = [name for name in variables if not environment.get(name)]
    if missing:
        raise Refused(
            f"step {step.name}: outputs names {', '.join(missing)}, which {step.function.name} does not set",
            "name the environment variables that hold the buckets it writes to",
        )
    return tuple(sorted({environment[name] for name in variables}))


def forked_steps(
    topology: Topology, outputs: Mapping[str, tuple[str, ...]], changed: Collection[str]
) -> tuple[ForkedStep, ...]:
    """The steps to fork, in the order that data flows. `outputs` maps every step to its prod output buckets.

    Raises Refused for a chain that feeds itself, and for a forked step that nothing triggers.
    """
    after = _edges(topology, outputs)
    forked = _closure(after, outputs, changed)
    order = [name for name in _in_order(after) if name in forked]
    return tuple(_forked(topology, outputs, forked, name, name in changed) for name in order)


def _edges(topology: Topology, outputs: Mapping[str, tuple[str, ...]]) -> dict[str, set[str]]:
    """Step -> the steps that its outputs trigger."""
    return {
        step.name: {
            other.name
            for other in topology.steps
            if other.name != step.name and any(bucket in outputs[step.name] for bucket, _ in other.triggers)
        }
        for step in topology.steps
    }


def _closure(
    after: Mapping[str, set[str]], outputs: Mapping[str, tuple[str, ...]], changed: Collection[str]
) -> set[str]:
    forked: set[str] = set()
    waiting = list(changed)
    while waiting:
        name = waiting.pop()
        if name not in forked:
            forked.add(name)
            beside = (other for other, buckets in outputs.items() if set(buckets) & set(outputs[name]))
            waiting.extend({*after[name], *beside})
    return forked


def _in_order(after: Mapping[str, set[str]]) -> list[str]:
    before = TopologicalSorter[str]()
    for name, followers in sorted(after.items()):  # sorted, so that equal chains give equal plans
        before.add(name)
        for follower in sorted(followers):
            before.add(follower, name)
    try:
        return list(before.static_order())
    except CycleError as cycle:
        raise Refused(
            f"the steps {' -> '.join(cycle.args[1])} feed each other through their buckets",
            "one bucket that carries a step's input and its results cannot be told apart yet: give results their own",
        ) from None


def _forked(
    topology: Topology, outputs: Mapping[str, tuple[str, ...]], forked: set[str], name: str, changed: bool
) -> ForkedStep:
    step = topology.step(name)
    if not step.triggers:
        raise Refused(
            f"step {name}: nothing that dbt-ghost knows triggers {step.function.name}",
            "so far a step must be triggered by a bucket's notification to the function itself, no alias or queue",
        )
    filled = {bucket for other in forked - {name} for bucket in outputs[other]}
    return ForkedStep(
        step=step,
        changed=changed,
        outputs=outputs[name],
        taps=tuple(trigger for trigger in step.triggers if trigger[0] not in filled),
        inner=tuple(trigger for trigger in step.triggers if trigger[0] in filled),
    )
