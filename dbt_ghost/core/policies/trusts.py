"""Who may be the deployer, and the release role: jobs of one repository, by OIDC, or roles that are named. Pure.

Every claim is compared as a whole: nothing here is a pattern, and what could be read as one is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.policies.statements import TRUST_LIMIT, Document, Statement, condition, principal
from dbt_ghost.core.topology import Account

GITHUB, GITLAB = "token.actions.githubusercontent.com", "gitlab.com"
NAME, PATH, HOST = r"[A-Za-z0-9_.-]+", r"[A-Za-z0-9_./-]+", r"[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]+)?"
NUMBER, ROLE = "[0-9]+", r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+"


@dataclass(frozen=True)
class GitHub:
    """Jobs of one repository (`org/repo`) in one environment, in which GitHub can ask for a review.

    The ids outlive a renamed organisation or repository, whose name somebody else may then take. Raises Refused.
    """

    repository: str
    environment: str
    repository_id: str = ""
    owner_id: str = ""

    def __post_init__(self) -> None:
        _refuse_unless(f"{NAME}/{NAME}", self.repository, "a GitHub repository", "org/repo")
        _refuse_unless(NAME, self.environment, "an environment of GitHub's", "ghost")
        for number in (self.repository_id, self.owner_id):
            _refuse_unless(f"({NUMBER})?", number, "an id of GitHub's", "123456")

    @property
    def issuer(self) -> str:
        return GITHUB

    @property
    def audience(self) -> str:
        return "sts.amazonaws.com"

    @property
    def claims(self) -> Mapping[str, str | tuple[str, ...]]:
        ids = {"repository_id": self.repository_id, "repository_owner_id": self.owner_id}
        subject = f"repo:{self.repository}:environment:{self.environment}"
        return {"sub": subject} | {claim: number for claim, number in ids.items() if number}


@dataclass(frozen=True)
class GitLab:
    """Jobs of one project (`group/project`): on these branches, or on any, if the project's id tokens name no branch
    (its setting `ci_id_token_sub_claim_components` is `["project_path"]`). Raises Refused.

    `project_id`, which outlives a renamed project, and `protected`, only branches that are protected, AWS knows of
    gitlab.com alone.
    """

    project: str
    host: str = GITLAB
    branches: tuple[str, ...] = ()
    project_id: str = ""
    protected: bool = False

    def __post_init__(self) -> None:
        _refuse_unless(HOST, self.host, "a GitLab host", GITLAB)
        _refuse_unless(f"{NAME}(/{NAME})+", self.project, "a GitLab project", "group/project")
        for branch in self.branches:
            _refuse_unless(PATH, branch, "a branch", "main")
        _refuse_unless(f"({NUMBER})?", self.project_id, "an id of GitLab's", "123456")
        if self.host != GITLAB and (self.project_id or self.protected):
            raise Refused(
                f"AWS does not know the claims of {self.host} about ids and protected branches",
                "name the branches instead",
            )

    @property
    def issuer(self) -> str:
        return self.host

    @property
    def audience(self) -> str:
        return f"https://{self.host}"

    @property
    def claims(self) -> Mapping[str, str | tuple[str, ...]]:
        subject = f"project_path:{self.project}"
        subjects = tuple(f"{subject}:ref_type:branch:ref:{branch}" for branch in self.branches)
        further = {"project_id": self.project_id, "ref_protected": "true" if self.protected else ""}
        return {"sub": subjects or subject} | {claim: value for claim, value in further.items() if value}


@dataclass(frozen=True)
class Roles:
    """Roles that are named by their ARNs, for a CI that has one of its own. Raises Refused."""

    arns: tuple[str, ...]

    def __post_init__(self) -> None:
        for arn in self.arns:
            _refuse_unless(ROLE, arn, "the ARN of a role", "arn:aws:iam::111111111111:role/ci")


Identity = GitHub | GitLab | Roles


def trust(name: str, who: Identity, account: Account) -> Document:
    """The trust policy of the role of that name. Raises Refused where it is longer than AWS takes."""
    if isinstance(who, Roles):
        statement = Statement(
            "OnlyTheseRoles",
            "Allow",
            "Roles of the account's, or of others', that an admin has named",
            actions=("sts:AssumeRole",),
            principal=principal(AWS=who.arns),
        )
    else:
        claims = {"aud": who.audience, **who.claims}
        statement = Statement(
            "OnlyThisRepository",
            "Allow",
            "Only jobs whose token says all of this, word for word",
            actions=("sts:AssumeRoleWithWebIdentity",),
            condition=condition(StringEquals={f"{who.issuer}:{claim}": value for claim, value in claims.items()}),
            principal=principal(Federated=provider_arn(who, account)),
        )
    return Document(f"trust of {name}", (statement,), TRUST_LIMIT)


def provider_arn(who: GitHub | GitLab, account: Account) -> str:
    """Of the account's OIDC provider, which there is one of for an issuer."""
    return f"arn:{account.partition}:iam::{account.id}:oidc-provider/{who.issuer}"


def _refuse_unless(pattern: str, text: str, what: str, example: str) -> None:
    if not re.fullmatch(pattern, text):
        raise Refused(f"{text!r} is not {what}", f"write it like `{example}`, without wildcards")
