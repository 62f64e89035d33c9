"""What was discovered of production: read-only facts, frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from dbt_ghost.core.resources import BucketEvent, Image, Mount, Network, Pairs

Shape = Literal["s3", "sns", "sqs", "eventbridge"]
"""What a step's event looks like: S3's own `Records`, SNS's around it, SQS's around either, or EventBridge's."""

DNS_ENDINGS = {"aws-cn": ".cn"}


@dataclass(frozen=True)
class Account:
    """Where we are. One account and one region per configuration."""

    id: str
    region: str
    partition: str = "aws"

    def function_arn(self, name: str) -> str:
        return f"arn:{self.partition}:lambda:{self.region}:{self.id}:function:{name}"

    @property
    def root_arn(self) -> str:
        return f"arn:{self.partition}:iam::{self.id}:root"

    def role_arn(self, name: str) -> str:
        """Of a role of the account's; an ARN stays as it is."""
        return name if name.startswith("arn:") else f"arn:{self.partition}:iam::{self.id}:role/{name}"

    def policy_arn(self, name: str) -> str:
        """Of a managed policy of the account's own; an ARN stays as it is."""
        return name if name.startswith("arn:") else f"arn:{self.partition}:iam::{self.id}:policy/{name}"

    def rule_arn(self, name: str, bus: str = "default") -> str:
        path = name if bus == "default" else f"{bus}/{name}"
        return f"arn:{self.partition}:events:{self.region}:{self.id}:rule/{path}"

    def queue_arn(self, name: str) -> str:
        return f"arn:{self.partition}:sqs:{self.region}:{self.id}:{name}"

    def queue_url(self, name: str) -> str:
        return f"https://sqs.{self.region}.amazonaws.com{DNS_ENDINGS.get(self.partition, '')}/{self.id}/{name}"

    def topic_arn(self, name: str) -> str:
        return f"arn:{self.partition}:sns:{self.region}:{self.id}:{name}"

    def bucket_arn(self, name: str) -> str:
        return f"arn:{self.partition}:s3:::{name}"


@dataclass(frozen=True)
class ProdRule:
    """An EventBridge rule. `pattern` is canonical JSON; `given` what its target gets instead of the event.

    `given` is canonical JSON with one of PutTargets' keys Input, InputPath, InputTransformer; empty for the event
    itself.
    """

    name: str
    pattern: str
    bus: str = "default"
    given: str = ""


@dataclass(frozen=True)
class ProdSubscription:
    """One subscription of a topic. `filter_policy` is canonical JSON, empty where everything passes."""

    topic_arn: str
    raw: bool = False
    filter_policy: str = ""
    filter_scope: str = "MessageAttributes"


@dataclass(frozen=True)
class ProdMapping:
    """A queue and how Lambda reads it. `filters` is the canonical JSON of FilterCriteria, empty without.

    `max_receives` is the redrive policy's, None without one. All but `batch_size`, `max_receives` and
    `max_concurrency` are seconds.
    """

    queue_arn: str
    batch_size: int = 10
    window_s: int = 0
    filters: str = ""
    partial_failures: bool = False
    max_concurrency: int | None = None
    visibility_s: int = 30
    retention_s: int = 345600
    delay_s: int = 0
    max_receives: int | None = None


@dataclass(frozen=True)
class Trigger:
    """One way by which events reach a step, permission *and* configuration agreeing at each hop (F 2.1).

    They leave a bucket by an `entry` of its notification document or are matched by a `rule`; go on by the
    `subscription` of a topic and the `mapping` of a queue where there are such. `bucket` is empty for a rule on other
    events than a bucket's.
    """

    bucket: str
    entry: BucketEvent | None = None
    rule: ProdRule | None = None
    subscription: ProdSubscription | None = None
    mapping: ProdMapping | None = None

    @property
    def shape(self) -> Shape:
        if self.mapping:
            return "sqs"
        if self.subscription:
            return "sns"
        return "eventbridge" if self.rule else "s3"


@dataclass(frozen=True)
class ProdFunction:
    """A production Lambda as its triggers reach it: by `qualifier`, an alias or version, or by name alone if empty.

    `unmodelled` names the features that a copy could not carry; `left_out` those that it does without, by intent.
    `policies` are all documents of its role, as canonical JSON, and `boundary` that of the role's boundary.
    """

    name: str
    arn: str  # without a qualifier
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
    code_bytes: int = 0  # of the package; 0 for an image
    qualifier: str = ""
    image: Image | None = None
    network: Network | None = None
    mounts: tuple[Mount, ...] = ()
    retries: int | None = None  # of asynchronous events; None for Lambda's own two
    unmodelled: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    writes_elsewhere: tuple[str, ...] = ()  # `dead_letter`, `destinations`: what a shared function would send there
    policies: tuple[str, ...] | None = field(default=None, repr=False)  # None if unknown
    boundary: str = field(default="", repr=False)  # empty without one

    @property
    def qualified_arn(self) -> str:
        """By what it is invoked: the alias or version that its triggers go through, if any."""
        return f"{self.arn}:{self.qualifier}" if self.qualifier else self.arn


@dataclass(frozen=True)
class ProdBucket:
    """A production bucket: its notification document, and what a reader of its objects must know."""

    name: str
    entries: tuple[BucketEvent, ...]
    eventbridge: bool
    kms_key: str = ""  # ARN of the key that encrypts new objects by default, empty for S3's own
    versioned: bool = False
    policy: str = ""  # canonical JSON


@dataclass(frozen=True)
class Step:
    """One configured step, as found: its function and what triggers it. `unfollowed` names triggers of other kinds;
    `open_rules` those of them that may match the objects of buckets which they do not name, a ghost's too.
    """

    name: str
    function: ProdFunction
    triggers: tuple[Trigger, ...]
    unfollowed: tuple[str, ...] = ()
    open_rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Topology:
    """`unreserved` is the account's concurrency that no function has reserved, None if unknown. `policies` are those
    that were seen on prod's functions, queues and topics: (ARN, canonical JSON).
    """

    account: Account
    steps: tuple[Step, ...]
    buckets: tuple[ProdBucket, ...]
    unreserved: int | None = None
    policies: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def step(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)

    def bucket(self, name: str) -> ProdBucket:
        return next(bucket for bucket in self.buckets if bucket.name == name)
