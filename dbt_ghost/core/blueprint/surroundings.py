"""What every function of a ghost has around it: a role, a log group, and a queue for what it could not take. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dbt_ghost.core import policies
from dbt_ghost.core.blueprint.ground import Ground, queue_policy
from dbt_ghost.core.blueprint.listening import Listening
from dbt_ghost.core.policies import Grant
from dbt_ghost.core.resources import Invoker, LogGroup, Queue, Resource, Role

LOG_RETENTION_DAYS = 7
FAILURES_KEPT_S = 14 * 24 * 3600  # SQS keeps no message longer


@dataclass(frozen=True)
class GhostRole:
    """The role of a step's function, or of the tap's. `policy` is what it needs, as canonical JSON: what it gets, too,
    unless it was `brought`. `boundary` is the ARN of the boundary that it gets, empty without one.
    """

    step: str
    arn: str
    policy: str
    boundary: str
    brought: bool


def ghost_role(ground: Ground, step: str, grants: Iterable[Grant]) -> GhostRole:
    """With the grants that every function needs besides."""
    own = [
        policies.write_logs(ground.account, ground.ghost.log_group(step)),
        policies.report_failures(ground.failures_arn(step)),
    ]
    return GhostRole(
        step=step,
        arn=ground.role_arn(step),
        policy=policies.document([*grants, *own], ground.bounds(step)),
        boundary=ground.boundary_arn(step),
        brought=step in ground.config.ingestion.roles,
    )


def surroundings(ground: Ground, heard: Listening, role: GhostRole) -> Iterator[Resource]:
    step, failures = role.step, ground.failures_arn(role.step)
    yield LogGroup(ground.ghost.log_group(step), LOG_RETENTION_DAYS, ground.tags)
    if not role.brought:
        name = ground.ghost.role(step, ground.account.region)
        yield Role(name, policies.TRUST, role.policy, role.boundary, ground.tags)
    yield Queue(
        ground.ghost.failures(step),
        policy=queue_policy(ground, failures, senders_to(heard, failures)),
        retention_s=FAILURES_KEPT_S,
        tags=ground.tags,
    )


def invokers(ground: Ground, heard: Listening, step: str) -> tuple[Invoker, ...]:
    """The services that hand events to a function themselves."""
    found = senders_to(heard, ground.function_arn(step))
    return tuple(sorted(ground.invoker(principal, arn) for principal, arn in found))


def senders_to(heard: Listening, arn: str) -> set[tuple[str, str]]:
    return {(principal, source) for principal, source, to in heard.senders if to == arn}
