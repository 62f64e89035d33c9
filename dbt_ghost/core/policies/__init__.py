"""Every policy document that dbt-ghost writes: of a ghost's roles, and of what an admin installs once. Pure.

`core.iam` is the other side: it reads documents, whoever wrote them, and proves what they let through.
"""

from dbt_ghost.core.policies.grants import (
    TRUST,
    Bounds,
    Grant,
    decrypt_environment,
    document,
    hand_on,
    list_prefixes,
    list_prod,
    read_elsewhere,
    read_prod,
    receive,
    report_failures,
    stage_into,
    statements,
    tell_gone,
    use_buckets,
    use_keys,
    use_mounts,
    use_network,
    write_logs,
)
from dbt_ghost.core.policies.locations import Location
from dbt_ghost.core.policies.statements import Document, Statement

__all__ = [
    "TRUST",
    "Bounds",
    "Document",
    "Grant",
    "Location",
    "Statement",
    "decrypt_environment",
    "document",
    "hand_on",
    "list_prefixes",
    "list_prod",
    "read_elsewhere",
    "read_prod",
    "receive",
    "report_failures",
    "stage_into",
    "statements",
    "tell_gone",
    "use_buckets",
    "use_keys",
    "use_mounts",
    "use_network",
    "write_logs",
]
