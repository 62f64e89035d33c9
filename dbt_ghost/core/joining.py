"""Permission and configuration joined into triggers (F 2.1). Pure.

A way in is followed where every hop is configured and permitted. What is configured and not followed is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from dbt_ghost.core.grants import EVENTS, S3, SNS, Source, lets_in, other_senders
from dbt_ghost.core.patterns import about
from dbt_ghost.core.resources import BucketEvent
from dbt_ghost.core.statements import Answer
from dbt_ghost.core.topology import ProdBucket, Trigger
from dbt_ghost.core.wires import Door, Receiver, SeenMapping, SeenQueue, SeenRule, Wires, plain, receiver_of

DEFAULT_BUS = "default"


@dataclass(frozen=True)
class Way:
    """A trigger and the door that it goes through. `unmodelled` and `left_out` are the copy's, as a function's are."""

    trigger: Trigger
    qualifier: str = ""
    unmodelled: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


class OpenRule(str):
    """In words as well: a rule that may match objects of buckets which it does not name."""


Found = Way | str
"""A way in, or what is not followed, in words."""


@dataclass(frozen=True)
class WaysIn:
    """How events reach a function. Both sorted, without repetitions."""

    ways: tuple[Way, ...]
    unfollowed: tuple[str, ...]
    open_rules: tuple[str, ...] = ()  # those of `unfollowed` that may match any bucket's objects


def ways_in(wires: Wires, function: str) -> WaysIn:
    """Everything that reaches the function through one of the doors that were read."""
    found = [each for door in wires.doors_of(function) for each in _by_door(wires, door)]
    ways = {way for way in found if isinstance(way, Way)}
    words = sorted({each for each in found if isinstance(each, str)})
    opened = tuple(str(each) for each in words if isinstance(each, OpenRule))
    return WaysIn(tuple(sorted(ways, key=_order)), tuple(map(str, words)), opened)


def named_versions(wires: Wires, function: str) -> frozenset[str]:
    """Versions of the function that something read so far sends to, and whose doors were not read."""
    arn = wires.account.function_arn(function) + ":"
    targets = {
        *(mapping.function_arn for door in wires.doors_of(function) for mapping in door.mappings),
        *(entry.target_arn for bucket in wires.buckets.values() if bucket for entry in bucket.entries),
        *(each.endpoint for topic in wires.topics.values() if topic for each in topic.subscriptions),
    }
    qualifiers = {plain(target).removeprefix(arn) for target in targets if plain(target).startswith(arn)}
    return frozenset(each for each in qualifiers if (function, each) not in wires.doors)


def _by_door(wires: Wires, door: Door) -> Iterator[Found]:
    for found in _into(wires, receiver_of(door)):
        yield replace(found, qualifier=door.qualifier) if isinstance(found, Way) else found
    for mapping in door.mappings:
        if plain(mapping.function_arn) == door.arn:
            yield from _by_mapping(wires, door, mapping)
    if door.has_url:
        yield "function URL"
    for who in other_senders(door.policy, "lambda:InvokeFunction"):
        yield f"invocations by {'anybody' if who == '*' else who}"


def _by_mapping(wires: Wires, door: Door, mapping: SeenMapping) -> Iterator[Found]:
    if not mapping.is_queue:
        yield mapping.source + ("" if mapping.enabled else " (switched off)")
        return
    name = f"queue {_last(mapping.source)}"
    queue = wires.queues.get(mapping.source)
    if not mapping.enabled:
        yield f"{name} (its mapping is switched off)"
    elif name.endswith(".fifo"):
        yield f"{name} (a FIFO queue)"
    elif queue is None:
        yield f"{name} (it does not exist)"
    else:
        fed = list(_into(wires, receiver_of(queue)))
        yield from (_mapped(each, door, mapping, queue) if isinstance(each, Way) else each for each in fed)
        if not any(isinstance(each, Way) for each in fed):
            yield f"{name} (no bucket or rule is known to fill it)"


def _mapped(way: Way, door: Door, mapping: SeenMapping, queue: SeenQueue) -> Way:
    how = replace(
        mapping.how,
        visibility_s=queue.visibility_s,
        retention_s=queue.retention_s,
        delay_s=queue.delay_s,
        max_receives=queue.max_receives,
    )
    return Way(
        trigger=replace(way.trigger, mapping=how),
        qualifier=door.qualifier,
        unmodelled=(*way.unmodelled, *mapping.unmodelled, *queue.unmodelled),
        left_out=mapping.left_out,
    )


def _into(wires: Wires, receiver: Receiver) -> Iterator[Found]:
    """The ways into a function or a queue, without what lies behind the queue."""
    for bucket, entry in _entries_for(wires, receiver.arn):
        answer = lets_in(receiver.policy, receiver.action, _bucket_source(wires, bucket))
        yield from _if_permitted(answer, Trigger(bucket.name, entry=entry), f"bucket {bucket.name}")
    yield from _by_topics(wires, receiver)
    for rule in wires.rules.get(receiver.arn, ()):
        yield from _by_rule(wires, receiver, rule)


def _by_topics(wires: Wires, receiver: Receiver) -> Iterator[Found]:
    for topic in filter(None, wires.topics.values()):
        for seen in topic.subscriptions:
            if (seen.protocol, plain(seen.endpoint)) != (receiver.protocol, receiver.arn):
                continue
            name = f"topic {_last(topic.arn)}"
            answer = lets_in(receiver.policy, receiver.action, Source(SNS, topic.arn, wires.account.id))
            if answer != "yes" or name.endswith(".fifo"):
                yield f"{name} ({'a FIFO topic' if answer == 'yes' else _why(answer)})"
                continue
            fed = list(_by_buckets(wires, topic.arn, topic.policy))
            subscription = wires.subscriptions[seen.arn]
            yield from (
                replace(way, trigger=replace(way.trigger, subscription=subscription)) if isinstance(way, Way) else way
                for way in fed
            )
            if not any(isinstance(each, Way) for each in fed):
                yield f"{name} (no bucket is known to send to it)"


def _by_buckets(wires: Wires, topic_arn: str, policy: str) -> Iterator[Found]:
    for bucket, entry in _entries_for(wires, topic_arn):
        answer = lets_in(policy, "sns:Publish", _bucket_source(wires, bucket))
        yield from _if_permitted(answer, Trigger(bucket.name, entry=entry), f"bucket {bucket.name}")


def _by_rule(wires: Wires, receiver: Receiver, seen: SeenRule) -> Iterator[Found]:
    on_default = seen.rule.bus == DEFAULT_BUS
    name = seen.rule.name if on_default else f"{seen.rule.name} of bus {seen.rule.bus}"
    off = "" if seen.enabled else " (switched off)"
    if seen.schedule:
        yield f"schedule {name}{off}"
    if not seen.rule.pattern:
        return
    source = Source(EVENTS, seen.arn, wires.account.id)
    answer: Answer = "yes" if seen.by_role else lets_in(receiver.policy, receiver.action, source)
    if off or answer != "yes":
        yield f"rule {name}{off or f' ({_why(answer)})'}"
        return
    meant = about(seen.rule.pattern)
    if meant.buckets and not on_default:
        yield f"rule {name} (S3 sends to the default bus)"
    elif meant.unclear:
        words = f"rule {name} ({meant.unclear})"
        yield OpenRule(words) if on_default else words
    elif not meant.buckets:
        yield Way(Trigger("", rule=seen.rule), unmodelled=seen.unmodelled)
    for bucket in meant.buckets if on_default else ():
        if why := _why_silent(wires.buckets.get(bucket)):
            yield f"rule {name} for bucket {bucket} ({why})"
        else:
            yield Way(Trigger(bucket, rule=seen.rule), unmodelled=seen.unmodelled)


def _why_silent(bucket: ProdBucket | None) -> str:
    if bucket is None:
        return "it does not exist"
    return "" if bucket.eventbridge else "it does not send its events to EventBridge"


def _if_permitted(answer: Answer, trigger: Trigger, name: str) -> Iterable[Found]:
    return [Way(trigger)] if answer == "yes" else [f"{name} ({_why(answer)})"]


def _why(answer: Answer) -> str:
    if answer == "no":
        return "it is configured, but not permitted"
    return "whether it is permitted depends on a condition that cannot be judged from here"


def _entries_for(wires: Wires, arn: str) -> Iterator[tuple[ProdBucket, BucketEvent]]:
    for bucket in filter(None, wires.buckets.values()):
        yield from ((bucket, entry) for entry in bucket.entries if plain(entry.target_arn) == arn)


def _bucket_source(wires: Wires, bucket: ProdBucket) -> Source:
    return Source(S3, wires.account.bucket_arn(bucket.name), wires.account.id)


def _order(way: Way) -> tuple[str, str, str]:
    """By bucket, then by whatever tells triggers apart; a qualifier breaks ties."""
    return way.trigger.bucket, repr(way.trigger), way.qualifier


def _last(arn: str) -> str:
    return arn.rpartition(":")[2]
