"""The plan: what a fork or a drop will change, as a frozen value that is both shown and carried out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import assert_never

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.record import RecordedStep, State, Verb
from dbt_ghost.core.resources import BUILD_ORDER, DROP_ORDER, Resource, kind_of, name_of
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
    from_prod: tuple[str, ...]  # prod buckets whose events the tap passes on
    from_ghost: tuple[str, ...]  # ghost buckets
    writes: tuple[tuple[str, str], ...]  # (prod bucket, the ghost bucket that stands in for it)


@dataclass(frozen=True)
class Plan:
    """Every change, in order. Raises Refused if one of them is on something that is not this ghost's.

    `existing` is what the plan was made from: if it is no longer so, the plan is not carried out. `becomes` is `ready`,
    or `dropped` where nothing is left of the ghost.
    """

    ghost: GhostName
    account: Account
    becomes: State
    changes: tuple[Change, ...]
    existing: frozenset[Resource]
    steps: tuple[tuple[str, RecordedStep], ...] = ()
    flow: tuple[Hop, ...] = ()

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
    """Does the resource's name say that it is this ghost's?"""
    name = name_of(resource).removeprefix("/aws/lambda/")
    return name.startswith(ghost.project_prefix) and f"-{ghost.digest}-" in f"{name}-"


def changes(wanted: Iterable[Resource], existing: Iterable[Resource]) -> tuple[Change, ...]:
    """What turns `existing` into `wanted`: what is no longer wanted first, then the rest, listening last."""
    now = {_identity(resource): resource for resource in existing}
    wanted = tuple(wanted)
    then = {_identity(resource): resource for resource in wanted}
    if len(then) < len(wanted):
        raise Refused(
            "two resources of the ghost would have one name", "this is a bug in dbt-ghost; nothing was changed"
        )
    gone = sorted((now[key] for key in now.keys() - then.keys()), key=_drop_rank)
    built = sorted(then.values(), key=_build_rank)
    return (
        *(Delete(resource) for resource in gone),
        *(change for resource in built if (change := _change(resource, now.get(_identity(resource))))),
    )


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


def _build_rank(resource: Resource) -> tuple[int, str]:
    return BUILD_ORDER.index(type(resource)), name_of(resource)


def _drop_rank(resource: Resource) -> tuple[int, str]:
    return DROP_ORDER.index(type(resource)), name_of(resource)
