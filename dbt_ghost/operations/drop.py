"""Plan a drop: everything of the ghost that exists, last built first. Pure."""

from __future__ import annotations

from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.plan import Plan, changes
from dbt_ghost.core.resources import Resource
from dbt_ghost.core.topology import Account


def plan_drop(ghost: GhostName, account: Account, existing: tuple[Resource, ...]) -> Plan:
    """`existing` is what was found by name and tag, so a lost or half-written record loses nothing."""
    return Plan(
        ghost=ghost,
        account=account,
        becomes="dropped",
        changes=changes((), existing),
        existing=frozenset(existing),
    )
