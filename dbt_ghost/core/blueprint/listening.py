"""How events reach each step of a ghost: the trigger ladder at its entry, prod's own kinds of hops inside it. Pure.

At the entry everything is additive: a rule, or one more subscription of a topic. Prod's notification documents are
never written (F 1.1-1.7), prod's queues never read (F 1.19).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from dbt_ghost.core import eventbridge
from dbt_ghost.core.blueprint.ground import EVENTS, S3, SNS, Ground
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.flow import ForkedStep
from dbt_ghost.core.naming import TAP
from dbt_ghost.core.resources import BucketEvent, Rule, Subscription
from dbt_ghost.core.topology import ProdRule, ProdSubscription, Trigger

ALL_CREATED = (eventbridge.OBJECT_CREATED + "*",)


@dataclass(frozen=True)
class Arrival:
    """Prod's objects that arrive at a step: of which keys, by which way, and in which shape the step gets them.

    `to` is the name of the ghost's function, queue or (where objects are staged) bucket. `shape` is that of the event,
    or of a message's body where `to` is a queue; `raw` as in the topic's subscription.
    """

    step: str
    bucket: str
    prefix: str
    suffix: str
    events: tuple[str, ...]
    kind: Literal["function", "queue", "bucket"]
    to: str
    shape: Literal["s3", "sns", "eventbridge"]
    by: Literal["tap", "subscription", "rule"]
    topic_arn: str = ""
    raw: bool = False
    replayable: bool = True  # not where EventBridge alone can enforce prod's pattern, or makes the event

    def route(self, queue_url: str) -> dict[str, Any]:
        """The tap's route of it, in the form of GHOST_ROUTES."""
        same = self.kind != "bucket" and self.shape != "s3"
        source = {"from": "sns", "topic": self.topic_arn} if self.topic_arn else {"from": "eventbridge"}
        return source | {
            "bucket": self.bucket,
            "prefix": self.prefix,
            "suffix": self.suffix,
            "events": list(self.events),
            "to": {self.kind: queue_url if self.kind == "queue" else self.to},
            "shape": "same" if same else "s3",
            "raw": self.raw,
        }


@dataclass(frozen=True)
class Listening:
    """All by which a ghost hears. `senders` are (service, ARN of what it acts for, ARN of what it hands to)."""

    arrivals: tuple[Arrival, ...] = ()
    rules: tuple[Rule, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    topics: tuple[tuple[str, str], ...] = ()  # (the ghost's topic, the ghost bucket that publishes to it)
    entries: tuple[tuple[str, BucketEvent], ...] = ()  # (ghost bucket, entry of its notification document)
    eventbridge: frozenset[str] = field(default=frozenset())  # ghost buckets that send their events to EventBridge
    senders: frozenset[tuple[str, str, str]] = field(default=frozenset())


def listening(ground: Ground) -> Listening:
    """How all steps hear, and the tap for them. Raises Refused for a trigger that cannot be followed."""
    heard = _merged([each for forked in ground.copied for each in _step(ground, forked)])
    _check_subscriptions(heard)
    return heard


def _step(ground: Ground, forked: ForkedStep) -> Iterator[Listening]:
    staged = ground.staged(forked)
    for trigger in forked.entry:
        if trigger in staged:
            yield _staged(ground, forked.step.name, trigger)
            yield _inner(ground, forked.step.name, trigger)
        else:
            yield _entry(ground, forked, trigger)
    for trigger in forked.inner:
        yield _inner(ground, forked.step.name, trigger)


def _entry(ground: Ground, forked: ForkedStep, trigger: Trigger) -> Listening:
    """The ladder: EventBridge where the bucket has it, prod's topic where it fans out, else refused."""
    step = forked.step.name
    to = ground.target_arn(step, trigger)
    kind: Literal["queue", "function"] = "queue" if trigger.mapping else "function"
    arrival = Arrival(step, trigger.bucket, "", "", ALL_CREATED, kind, _name(to), "s3", "tap")
    if trigger.rule:
        return _by_rule(ground, arrival, trigger.rule, to)
    if trigger.entry is None:
        raise Refused(f"step {step}: a trigger without an entry or a rule", "this is a bug in dbt-ghost")
    arrival = _filtered(ground, arrival, trigger.entry)
    if trigger.subscription:
        mixed = any(inner.subscription == trigger.subscription for inner in forked.inner)
        return _by_topic(ground, arrival, trigger.subscription, to, by_tap=ground.samples or mixed)
    _check_eventbridge(ground, step, trigger.bucket)
    return Listening(arrivals=(arrival,))


def _by_topic(ground: Ground, arrival: Arrival, prod: ProdSubscription, to: str, *, by_tap: bool) -> Listening:
    """One more subscription of prod's topic: of the target itself or, to leave out a part of its events, of the tap."""
    wrapped = replace(arrival, shape="s3" if prod.raw else "sns", raw=prod.raw)
    if by_tap:
        heard = replace(wrapped, topic_arn=prod.topic_arn)
        return replace(_tap_subscribed(ground, prod), arrivals=(heard,))
    return replace(
        _subscribed(ground, arrival.step, prod, to),
        arrivals=(replace(wrapped, by="subscription", topic_arn=prod.topic_arn),),
    )


def _by_rule(ground: Ground, arrival: Arrival, prod: ProdRule, to: str) -> Listening:
    """Prod's own pattern on prod's bus; to leave out a part, the tap with the same filter."""
    wrapped = replace(arrival, shape="eventbridge")
    filters = eventbridge.key_filters(prod.pattern) if arrival.bucket and not prod.given else None
    heard = [replace(wrapped, prefix=prefix, suffix=suffix) for prefix, suffix in filters or ()]
    if ground.samples:
        if filters is None:
            raise _unenforceable(arrival.step, prod, "sample")
        return Listening(arrivals=tuple(heard))
    rule = replace(_rule(ground, arrival.step, prod, arrival.bucket, to), enabled=_hears(ground, to))
    arrivals = heard or [replace(wrapped, replayable=False)]
    return Listening(
        arrivals=tuple(replace(each, by="rule") for each in arrivals),
        rules=(rule,),
        senders=_rule_senders(ground, arrival.step, rule),
    )


def _staged(ground: Ground, step: str, trigger: Trigger) -> Listening:
    """The tap copies prod's objects into the ghost bucket that stands in for the input's."""
    filters = [("", "")]
    to = ground.routes[trigger.bucket]
    arrival = Arrival(step, trigger.bucket, "", "", ALL_CREATED, "bucket", to, "s3", "tap")
    if trigger.rule:
        found = eventbridge.key_filters(trigger.rule.pattern)
        if found is None:
            raise _unenforceable(step, trigger.rule, "input: staged")
        filters = found
    elif trigger.entry:
        arrival = _filtered(ground, arrival, trigger.entry)
        filters = [(trigger.entry.prefix, trigger.entry.suffix)]
    if trigger.subscription and not ground.topology.bucket(trigger.bucket).eventbridge:
        heard = replace(arrival, topic_arn=trigger.subscription.topic_arn)
        return replace(_tap_subscribed(ground, trigger.subscription), arrivals=(heard,))
    _check_eventbridge(ground, step, trigger.bucket)
    return Listening(arrivals=tuple(replace(arrival, prefix=prefix, suffix=suffix) for prefix, suffix in filters))


def _inner(ground: Ground, step: str, trigger: Trigger) -> Listening:
    """A hop inside the ghost is of the kind that prod's is, from the ghost's own bucket."""
    bucket, to = ground.routes[trigger.bucket], ground.target_arn(step, trigger)
    bucket_arn = ground.account.bucket_arn(bucket)
    if trigger.rule:
        rule = replace(_rule(ground, step, trigger.rule, trigger.bucket, to), pattern=_own(trigger.rule, bucket))
        senders = _rule_senders(ground, step, rule)
        return Listening(rules=(rule,), eventbridge=frozenset({bucket}), senders=senders)
    if trigger.entry is None:
        raise Refused(f"step {step}: a trigger without an entry or a rule", "this is a bug in dbt-ghost")
    if trigger.subscription:
        topic = ground.ghost.piece(step, trigger.subscription.topic_arn)
        own = replace(trigger.subscription, topic_arn=ground.account.topic_arn(topic))
        entry = _towards(trigger.entry, own.topic_arn)
        return replace(_subscribed(ground, step, own, to), topics=((topic, bucket),), entries=((bucket, entry),))
    return Listening(
        entries=((bucket, _towards(trigger.entry, to)),),
        senders=frozenset({(S3, bucket_arn, to)}),
    )


def _subscribed(ground: Ground, step: str, prod: ProdSubscription, to: str) -> Listening:
    topic, failures = prod.topic_arn, ground.failures_arn(step)
    scope = {"filter_scope": prod.filter_scope} if prod.filter_policy else {}  # without a policy it has none
    subscription = Subscription(topic, to, prod.raw, prod.filter_policy, dead_letter_arn=failures, **scope)
    senders = frozenset({(SNS, topic, to), (SNS, topic, failures)})
    own = topic.startswith(ground.account.topic_arn(ground.ghost.project_prefix))
    return Listening(subscriptions=(subscription,) if own or _hears(ground, to) else (), senders=senders)


def _hears(ground: Ground, to: str) -> bool:
    """Paused, a ghost does not hear prod; what comes to a queue waits there, where nothing is lost."""
    return not ground.config.ingestion.paused or to.startswith(ground.account.queue_arn(""))


def _tap_subscribed(ground: Ground, prod: ProdSubscription) -> Listening:
    """The tap is a function, so what reaches it is never raw."""
    return _subscribed(ground, TAP, replace(prod, raw=False), ground.function_arn(TAP))


def _own(prod: ProdRule, bucket: str) -> str:
    """Prod's pattern for one bucket's events; a rule on other events keeps it as it is."""
    return eventbridge.with_bucket(prod.pattern, bucket) if bucket else prod.pattern


def _rule(ground: Ground, step: str, prod: ProdRule, bucket: str, to: str) -> Rule:
    """Stands in for prod's rule, as far as that is about this prod bucket."""
    return Rule(
        name=ground.ghost.piece(step, f"{ground.account.rule_arn(prod.name, prod.bus)} {bucket}"),
        pattern=_own(prod, bucket),
        target_arn=to,
        bus=prod.bus,
        given=prod.given,
        max_event_age_s=int(ground.settings(step).event_age.total_seconds()),
        dead_letter_arn=ground.failures_arn(step),
        tags=ground.tags,
    )


def _rule_senders(ground: Ground, step: str, rule: Rule) -> frozenset[tuple[str, str, str]]:
    arn = ground.account.rule_arn(rule.name, rule.bus)
    return frozenset({(EVENTS, arn, rule.target_arn), (EVENTS, arn, ground.failures_arn(step))})


def _filtered(ground: Ground, arrival: Arrival, entry: BucketEvent) -> Arrival:
    others = [event for event in entry.events if not event.startswith(eventbridge.OBJECT_CREATED)]
    if others:
        raise Refused(
            f"step {arrival.step}: {arrival.bucket} triggers it on {', '.join(others)}",
            "so far a ghost follows created objects only (s3:ObjectCreated:*)",
        )
    return replace(arrival, prefix=entry.prefix, suffix=entry.suffix, events=entry.events)


def _check_eventbridge(ground: Ground, step: str, bucket: str) -> None:
    if not ground.topology.bucket(bucket).eventbridge:
        raise Refused(
            f"step {step}: the prod bucket {bucket} does not send its events to EventBridge",
            eventbridge.switch_on(bucket),
        )


def _check_subscriptions(heard: Listening) -> None:
    """SNS takes one subscription of an endpoint, and the tap is one endpoint."""
    seen: set[tuple[str, str]] = set()
    for each in heard.subscriptions:
        if (each.topic_arn, each.endpoint_arn) in seen:
            raise Refused(
                f"two steps hear {each.topic_arn} with different filter policies, and the tap could subscribe with one",
                "leave `sample` and `input: staged` out for these steps: each then has a subscription of its own",
            )
        seen.add((each.topic_arn, each.endpoint_arn))


def _unenforceable(step: str, rule: ProdRule, asked: str) -> Refused:
    return Refused(
        f"step {step}: `{asked}` needs the tap, which cannot enforce the pattern of prod's rule {rule.name}",
        f"leave `{asked}` out for it; the tap knows patterns of a bucket's name and of key prefixes and suffixes only",
    )


def _towards(entry: BucketEvent, arn: str) -> BucketEvent:
    return replace(entry, target_arn=arn, events=tuple(sorted(entry.events)))


def _name(arn: str) -> str:
    return arn.rpartition(":")[2]


def _merged(parts: Iterable[Listening]) -> Listening:
    """Without doubles: two ways to a step may share a topic, a queue, or the tap's subscription."""
    parts = list(parts)
    return Listening(
        arrivals=tuple(dict.fromkeys(each for part in parts for each in part.arrivals)),
        rules=tuple(dict.fromkeys(each for part in parts for each in part.rules)),
        subscriptions=tuple(dict.fromkeys(each for part in parts for each in part.subscriptions)),
        topics=tuple(dict.fromkeys(each for part in parts for each in part.topics)),
        entries=tuple(dict.fromkeys(each for part in parts for each in part.entries)),
        eventbridge=frozenset().union(*(part.eventbridge for part in parts)),
        senders=frozenset().union(*(part.senders for part in parts)),
    )
