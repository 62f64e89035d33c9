"""The IAM documents of a ghost's roles, as pure functions. Every statement says in its Sid what it is for.

A role is a list of grants, each one use of `calls.CALLS`. Two Denies cover all else, whatever other policies allow:
every other action, also one that AWS adds later, and reading anything else (F 4.4).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dbt_ghost.core.calls import CALLS, OUTSIDE_ARNS, READING, Use
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.resources import Mount, canonical
from dbt_ghost.core.topology import Account

TRUST = canonical(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OnlyLambda",
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
"""Trust policy of every ghost role: no person and no CI may assume it."""

READABLE: dict[str, tuple[Use, str]] = {
    "secretsmanager": ("secret", "ReadSecrets"),
    "ssm": ("parameter", "ReadParameters"),
    "dynamodb": ("table", "ReadTables"),
}
"""Services, besides S3, whose things `reads:` may name by their ARN."""


@dataclass(frozen=True)
class Location:
    """Keys of a bucket: those that start with `prefix` and end with `suffix`, or the one key `prefix` if `exact`."""

    bucket: str
    prefix: str = ""
    suffix: str = ""
    exact: bool = False

    @classmethod
    def of_url(cls, url: str) -> Location:
        """`s3://bucket/prefix/` is every key below it, `s3://bucket/key` that one key."""
        bucket, _, key = url.removeprefix("s3://").partition("/")
        return cls(bucket, key, exact=bool(key) and not key.endswith("/"))

    def objects(self, account: Account) -> str:
        """The ARN pattern of the keys. Raises Refused for characters that IAM would read as a pattern."""
        for text in (self.bucket, self.prefix, self.suffix):
            if set(text) & set("*?${}"):
                raise Refused(
                    f"s3://{self.bucket}: {text!r} has a character with a meaning of its own in a policy",
                    "so far prefixes and suffixes must do without * ? $ { }",
                )
        rest = "" if self.exact else f"*{self.suffix}"
        return f"{account.bucket_arn(self.bucket)}/{self.prefix}{rest}"


@dataclass(frozen=True)
class Grant:
    """One Allow: a use of the table of calls, on these ARNs. `condition` is canonical JSON, empty without one."""

    sid: str
    use: Use
    resources: tuple[str, ...]
    condition: str = ""


def document(grants: Iterable[Grant]) -> str:
    """The policy of a role that has these grants and is denied all else. Canonical JSON."""
    grants = [grant for grant in grants if grant.resources]
    return canonical({"Version": "2012-10-17", "Statement": [*map(_allow, grants), *_deny_elsewhere(grants)]})


def read_prod(account: Account, reads: Collection[Location], use: Use = "read") -> list[Grant]:
    """`aws:ResourceAccount`: a bucket's ARN has no account, and a deleted name can be taken by anyone (F 5.1)."""
    ordered = sorted(set(reads), key=repr)
    ours = {"StringEquals": {"aws:ResourceAccount": account.id}}
    objects = Grant("ReadProdObjects", use, tuple(each.objects(account) for each in ordered), canonical(ours))
    lists = [
        Grant(
            f"ListProdPrefix{number}",
            "list",
            (account.bucket_arn(each.bucket),),
            canonical({**ours, "StringLike": {"s3:prefix": each.prefix if each.exact else f"{each.prefix}*"}}),
        )
        for number, each in enumerate(ordered, 1)
    ]
    return [objects, *lists]


def use_buckets(account: Account, inputs: Collection[str], outputs: Collection[str]) -> list[Grant]:
    """Ghost buckets: `inputs` are read; `outputs`, and inputs that the step may change, written."""

    def objects(buckets: Collection[str]) -> tuple[str, ...]:
        return tuple(f"{account.bucket_arn(bucket)}/*" for bucket in sorted(buckets))

    return [
        Grant("ReadGhostObjects", "read", objects(inputs)),
        Grant("WriteGhostObjects", "write", objects(outputs)),
        Grant("ListGhostBuckets", "list", tuple(account.bucket_arn(b) for b in sorted({*inputs, *outputs}))),
    ]


def tell_gone(account: Account, buckets: Collection[str]) -> Grant:
    """Without the right to list, S3 answers 403 for an object that is gone; a HEAD or GET carries no prefix."""
    ours = canonical({"StringEquals": {"aws:ResourceAccount": account.id}})
    return Grant("TellGoneFromDenied", "list", tuple(account.bucket_arn(bucket) for bucket in sorted(buckets)), ours)


def stage_into(account: Account, buckets: Collection[str]) -> Grant:
    """Copying prod's objects into ghost buckets."""
    return Grant("StageObjects", "stage", tuple(f"{account.bucket_arn(bucket)}/*" for bucket in sorted(buckets)))


def write_logs(account: Account, log_group: str) -> Grant:
    inside = f"arn:{account.partition}:logs:{account.region}:{account.id}:log-group:{log_group}:*"
    return Grant("WriteOwnLogs", "log", (inside,))


def read_elsewhere(arns: Iterable[str]) -> list[Grant]:
    """What `reads:` names by ARN: secrets, parameters, tables. Raises Refused for other services."""
    found: dict[str, list[str]] = {}
    for arn in sorted(set(arns)):
        service = arn.split(":")[2]
        if service not in READABLE:
            raise Refused(f"reads: {arn} is of {service}", f"so far a step may read {', '.join(READABLE)} and S3")
        found.setdefault(service, []).append(arn)
    return [Grant(READABLE[service][1], READABLE[service][0], tuple(each)) for service, each in found.items()]


def use_keys(account: Account, sid: str, use: Use, keys: Collection[str]) -> Grant:
    """KMS keys, through S3 only."""
    by_s3 = canonical({"StringEquals": {"kms:ViaService": f"s3.{account.region}.amazonaws.com"}})
    return Grant(sid, use, tuple(sorted(set(keys))), by_s3)


def use_network() -> Grant:
    return Grant("UseTheNetwork", "network", ("*",))


def use_mounts(account: Account, mounts: Collection[Mount]) -> Grant:
    """The file systems behind these access points."""
    systems = f"arn:{account.partition}:elasticfilesystem:{account.region}:{account.id}:file-system/*"
    points = canonical(
        {"StringEquals": {"elasticfilesystem:AccessPointArn": sorted(mount.arn for mount in mounts)}},
    )
    return Grant("UseFileSystems", "mount", (systems,) if mounts else (), points)


def _allow(grant: Grant) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Sid": grant.sid,
        "Effect": "Allow",
        "Action": list(CALLS[grant.use]),
        "Resource": list(grant.resources),
    }
    return statement | ({"Condition": json.loads(grant.condition)} if grant.condition else {})


def _deny_elsewhere(grants: list[Grant]) -> Iterator[dict[str, Any]]:
    """A policy of a bucket or a key may let every role of the account in: the ghost's own reach what is named here."""
    reading = [grant for grant in grants if grant.use in READING]
    owned = {arn for grant in grants if grant.use not in READING | OUTSIDE_ARNS for arn in grant.resources}
    reads = {call for grant in reading for call in CALLS[grant.use]}
    free = {call for grant in grants if grant.use in OUTSIDE_ARNS for call in CALLS[grant.use]} | {"kms:Decrypt"}
    yield _deny("ChangeNothingElse", "NotAction", reads | free, owned)
    if reads:
        readable = {arn for grant in reading for arn in grant.resources}
        yield _deny("ReadNothingElse", "Action", reads, readable | owned)


def _deny(sid: str, which: str, actions: Collection[str], except_on: Collection[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Deny", which: sorted(actions), "NotResource": sorted(except_on)}
