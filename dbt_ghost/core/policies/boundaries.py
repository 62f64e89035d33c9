"""The two permissions boundaries of a project's ghosts, which an admin installs once: of the steps, and of the tap.

Each is what any of these roles may be granted, for every ghost there may be, with the same Denies as in the roles
themselves: a boundary's implicit deny does not hold what a resource's policy grants to a session (F 4.4).
"""

from __future__ import annotations

from dbt_ghost.core import policies
from dbt_ghost.core.policies.grants import Bounds, Grant
from dbt_ghost.core.policies.reach import Reach
from dbt_ghost.core.policies.statements import MANAGED_LIMIT, Document


def step_boundary(reach: Reach) -> Document:
    """Raises Refused where production's prefixes do not fit into a managed policy."""
    account, ghosts = reach.account, [reach.ghosts]
    own = {reach.own_key} - {""}
    return _boundary(
        "boundary of the steps",
        reach,
        [
            policies.read_prod(account, reach.steps_read),
            *policies.list_prod(account, reach.steps_read),
            *policies.use_buckets(account, ghosts, ghosts),
            *policies.read_elsewhere(reach.elsewhere),
            policies.receive([account.queue_arn(reach.ghosts)]),
            policies.report_failures(account.queue_arn(reach.ghosts)),
            policies.use_keys(account, "DecryptProdObjects", "decrypt", reach.keys_of(reach.steps_read)),
            policies.use_keys(account, "EncryptGhostObjects", "encrypt", own),
            *([policies.use_network()] if reach.network else []),
            policies.use_mounts(account, reach.mounts),
        ],
    )


def tap_boundary(reach: Reach) -> Document:
    """Raises Refused where production's prefixes do not fit into a managed policy."""
    account = reach.account
    staging = [reach.ghosts] if reach.tap_reads else []
    own = {reach.own_key} - {""} if staging else set()
    return _boundary(
        "boundary of the tap",
        reach,
        [
            *policies.hand_on([account.function_arn(reach.ghosts)], [account.queue_arn(reach.ghosts)], reach.shared),
            policies.read_prod(account, reach.tap_reads, "read version"),
            policies.tell_gone(account, {location.bucket for location in reach.tap_reads}),
            policies.stage_into(account, staging),
            policies.use_keys(account, "DecryptProdObjects", "decrypt", reach.keys_of(reach.tap_reads)),
            policies.use_keys(account, "EncryptGhostObjects", "encrypt", own),
        ],
    )


def _boundary(name: str, reach: Reach, grants: list[Grant]) -> Document:
    """Lambda itself decrypts a function's environment with its role: `ChangeNothingElse` leaves that open, and here it
    is allowed for the ghosts' functions.
    """
    account, functions = reach.account, reach.account.function_arn(reach.ghosts)
    always = [
        policies.write_logs(account, f"/aws/lambda/{reach.ghosts}"),
        policies.decrypt_environment(account, functions),
    ]
    return Document(name, policies.statements([*grants, *always], Bounds(account, reach.state_bucket)), MANAGED_LIMIT)
