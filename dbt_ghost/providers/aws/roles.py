"""IAM roles of ghost functions: the trust, exactly one inline policy, the boundary, and tags."""

from __future__ import annotations

import json

from dbt_ghost.core.resources import Pairs, Role, canonical
from dbt_ghost.providers.aws import tags
from dbt_ghost.providers.aws.session import Session, friendly_errors, swallowing

POLICY = "ghost"
GONE = "NoSuchEntity"
PAGE = 1000  # the most that IAM gives at once; an account may have thousands of roles


def read(session: Session, name: str) -> Role | None:
    """The role, or None. A role that carries any other policy reads as having none, so that it is put right."""
    with friendly_errors(f"reading role {name}"):
        with swallowing(GONE):
            role = session.client("iam").get_role(RoleName=name)["Role"]
            return Role(
                name=name,
                trust=canonical(role["AssumeRolePolicyDocument"]),
                policy=_policy(session, name),
                boundary=role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
                tags=_tags(session, name),
            )
        return None


def find(session: Session, prefix: str) -> list[str]:
    """The names of the roles that start with `prefix`; IAM can list by path only, and ghost roles have none."""
    with friendly_errors(f"listing roles {prefix}*"):
        pages = session.client("iam").get_paginator("list_roles").paginate(PaginationConfig={"PageSize": PAGE})
        return [role["RoleName"] for page in pages for role in page["Roles"] if role["RoleName"].startswith(prefix)]


def put(session: Session, role: Role, existing: Role | None) -> None:
    """Make the role so. `existing` is what `read` gave."""
    iam, name = session.client("iam"), role.name
    with friendly_errors(f"making role {name}"):
        if existing is None and not _create(session, role):
            existing = read(session, name)
        if existing:
            _update(session, role, existing)
        if existing is None or existing.policy != role.policy:
            iam.put_role_policy(RoleName=name, PolicyName=POLICY, PolicyDocument=role.policy)
        if existing and existing.policy != role.policy:
            _strip(session, name, keep=POLICY)


def delete(session: Session, name: str) -> None:
    with friendly_errors(f"deleting role {name}"):
        with swallowing(GONE):
            _strip(session, name, keep=None)  # IAM deletes only a bare role (F 4.13)
        with swallowing(GONE):
            session.client("iam").delete_role(RoleName=name)


def _create(session: Session, role: Role) -> bool:
    """False if it is there already."""
    boundary = {"PermissionsBoundary": role.boundary} if role.boundary else {}
    with swallowing("EntityAlreadyExists"):
        session.client("iam").create_role(
            RoleName=role.name,
            AssumeRolePolicyDocument=role.trust,
            Tags=tags.as_list(tags.to_aws(role.tags)),
            **boundary,
        )
        return True
    return False


def _update(session: Session, role: Role, existing: Role) -> None:
    """All but the policy."""
    iam, name = session.client("iam"), role.name
    if existing.boundary != role.boundary:
        if role.boundary:
            iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=role.boundary)
        else:
            iam.delete_role_permissions_boundary(RoleName=name)
    if existing.trust != role.trust:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=role.trust)
    if not set(role.tags) <= set(existing.tags):
        iam.tag_role(RoleName=name, Tags=tags.as_list(tags.to_aws(role.tags)))


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
