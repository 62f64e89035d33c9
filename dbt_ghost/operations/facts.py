"""What a proof stands on that is not the ghost's own: roles and boundaries that the settings bring. Makes no changing
call.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.iam.catalogue import Catalogue
from dbt_ghost.core.proof.facts import IamFacts, RoleFacts
from dbt_ghost.operations.world import Prod


def iam_facts(
    prod: Prod, config: GhostConfig, load: Callable[[Collection[str]], Catalogue], reference: str
) -> IamFacts:
    """`load` gives AWS's own list of actions, `reference` its version.

    Raises NotFound for a role or boundary that there is not, Denied where one may not be read: unknown is not proved.
    """
    account, boundary = prod.account(), config.ingestion.boundary
    boundaries = {account.policy_arn(name) for name in (boundary.step, boundary.tap) if name}
    roles = {account.role_arn(name) for name in config.ingestion.roles.values()}
    return IamFacts(
        load,
        reference,
        boundaries={arn: prod.managed_policy(arn) for arn in sorted(boundaries)},
        roles={arn: _role(prod, arn) for arn in sorted(roles)},
    )


def _role(prod: Prod, arn: str) -> RoleFacts:
    trust = prod.role_trust(arn)  # first: it says what to do about a role that there is not
    return RoleFacts(prod.role_policies(arn), prod.role_boundary(arn), trust)
