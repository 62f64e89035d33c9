"""The state bucket's own policy and settings: records are read and written by the deployer, and nobody loses one. Pure.

Same-account roles get in by their own policies; this one only denies, whatever those say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dbt_ghost.core.policies.places import places
from dbt_ghost.core.policies.reach import Reach
from dbt_ghost.core.policies.statements import BUCKET_LIMIT, Document, Statement, condition
from dbt_ghost.core.resources import canonical

SETTINGS = ("s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration")
"""What the account's scanners read of every bucket."""

DOCUMENTS = ("s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject")
EVERYBODY = canonical("*")


@dataclass(frozen=True)
class Keeping:
    """How the bucket keeps what it holds, in days. Versioned, closed to the public, encrypted by S3: always."""

    old_versions: int = 90
    unfinished_uploads: int = 7


KEEPING = Keeping()


def state_bucket_policy(reach: Reach, deployer: str, release: str, admins: Iterable[str]) -> Document:
    """All are ARNs of roles; `release` is empty without one. Whoever installs the policy must be an admin: nobody else
    can change it afterwards. Raises Refused where it is longer than AWS takes.
    """
    admins = tuple(admins)
    named = (deployer, *([release] if release else []), *admins)
    statements = (*_closed(reach, named), *_kept(reach, deployer, admins))
    return Document("policy of the state bucket", statements, BUCKET_LIMIT)


def _closed(reach: Reach, named: tuple[str, ...]) -> Iterator[Statement]:
    (bucket,) = places(reach)["the state bucket"]
    whole, ghosts = (bucket, f"{bucket}/*"), reach.account.role_arn(reach.ghosts)
    in_clear = condition(Bool={"aws:SecureTransport": "false"})
    yield _deny("TlsOnly", "Nothing is read or written in clear", whole, ("s3:*",), in_clear)
    yield _deny(
        "NoGhosts",
        "A ghost's own code sees not even the settings; objects are closed to all but the named",
        (bucket,),
        ("s3:*",),
        condition(ArnLike={"aws:PrincipalArn": ghosts}),
    )
    yield _deny(
        "OnlyNamedRoles",
        "Others of the account see the bucket's settings at most",
        whole,
        condition=_but(named),
        not_actions=SETTINGS,
    )


def _kept(reach: Reach, deployer: str, admins: tuple[str, ...]) -> Iterator[Statement]:
    where = places(reach)
    (bucket,) = where["the state bucket"]
    objects, removing = (f"{bucket}/*",), ("s3:DeleteObject",)
    yield _deny(
        "OnlyAdminsConfigure",
        "CI cannot change versioning, encryption, this policy, or who owns an object",
        (bucket, *objects),
        condition=_but(admins),
        not_actions=(*SETTINGS, *DOCUMENTS),
    )
    writing, writers = ("s3:DeleteObject", "s3:PutObject"), _but((deployer, *admins))
    yield _deny("OnlyTheDeployerWrites", "A release reads what was observed", objects, writing, writers)
    why = "A record ends as a tombstone, and a replay's progress alone is removed"
    yield _deny("RecordsStay", why, where["records"], removing, _but(admins))
    why = "Not even an admin: take this statement out first. They expire by themselves"
    yield _deny("VersionsStay", why, objects, ("s3:DeleteObjectVersion",))


def _but(roles: Iterable[str]) -> str:
    """`aws:PrincipalArn` is the role's, whatever the session; nobody's request without one is spared."""
    return condition(ArnNotEquals={"aws:PrincipalArn": tuple(roles)})


def _deny(
    sid: str,
    reason: str,
    resources: tuple[str, ...],
    actions: tuple[str, ...] = (),
    condition: str = "",
    *,
    not_actions: tuple[str, ...] = (),
) -> Statement:
    return Statement(
        sid,
        "Deny",
        reason,
        actions=actions,
        not_actions=not_actions,
        resources=resources,
        condition=condition,
        principal=EVERYBODY,
    )
