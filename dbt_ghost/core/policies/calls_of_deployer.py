"""Every AWS call that dbt-ghost's own command makes, by what it is for: the one table of the deployer's policies. Pure.

The actions are IAM's, which are not always called as the API's operations. A call that is not here fails the tests.
What runs inside a ghost is in `core.calls`.
"""

from __future__ import annotations

from collections.abc import Mapping

from dbt_ghost.core.policies.calls_on_data import DATA, LIST_SEEDS
from dbt_ghost.core.policies.calls_that_look import LOOK
from dbt_ghost.core.policies.calls_that_make import MAKE
from dbt_ghost.core.policies.purposes import Calls

CALLS: tuple[Calls, ...] = (*LOOK, *MAKE, *DATA)

WITHHELD: Mapping[str, str] = {
    "iam:DeleteRolePermissionsBoundary": "Made where `ingestion.boundary` was taken out of the settings: the boundary "
    "stays; drop the ghost and fork again",
    "iam:UpdateAssumeRolePolicy": "Made where somebody changed whom a ghost's role trusts: drop it and fork again",
}
"""Calls of the command that the deployer is not allowed, and what then."""


def actions() -> tuple[str, ...]:
    """All that the deployer may be allowed, sorted."""
    return tuple(sorted({action for each in (*CALLS, LIST_SEEDS) for action in each.actions}))
