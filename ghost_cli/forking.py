"""A fork as `fork` and `up` do it: show the plan, ask before anything goes, carry it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ghost_cli.options import confirm

if TYPE_CHECKING:
    from dbt_ghost.core.record import Record
    from ghost_cli.wiring import PlannedFork, Project


class Forked(NamedTuple):
    """How a fork ended. `record` is None where there was nothing to fork."""

    message: str
    record: Record | None


def ask_for_deletes(planned: PlannedFork, yes: bool) -> None:
    """Raises UsageError without a terminal to ask at, Abort for a no."""
    if planned.plan.deletes:
        confirm("Remove what is no longer part of the ghost?", yes)


def make(project: Project, planned: PlannedFork, *, wait: bool) -> Forked:
    """Asks nothing: whoever calls it has asked already. `wait`: until Lambda reads the ghost's queues."""
    from dbt_ghost.core.errors import Refused
    from ghost_cli.render import forked_text, progress

    plan, seen = planned.plan, planned.seen
    if plan.becomes == "ready" and plan.proof is None:
        raise Refused("the plan has no proof", "this is a bug in dbt-ghost; nothing was changed")
    applier = project.applier(planned.code.package, progress(plan), plan.channels)
    if applier.is_settled(plan, seen):
        return Forked(f"Nothing to fork: no step's code differs from prod's on {plan.ghost.branch}.", None)
    record = applier.carry_out(plan, project.config.ttl, project.origin, seen)
    if wait:
        applier.await_live(plan)
    return Forked(forked_text(plan, record), record)
