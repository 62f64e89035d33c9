"""What a proof stands on besides the plan: AWS's reference, and documents that are not the ghost's own. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from dbt_ghost.core.iam.catalogue import Catalogue


@dataclass(frozen=True)
class RoleFacts:
    """A role as it is: its policies, its boundary (empty without one) and its trust policy, as canonical JSON."""

    policies: tuple[str, ...]
    boundary: str
    trust: str


@dataclass(frozen=True)
class IamFacts:
    """`load` gives the actions of these services in full, `reference` names the version of that. `boundaries` and
    `roles` are live ones, by ARN: those that the settings bring.
    """

    load: Callable[[Collection[str]], Catalogue]
    reference: str
    boundaries: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, RoleFacts] = field(default_factory=dict)
