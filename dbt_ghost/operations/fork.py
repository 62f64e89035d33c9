"""Plan a fork: everything that the ghost's ingestion half should be, against what is there. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from dbt_ghost.core.blueprint.checks import check, check_landing, notes
from dbt_ghost.core.blueprint.ground import Ground
from dbt_ghost.core.blueprint.hearing import bucket_resources, hearing_resources
from dbt_ghost.core.blueprint.listening import Arrival, Listening, listening
from dbt_ghost.core.blueprint.sharing import shared_function
from dbt_ghost.core.blueprint.steps import step_resources
from dbt_ghost.core.blueprint.tap import tap_resources
from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.flow import ForkedStep, forked_steps, output_buckets
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.plan import Hop, Plan, changes
from dbt_ghost.core.proof.facts import IamFacts
from dbt_ghost.core.proof.proving import prove_ghost
from dbt_ghost.core.record import Channel, RecordedStep
from dbt_ghost.core.resources import Function, Resource
from dbt_ghost.core.topology import Topology
from dbt_ghost.operations.code import CodeOfSteps


def plan_fork(
    config: GhostConfig,
    ghost: GhostName,
    topology: Topology,
    code: CodeOfSteps,
    existing: tuple[Resource, ...],
    *,
    steps: Collection[str] = (),
    channels: tuple[Channel, ...] = (),
    facts: IamFacts | None = None,
) -> Plan:
    """What makes the ghost what it should be. `steps` are forked whether the branch changes them or not.

    `channels` are the queues of the clone's pipes; of buckets that it has not they are left out. With `facts` the plan
    has its proof. Raises Refused, before anything is changed, for what it cannot carry.
    """
    ground = ground_of(config, ghost, topology, code, steps)
    ground = replace(ground, channels=tuple(each for each in channels if each.bucket in ground.routes.values()))
    check(ground, sum(f.reserved_concurrency or 0 for f in existing if isinstance(f, Function)))
    heard = listening(ground)
    check_landing(ground, heard)
    wanted = (
        *bucket_resources(ground),
        *step_resources(ground, heard),
        *hearing_resources(ground, heard),
        *tap_resources(ground, heard),
    )
    return Plan(
        ghost=ghost,
        account=topology.account,
        becomes="ready" if ground.forked else "dropped",
        changes=changes(wanted, existing),
        existing=frozenset(existing),
        steps=tuple((forked.step.name, _recorded(ground, forked)) for forked in ground.copied),
        flow=tuple(_hop(ground, heard, forked) for forked in ground.forked),
        arrivals=heard.arrivals,
        prod_invoked=tuple(shared_function(forked) for forked in ground.shared),
        channels=ground.channels,
        notes=(*code.notes, *notes(ground, heard)),
        proof=prove_ghost(ground, heard, wanted, facts) if facts and ground.forked else None,
    )


def ground_of(
    config: GhostConfig, ghost: GhostName, topology: Topology, code: CodeOfSteps, steps: Collection[str] = ()
) -> Ground:
    """What the ghost stands on: which steps are forked, and what each runs. Raises Refused for a step that is none."""
    settings = config.ingestion.steps
    if unknown := sorted(set(steps) - settings.keys()):
        raise Refused(f"there is no step {', '.join(unknown)}", f"the steps are: {', '.join(settings)}")
    outputs = {step.name: output_buckets(step, settings[step.name].outputs) for step in topology.steps}
    changed = {name for name, step_code in code.steps.items() if step_code.changed}
    shared = [name for name, step in settings.items() if (step.downstream or config.ingestion.downstream) == "share"]
    forked = forked_steps(topology, outputs, {*changed, *steps}, shared)
    return Ground(config, ghost, topology, code.steps, code.tap_sha256, forked)


def _recorded(ground: Ground, forked: ForkedStep) -> RecordedStep:
    function = forked.step.function
    return RecordedStep(
        function=function.name,
        forked_from_sha256=function.code_sha256,
        code_sha256=ground.codes[forked.step.name].sha256,
        changed=ground.codes[forked.step.name].changed,
        qualifier=function.qualifier,
        from_prod=tuple(sorted({trigger.bucket for trigger in forked.entry if trigger.bucket})),
        writes={bucket: ground.routes[bucket] for bucket in forked.outputs},
    )


def _hop(ground: Ground, heard: Listening, forked: ForkedStep) -> Hop:
    arrivals = [arrival for arrival in heard.arrivals if arrival.step == forked.step.name]
    return Hop(
        step=forked.step.name,
        changed=ground.codes[forked.step.name].changed,
        shared=forked.shared,
        from_prod=tuple(sorted({(arrival.bucket or "events", _way(arrival)) for arrival in arrivals})),
        from_ghost=tuple(sorted({ground.routes[t.bucket] for t in [*ground.staged(forked), *forked.inner]})),
        writes=tuple((bucket, ground.routes[bucket]) for bucket in forked.outputs),
    )


def _way(arrival: Arrival) -> str:
    by = {"tap": "the tap", "subscription": "a subscription", "rule": "a rule"}[arrival.by]
    return {"function": by, "queue": f"{by} and a queue", "bucket": f"{by}, copied first"}[arrival.kind]
