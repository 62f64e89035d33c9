"""What an admin does once in an account: the documents that dbt-ghost generates, installed by hand."""

from __future__ import annotations

from collections.abc import Mapping

from dbt_ghost.core.policies import Document
from dbt_ghost.core.policies.boundaries import step_boundary, tap_boundary
from dbt_ghost.core.policies.deployer import deployer_policy
from dbt_ghost.core.policies.guard import guard_policy
from dbt_ghost.core.policies.reach import Reach
from dbt_ghost.core.resources import canonical
from dbt_ghost.providers.aws.session import Session

DEPLOYER = "dbt-ghost-deployer"


def install_boundaries(session: Session, reach: Reach) -> tuple[str, str]:
    """The ARNs of the steps' boundary and of the tap's."""
    steps = _install(session, "dbt-ghost-steps", step_boundary(reach))
    return steps, _install(session, "dbt-ghost-tap", tap_boundary(reach))


def install_deployer(session: Session, reach: Reach, boundaries: tuple[str, str]) -> None:
    """A role that the account's root may assume, with the generated policies and nothing else."""
    root = {"Effect": "Allow", "Principal": {"AWS": session.account().root_arn}, "Action": "sts:AssumeRole"}
    trust = canonical({"Version": "2012-10-17", "Statement": [root]})
    iam = session.client("iam")
    iam.create_role(RoleName=DEPLOYER, AssumeRolePolicyDocument=trust)
    for document in (*deployer_policy(reach, *boundaries), *guard_policy(reach, *boundaries)):
        arn = _install(session, f"dbt-ghost-{document.name.replace(' ', '-')}", document)
        iam.attach_role_policy(RoleName=DEPLOYER, PolicyArn=arn)


def signed_in(session: Session, role: str) -> Mapping[str, str]:
    """The environment of a process that assumed the role."""
    arn = session.account().role_arn(role)
    found = session.client("sts").assume_role(RoleArn=arn, RoleSessionName="ci")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
        "AWS_SESSION_TOKEN": found["SessionToken"],
    }


def _install(session: Session, name: str, document: Document) -> str:
    made = session.client("iam").create_policy(PolicyName=name, PolicyDocument=document.text)
    return str(made["Policy"]["Arn"])
