"""What a row of the table of the deployer's calls says. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Part = Literal["look", "prod", "make", "data"]
"""The managed policy that it stands in: AWS limits the length of each."""

Where = Literal[
    "the account", "the account, for networks", "every bucket", "every queue", "every topic", "every rule", "policies",
    "prod's functions", "prod's layers", "prod's buckets", "prod's roles", "prod's images", "prod's topics",
    "prod's keys", "prod's keys, to copy", "prod's file systems", "prod's objects, to copy",
    "prod's outputs", "prod's objects, to compare", "keys, to compare",
    "roles made beforehand", "ghost functions", "ghost queues", "ghost topics", "ghost rules", "ghost log groups",
    "ghost roles", "ghost buckets", "ghost buckets, to share", "ghost objects", "ghost objects, to copy",
    "mappings", "the ghosts' key", "records", "replays", "the state bucket",
]  # fmt: skip

Limit = Literal[
    "ours", "tagged so", "tagged", "in the region", "bounded", "to Lambda", "to services", "to targets",
    "of ghosts", "to endpoints", "by S3",
]  # fmt: skip


@dataclass(frozen=True)
class Calls:
    """One purpose, which is also the Sid of its statement. `only` are the conditions under which it is allowed."""

    purpose: str
    part: Part
    actions: tuple[str, ...]
    on: tuple[Where, ...]
    why: str
    only: tuple[Limit, ...] = ()


LIMITS: Mapping[Limit, str] = {
    "ours": "the bucket is this account's",
    "tagged so": "the call tags it as the project's",
    "tagged": "it is tagged as the project's",
    "in the region": "it is made in the project's region",
    "bounded": "the role has one of the two boundaries",
    "to Lambda": "it is for Lambda",
    "to services": "it is for EventBridge, S3 or SNS",
    "to targets": "all targets are ghosts' functions and queues",
    "of ghosts": "the function is a ghost's",
    "to endpoints": "the endpoint is a ghost's function or queue",
    "by S3": "S3 asks for it",
}
"""What the page for people says."""
