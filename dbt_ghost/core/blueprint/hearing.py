"""The buckets of a ghost, and what carries events to its steps: notifications, topics, subscriptions, rules. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_ghost.core.blueprint.ground import Ground, topic_policy
from dbt_ghost.core.blueprint.listening import Listening
from dbt_ghost.core.blueprint.sharing import bucket_policy, heard_by_shared, route_tags
from dbt_ghost.core.resources import Bucket, BucketEvent, Notifications, Resource, Topic


def bucket_resources(ground: Ground) -> Iterator[Resource]:
    """Each prod bucket that the ghost writes, or whose objects it stages, has one ghost bucket with the same keys."""
    for prod, name in ground.routes.items():
        yield Bucket(
            name,
            prod,
            kms_key=ground.config.ingestion.kms_key or "",
            policy=bucket_policy(ground, name),
            routes=route_tags(ground, name),
            seeds=ground.seeds(prod),
            tags=ground.tags,
        )


def hearing_resources(ground: Ground, heard: Listening) -> Iterator[Resource]:
    yield from _topics(ground, heard)
    yield from heard.subscriptions
    yield from heard.rules
    yield from _notifications(ground, heard)


def _topics(ground: Ground, heard: Listening) -> Iterator[Resource]:
    publishers: dict[str, set[str]] = {}
    for topic, bucket in heard.topics:
        publishers.setdefault(topic, set()).add(ground.account.bucket_arn(bucket))
    for topic, arns in publishers.items():
        yield Topic(topic, topic_policy(ground, ground.account.topic_arn(topic), arns), ground.tags)


def _notifications(ground: Ground, heard: Listening) -> Iterator[Resource]:
    """One document a bucket. Prod's filters are kept, so what S3 took there it takes here (F 1.7)."""
    switched_on = heard.eventbridge | heard_by_shared(ground)
    entries: dict[str, list[BucketEvent]] = {bucket: [] for bucket in sorted(switched_on)}
    pipes = [(each.bucket, BucketEvent(each.queue_arn, prefix=each.prefix)) for each in ground.channels]
    for bucket, entry in [*heard.entries, *pipes]:
        entries.setdefault(bucket, []).append(entry)
    for bucket, events in entries.items():
        yield Notifications(bucket, tuple(sorted(events)), bucket in switched_on)
