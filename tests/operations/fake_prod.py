"""A production in memory, as AWS would tell of it: permission and configuration apart. Refuses what it does not model.

It counts its calls, and may be called from several threads.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from dbt_ghost.core.errors import Denied, NotFound
from dbt_ghost.core.grants import S3, SNS
from dbt_ghost.core.resources import BucketEvent, canonical
from dbt_ghost.core.topology import Account, ProdBucket, ProdFunction, ProdMapping, ProdSubscription
from dbt_ghost.core.wires import Alias, Door, SeenMapping, SeenQueue, SeenRule, SeenSubscription, SeenTopic
from tests.operations.fake_ghosts import ACCOUNT
from tests.prod_functions import prod_function

SEND = {"lambda": "lambda:InvokeFunction", "sqs": "sqs:SendMessage", "sns": "sns:Publish"}


@dataclass
class FakeProd:
    """raw -> clean -> enrich -> out, as in the demo. `denied` are calls that answer so: `bucket p-raw`."""

    packages: dict[str, bytes] = field(default_factory=lambda: {"p-clean": b"clean v1", "p-enrich": b"enrich v1"})
    functions: dict[str, ProdFunction] = field(default_factory=dict)
    buckets: dict[str, ProdBucket] = field(default_factory=dict)
    at_qualifier: dict[tuple[str, str], ProdFunction] = field(default_factory=dict)
    named_aliases: dict[str, tuple[Alias, ...]] = field(default_factory=dict)
    published: dict[str, tuple[str, ...]] = field(default_factory=dict)
    policies: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    mappings: dict[str, list[SeenMapping]] = field(default_factory=dict)
    urls: set[str] = field(default_factory=set)
    queues: dict[str, SeenQueue] = field(default_factory=dict)
    topics: dict[str, list[tuple[str, str, ProdSubscription]]] = field(default_factory=dict)
    bus_names: tuple[str, ...] = ("default",)
    seen_rules: list[SeenRule] = field(default_factory=list)
    roles: dict[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)
    trusts: dict[str, str] = field(default_factory=dict)
    managed: dict[str, str] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    calls: Counter[str] = field(default_factory=Counter)
    _moment: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        clean = prod_function("p-clean", b"clean v1", OUT="p-mid", LOG_LEVEL="INFO")
        enrich = prod_function("p-enrich", b"enrich v1", OUT="p-out", REFERENCE="p-raw")
        self.functions = {"p-clean": clean, "p-enrich": enrich}
        self.feed("p-raw", BucketEvent(clean.arn, prefix="in/", suffix=".csv"))
        self.feed("p-mid", BucketEvent(enrich.arn, suffix=".csv"))

    # What tests build with.

    def feed(self, bucket: str, entry: BucketEvent, *, permitted: bool = True) -> None:
        """The bucket's document names the target; the target lets it in if `permitted`."""
        there = self.buckets.get(bucket, ProdBucket(bucket, (), eventbridge=True))
        self.buckets[bucket] = replace(there, entries=tuple(sorted({*there.entries, entry})))
        if permitted:
            self.allow(entry.target_arn, S3, ACCOUNT.bucket_arn(bucket))

    def allow(self, target_arn: str, service: str, source_arn: str | None, **conditions: str) -> None:
        """A statement in the target's policy. Without a source it lets all of the service's in."""
        condition: dict[str, Any] = {"StringEquals": conditions} if conditions else {}
        if source_arn:
            condition["ArnLike"] = {"aws:SourceArn": source_arn}
        action = SEND[target_arn.split(":")[2]]
        statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": action, "Condition": condition}
        self.policies.setdefault(target_arn, []).append(statement)

    def subscribe(self, topic: str, endpoint_arn: str, how: ProdSubscription | None = None) -> str:
        """The topic's ARN; the endpoint lets it in."""
        arn, protocol = ACCOUNT.topic_arn(topic), endpoint_arn.split(":")[2]
        self.topics.setdefault(arn, []).append((protocol, endpoint_arn, how or ProdSubscription(arn)))
        self.allow(endpoint_arn, SNS, arn)
        return arn

    def map(self, queue: str, function_arn: str, how: ProdMapping | None = None, *, enabled: bool = True) -> str:
        """The queue's ARN, made if need be."""
        arn = ACCOUNT.queue_arn(queue)
        self.queues.setdefault(arn, SeenQueue(arn))
        mapping = SeenMapping(function_arn, arn, is_queue=True, enabled=enabled, how=how or ProdMapping(arn))
        self.mappings.setdefault(function_arn, []).append(mapping)
        return arn

    # What discovery asks.

    def account(self) -> Account:
        return ACCOUNT

    def unreserved(self) -> int:
        with self._call("unreserved"):
            return 900

    def aliases(self, function: str) -> tuple[Alias, ...]:
        with self._call("aliases", function):
            self._function(function)
            return self.named_aliases.get(function, ())

    def versions(self, function: str) -> tuple[str, ...]:
        with self._call("versions", function):
            return self.published.get(function, ())

    def door(self, function: str, qualifier: str) -> Door:
        with self._call("door", function, qualifier):
            arn = ":".join(filter(None, (self._function(function).arn, qualifier)))
            mappings = tuple(self.mappings.get(arn, ()))
            return Door(function, qualifier, arn, self._policy(arn), mappings, arn in self.urls)

    def function(self, name: str, qualifier: str = "") -> ProdFunction:
        with self._call("function", name, qualifier):
            there = self.at_qualifier.get((name, qualifier), self._function(name))
            return replace(there, qualifier=qualifier)

    def artifact(self, function: str, qualifier: str = "") -> bytes:
        with self._call("artifact", function, qualifier):
            return self.packages[function]

    def buses(self) -> tuple[str, ...]:
        with self._call("buses"):
            return self.bus_names

    def rules(self, target_arn: str, bus: str) -> tuple[SeenRule, ...]:
        with self._call("rules", target_arn, bus):
            assert bus in self.bus_names
            return tuple(seen for seen in self.seen_rules if (seen.target_arn, seen.rule.bus) == (target_arn, bus))

    def queue(self, arn: str) -> SeenQueue:
        with self._call("queue", arn):
            if arn not in self.queues:
                raise NotFound(f"queue {arn} does not exist")
            return replace(self.queues[arn], policy=self._policy(arn))

    def topic(self, arn: str) -> SeenTopic:
        with self._call("topic", arn):
            if arn not in self.topics:
                raise NotFound(f"topic {arn} does not exist")
            return SeenTopic(
                arn, self._policy(arn), tuple(each for each in self._subscribed() if each.topic_arn == arn)
            )

    def subscriptions(self) -> tuple[SeenSubscription, ...]:
        with self._call("subscriptions"):
            return tuple(self._subscribed())

    def subscription(self, arn: str) -> ProdSubscription:
        with self._call("subscription", arn):
            topic, _, number = arn.rpartition(":")
            return self.topics[topic][int(number)][2]

    def bucket_names(self) -> tuple[str, ...]:
        with self._call("bucket_names"):
            return tuple(sorted(self.buckets))

    def entries(self, bucket: str) -> tuple[BucketEvent, ...]:
        with self._call("entries", bucket):
            return self.buckets[bucket].entries

    def bucket(self, name: str) -> ProdBucket:
        with self._call("bucket", name):
            if name not in self.buckets:
                raise NotFound(f"bucket {name} does not exist")
            return self.buckets[name]

    def role_policies(self, role_arn: str) -> tuple[str, ...]:
        with self._call("role_policies", role_arn):
            return self._role(role_arn)[0]

    def role_trust(self, role_arn: str) -> str:
        with self._call("role_trust", role_arn):
            if role_arn not in self.trusts:
                raise NotFound(f"role {role_arn} does not exist")
            return self.trusts[role_arn]

    def managed_policy(self, arn: str) -> str:
        with self._call("managed_policy", arn):
            if arn not in self.managed:
                raise NotFound(f"policy {arn} does not exist")
            return self.managed[arn]

    def role_boundary(self, role_arn: str) -> str:
        with self._call("role_boundary", role_arn):
            return self._role(role_arn)[1]

    def _role(self, arn: str) -> tuple[tuple[str, ...], str]:
        """Roles that no test gave policies to have none; a role that no function has is gone."""
        known = [*self.functions.values(), *self.at_qualifier.values()]
        if arn not in {function.role_arn for function in known}:
            raise NotFound(f"role {arn} does not exist")
        return self.roles.get(arn, ((), ""))

    def _function(self, name: str) -> ProdFunction:
        if name not in self.functions:
            raise NotFound(f"function {name} does not exist")
        return self.functions[name]

    def _policy(self, arn: str) -> str:
        return canonical({"Statement": self.policies[arn]}) if arn in self.policies else ""

    def _subscribed(self) -> Iterator[SeenSubscription]:
        for topic, found in self.topics.items():
            for number, (protocol, endpoint, _) in enumerate(found):
                yield SeenSubscription(f"{topic}:{number}", topic, protocol, endpoint)

    @contextmanager
    def _call(self, *what: str) -> Iterator[None]:
        said = " ".join(filter(None, what))
        with self._moment:
            self.calls[said] += 1
        if said in self.denied:
            raise Denied(f"{said}: AccessDenied")
        yield
