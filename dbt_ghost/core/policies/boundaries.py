"""The two permissions boundaries of a project's ghosts, which an admin installs once: of the steps, and of the tap.

Each is a ceiling for every ghost there may be: the calls that these roles are for, and the same Denies as in the roles
themselves, for all ghosts' names. Denies, since a boundary's implicit deny does not hold what a resource's policy
grants to a session (F 4.4), and since a managed policy is short: which bucket goes with which prefix is the role's own
to say.
"""

from __future__ import annotations

from collections.abc import Iterable

from dbt_ghost.core import policies
from dbt_ghost.core.calls import CALLS
from dbt_ghost.core.policies.grants import Bounds, Grant, denies
from dbt_ghost.core.policies.locations import Location
from dbt_ghost.core.policies.reach import Reach
from dbt_ghost.core.policies.statements import MANAGED_LIMIT, Document, Statement


def step_boundary(reach: Reach) -> Document:
    """Raises Refused where production's prefixes do not fit into a managed policy."""
    return _boundary("boundary of the steps", reach, step_grants(reach))


def tap_boundary(reach: Reach) -> Document:
    """Raises Refused where production's prefixes do not fit into a managed policy."""
    return _boundary("boundary of the tap", reach, tap_grants(reach))


def step_grants(reach: Reach) -> list[Grant]:
    """What the role of a step may come to have, of whichever ghost."""
    account, ghosts = reach.account, [reach.ghosts]
    return [
        policies.read_prod(account, reach.steps_read),
        *_lists(reach),
        *policies.use_buckets(account, ghosts, ghosts),
        *policies.read_elsewhere(reach.elsewhere),
        policies.receive([account.queue_arn(reach.ghosts)]),
        policies.report_failures(account.queue_arn(reach.ghosts)),
        policies.use_keys(account, "DecryptProdObjects", "decrypt", reach.keys_of(reach.steps_read)),
        policies.use_keys(account, "EncryptGhostObjects", "encrypt", {reach.own_key} - {""}),
        *([policies.use_network()] if reach.network else []),
        policies.use_mounts(account, reach.mounts),
        policies.write_logs(account, f"/aws/lambda/{reach.ghosts}"),
    ]


def tap_grants(reach: Reach) -> list[Grant]:
    """What the role of a tap may come to have, of whichever ghost."""
    account = reach.account
    staging = [reach.ghosts] if reach.tap_reads else []
    return [
        *policies.hand_on([account.function_arn(reach.ghosts)], [account.queue_arn(reach.ghosts)], reach.shared),
        policies.read_prod(account, reach.tap_reads, "read version"),
        policies.tell_gone(account, {location.bucket for location in reach.tap_reads}),
        policies.stage_into(account, staging),
        policies.use_keys(account, "DecryptProdObjects", "decrypt", reach.keys_of(reach.tap_reads)),
        policies.use_keys(account, "EncryptGhostObjects", "encrypt", {reach.own_key} - {""} if staging else ()),
        policies.write_logs(account, f"/aws/lambda/{reach.ghosts}"),
    ]


def _lists(reach: Reach) -> list[Grant]:
    whole = [Location(bucket) for bucket, prefixes in reach.listed if not prefixes]
    parts = [bucket for bucket, prefixes in reach.listed if prefixes]
    together = {prefix for _, prefixes in reach.listed for prefix in prefixes}
    return [*policies.list_prod(reach.account, whole), policies.list_prefixes(reach.account, parts, together)]


def _boundary(name: str, reach: Reach, grants: list[Grant]) -> Document:
    account, functions = reach.account, reach.account.function_arn(reach.ghosts)
    real = [grant for grant in grants if grant.resources]
    environment = policies.decrypt_environment(account, functions)
    keys = [grant.statement for grant in [*real, environment] if CALLS[grant.use][0].startswith("kms:")]
    held = denies(real, Bounds(account, reach.state_bucket, functions))
    return Document(name, (_ceiling(real), *keys, *held), MANAGED_LIMIT)


def _ceiling(grants: Iterable[Grant]) -> Statement:
    calls = {call for grant in grants for call in CALLS[grant.use] if not call.startswith("kms:")}
    return Statement(
        "Ceiling",
        "Allow",
        "The only calls that these roles are for; on what, the Denies and each role's own policy say",
        actions=tuple(sorted(calls)),
        resources=("*",),
    )
