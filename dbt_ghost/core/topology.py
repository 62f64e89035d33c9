"""What was discovered of production: read-only facts, frozen."""

from __future__ import annotations

from dataclasses import dataclass, field

from dbt_ghost.core.resources import BucketEvent, Pairs


@dataclass(frozen=True)
class Account:
    """Where we are. One account and one region per configuration."""

    id: str
    region: str
    partition: str = "aws"

    def function_arn(self, name: str) -> str:
        return f"arn:{self.partition}:lambda:{self.region}:{self.id}:function:{name}"

    def role_arn(self, name: str) -> str:
        return f"arn:{self.partition}:iam::{self.id}:role/{name}"

    def rule_arn(self, name: str) -> str:
        return f"arn:{self.partition}:events:{self.region}:{self.id}:rule/{name}"

    def bucket_arn(self, name: str) -> str:
        return f"arn:{self.partition}:s3:::{name}"


@dataclass(frozen=True)
class ProdFunction:
    """A production Lambda as it stands. `unmodelled` names the features of it that a copy could not carry."""

    name: str
    arn: str
    role_arn: str
    runtime: str
    handler: str
    code_sha256: str
    architecture: str
    memory_mb: int
    timeout_s: int
    ephemeral_mb: int
    layers: tuple[str, ...]
    environment: Pairs = field(repr=False)
    unmodelled: tuple[str, ...] = ()
    invoked_by: tuple[str, ...] = ()
    """Names of the buckets that its resource policy lets invoke it."""


@dataclass(frozen=True)
class ProdBucket:
    """A production bucket's notification document: what it sends where, and whether EventBridge is on."""

    name: str
    entries: tuple[BucketEvent, ...]
    eventbridge: bool


@dataclass(frozen=True)
class Step:
    """One configured step, as found: its function and what triggers it (permission *and* configuration, F 2.1)."""

    name: str
    function: ProdFunction
    triggers: tuple[tuple[str, BucketEvent], ...]  # (bucket, entry)


@dataclass(frozen=True)
class Topology:
    account: Account
    steps: tuple[Step, ...]
    buckets: tuple[ProdBucket, ...]

    def step(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)

    def bucket(self, name: str) -> ProdBucket:
        return next(bucket for bucket in self.buckets if bucket.name == name)
