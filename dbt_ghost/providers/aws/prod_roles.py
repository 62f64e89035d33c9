"""What production's execution roles may do: their policies' documents, and the boundary's. Only read."""

from __future__ import annotations

import json
from typing import Any

from dbt_ghost.core.resources import canonical
from dbt_ghost.providers.aws.session import Session, friendly_errors, swallowing

GONE = "NoSuchEntity"


def policies(session: Session, role_arn: str) -> tuple[str, ...]:
    """All documents, sorted. Raises NotFound for a role that is gone, Denied where not every policy may be read."""
    iam, name = session.client("iam"), _name(role_arn)
    with friendly_errors(f"reading the policies of role {name}"):
        inline = iam.get_paginator("list_role_policies").paginate(RoleName=name)
        found = [_inline(iam, name, policy) for page in inline for policy in page["PolicyNames"]]
        attached = iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
        found += [_managed(iam, each["PolicyArn"]) for page in attached for each in page["AttachedPolicies"]]
    return tuple(sorted({document for document in found if document}))


def boundary(session: Session, role_arn: str) -> str:
    """The document of the role's permissions boundary, empty without one. Raises as `policies` does."""
    iam, name = session.client("iam"), _name(role_arn)
    with friendly_errors(f"reading the boundary of role {name}"):
        arn = iam.get_role(RoleName=name)["Role"].get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        return _managed(iam, arn) if arn else ""


def trust(session: Session, role_arn: str) -> str:
    """The role's trust policy. Raises as `policies` does."""
    name = _name(role_arn)
    with friendly_errors(f"reading the trust policy of role {name}", "have it made, or correct ingestion.roles"):
        return _document(session.client("iam").get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"])


def managed_policy(session: Session, arn: str) -> str:
    """The policy's version that is in force. Raises NotFound if there is none of this ARN."""
    iam = session.client("iam")
    with friendly_errors(f"reading policy {arn}", "have it installed, or correct ingestion.boundary"):
        return _in_force(iam, arn)


def _name(role_arn: str) -> str:
    """A role's ARN has its path before the name."""
    return role_arn.rpartition("/")[2]


def _inline(iam: Any, role: str, policy: str) -> str:
    """Empty for one that was removed since it was listed."""
    with swallowing(GONE):
        return _document(iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"])
    return ""


def _managed(iam: Any, arn: str) -> str:
    """Empty for one that was deleted since it was listed: IAM deletes none that a role still has."""
    with swallowing(GONE):
        return _in_force(iam, arn)
    return ""


def _in_force(iam: Any, arn: str) -> str:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return _document(iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"])


def _document(found: Any) -> str:
    """boto3 gives what it could read as a document, and else the text."""
    return canonical(json.loads(found) if isinstance(found, str) else found)
