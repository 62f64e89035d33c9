"""The policy of a ghost's role, as pure functions: what it is granted, and Denies of all else.

A role is a list of grants, each one use of `calls.CALLS`. The Denies hold whatever other policies allow: for every
other action, also one that AWS adds later, and for reading anything else (F 4.4).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from dbt_ghost.core.calls import CALLED_BY_CODE, CALLS, OUTSIDE_ARNS, READING, Use
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.policies.locations import Location
from dbt_ghost.core.policies.statements import INLINE_LIMIT, TRUST_LIMIT, Document, Statement, condition, principal
from dbt_ghost.core.resources import Mount
from dbt_ghost.core.topology import Account

TRUST = Document(
    "trust of a ghost's role",
    (
        Statement(
            "OnlyLambda",
            "Allow",
            "No person and no CI may assume it",
            actions=("sts:AssumeRole",),
            principal=principal(Service="lambda.amazonaws.com"),
        ),
    ),
    TRUST_LIMIT,
).text
"""Trust policy of every ghost role."""

READABLE: dict[str, tuple[Use, str]] = {
    "secretsmanager": ("secret", "ReadSecrets"),
    "ssm": ("parameter", "ReadParameters"),
    "dynamodb": ("table", "ReadTables"),
}
"""Services, besides S3, whose things `reads:` may name by their ARN."""


@dataclass(frozen=True)
class Grant:
    """One Allow: a use of the table of calls, on these ARNs. `condition` is canonical JSON, empty without one."""

    sid: str
    use: Use
    resources: tuple[str, ...]
    reason: str
    condition: str = ""

    @property
    def statement(self) -> Statement:
        return Statement(
            self.sid,
            "Allow",
            self.reason,
            actions=CALLS[self.use],
            resources=self.resources,
            condition=self.condition,
        )

    @property
    def prefixes(self) -> tuple[str, ...]:
        """What may be listed of its buckets; empty for all."""
        tests = json.loads(self.condition) if self.condition else {}
        return tuple(tests.get("StringLike", {}).get("s3:prefix", ()))


@dataclass(frozen=True)
class Bounds:
    """What a role is held to besides its grants. `function_arn` is its function, or a pattern of such."""

    account: Account
    state_bucket: str
    function_arn: str


def document(grants: Iterable[Grant], bounds: Bounds) -> str:
    """The policy of a role that has these grants and is denied all else. Canonical JSON."""
    return Document("policy of a ghost's role", statements(grants, bounds), INLINE_LIMIT).text


def statements(grants: Iterable[Grant], bounds: Bounds) -> tuple[Statement, ...]:
    """An Allow for each grant of something, then the Denies."""
    real = [grant for grant in grants if grant.resources]
    return (*(grant.statement for grant in real), *denies(real, bounds))


def read_prod(account: Account, reads: Collection[Location], use: Use = "read") -> Grant:
    """`aws:ResourceAccount`: a bucket's ARN has no account, and a deleted name can be taken by anyone (F 5.1)."""
    ordered = sorted(set(reads), key=repr)
    objects = tuple(dict.fromkeys(each.objects(account) for each in ordered))
    reason = "What is read of production: the keys of triggers and of `reads:`"
    return Grant("ReadProdObjects", use, objects, reason, _ours(account))


def list_prod(account: Account, reads: Iterable[Location]) -> list[Grant]:
    """Whoever may read all of a bucket lists it without naming a prefix, too."""
    listed: dict[str, set[str]] = {}
    for each in reads:
        listed.setdefault(each.bucket, set()).add(each.listed)
    return [list_prefixes(account, [bucket], listed[bucket], str(n)) for n, bucket in enumerate(sorted(listed), 1)]


def list_prefixes(account: Account, buckets: Iterable[str], prefixes: Collection[str], number: str = "") -> Grant:
    """Each of the prefixes in each of the buckets."""
    limited = {"StringLike": {"s3:prefix": prefixes}} if "*" not in prefixes else {}
    return Grant(
        f"ListProdPrefixes{number}",
        "list",
        tuple(account.bucket_arn(bucket) for bucket in buckets),
        "To find what it may read; a listing of anything else is refused",
        condition(StringEquals={"aws:ResourceAccount": account.id}, **limited),
    )


def use_buckets(account: Account, inputs: Collection[str], outputs: Collection[str]) -> list[Grant]:
    """Ghost buckets, or patterns of them: `inputs` are read; `outputs`, and inputs that may be changed, written."""

    def objects(buckets: Collection[str]) -> tuple[str, ...]:
        return tuple(f"{account.bucket_arn(bucket)}/*" for bucket in sorted(buckets))

    both = tuple(account.bucket_arn(bucket) for bucket in sorted({*inputs, *outputs}))
    return [
        Grant("ReadGhostObjects", "read", objects(inputs), "What the step before wrote", _ours(account)),
        Grant("WriteGhostObjects", "write", objects(outputs), "The step's outputs", _ours(account)),
        Grant("ListGhostBuckets", "list", both, "To find them, and to tell gone from denied", _ours(account)),
    ]


def tell_gone(account: Account, buckets: Collection[str]) -> Grant:
    """A HEAD or GET carries no prefix."""
    arns = tuple(account.bucket_arn(bucket) for bucket in sorted(buckets))
    reason = "Without the right to list, S3 answers 403 for an object that is gone"
    return Grant("TellGoneFromDenied", "list", arns, reason, _ours(account))


def stage_into(account: Account, buckets: Collection[str]) -> Grant:
    """Copying prod's objects into ghost buckets, or patterns of them."""
    arns = tuple(f"{account.bucket_arn(bucket)}/*" for bucket in sorted(buckets))
    return Grant("StageObjects", "stage", arns, "Copies of production's objects, for `input: staged`", _ours(account))


def write_logs(account: Account, log_group: str) -> Grant:
    inside = f"arn:{account.partition}:logs:{account.region}:{account.id}:log-group:{log_group}:*"
    return Grant("WriteOwnLogs", "log", (inside,), "Its own log group, which the fork makes and `drop` removes")


def report_failures(queue_arn: str) -> Grant:
    return Grant("ReportFailures", "send", (queue_arn,), "Lambda puts events that failed into the ghost's own queue")


def receive(queue_arns: Iterable[str]) -> Grant:
    return Grant("ReceiveMessages", "receive", tuple(sorted(queue_arns)), "Lambda reads the ghost's own queues for it")


def hand_on(functions: Iterable[str], queues: Iterable[str], shared: Iterable[str]) -> list[Grant]:
    """What the tap does with an event, by ARN: functions and queues of the ghost, and shared functions of prod's."""
    return [
        Grant("InvokeTheFirstSteps", "invoke", tuple(sorted(functions)), "The ghost's functions at its entry"),
        Grant("FillTheFirstQueues", "send", tuple(sorted(queues)), "The ghost's queues at its entry"),
        Grant(
            "InvokeSharedProdSteps", "invoke", tuple(sorted(shared)), "`downstream: share`: production's own function"
        ),
    ]


def read_elsewhere(arns: Iterable[str]) -> list[Grant]:
    """What `reads:` names by ARN: secrets, parameters, tables. Raises Refused for other services."""
    found: dict[str, list[str]] = {}
    for arn in sorted(set(arns)):
        service = arn.split(":")[2]
        if service not in READABLE:
            raise Refused(f"reads: {arn} is of {service}", f"so far a step may read {', '.join(READABLE)} and S3")
        found.setdefault(service, []).append(arn)
    return [
        Grant(READABLE[service][1], READABLE[service][0], tuple(each), "Named in `reads:`")
        for service, each in found.items()
    ]


def use_keys(account: Account, sid: str, use: Use, keys: Collection[str]) -> Grant:
    by_s3 = condition(StringEquals={"kms:ViaService": f"s3.{account.region}.amazonaws.com"})
    return Grant(sid, use, tuple(sorted(set(keys))), "Keys of buckets, through S3 only", by_s3)


def decrypt_environment(account: Account, function_arn: str) -> Grant:
    """The functions, or a pattern of them, whose environment Lambda decrypts as their role when one starts."""
    keys = f"arn:{account.partition}:kms:{account.region}:{account.id}:key/*"
    of_function = condition(ArnLike={"kms:EncryptionContext:aws:lambda:FunctionArn": function_arn})
    return Grant("DecryptOwnEnvironment", "decrypt", (keys,), "Lambda does it when a function starts", of_function)


def use_network() -> Grant:
    return Grant("UseTheNetwork", "network", ("*",), "Lambda makes the network interfaces with the function's role")


def use_mounts(account: Account, mounts: Collection[Mount]) -> Grant:
    """The file systems behind these access points."""
    systems = f"arn:{account.partition}:elasticfilesystem:{account.region}:{account.id}:file-system/*"
    points = condition(StringEquals={"elasticfilesystem:AccessPointArn": [mount.arn for mount in mounts]})
    return Grant("UseFileSystems", "mount", (systems,) if mounts else (), "`efs: true`", points)


def _ours(account: Account) -> str:
    return condition(StringEquals={"aws:ResourceAccount": account.id})


def denies(grants: Collection[Grant], bounds: Bounds) -> Iterator[Statement]:
    """Of all but these grants. A policy of a bucket or a key may let every role of the account in: the ghost's own
    reach what is named here.
    """
    reading = [grant for grant in grants if grant.use in READING]
    owned = {arn for grant in grants if grant.use not in READING | OUTSIDE_ARNS for arn in grant.resources}
    reads = {call for grant in reading for call in CALLS[grant.use]}
    free = {call for grant in grants if grant.use in OUTSIDE_ARNS for call in CALLS[grant.use]} | {"kms:Decrypt"}
    yield Statement(
        "ChangeNothingElse",
        "Deny",
        "Whatever else allows it, also by actions that AWS adds later; Lambda itself decrypts the environment",
        not_actions=tuple(sorted(reads | free)),
        not_resources=tuple(sorted(owned)),
    )
    if reads:
        readable = {arn for grant in reading for arn in grant.resources}
        yield Statement(
            "ReadNothingElse",
            "Deny",
            "A bucket's own policy may let every role of the account read it",
            actions=tuple(sorted(reads)),
            not_resources=tuple(sorted(readable | owned)),
        )
    yield from _deny_lists([grant for grant in reading if grant.use == "list"])
    called = {call.partition(":")[0] for grant in grants for call in CALLS[grant.use]}
    yield from _deny_always(bounds, called & set(CALLED_BY_CODE))


def _deny_lists(grants: list[Grant]) -> Iterator[Statement]:
    free = {arn for grant in grants if not grant.prefixes for arn in grant.resources}
    limited = [grant for grant in grants if grant.prefixes and not free & set(grant.resources)]
    for number, grant in enumerate(limited, 1):
        yield Statement(
            f"ListNothingElse{number}",
            "Deny",
            "The names of objects tell, too",
            actions=("s3:ListBucket",),
            resources=grant.resources,
            condition=condition(StringNotLike={"s3:prefix": grant.prefixes}),
        )


def _deny_always(bounds: Bounds, called: Collection[str]) -> Iterator[Statement]:
    """`called` are the services that the function's own code calls."""
    if "s3" in called:
        yield Statement(
            "NoOtherAccount",
            "Deny",
            "A bucket's name that was given up may be anybody's by now, and no data leaves the account",
            actions=("s3:*",),
            resources=("*",),
            condition=condition(StringNotEquals={"aws:ResourceAccount": bounds.account.id}),
        )
    if called:
        yield Statement(
            "OnlyInsideItsFunction",
            "Deny",
            "Credentials that leave the function are of no use; AWS says of each call from which function it comes",
            actions=tuple(f"{service}:*" for service in sorted(called)),
            resources=("*",),
            condition=condition(ArnNotLike={"lambda:SourceFunctionArn": bounds.function_arn}),
        )
    records = bounds.account.bucket_arn(bounds.state_bucket)
    yield Statement(
        "NoRecords",
        "Deny",
        "What a ghost is, and who works on it, its own code must not change",
        actions=("s3:*",),
        resources=(records, f"{records}/*"),
    )
