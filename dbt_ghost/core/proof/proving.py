"""The proof of a whole ghost: what its roles cannot do, and who cannot get at it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from dbt_ghost.core.blueprint.ground import Ground
from dbt_ghost.core.blueprint.listening import Listening
from dbt_ghost.core.blueprint.steps import step_role
from dbt_ghost.core.blueprint.surroundings import GhostRole
from dbt_ghost.core.blueprint.tap import tap_role
from dbt_ghost.core.iam.documents import parse
from dbt_ghost.core.iam.policies import Policy
from dbt_ghost.core.naming import TAP
from dbt_ghost.core.policies import TRUST
from dbt_ghost.core.policies.reach import Reach, reach_of
from dbt_ghost.core.proof.asked import Asked, answered
from dbt_ghost.core.proof.claims import Realm
from dbt_ghost.core.proof.doors import doors, trusts
from dbt_ghost.core.proof.facts import IamFacts
from dbt_ghost.core.proof.findings import Proof, digest
from dbt_ghost.core.proof.not_proved import not_proved
from dbt_ghost.core.proof.realms import realm_of_project, realm_of_step, realm_of_tap
from dbt_ghost.core.proof.roles import Held, asked_of_boundary, asked_of_role
from dbt_ghost.core.resources import Bucket, Queue, Resource, Topic, kind_of


def prove_ghost(ground: Ground, heard: Listening, made: Sequence[Resource], facts: IamFacts) -> Proof:
    """`made` is everything that the ghost is to have, whether it is there already or not; `facts` has every role and
    boundary that the settings bring. Raises Refused for a document that is none of IAM's.
    """
    case = _Case(ground, heard, tuple(made), facts)
    asked = list(case.asked())
    catalogue = facts.load({pattern.partition(":")[0] for each in asked for pattern in each.question.actions})
    given = {pattern for realm in case.realms.values() for pattern in realm.given if "/" in pattern}
    return Proof(
        findings=answered(asked, catalogue),
        documents=tuple(sorted({(name, digest(text)) for name, text in case.documents()})),
        not_proved=not_proved(ground, case.roles, len(given)),
        reference=facts.reference,
    )


@dataclass(frozen=True)
class _Case:
    """A ghost with all that is asked about it."""

    ground: Ground
    heard: Listening
    made: tuple[Resource, ...]
    facts: IamFacts

    @cached_property
    def roles(self) -> tuple[GhostRole, ...]:
        tap = tap_role(self.ground, self.heard)
        return (*(step_role(self.ground, self.heard, forked) for forked in self.ground.copied), *([tap] if tap else []))

    @cached_property
    def realms(self) -> dict[str, Realm]:
        return {role.step: self._realm(role) for role in self.roles}

    @cached_property
    def reach(self) -> Reach:
        return reach_of(self.ground.config, self.ground.topology)

    @cached_property
    def live(self) -> tuple[tuple[str, str], ...]:
        """Production's own policies, by what has them."""
        buckets = ((f"prod bucket {bucket.name}", bucket.policy) for bucket in self.ground.topology.buckets)
        others = ((f"prod {arn}", policy) for arn, policy in self.ground.topology.policies)
        return tuple((name, policy) for name, policy in (*buckets, *others) if policy)

    def asked(self) -> Iterator[Asked]:
        live = tuple(parse(policy, name, "resource") for name, policy in self.live)
        held = [self._held(role) for role in self.roles]
        for each in held:
            yield from asked_of_role(each, self.realms[each.step], live)
        yield from self._asked_of_boundaries(held)
        for role in self.roles:
            trust = self.facts.roles[role.arn].trust if role.brought else TRUST
            yield from trusts(role.step, role.arn, trust, self.ground.account)
        topics = {arrival.topic_arn for arrival in self.heard.arrivals} - {""}
        yield from doors(self.made, topics, self.ground.account)

    def documents(self) -> Iterator[tuple[str, str]]:
        """All that the proof is about."""
        for role in self.roles:
            if role.brought:
                yield from ((f"role {role.arn}", text) for text in self.facts.roles[role.arn].policies)
            else:
                yield f"role {role.step}", role.policy
            if role.boundary:
                yield f"boundary {role.boundary}", self.facts.boundaries[role.boundary]
        for each in self.made:
            if isinstance(each, Bucket | Queue | Topic) and each.policy:
                yield f"{kind_of(each)} {each.name}", each.policy
        yield from self.live

    def _realm(self, role: GhostRole) -> Realm:
        """A role that was brought serves every ghost of the project."""
        if role.brought:
            return realm_of_project(self.reach, self.ground.topology, role.step)
        if role.step == TAP:
            return realm_of_tap(self.ground, self.heard, self.made)
        return realm_of_step(self.ground, self.heard, role.step, self.made)

    def _asked_of_boundaries(self, held: Iterable[Held]) -> Iterator[Asked]:
        """Each boundary once, of one role that has it; one that the tap has is held to what the tap may."""
        first: dict[tuple[bool, Policy], Held] = {}
        for each in held:
            if each.boundary:
                first.setdefault((each.step == TAP, each.boundary), each)
        for each in first.values():
            yield from asked_of_boundary(each, realm_of_project(self.reach, self.ground.topology, each.step))

    def _held(self, role: GhostRole) -> Held:
        if role.brought:
            found = self.facts.roles[role.arn]
            documents, bound = found.policies, found.boundary
        else:
            documents, bound = (role.policy,), self.facts.boundaries[role.boundary] if role.boundary else ""
        policies = tuple(parse(text, f"policy of {role.step}") for text in documents)
        boundary = parse(bound, "boundary") if bound else None
        return Held(role.step, role.arn, self.ground.ghost.function(role.step), role.policy, policies, boundary)
