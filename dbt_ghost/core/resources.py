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
    """A ghost bucket; `stands_in_for` is the prod bucket whose keys it takes."""

    name: str
    stands_in_for: str
    tags: Pairs = ()


@dataclass(frozen=True)
class LogGroup:
    name: str
    retention_days: int
    tags: Pairs = ()


@dataclass(frozen=True)
class Role:
    """`trust` and `policy` are canonical JSON; the policy is the role's only inline policy, named `ghost`."""

    name: str
    trust: str
    policy: str
    tags: Pairs = ()


@dataclass(frozen=True, order=True)
class Invoker:
    """A service allowed to invoke a function, for one source (F 4.14: always with the account)."""

    principal: str
    source_arn: str
    source_account: str


PACKAGE_LIMIT = 50 * 2**20
"""Bytes of a package that Lambda takes with the call that makes a function."""


@dataclass(frozen=True)
class Function:
    """A Lambda function. Environment values may be secrets: they are never shown, logged or recorded."""

    name: str
    role_arn: str
    runtime: str
    handler: str
    code_sha256: str  # base64, as Lambda gives it
    architecture: str = "x86_64"
    memory_mb: int = 128
    timeout_s: int = 3
    ephemeral_mb: int = 512
    layers: tuple[str, ...] = ()
    environment: Pairs = field(default=(), repr=False)
    invokers: tuple[Invoker, ...] = ()
    reserved_concurrency: int | None = None
    max_event_age_s: int | None = None
    tags: Pairs = ()


@dataclass(frozen=True, order=True)
class BucketEvent:
    """One entry of a bucket's notification document: which events of which keys go to which function."""

    function_arn: str
    events: tuple[str, ...] = ("s3:ObjectCreated:*",)
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class Notifications:
    """The whole notification document of a *ghost* bucket; prod's is never written (F 1.1-1.7)."""

    bucket: str
    entries: tuple[BucketEvent, ...]


@dataclass(frozen=True)
class Rule:
    """An EventBridge rule on the default bus with one Lambda target. `pattern` is canonical JSON."""

    name: str
    pattern: str
    target_arn: str
    max_event_age_s: int = 3600
    tags: Pairs = ()


Resource = Bucket | LogGroup | Role | Function | Notifications | Rule

BUILD_ORDER: tuple[type[Resource], ...] = (Bucket, LogGroup, Role, Function, Notifications, Rule)
"""Lock first, listen last (F 0.1)."""

DROP_ORDER: tuple[type[Resource], ...] = (Rule, Notifications, Function, Bucket, Role, LogGroup)
"""Stop listening first; roles and log groups last (F 0.5)."""


def name_of(resource: Resource) -> str:
    return resource.bucket if isinstance(resource, Notifications) else resource.name


def kind_of(resource: Resource) -> str:
    """The kind as people and records call it: `bucket`, `log group`, `role`, `function`, `notifications`, `rule`."""
    return "log group" if isinstance(resource, LogGroup) else type(resource).__name__.lower()
