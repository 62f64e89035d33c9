"""Reading, putting, deleting and finding each kind of resource, without a question whose it is: `ghosts` asks that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from dbt_ghost.core.found import StrayMapping
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.resources import (
    Bucket,
    EventSourceMapping,
    Function,
    LogGroup,
    Notifications,
    Queue,
    Resource,
    Role,
    Rule,
    Subscription,
    Topic,
    name_of,
)
from dbt_ghost.providers.aws import (
    buckets,
    event_source_mappings,
    functions,
    log_groups,
    notifications,
    queues,
    roles,
    rules,
    subscriptions,
    topics,
)
from dbt_ghost.providers.aws.session import Session

Reading = Callable[[], Resource | StrayMapping | None]
Listing = Callable[[], Iterable[Reading]]

KINDS: dict[type[Resource], Any] = {
    Bucket: buckets,
    Queue: queues,
    Topic: topics,
    LogGroup: log_groups,
    Role: roles,
    Function: functions,
    EventSourceMapping: event_source_mappings,
    Notifications: notifications,
    Subscription: subscriptions,
    Rule: rules,
}
"""Where `read`, `put` and `delete` of each kind are."""


def read(session: Session, resource: Resource) -> Resource | None:
    """What exists under the resource's name, or None."""
    found: Resource | None = KINDS[type(resource)].read(session, *_key(resource))
    return found


def put(session: Session, resource: Resource, existing: Resource | None, code: bytes | None) -> None:
    """`existing` is what `read` gave; documents and subscriptions, which bear no tags, are put without."""
    match resource:
        case Function():
            functions.put(session, resource, code, existing if isinstance(existing, Function) else None)
        case Notifications() | Subscription():
            KINDS[type(resource)].put(session, resource)
        case _:
            KINDS[type(resource)].put(session, resource, existing)


def delete(session: Session, resource: Resource) -> None:
    KINDS[type(resource)].delete(session, *_key(resource))


def _key(resource: Resource) -> tuple[str, ...]:
    """What AWS knows the resource by."""
    match resource:
        case Subscription():
            return resource.topic_arn, resource.endpoint_arn
        case Rule():
            return resource.name, resource.bus
        case _:
            return (name_of(resource),)


def listings(session: Session, ghost: GhostName) -> tuple[Listing, ...]:
    """A listing a kind. Each gives how to read what has a name that this ghost could have given, and perhaps more."""
    prefix, mark, account = ghost.project_prefix, f"-{ghost.digest}-", session.account()

    def named(find: Callable[[Session, str], list[str]], *reads: Callable[[Session, str], Resource | None]) -> Listing:
        return lambda: [
            partial(read, session, name) for name in find(session, prefix) if mark in name for read in reads
        ]

    def of_log_groups() -> Iterable[Reading]:
        names = log_groups.find(session, ghost.log_group(""))
        return [partial(log_groups.read, session, name) for name in names]

    def of_roles() -> Iterable[Reading]:
        """Roles are global, ghosts are not."""
        names = [name for name in roles.find(session, prefix) if mark in name and name.endswith(f"-{account.region}")]
        return [partial(roles.read, session, name) for name in names]

    def of_rules() -> Iterable[Reading]:
        return [partial(rules.read, session, name, bus) for name, bus in rules.find(session, prefix) if mark in name]

    def of_mappings() -> Iterable[Reading]:
        """The listing says all of a stray that there is to know."""
        queues, strays = event_source_mappings.find(session, prefix, mark)
        ours = [partial(event_source_mappings.read, session, queue) for queue in queues]
        return [*ours, *(partial(_known, stray) for stray in strays)]

    def of_subscriptions() -> Iterable[Reading]:
        own = (account.function_arn(prefix), account.queue_arn(prefix))
        found = subscriptions.find(session, own)
        return [partial(subscriptions.read_one, session, arn) for arn, endpoint in found if mark in endpoint]

    return (
        named(buckets.find, buckets.read, notifications.read),
        named(queues.find, queues.read),
        named(topics.find, topics.read),
        of_log_groups,
        of_roles,
        named(functions.find, functions.read),
        of_mappings,
        of_subscriptions,
        of_rules,
    )


def _known(stray: StrayMapping) -> StrayMapping:
    return stray
