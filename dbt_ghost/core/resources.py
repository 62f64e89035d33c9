"""What a ghost is made of on AWS, as frozen values.

A provider reads a resource back into the same value that it was put from, so "is it as it should be?" is `==`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dbt_ghost.core.naming import GhostName

Pairs = tuple[tuple[str, str], ...]

TAG_PROJECT = "dbt-ghost:project"
TAG_BRANCH = "dbt-ghost:branch"
TAG_STANDS_IN_FOR = "dbt-ghost:stands-in-for"


def ghost_tags(ghost: GhostName, more: Mapping[str, str]) -> Pairs:
    """The tags that say whose a resource is, and the team's own mandatory ones."""
    return pairs({**more, TAG_PROJECT: ghost.project, TAG_BRANCH: ghost.branch})


def pairs(mapping: Mapping[str, str]) -> Pairs:
    """A mapping as a sorted tuple, so that equal mappings are equal values."""
    return tuple(sorted(mapping.items()))


def canonical(document: Any) -> str:
    """JSON text that is equal for equal documents."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class Bucket:
    """A ghost bucket; `stands_in_for` is the prod bucket whose keys it takes.

    `kms_key` is the ARN of the key that encrypts it, empty for S3's own; `policy` canonical JSON, empty without one;
    `routes` are tags by which a shared function finds where to write: see `blueprint.sharing`. `seeds` are s3:// URLs
    of what is copied from prod into it before anything listens to it.
    """

    name: str
    stands_in_for: str
    kms_key: str = ""
    policy: str = ""
    routes: Pairs = ()
    seeds: tuple[str, ...] = ()
    tags: Pairs = ()


@dataclass(frozen=True)
class Queue:
    """An SQS standard queue. `policy` is canonical JSON, empty without one.

    Messages that were received `max_receives` times go to `dead_letter_arn`, another queue of the ghost's.
    """

    name: str
    policy: str = ""
    visibility_s: int = 30
    retention_s: int = 345600
    delay_s: int = 0
    dead_letter_arn: str = ""
    max_receives: int = 0
    tags: Pairs = ()


@dataclass(frozen=True)
class Topic:
    """An SNS topic of the ghost's own. `policy` is canonical JSON."""

    name: str
    policy: str
    tags: Pairs = ()


@dataclass(frozen=True)
class LogGroup:
    name: str
    retention_days: int
    tags: Pairs = ()


@dataclass(frozen=True)
class Role:
    """`trust` and `policy` are canonical JSON; the policy is the role's only inline policy, named `ghost`.

    `boundary` is the ARN of its permissions boundary, empty without one.
    """

    name: str
    trust: str
    policy: str
    boundary: str = ""
    tags: Pairs = ()


@dataclass(frozen=True, order=True)
class Invoker:
    """A service allowed to invoke a function, for one source; with the account where its ARN has none (F 4.14)."""

    principal: str
    source_arn: str
    source_account: str


@dataclass(frozen=True)
class Image:
    """A container image by its digest, and what of its own settings the function replaces."""

    uri: str
    command: tuple[str, ...] = ()
    entry_point: tuple[str, ...] = ()
    working_directory: str = ""


@dataclass(frozen=True)
class Network:
    """The subnets and security groups of a function in a VPC, sorted."""

    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]
    ipv6: bool = False


@dataclass(frozen=True, order=True)
class Mount:
    """An EFS access point and the folder that it appears as."""

    arn: str
    path: str


PACKAGE_LIMIT = 50 * 2**20
"""Bytes of a package that Lambda takes with the call that makes a function."""


@dataclass(frozen=True)
class Function:
    """A Lambda function. Environment values may be secrets: they are never shown, logged or recorded.

    With an `image`, runtime, handler and layers are empty, and `code_sha256` is the image's digest as Lambda gives it.
    `failures_arn` is the queue that takes asynchronous events which failed or grew older than `max_event_age_s`.
    """

    name: str
    role_arn: str
    runtime: str
    handler: str
    code_sha256: str  # base64 for a zip, hex for an image, as Lambda gives it
    architecture: str = "x86_64"
    memory_mb: int = 128
    timeout_s: int = 3
    ephemeral_mb: int = 512
    layers: tuple[str, ...] = ()
    environment: Pairs = field(default=(), repr=False)
    image: Image | None = None
    network: Network | None = None
    mounts: tuple[Mount, ...] = ()
    invokers: tuple[Invoker, ...] = ()
    reserved_concurrency: int | None = None
    max_event_age_s: int | None = None
    retries: int | None = None
    failures_arn: str = ""
    tags: Pairs = ()


@dataclass(frozen=True)
class EventSourceMapping:
    """Lambda reading a queue of the ghost's. `filters` is the canonical JSON of FilterCriteria, empty without.

    Off, messages wait in the queue.
    """

    queue: str
    function: str
    batch_size: int = 10
    window_s: int = 0
    filters: str = ""
    partial_failures: bool = False
    max_concurrency: int | None = None
    enabled: bool = True
    tags: Pairs = ()


@dataclass(frozen=True, order=True)
class BucketEvent:
    """One entry of a bucket's notification document: which events of which keys go where.

    `target_arn` is a function's, a queue's or a topic's.
    """

    target_arn: str
    events: tuple[str, ...] = ("s3:ObjectCreated:*",)
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class Notifications:
    """The whole notification document of a *ghost* bucket; prod's is never written (F 1.1-1.7)."""

    bucket: str
    entries: tuple[BucketEvent, ...]
    eventbridge: bool = False


@dataclass(frozen=True)
class Subscription:
    """A topic's subscription to a function or queue of the ghost's; the topic is prod's or the ghost's.

    It has no tags and AWS names it: it is known by its topic and endpoint. `filter_policy` is canonical JSON, empty
    where everything passes; `dead_letter_arn` takes what could not be delivered.
    """

    topic_arn: str
    endpoint_arn: str
    raw: bool = False
    filter_policy: str = ""
    filter_scope: str = "MessageAttributes"
    dead_letter_arn: str = ""


@dataclass(frozen=True)
class Rule:
    """An EventBridge rule with one target, a function or queue of the ghost's. `pattern` is canonical JSON.

    `given` is what the target gets instead of the event: see `topology.ProdRule`. `dead_letter_arn` takes what could
    not be delivered within `max_event_age_s`.
    """

    name: str
    pattern: str
    target_arn: str
    bus: str = "default"
    given: str = ""
    enabled: bool = True
    max_event_age_s: int = 3600
    dead_letter_arn: str = ""
    tags: Pairs = ()


Resource = (
    Bucket | Queue | Topic | LogGroup | Role | Function | EventSourceMapping | Notifications | Subscription | Rule
)


BUILD_ORDER: tuple[type[Resource], ...] = (
    *(Bucket, Queue, Topic, LogGroup, Role, Function, EventSourceMapping, Notifications, Subscription, Rule),
)
"""Lock first, listen last (F 0.1)."""

DROP_ORDER: tuple[type[Resource], ...] = (
    *(Rule, Subscription, Notifications, EventSourceMapping, Function, Topic, Queue, Bucket, Role, LogGroup),
)
"""Stop listening first; roles and log groups last (F 0.5)."""

_KINDS = {LogGroup: "log group", EventSourceMapping: "event source mapping"}


def name_of(resource: Resource) -> str:
    """What it is called. One without a name of its own is called by the names of what it connects."""
    match resource:
        case Notifications():
            return resource.bucket
        case EventSourceMapping():
            return resource.queue
        case Subscription():
            return f"{_last(resource.endpoint_arn)}:{_last(resource.topic_arn)}"
        case _:
            return resource.name


def kind_of(resource: Resource) -> str:
    """The kind as people and records call it: the class's name in small letters, in words."""
    return _KINDS.get(type(resource), type(resource).__name__.lower())


def _last(arn: str) -> str:
    return arn.rpartition(":")[2]
