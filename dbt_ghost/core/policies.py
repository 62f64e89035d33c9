"""The IAM documents of a ghost's roles, as pure functions. Every statement says in its Sid what it is for.

A role may read the declared prod prefixes, use its ghost's own buckets and write its own log group. Two Denies cover
all else, whatever other policies allow: every other action, also one that AWS adds later, and reading anything else
(F 4.4).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.resources import canonical
from dbt_ghost.core.topology import Account

READ_OBJECTS = ("s3:GetObject", "s3:GetObjectVersion")
READ_ACTIONS = (*READ_OBJECTS, "s3:ListBucket")
WRITE_OBJECTS = ("s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:AbortMultipartUpload")
LOG_ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")

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


def step_policy(
    account: Account, log_group: str, reads: Iterable[Location], inputs: Iterable[str], outputs: Iterable[str]
) -> str:
    """The policy of one forked step.

    `reads` are prod's keys; `inputs` and `outputs` names of the ghost's buckets. Returns canonical JSON.
    """
    reads, inputs, outputs = sorted(set(reads), key=repr), sorted(set(inputs)), sorted(set(outputs))
    own = sorted({*inputs, *outputs})
    statements = [*_read_prod(account, reads), *_use_ghost_buckets(account, inputs, outputs)]
    statements.append(_write_logs(account, log_group))
    owned = [arn for bucket in own for arn in (account.bucket_arn(bucket), f"{account.bucket_arn(bucket)}/*")]
    statements.append(_deny_elsewhere(READ_ACTIONS, [*owned, _inside(account, log_group)]))
    declared = sorted(
        {arn for location in reads for arn in (account.bucket_arn(location.bucket), location.objects(account))}
    )
    statements.append(_deny_reads_elsewhere([*declared, *owned]))
    return _document(statements)


def tap_policy(account: Account, log_group: str, functions: Iterable[str]) -> str:
    """The tap's policy: invoke the named ghost functions, write its own log group, nothing else. Canonical JSON."""
    arns = [account.function_arn(function) for function in sorted(set(functions))]
    invoke = {"Sid": "InvokeTheFirstSteps", "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arns}
    return _document(
        [
            invoke,
            _write_logs(account, log_group),
            _deny_elsewhere((), [*arns, _inside(account, log_group)]),
        ]
    )


def _document(statements: list[dict[str, Any]]) -> str:
    return canonical({"Version": "2012-10-17", "Statement": statements})


def _read_prod(account: Account, reads: list[Location]) -> list[dict[str, Any]]:
    """`aws:ResourceAccount`: a bucket's ARN has no account, and a deleted name can be taken by anyone (F 5.1)."""
    if not reads:
        return []
    ours = {"StringEquals": {"aws:ResourceAccount": account.id}}
    objects: dict[str, Any] = {
        "Sid": "ReadProdObjects",
        "Effect": "Allow",
        "Action": list(READ_OBJECTS),
        "Resource": [location.objects(account) for location in reads],
        "Condition": ours,
    }
    lists = [
        {
            "Sid": f"ListProdPrefix{number}",
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": account.bucket_arn(location.bucket),
            "Condition": {
                **ours,
                "StringLike": {"s3:prefix": location.prefix if location.exact else f"{location.prefix}*"},
            },
        }
        for number, location in enumerate(reads, 1)
    ]
    return [objects, *lists]


def _use_ghost_buckets(account: Account, inputs: list[str], outputs: list[str]) -> list[dict[str, Any]]:
    statements = [
        _allow("ReadGhostObjects", READ_OBJECTS, [f"{account.bucket_arn(b)}/*" for b in inputs]),
        _allow("WriteGhostObjects", WRITE_OBJECTS, [f"{account.bucket_arn(b)}/*" for b in outputs]),
        _allow("ListGhostBuckets", ("s3:ListBucket",), [account.bucket_arn(b) for b in sorted({*inputs, *outputs})]),
    ]
    return [statement for statement in statements if statement["Resource"]]


def _write_logs(account: Account, log_group: str) -> dict[str, Any]:
    """No logs:CreateLogGroup: a late invocation would bring a dropped group back (F 3.17)."""
    return _allow("WriteOwnLogs", LOG_ACTIONS, [_inside(account, log_group)])


def _deny_elsewhere(reads: tuple[str, ...], owned: list[str]) -> dict[str, Any]:
    """kms:Decrypt stays open: Lambda itself assumes the role to decrypt the environment when a function starts, by a
    grant made for that; nothing else in the role allows it."""
    return {"Sid": "ChangeNothingElse", "Effect": "Deny", "NotAction": [*reads, "kms:Decrypt"], "NotResource": owned}


def _deny_reads_elsewhere(readable: list[str]) -> dict[str, Any]:
    """A bucket policy may let every role of the account read: the ghost's own read what is declared and no more."""
    actions = list(READ_ACTIONS)
    return {"Sid": "ReadNothingElse", "Effect": "Deny", "Action": actions, "NotResource": readable}


def _allow(sid: str, actions: tuple[str, ...], resources: list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resources}


def _inside(account: Account, log_group: str) -> str:
    return f"arn:{account.partition}:logs:{account.region}:{account.id}:log-group:{log_group}:*"
