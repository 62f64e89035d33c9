"""What IAM cannot see of a ghost, a sentence each: the part of the risk that no proof takes away. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dbt_ghost.core.blueprint.ground import Ground
from dbt_ghost.core.blueprint.surroundings import GhostRole


def not_proved(ground: Ground, roles: Iterable[GhostRole], given: int) -> tuple[str, ...]:
    """`given` is how many patterns of production's keys the ghost's code may read."""
    roles = tuple(roles)
    return tuple(_sentences(ground, roles, given)) if roles else ()


def _sentences(ground: Ground, roles: tuple[GhostRole, ...], given: int) -> Iterator[str]:
    data = f"what the branch's code does with the data that it may read ({given} key patterns of production)"
    yield f"{data}: it can log it, and send it over the internet"
    unbound = [role.step for role in roles if not role.brought and not role.boundary]
    if unbound:
        yield (
            f"that a role stays as it is: {', '.join(unbound)} {'has' if len(unbound) == 1 else 'have'} no permissions "
            "boundary, so whoever may change IAM roles can widen it (`ghost-ingest iam` makes boundaries)"
        )
    for forked in ground.copied:
        yield from _of_step(ground, forked.step.name)
    for forked in ground.shared:
        yield f"{forked.step.name}: that it writes only where runtime.py says; prod's role may write prod's buckets"


def _of_step(ground: Ground, step: str) -> Iterator[str]:
    settings, function = ground.settings(step), ground.topology.step(step).function
    copied = sorted(name for name, rule in settings.env.items() if rule.action == "copy")
    if copied:
        yield f"{step}: what its copied variables open: {', '.join(copied)} (credentials work outside IAM)"
    if settings.vpc and function.network:
        yield f"{step}: what it reaches in production's network (`vpc: true`)"
    if settings.efs and function.mounts:
        yield f"{step}: what it writes to production's file system (`efs: true`)"
    if settings.feeds:
        yield f"{step}: what its warehouse credential may do: `ghost_prove` asks the warehouse"
