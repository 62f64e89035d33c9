"""The environments of all of a ghost's steps, and every complaint about them at once. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from dbt_ghost.core.blueprint.ground import Ground
from dbt_ghost.core.environment import rewrite
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.resources import Pairs


def environments(ground: Ground) -> Mapping[str, Pairs]:
    """Every forked step's environment. Raises Refused with all that cannot be explained, by name only."""
    rewritten = {}
    for forked in ground.copied:
        name = forked.step.name
        settings = ground.settings(name)
        rewritten[name] = rewrite(
            forked.step.function.environment,
            rules=settings.env,
            outputs=settings.outputs,
            routes={**ground.databases, **ground.routes},
            reads={location.bucket for location in ground.declared_reads(name)},
            region=ground.account.region,
            refs=_refs(ground, name),
        )
    unexplained = [f"{step}: {', '.join(r.unexplained)}" for step, r in rewritten.items() if r.unexplained]
    if unexplained:
        raise Refused(
            "the ghost cannot tell what these environment variables are for:\n  " + "\n  ".join(unexplained),
            "say it in ingestion.steps.<step>.env, each with copy, drop, {set: value} or {route: bucket}",
        )
    return {step: r.environment for step, r in rewritten.items()}


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
