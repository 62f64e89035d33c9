"""Which steps a fork takes, and how data reaches each of them. Pure.

A step whose code the branch changes is forked, and so is every later step up to the feed (`downstream: replicate`),
and every step that fills a bucket together with a forked one: the ghost's bucket would lack its share. A forked step
listens to the ghost's buckets where forked steps fill them, and to prod's events elsewhere. With `downstream: share` a
later step is not copied: prod's own function serves the ghost too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

from dbt_ghost.core.config.values import BUCKET_NAME
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.resources import Image
from dbt_ghost.core.topology import Step, Topology, Trigger


@dataclass(frozen=True)
class StepCode:
    """The code of one step: its CodeSha256 as Lambda gives it, whether the branch changed it, and an image's digest."""

    sha256: str
    changed: bool
    image: Image | None = None


@dataclass(frozen=True)
class ForkedStep:
    """One step of the ghost. `entry` are the triggers that are prod's events, `inner` those between ghost steps.

    `chosen` is one that the branch changes, or that was asked for; the others follow. A `shared` one is prod's own
    function, which the tap invokes with the events of the ghost's buckets.
    """

    step: Step
    chosen: bool
    outputs: tuple[str, ...]  # prod's output buckets
    entry: tuple[Trigger, ...]
    inner: tuple[Trigger, ...]
    shared: bool = False


def output_buckets(step: Step, variables: Collection[str]) -> tuple[str, ...]:
    """The buckets that a step writes to: the values of its declared output variables.

    Raises Refused where a declared variable is not set on prod's function, or holds what cannot be a bucket's name: it
    may be a secret, so it is not shown.
    """
    environment = dict(step.function.environment)
    missing = [name for name in variables if not environment.get(name)]
    if missing:
        raise Refused(
            f"step {step.name}: outputs names {', '.join(missing)}, which {step.function.name} does not set",
            "name the environment variables that hold the buckets it writes to",
        )
    others = [name for name in variables if not re.fullmatch(BUCKET_NAME, environment[name])]
    if others:
        raise Refused(
            f"step {step.name}: outputs names {', '.join(others)}, which holds no bucket's name",
            "name the environment variables that hold the buckets it writes to, the name alone",
        )
    return tuple(sorted({environment[name] for name in variables}))


def forked_steps(
    topology: Topology, outputs: Mapping[str, tuple[str, ...]], chosen: Collection[str], shared: Collection[str] = ()
) -> tuple[ForkedStep, ...]:
    """The steps to fork, in the order that data flows. `outputs` maps every step to its prod output buckets.

    `shared` names those that prod's own function shall serve where they are not chosen. Raises Refused for
    a chain that feeds itself, and for a forked step that nothing triggers.
    """
    after = _edges(topology, outputs)
    forked = _closure(after, outputs, chosen)
    order = [name for name in _in_order(after) if name in forked]
    found = [_forked(topology, outputs, forked, name, name in chosen) for name in order]
    return tuple(_shared(step) if step.step.name in shared and not step.chosen else step for step in found)


def _shared(forked: ForkedStep) -> ForkedStep:
    """One that hears nothing of the ghost's is copied all the same: it only fills a bucket beside a forked step."""
    if forked.inner and forked.entry:
        raise Refused(
            f"step {forked.step.name}: it also hears {', '.join(sorted({t.bucket for t in forked.entry}))}, which the "
            "ghost does not fill: shared, it would put those results into prod alone",
            "set `downstream: replicate` for this step",
        )
    return replace(forked, shared=bool(forked.inner))


def _edges(topology: Topology, outputs: Mapping[str, tuple[str, ...]]) -> dict[str, set[str]]:
    """Step -> the steps that its outputs trigger."""
    return {
        step.name: {
            other.name
            for other in topology.steps
            if other.name != step.name and any(trigger.bucket in outputs[step.name] for trigger in other.triggers)
        }
        for step in topology.steps
    }


def _closure(
    after: Mapping[str, set[str]], outputs: Mapping[str, tuple[str, ...]], chosen: Collection[str]
) -> set[str]:
    forked: set[str] = set()
    waiting = list(chosen)
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
    topology: Topology, outputs: Mapping[str, tuple[str, ...]], forked: set[str], name: str, chosen: bool
) -> ForkedStep:
    step = topology.step(name)
    if not step.triggers:
        raise Refused(
            f"step {name}: nothing that a ghost can follow triggers {step.function.name}{_found(step)}",
            "a ghost follows buckets (directly, by SNS, SQS or EventBridge) where permission and configuration agree; "
            "`ghost-ingest graph` shows what was found",
        )
    filled = {bucket for other in forked - {name} for bucket in outputs[other]}
    return ForkedStep(
        step=step,
        chosen=chosen,
        outputs=outputs[name],
        entry=tuple(trigger for trigger in step.triggers if trigger.bucket not in filled),
        inner=tuple(trigger for trigger in step.triggers if trigger.bucket in filled),
    )


def _found(step: Step) -> str:
    return f", only {', '.join(step.unfollowed)}" if step.unfollowed else ""
