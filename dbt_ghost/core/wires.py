"""What AWS says about the wires between production's parts: facts as they are read, before they are joined.

`core.joining` decides which of them are triggers. Policies are canonical JSON, empty without one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dbt_ghost.core.topology import Account, ProdBucket, ProdMapping, ProdRule, ProdSubscription

LATEST = ":$LATEST"


def plain(arn: str) -> str:
    """A function's ARN as its own policy knows it: `$LATEST` is the function without a qualifier (F 2.2)."""
    return arn.removesuffix(LATEST)


@dataclass(frozen=True)
class Alias:
    """A function's alias. Weighted, it leads some invocations to another version (F 3.18)."""

    name: str
    version: str
    weighted: bool = False


@dataclass(frozen=True)
class SeenMapping:
    """An event source mapping. `how` is all that the mapping itself says; its queue's settings are defaults in it.

    `source` is the ARN of a queue, or what people call another source.
    """

    function_arn: str
    source: str
    is_queue: bool
    enabled: bool
    how: ProdMapping
    unmodelled: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Door:
    """One name that a function can be invoked by: its own (`qualifier` empty), an alias's or a version's."""

    function: str
    qualifier: str
    arn: str
    policy: str = ""
    mappings: tuple[SeenMapping, ...] = ()
    has_url: bool = False


@dataclass(frozen=True)
class SeenRule:
    """An EventBridge rule with one of its targets. `by_role`: it brings a role, so needs no permission from there."""

    rule: ProdRule
    arn: str
    target_arn: str
    enabled: bool = True
    schedule: str = ""
    by_role: bool = False
    unmodelled: tuple[str, ...] = ()


@dataclass(frozen=True)
class SeenQueue:
    """A queue; times are seconds. `max_receives` is its redrive policy's, None without one."""

    arn: str
    policy: str = ""
    visibility_s: int = 30
    retention_s: int = 345600
    delay_s: int = 0
    max_receives: int | None = None
    unmodelled: tuple[str, ...] = ()


@dataclass(frozen=True)
class SeenSubscription:
    """A confirmed subscription, as a list of them shows it."""

    arn: str
    topic_arn: str
    protocol: str
    endpoint: str


@dataclass(frozen=True)
class SeenTopic:
    """A topic with its confirmed subscriptions of functions and queues."""

    arn: str
    policy: str = ""
    subscriptions: tuple[SeenSubscription, ...] = ()


@dataclass(frozen=True)
class Receiver:
    """What messages are sent to: a function by one of its doors, or a queue."""

    arn: str
    policy: str
    protocol: Literal["lambda", "sqs"]

    @property
    def action(self) -> str:
        return "lambda:InvokeFunction" if self.protocol == "lambda" else "sqs:SendMessage"


@dataclass(frozen=True)
class Wires:
    """All that was read. What is None does not exist, certainly. Rules are found by their target's ARN."""

    account: Account
    doors: Mapping[tuple[str, str], Door]  # by function and qualifier
    queues: Mapping[str, SeenQueue | None]
    topics: Mapping[str, SeenTopic | None]
    subscriptions: Mapping[str, ProdSubscription]
    rules: Mapping[str, tuple[SeenRule, ...]]
    buckets: Mapping[str, ProdBucket | None]

    def doors_of(self, function: str) -> tuple[Door, ...]:
        return tuple(door for (name, _), door in sorted(self.doors.items()) if name == function)


def receiver_of(of: Door | SeenQueue) -> Receiver:
    return Receiver(of.arn, of.policy, "lambda" if isinstance(of, Door) else "sqs")
