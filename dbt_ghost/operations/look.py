"""One look at production: each thing is read once, and what does not depend on another thing at the same time."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import Executor
from typing import TypeVar

from dbt_ghost.core.errors import NotFound, Refused
from dbt_ghost.core.grants import S3, SNS, Source, accounts_of, lets_in, named_sources
from dbt_ghost.core.patterns import about
from dbt_ghost.core.resources import BucketEvent
from dbt_ghost.core.topology import ProdBucket, ProdSubscription
from dbt_ghost.core.wires import (
    Door,
    Receiver,
    SeenQueue,
    SeenRule,
    SeenSubscription,
    SeenTopic,
    Wires,
    plain,
    receiver_of,
)
from dbt_ghost.operations.world import Prod

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Look:
    """What was read so far. Goes against the flow: from a function's doors to queues, topics, rules, then buckets.

    Every step reads what the one before named and nobody read yet, so no two threads ever read the same.
    """

    def __init__(self, prod: Prod, pool: Executor) -> None:
        self._prod, self._pool = prod, pool
        self._account = prod.account()
        self._doors: dict[tuple[str, str], Door] = {}
        self._queues: dict[str, SeenQueue | None] = {}
        self._topics: dict[str, SeenTopic | None] = {}
        self._subscriptions: dict[str, ProdSubscription] = {}
        self._buses: tuple[str, ...] | None = None
        self._rules: dict[tuple[str, str], tuple[SeenRule, ...]] = {}
        self._listed: tuple[SeenSubscription, ...] | None = None
        self._bucket_names: tuple[str, ...] | None = None
        self._entries: dict[str, tuple[BucketEvent, ...]] = {}
        self.buckets: dict[str, ProdBucket | None] = {}

    @property
    def wires(self) -> Wires:
        rules: dict[str, tuple[SeenRule, ...]] = {}
        for (target, _), seen in sorted(self._rules.items()):
            rules[target] = rules.get(target, ()) + seen
        return Wires(
            account=self._account,
            doors=self._doors,
            queues=self._queues,
            topics=self._topics,
            subscriptions=self._subscriptions,
            rules=rules,
            buckets=self.buckets,
        )

    def through(self, doors: Iterable[tuple[str, str]]) -> None:
        """Read these doors, as (function, qualifier), and all that leads to them."""
        self._read(self._doors, doors, lambda door: self._prod.door(*door))
        mappings = [mapping for door in self._doors.values() for mapping in door.mappings]
        queues = {self._at_home(each.source, "queue") for each in mappings if each.is_queue and each.enabled}
        self._read(self._queues, queues, _or_none(self._prod.queue))
        self._read_rules()
        self._read_topics()
        self._read_buckets()

    def _read(self, known: dict[Key, Value], keys: Iterable[Key], read: Callable[[Key], Value]) -> None:
        missing = sorted(set(keys) - known.keys(), key=repr)  # sorted, so that the same error is first every time
        known.update(zip(missing, self._pool.map(read, missing), strict=True))

    @property
    def _receivers(self) -> list[Receiver]:
        queues = (receiver_of(queue) for queue in self._queues.values() if queue)
        return [*map(receiver_of, self._doors.values()), *queues]

    def _read_rules(self) -> None:
        if self._buses is None:
            self._buses = self._prod.buses()
        asked = ((receiver.arn, bus) for receiver in self._receivers for bus in self._buses)
        self._read(self._rules, asked, lambda one: self._prod.rules(*one))

    def _read_topics(self) -> None:
        endpoints = {receiver.arn for receiver in self._receivers}
        named = [named_sources(receiver.policy, receiver.action, SNS) for receiver in self._receivers]
        topics = {self._at_home(arn, "topic") for each in named for arn in each.arns}
        if any(each.and_others for each in named):
            if self._listed is None:
                self._listed = self._prod.subscriptions()
            listed = {each.topic_arn for each in self._listed if plain(each.endpoint) in endpoints}
            topics |= {self._at_home(arn, "topic") for arn in listed}
        self._read(self._topics, topics, _or_none(self._prod.topic))
        found = (each for topic in filter(None, self._topics.values()) for each in topic.subscriptions)
        ours = {each.arn for each in found if plain(each.endpoint) in endpoints}
        self._read(self._subscriptions, ours, self._prod.subscription)

    def _read_buckets(self) -> None:
        """Those that policies and patterns name; then those of the account that turn out to send here."""
        permits = [
            *((receiver.arn, receiver.policy, receiver.action) for receiver in self._receivers),
            *((topic.arn, topic.policy, "sns:Publish") for topic in self._subscribed()),
        ]
        named, unnamed = set(self._in_patterns()), []
        for permit in permits:
            found = named_sources(*permit[1:], S3)
            named |= {self._bucket_of(bucket, *permit) for bucket in found.arns}
            unnamed += [permit[1:]] if found.and_others else []
        self._read(self.buckets, named, _or_none(self._prod.bucket))
        if unnamed:
            found_by_looking = self._scanned({arn for arn, *_ in permits}, unnamed)
            self._read(self.buckets, found_by_looking, _or_none(self._prod.bucket))

    def _in_patterns(self) -> Iterator[str]:
        for seen in (each for found in self._rules.values() for each in found):
            if seen.enabled and seen.rule.pattern:
                yield from about(seen.rule.pattern).buckets

    def _subscribed(self) -> list[SeenTopic]:
        """Topics that send to what we look at; a permission for another may have been left over."""
        found = filter(None, self._topics.values())
        return [topic for topic in found if any(each.arn in self._subscriptions for each in topic.subscriptions)]

    def _scanned(self, targets: set[str], permits: list[tuple[str, str]]) -> list[str]:
        """Where a policy does not name the buckets: all that it could mean, and nobody read yet, are looked into."""
        if self._bucket_names is None:
            self._bucket_names = self._prod.bucket_names()
        sources = {name: Source(S3, self._account.bucket_arn(name), self._account.id) for name in self._bucket_names}
        meant = [
            name
            for name, source in sources.items()
            if name not in self.buckets and any(lets_in(*permit, source) != "no" for permit in permits)
        ]
        self._read(self._entries, meant, self._prod.entries)
        return [name for name in meant if any(plain(entry.target_arn) in targets for entry in self._entries[name])]

    def _bucket_of(self, bucket_arn: str, arn: str, policy: str, action: str) -> str:
        """A bucket's ARN has no account: the permission may say which it means (F 4.14)."""
        accounts = accounts_of(policy, action, S3, bucket_arn)
        if accounts and not any(account in (self._account.id, "*") for account in accounts):
            self._refuse(f"bucket {bucket_arn.partition(':::')[2]}", f"account {', '.join(sorted(accounts))}", arn)
        return bucket_arn.partition(":::")[2]

    def _at_home(self, arn: str, kind: str) -> str:
        _, _, _, region, account, name = arn.split(":", 5)
        if account != self._account.id:
            self._refuse(f"{kind} {name}", f"account {account}", "a step")
        if region != self._account.region:
            self._refuse(f"{kind} {name}", f"region {region}", "a step")
        return arn

    def _refuse(self, what: str, where: str, target: str) -> None:
        raise Refused(
            f"{what} of {where} may send to {target}, but this configuration is of account {self._account.id}, "
            f"{self._account.region}",
            "one configuration covers one account and one region: leave the step out, or remove the permission if it "
            "is only left over",
        )


def _or_none(read: Callable[[Key], Value]) -> Callable[[Key], Value | None]:
    """None for what is certainly gone: what names it was left over and triggers nothing."""

    def find(key: Key) -> Value | None:
        try:
            return read(key)
        except NotFound:
            return None

    return find
