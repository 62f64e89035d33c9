"""The environments of all of a ghost's steps, and every complaint about them at once. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dbt_ghost.core.blueprint.ground import Ground
from dbt_ghost.core.environment import Rewritten, may_be_bucket, rewrite, told
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.flow import ForkedStep
from dbt_ghost.core.resources import Pairs


def environments(ground: Ground) -> Mapping[str, Pairs]:
    """Every forked step's environment. Raises Refused with all that is wrong with them, by name only."""
    rewritten = {forked.step.name: _rewritten(ground, forked) for forked in ground.copied}
    wrong = [*_unexplained(rewritten), *_unset(ground, rewritten)]
    if wrong:
        raise Refused("\n".join(wrong), "\n".join(_hints(ground, rewritten)))
    return {step: r.environment for step, r in rewritten.items()}


def _rewritten(ground: Ground, forked: ForkedStep) -> Rewritten:
    name = forked.step.name
    settings = ground.settings(name)
    return rewrite(
        forked.step.function.environment,
        rules=settings.env,
        outputs=settings.outputs,
        routes={**ground.databases, **ground.routes},
        reads={location.bucket for location in ground.declared_reads(name)},
        region=ground.account.region,
        refs=_refs(ground, name),
    )


def _unexplained(rewritten: Mapping[str, Rewritten]) -> Iterator[str]:
    found = [f"  {step}: {', '.join(r.unexplained)}" for step, r in rewritten.items() if r.unexplained]
    if found:
        yield "the ghost cannot tell what these environment variables are for:"
        yield from found


def _unset(ground: Ground, rewritten: Mapping[str, Rewritten]) -> Iterator[str]:
    found = [(step, *each) for step, r in rewritten.items() for each in r.unset]
    if found:
        yield "`env:` declares what prod's function does not set:"
    for step, name, near in found:
        function, action = ground.topology.step(step).function.name, ground.settings(step).env[name].action
        yield f"  {step}: {name} ({action}): not in {function}{f'; did you mean {near}?' if near else ''}"


def _hints(ground: Ground, rewritten: Mapping[str, Rewritten]) -> Iterator[str]:
    if any(r.unexplained for r in rewritten.values()):
        yield (
            "say it in ingestion.steps.<step>.env, each with copy, drop, {set: text}, {route: bucket}, "
            "{route: database} or {ref: name}"
        )
    for forked in ground.copied:
        yield from _hints_of(ground, forked, rewritten[forked.step.name].unexplained)
    if any(r.unset for r in rewritten.values()):
        yield "correct the name, or take it out of `env:`; only {set: text} and {ref: name} may add a variable"


def _hints_of(ground: Ground, forked: ForkedStep, unexplained: tuple[str, ...]) -> Iterator[str]:
    """What would explain a variable, as far as its value tells. The value is never shown."""
    step, before = forked.step.name, dict(forked.step.function.environment)
    settings, buckets = ground.settings(step), {bucket.name for bucket in ground.topology.buckets}
    for name in unexplained:
        value = before.get(name, "")
        if name in settings.env:
            yield f"{step}: {name}: {{route: ...}} goes to a bucket of a step's `outputs:`, or to one of `databases:`"
        elif may_be_bucket(name, value, buckets):
            yield (
                f"{step}: {name} looks like a bucket's name: `outputs: [{name}]` if the step writes there, "
                f"the bucket in `reads:` if it only reads there"
            )
        elif looks := told(value):
            yield f"{step}: {name} looks like {looks}: {{set: text}} of the ghosts' own is safer than copy"


def _refs(ground: Ground, step: str) -> dict[str, str]:
    """What `{ref: ...}` may name."""
    ghost = ground.ghost
    return {
        "branch": ghost.branch,
        "project": ghost.project,
        "ghost": ghost.id,
        "database": ghost.database(),
        "step": step,
        "function": ghost.function(step),
        "log_group": ghost.log_group(step),
        "account": ground.account.id,
        "region": ground.account.region,
    }
