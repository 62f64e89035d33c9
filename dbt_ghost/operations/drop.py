"""Plan a drop: everything of the ghost that exists, last built first. Then its replay is forgotten too."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.plan import Plan, changes
from dbt_ghost.core.topology import Account
from dbt_ghost.operations.world import Found, Replays


def plan_drop(ghost: GhostName, account: Account, found: Found) -> Plan:
    """`found` is by name and tag, so a lost or half-written record loses nothing. What is not surely the ghost's stays,
    and is noted. Pure.
    """
    return Plan(
        ghost=ghost,
        account=account,
        becomes="dropped",
        changes=changes((), found.resources),
        existing=frozenset(found.resources),
        notes=tuple(_notes(found)),
    )


def forget_replay(replays: Replays, ghost: GhostName, tell: Callable[[str], None]) -> None:
    """How far a dropped ghost's replay came is of no use: the branch's next ghost begins its own.

    What goes wrong is told and not raised, as the ghost is dropped all the same.
    """
    try:
        replays.delete(ghost)
    except GhostError as error:
        tell(f"the ghost is dropped, and its replay is left: {error.message}; run drop again to remove that too")


def _notes(found: Found) -> Iterator[str]:
    for stray in found.strays:
        yield f"{stray.told}; nothing is dropped before it is removed"
    for what in found.unclaimed:
        yield f"{what} has the ghost's name and not its tags: it stays, and the drop then fails and names it"
