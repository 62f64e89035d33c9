"""What an admin installs once for a project: names of everything, and every document. Pure.

No name begins like a ghost's, so the deployer's own rights do not reach what holds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.policies.boundaries import step_boundary, tap_boundary
from dbt_ghost.core.policies.deployer import deployer_policy
from dbt_ghost.core.policies.guard import guard_policy
from dbt_ghost.core.policies.reach import Reach
from dbt_ghost.core.policies.release import release_policy
from dbt_ghost.core.policies.state_bucket import state_bucket_policy
from dbt_ghost.core.policies.statements import Document
from dbt_ghost.core.policies.trusts import GitHub, GitLab, Identity, Roles, provider_arn, trust

TRUST, POLICY = ".trust", ".policy"
"""Endings of the names of documents that are a role's trust policy, and a bucket's policy."""


@dataclass(frozen=True)
class Setup:
    """`ci` is who deploys ghosts, `release` who releases, None without a cutover by dbt-ghost. `admins` are ARNs of the
    roles that may change the state bucket afterwards, the installing one among them.

    Raises Refused where a name of production's, or of these roles, begins like a ghost's: the deployer could remove it;
    and where one identity is both deployer and release.
    """

    reach: Reach
    ci: Identity
    admins: tuple[str, ...]
    release: Identity | None = None

    def __post_init__(self) -> None:
        Roles(self.admins)
        if not self.admins:
            raise Refused("no admin role is named", "name the role that installs this: it alone can change it later")
        for what, name in self._named():
            if name.startswith(self.reach.prefix):
                raise Refused(
                    f"{what} {name} begins with {self.reach.prefix}, as the names of ghosts do: CI could remove it",
                    "choose another `project:`, or give it another name",
                )
        if self.ci == self.release:
            raise Refused("the deployer and the release role trust the same jobs", "name another environment or branch")

    def _named(self) -> Iterator[tuple[str, str]]:
        reach = self.reach
        yield "the state bucket", reach.state_bucket
        yield from (("function", name) for name in reach.functions)
        yield from (("bucket", name) for name in (*reach.buckets, *reach.outputs))
        trusted = [each.arns for each in (self.ci, self.release) if isinstance(each, Roles)]
        roles = (*reach.roles, *reach.brought, *self.admins, *(arn for arns in trusted for arn in arns))
        yield from (("role", arn.rpartition("/")[2]) for arn in roles)
        yield from (("topic", arn.rpartition(":")[2]) for arn in reach.topics)
        yield from (("queue", arn.rpartition(":")[2]) for arn in reach.queues)
        yield from (("rule", arn.rpartition("/")[2]) for arn in reach.rules)

    @property
    def prefix(self) -> str:
        return f"dbt-ghost-{self.reach.project}-"

    @property
    def deployer_name(self) -> str:
        return f"{self.prefix}deployer"

    @property
    def release_name(self) -> str:
        return f"{self.prefix}release"

    @property
    def step_boundary_name(self) -> str:
        return f"{self.prefix}steps"

    @property
    def tap_boundary_name(self) -> str:
        return f"{self.prefix}tap"

    @property
    def boundary_arns(self) -> tuple[str, str]:
        account = self.reach.account
        return account.policy_arn(self.step_boundary_name), account.policy_arn(self.tap_boundary_name)

    @property
    def roles(self) -> Mapping[str, Identity]:
        """Name -> who may be it."""
        return {self.deployer_name: self.ci} | ({self.release_name: self.release} if self.release else {})

    @property
    def providers(self) -> Mapping[str, GitHub | GitLab]:
        """ARN of an OIDC provider -> one of those whom it vouches for. An account has one of each issuer."""
        trusted = [each for each in self.roles.values() if not isinstance(each, Roles)]
        return {provider_arn(each, self.reach.account): each for each in trusted}

    @property
    def boundaries(self) -> Mapping[str, Document]:
        return {self.step_boundary_name: step_boundary(self.reach), self.tap_boundary_name: tap_boundary(self.reach)}

    def policies_of(self, role: str) -> Mapping[str, Document]:
        """The managed policies of a role, by their names."""
        arns = self.boundary_arns
        if role == self.release_name:
            made = release_policy(self.reach)
        else:
            made = (*deployer_policy(self.reach, *arns), *guard_policy(self.reach, *arns))
        return {f"{self.prefix}{each.name.replace(' ', '-')}": each for each in made}

    def trust_of(self, role: str) -> Document:
        return trust(role, self.roles[role], self.reach.account)

    @property
    def state_bucket(self) -> Document:
        account = self.reach.account
        release = account.role_arn(self.release_name) if self.release else ""
        return state_bucket_policy(self.reach, account.role_arn(self.deployer_name), release, self.admins)


def documents(setup: Setup) -> Mapping[str, Document]:
    """Every document, in the order in which they are installed, by the name of what it is: of a managed policy; with
    `.trust` of a role, with `.policy` of a bucket. Raises Refused where one is longer than AWS takes.
    """
    found = {**setup.boundaries}
    for role in setup.roles:
        found |= {**setup.policies_of(role), f"{role}{TRUST}": setup.trust_of(role)}
    return {**found, f"{setup.reach.state_bucket}{POLICY}": setup.state_bucket}
