"""The plan: what a fork or a drop will change, as a frozen value that is both shown and carried out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import groupby
from typing import assert_never

from dbt_ghost.core.blueprint.listening import Arrival
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.proof.findings import Proof
from dbt_ghost.core.record import Channel, RecordedStep, State, Verb
from dbt_ghost.core.resources import BUILD_ORDER, DROP_ORDER, Queue, Resource, kind_of, name_of
from dbt_ghost.core.topology import Account


@dataclass(frozen=True)
class Create:
    """Make a resource that does not exist."""

    resource: Resource


@dataclass(frozen=True)
class Update:
    """Make a resource as it should be; `what` names the fields that differ."""

    resource: Resource
    what: tuple[str, ...]


@dataclass(frozen=True)
class Delete:
    """Remove a resource with all it holds."""

    resource: Resource


Change = Create | Update | Delete


def verb_of(change: Change) -> Verb:
    """The change as a word."""
    match change:
        case Create():
            return "create"
        case Update():
            return "update"
        case Delete():
            return "delete"
        case _:
            assert_never(change)


@dataclass(frozen=True)
class Hop:
    """How data passes through one forked step: prod bucket names on both sides, and what stands in for them."""

    step: str
    changed: bool
    from_prod: tuple[tuple[str, str], ...]  # (prod bucket, or `events`; by which way its events come, in words)
    from_ghost: tuple[str, ...]  # ghost buckets
    writes: tuple[tuple[str, str], ...]  # (prod bucket, the ghost bucket that stands in for it)
    shared: bool = False  # prod's own function runs it


@dataclass(frozen=True)
class Plan:
    """Every change, in order. Raises Refused if one of them is on something that is not this ghost's.

    `existing` is what the plan was made from: if it is no longer so, the plan is not carried out. `becomes` is `ready`,
    or `dropped` where nothing is left of the ghost. `arrivals` are how prod's objects come in; `prod_invoked` the prod
    functions that serve the ghost too, its single exception; `channels` the queues of pipes that its buckets notify;
    `notes` what people must know of it, a sentence each. A fork that people start has a `proof`.
    """

    ghost: GhostName
    account: Account
    becomes: State
    changes: tuple[Change, ...]
    existing: frozenset[Resource]
    steps: tuple[tuple[str, RecordedStep], ...] = ()
    flow: tuple[Hop, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    prod_invoked: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    notes: tuple[str, ...] = ()
    proof: Proof | None = None

    def __post_init__(self) -> None:
        for change in self.changes:
            if not is_ghosts(self.ghost, change.resource):
                raise Refused(
                    f"{kind_of(change.resource)} {name_of(change.resource)} is not of the ghost of {self.ghost.id}",
                    "this is a bug in dbt-ghost; nothing was changed",
                )

    @property
    def deletes(self) -> bool:
        """Does it remove anything?"""
        return any(isinstance(change, Delete) for change in self.changes)

    @property
    def prod_changes(self) -> int:
        """How many of the changes are, by name, on what is not this ghost's. A plan with any cannot be made."""
        return sum(not is_ghosts(self.ghost, change.resource) for change in self.changes)


def is_ghosts(ghost: GhostName, resource: Resource) -> bool:
    """Does the resource's name say that it is this ghost's? A subscription is its endpoint's, whatever the topic."""
    name = name_of(resource).removeprefix("/aws/lambda/").partition(":")[0]
    return name.startswith(ghost.project_prefix) and f"-{ghost.digest}-" in f"{name}-"


def changes(wanted: Iterable[Resource], existing: Iterable[Resource]) -> tuple[Change, ...]:
    """What turns `existing` into `wanted`: what is no longer wanted first, then the rest, listening last.

    What may be done at once stands together: see `waves`.
    """
    now = {_identity(resource): resource for resource in existing}
    wanted = tuple(wanted)
    then = {_identity(resource): resource for resource in wanted}
    if len(then) < len(wanted):
        raise Refused(
            "two resources of the ghost would have one name", "this is a bug in dbt-ghost; nothing was changed"
        )
    gone = [Delete(now[key]) for key in now.keys() - then.keys()]
    made = [change for key, resource in then.items() if (change := _change(resource, now.get(key)))]
    return tuple(sorted([*gone, *made], key=lambda change: (*_wave(change), name_of(change.resource))))


def waves(changes: Iterable[Change]) -> tuple[tuple[Change, ...], ...]:
    """The changes, in their order, cut into what may be done at once: one verb on one kind.

    A queue that hands its failures to another one comes in the wave after it, and goes in the wave before it.
    """
    return tuple(tuple(wave) for _, wave in groupby(changes, key=_wave))


def _change(wanted: Resource, existing: Resource | None) -> Change | None:
    if existing is None:
        return Create(wanted)
    differing = tuple(field.name for field in fields(wanted) if not _fits(field.name, wanted, existing))
    return Update(wanted, differing) if differing else None


def _fits(field: str, wanted: Resource, existing: Resource) -> bool:
    """Tags that somebody else added, an automatic cost tagger say, are theirs."""
    want, have = getattr(wanted, field), getattr(existing, field)
    return bool(set(want) <= set(have) if field == "tags" else want == have)


def _identity(resource: Resource) -> tuple[str, str]:
    return kind_of(resource), name_of(resource)


def _wave(change: Change) -> tuple[bool, int, int, str]:
    """What it shares with all changes of its wave; waves are in the order of these."""
    resource, verb = change.resource, verb_of(change)
    leans = isinstance(resource, Queue) and bool(resource.dead_letter_arn)
    if isinstance(change, Delete):
        return False, DROP_ORDER.index(type(resource)), -leans, verb
    return True, BUILD_ORDER.index(type(resource)), leans, verb
