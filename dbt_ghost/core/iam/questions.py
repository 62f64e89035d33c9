"""What is asked of the prover, and what it answers. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from dbt_ghost.core.iam.policies import Condition, Policy, Statement
from dbt_ghost.core.iam.principals import Principal, brought

Given = str | tuple[str, ...] | None
"""What is known of a key: its value or values; None: the request does not have it."""


@dataclass(frozen=True)
class Policies:
    """`identity` are all that is attached to the principal. `resource_decides`: what the principal's own policies
    allow is not enough, as for a role's trust policy and a KMS key.
    """

    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: Policy | None = None
    resource: tuple[Policy, ...] = ()
    resource_decides: bool = False

    @property
    def limits(self) -> tuple[Policy, ...]:
        return tuple(each for each in (self.boundary, self.session) if each is not None)

    @property
    def statements(self) -> Iterator[Statement]:
        return (each for policy in (*self.identity, *self.limits, *self.resource) for each in policy.statements)


@dataclass(frozen=True)
class Forbidden:
    """Requests: one of `actions` but none of `not_actions`, likewise `resources` (none given: any), where every
    condition of `where` holds and each one of `unless` does not.
    """

    actions: tuple[str, ...] = ("*",)
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Question:
    """Is there any request of the principal among what is forbidden that the policies let through?"""

    principal: Principal
    policies: Policies
    forbidden: Forbidden
    context: Mapping[str, Given] = field(default_factory=dict)

    @property
    def actions(self) -> frozenset[str]:
        """Every pattern of actions in it."""
        own = (*self.forbidden.actions, *self.forbidden.not_actions)
        return frozenset(own).union(*(statement.actions for statement in self.policies.statements))


def absent(principal: Principal, policies: Policies, but: Collection[str] = ()) -> dict[str, Given]:
    """The context of a request that has no key which these policies look at, `but` for these (in small letters) and
    what its principal brings.
    """
    keys = {each.key.lower() for statement in policies.statements for each in statement.conditions}
    keys |= {key for statement in policies.statements for key in statement.extent.variables}
    return dict.fromkeys(keys - set(but) - {each.key for each in brought(principal)})


@dataclass(frozen=True)
class Request:
    """`context`: key, in small letters, -> its values; none if the request must not have it."""

    principal: str
    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Answer:
    """`violated` comes with a request that is let through and the labels of the Allows that do it. `unknown` comes
    with reasons, and with a request where one may be let through.
    """

    verdict: Literal["proved", "violated", "unknown"]
    request: Request | None = None
    allowed_by: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
