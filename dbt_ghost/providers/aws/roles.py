"""IAM roles of ghost functions: the trust, exactly one inline policy, and tags."""

from __future__ import annotations

import json

from dbt_ghost.core.resources import Pairs, Role, canonical
from dbt_ghost.providers.aws import tags
from dbt_ghost.providers.aws.session import Session, friendly_errors, swallowing

POLICY = "ghost"
GONE = "NoSuchEntity"


def read(session: Session, name: str) -> Role | None:
    """The role, or None. A role that carries any other policy reads as having none, so that it is put right."""
    with friendly_errors(f"reading role {name}"):
        with swallowing(GONE):
            role = session.client("iam").get_role(RoleName=name)["Role"]
            return Role(name, canonical(role["AssumeRolePolicyDocument"]), _policy(session, name), _tags(session, name))
        return None


def find(session: Session, prefix: str) -> list[str]:
    """The names of the roles that start with `prefix`; IAM can list by path only, and ghost roles have none."""
    with friendly_errors(f"listing roles {prefix}*"):
        pages = session.client("iam").get_paginator("list_roles").paginate()
        return [role["RoleName"] for page in pages for role in page["Roles"] if role["RoleName"].startswith(prefix)]


def put(session: Session, role: Role) -> None:
    iam, wanted = session.client("iam"), tags.to_aws(role.tags)
    with friendly_errors(f"making role {role.name}"):
        with swallowing("EntityAlreadyExists"):
            iam.create_role(RoleName=role.name, AssumeRolePolicyDocument=role.trust, Tags=tags.as_list(wanted))
        iam.update_assume_role_policy(RoleName=role.name, PolicyDocument=role.trust)
        iam.put_role_policy(RoleName=role.name, PolicyName=POLICY, PolicyDocument=role.policy)
        _strip(session, role.name, keep=POLICY)
        if not set(role.tags) <= set(_tags(session, role.name)):
            iam.tag_role(RoleName=role.name, Tags=tags.as_list(wanted))


def delete(session: Session, name: str) -> None:
    with friendly_errors(f"deleting role {name}"):
        with swallowing(GONE):
            _strip(session, name, keep=None)  # IAM deletes only a bare role (F 4.13)
        with swallowing(GONE):
            session.client("iam").delete_role(RoleName=name)


def _policy(session: Session, name: str) -> str:
    if _inline(session, name) != [POLICY] or _attached(session, name):
        return ""
    document = session.client("iam").get_role_policy(RoleName=name, PolicyName=POLICY)["PolicyDocument"]
    return canonical(json.loads(document) if isinstance(document, str) else document)


def _strip(session: Session, name: str, keep: str | None) -> None:
    """A policy that went away meanwhile does not keep the others."""
    iam = session.client("iam")
    for arn in _attached(session, name):
        with swallowing(GONE):
            iam.detach_role_policy(RoleName=name, PolicyArn=arn)
    for policy in _inline(session, name):
        if policy != keep:
            with swallowing(GONE):
                iam.delete_role_policy(RoleName=name, PolicyName=policy)


def _inline(session: Session, name: str) -> list[str]:
    pages = session.client("iam").get_paginator("list_role_policies").paginate(RoleName=name)
    return [policy for page in pages for policy in page["PolicyNames"]]


def _attached(session: Session, name: str) -> list[str]:
    pages = session.client("iam").get_paginator("list_attached_role_policies").paginate(RoleName=name)
    return [policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]]


def _tags(session: Session, name: str) -> Pairs:
    pages = session.client("iam").get_paginator("list_role_tags").paginate(RoleName=name)
    return tags.from_list([tag for page in pages for tag in page["Tags"]])
