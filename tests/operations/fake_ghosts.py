"""Ghosts in memory, seen by many threads at once, that remember every changing call and can die at one.

They hold a ghost to AWS's order: whatever is named by a resource must be there before it, and go after it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from dbt_ghost.core.found import Found, StrayMapping
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.plan import is_ghosts
from dbt_ghost.core.resources import (
    TAG_BRANCH,
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
    ghost_tags,
    kind_of,
    name_of,
)
from dbt_ghost.core.topology import Account
from dbt_ghost.providers.artifacts import sha256

ACCOUNT = Account("111111111111", "eu-west-1")

Key = tuple[str, str]


class Killed(BaseException):
    """The process died: nothing of it runs after this."""


@dataclass
class Calls:
    """Every changing call, in order, of the state bucket's too. Dies at the call numbered `die_at`.

    A call happens at one moment, as the far side sees it. `arriving` is told each call before its moment, in the
    thread that makes it: waiting there lets others overtake.
    """

    made: list[str] = field(default_factory=list)
    die_at: int | None = None
    after: bool = False
    dead: bool = False
    arriving: Callable[[str], None] = lambda what: None
    moment: threading.RLock = field(default_factory=threading.RLock)

    def change(self, what: str) -> _Change:
        return _Change(self, what)


@dataclass
class _Change:
    calls: Calls
    what: str

    def __enter__(self) -> None:
        self.calls.arriving(self.what)
        self.calls.moment.acquire()
        dies_now = len(self.calls.made) == self.calls.die_at and not self.calls.after
        if self.calls.dead or dies_now:
            self.calls.dead = True
            self.calls.moment.release()
            raise Killed(f"before {self.what}")

    def __exit__(self, *error: object) -> None:
        try:
            self.calls.made.append(self.what)
            if len(self.calls.made) - 1 == self.calls.die_at and self.calls.after:
                self.calls.dead = True
                raise Killed(f"after {self.what}")
        finally:
            self.calls.moment.release()


@dataclass
class FakeGhosts:
    calls: Calls
    made: dict[Key, Resource] = field(default_factory=dict)
    awaited: list[str] = field(default_factory=list)
    strays: list[StrayMapping] = field(default_factory=list)
    looks: int = 0

    def look(self, ghost: GhostName) -> Found:
        self.looks += 1
        with self.calls.moment:
            named = [resource for resource in self.made.values() if is_ghosts(ghost, resource)]
        untagged = (Notifications, Subscription)
        ours = [r for r in named if isinstance(r, untagged) or (TAG_BRANCH, ghost.branch) in r.tags]
        unclaimed = sorted(f"{kind_of(r)} {name_of(r)}" for r in named if r not in ours)
        return Found(tuple(ours), tuple(unclaimed), tuple(self.strays), ghost_tags(ghost, {}))

    def put(self, resource: Resource, code: bytes | None = None) -> None:
        with self.calls.change(f"put {kind_of(resource)} {name_of(resource)}"):
            if isinstance(resource, Function):
                self._check_code(resource, code)
            missing = set(_needs(resource)) - set(self.made)
            assert not missing, f"{name_of(resource)} needs {missing}"
            if isinstance(resource, (Notifications, Rule)):
                self._check_invokable(resource)
            self.made[kind_of(resource), name_of(resource)] = resource

    def delete(self, resource: Resource) -> None:
        with self.calls.change(f"delete {kind_of(resource)} {name_of(resource)}"):
            key = kind_of(resource), name_of(resource)
            users = [name_of(other) for other in self.made.values() if key in set(_needs(other))]
            assert not users or isinstance(resource, Bucket), f"{key} is still used by {users}"
            if isinstance(resource, Bucket):
                values = {v for f in self.made.values() if isinstance(f, Function) for _, v in f.environment}
                assert resource.name not in values, "something may still write to it"
                self.made.pop(("notifications", resource.name), None)
            self.made.pop(key, None)

    def await_live(self, mapping: EventSourceMapping) -> None:
        assert ("event source mapping", mapping.queue) in self.made
        self.awaited.append(mapping.queue)

    def _check_code(self, function: Function, code: bytes | None) -> None:
        there = self.made.get(("function", function.name))
        new_code = not isinstance(there, Function) or there.code_sha256 != function.code_sha256
        assert (code is not None) == (new_code and function.image is None), "a package exactly when the code changes"
        assert code is None or sha256(code) == function.code_sha256

    def _check_invokable(self, source: Notifications | Rule) -> None:
        """A function must let whoever calls it."""
        if isinstance(source, Rule):
            targets, arn = [source.target_arn], ACCOUNT.rule_arn(source.name, source.bus)
        else:
            targets, arn = [entry.target_arn for entry in source.entries], ACCOUNT.bucket_arn(source.bucket)
        for function in self.made.values():
            if isinstance(function, Function) and ACCOUNT.function_arn(function.name) in targets:
                assert arn in {invoker.source_arn for invoker in function.invokers}, f"{arn} may not invoke"


def _needs(resource: Resource) -> Iterator[Key]:
    """What must be there as long as it is. Prod's own topics and queues are always there."""
    match resource:
        case Queue():
            yield from _named(resource.dead_letter_arn)
        case Function():
            yield "role", resource.role_arn.rpartition("/")[2]
            yield from _named(resource.failures_arn)
        case EventSourceMapping():
            yield from (("queue", resource.queue), ("function", resource.function))
        case Notifications():
            yield "bucket", resource.bucket
            for entry in resource.entries:
                yield from _named(entry.target_arn)
        case Subscription():
            yield from (*_named(resource.topic_arn), *_named(resource.endpoint_arn), *_named(resource.dead_letter_arn))
        case Rule():
            yield from (*_named(resource.target_arn), *_named(resource.dead_letter_arn))
        case Bucket() | Topic() | LogGroup() | Role():
            return


def _named(arn: str) -> Iterator[Key]:
    name = arn.rpartition(":")[2]
    if name.startswith("ghost-"):
        yield {"sqs": "queue", "sns": "topic", "lambda": "function"}[arn.split(":")[2]], name
