"""What no request of a ghost's role may do, as regions for the prover. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dbt_ghost.core.calls import CALLED_BY_CODE, CALLS, READING
from dbt_ghost.core.iam.policies import Condition
from dbt_ghost.core.iam.questions import Forbidden
from dbt_ghost.core.topology import Account

READS = tuple(sorted({call for use in READING for call in CALLS[use]}))
"""The only actions that read production. All others count as changes."""

CHANGES = "No role changes what is not a ghost's"
CHANGES_PROD = "No role changes production's buckets or objects"
READS_MORE = "No role reads more of production than it was given"
LISTS_MORE = "No role lists other prefixes of production"
INVOKES = "No role invokes production's functions, but shared ones"
BECOMES = "No role becomes another or gives rights away"
OTHER_ACCOUNTS = "No role reaches other accounts' buckets"
RECORDS = "No role touches the records of ghosts"
OUTSIDE = "No role is of use outside its function"


@dataclass(frozen=True)
class Realm:
    """What is the ghosts', and what they were given of production; all patterns of ARNs.

    `listed` are (bucket, prefixes that may be listed), `free` actions that no ARNs can bound, or that a setting of the
    team opens, `functions` those whose code may use the role.
    """

    account: Account
    functions: str
    mine: tuple[str, ...]
    prod: tuple[str, ...]
    records: tuple[str, ...]
    given: tuple[str, ...] = ()
    listed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    invoked: tuple[str, ...] = ()
    free: tuple[str, ...] = ()


def claims(realm: Realm) -> Mapping[str, tuple[Forbidden, ...]]:
    """Claim -> what it forbids."""
    harmless = (*READS, *realm.free)
    elsewhere = Condition("StringNotEquals", "aws:ResourceAccount", (realm.account.id,))
    inside = Condition("ArnLike", "lambda:SourceFunctionArn", (realm.functions,))
    return {
        CHANGES: (Forbidden(not_actions=harmless, not_resources=(*realm.mine, *realm.invoked)),),
        CHANGES_PROD: (Forbidden(not_actions=READS, resources=realm.prod),) if realm.prod else (),
        READS_MORE: (Forbidden(READS, not_resources=(*realm.mine, *realm.given)),),
        LISTS_MORE: tuple(
            Forbidden(("s3:ListBucket",), resources=(bucket,), unless=(Condition("StringLike", "s3:prefix", prefixes),))
            for bucket, prefixes in realm.listed
        ),
        INVOKES: (Forbidden(("lambda:Invoke*",), not_resources=(*realm.mine, *realm.invoked)),),
        BECOMES: (Forbidden(("sts:*", "iam:*")),),
        OTHER_ACCOUNTS: (Forbidden(("s3:*",), where=(elsewhere,)),),
        RECORDS: (Forbidden(resources=realm.records),),
        OUTSIDE: (Forbidden(tuple(f"{service}:*" for service in CALLED_BY_CODE), unless=(inside,)),),
    }
