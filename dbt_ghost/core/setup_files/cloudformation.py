"""The set-up as a CloudFormation template. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dbt_ghost.core.policies.setup import Setup
from dbt_ghost.core.policies.state_bucket import KEEPING
from dbt_ghost.core.policies.statements import Document
from dbt_ghost.core.setup_files.layout import laid_out

Json = dict[str, Any]

KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
MAKES_PROVIDER = "MakesOidcProvider"
PRIVATE = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
DEPTH = 6
"""A statement of a policy is one line."""


def cloudformation(setup: Setup) -> str:
    return laid_out(template(setup), DEPTH) + "\n"


def template(setup: Setup) -> Json:
    """What CloudFormation reads. The state bucket outlives its stack."""
    boundaries = dict(_policies(setup, setup.boundaries))
    roles = [part for role in setup.roles for part in _role(setup, role)]
    asked = {
        MAKES_PROVIDER: {
            "Type": "String",
            "AllowedValues": ["no", "yes"],
            "Default": "no",
            "Description": "An account has one OIDC provider of each issuer: yes, where there is none yet",
        }
    }
    given = {
        "Parameters": asked,
        "Conditions": {MAKES_PROVIDER: {"Fn::Equals": [{"Ref": MAKES_PROVIDER}, "yes"]}},
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"dbt-ghost: what an admin installs once for the project {setup.reach.project}",
        **(given if setup.providers else {}),
        "Resources": {**boundaries, **dict(_providers(setup)), **dict(roles), **_state_bucket(setup)},
        "Outputs": {name: {"Value": {"Ref": name}} for name in boundaries}
        | {name: {"Value": {"Fn::GetAtt": [name, "Arn"]}} for name in map(_called(setup), setup.roles)},
    }


def _called(setup: Setup) -> Any:
    """How a template calls what has that name: letters and digits only."""
    return lambda name: "".join(word.capitalize() for word in name.removeprefix(setup.prefix).split("-"))


def _policies(setup: Setup, found: Mapping[str, Document]) -> Iterator[tuple[str, Json]]:
    for name, document in found.items():
        properties = {"ManagedPolicyName": name, "PolicyDocument": document.json}
        yield _policy_id(setup, name), {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}


def _policy_id(setup: Setup, name: str) -> str:
    """A role and its only policy may have one name."""
    called: str = _called(setup)(name)
    return f"{called}Policy" if name in setup.roles else called


def _role(setup: Setup, role: str) -> Iterator[tuple[str, Json]]:
    policies = dict(_policies(setup, setup.policies_of(role)))
    yield from policies.items()
    yield (
        _called(setup)(role),
        {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": role,
                "AssumeRolePolicyDocument": setup.trust_of(role).json,
                "ManagedPolicyArns": [{"Ref": name} for name in policies],
            },
        },
    )


def _providers(setup: Setup) -> Iterator[tuple[str, Json]]:
    for number, who in enumerate(setup.providers.values(), 1):
        yield (
            f"OidcProvider{number}",
            {
                "Type": "AWS::IAM::OIDCProvider",
                "Condition": MAKES_PROVIDER,
                **KEPT,
                "Properties": {"Url": f"https://{who.issuer}", "ClientIdList": [who.audience]},
            },
        )


def _state_bucket(setup: Setup) -> Json:
    rules = [
        {
            "Id": "old-versions",
            "Status": "Enabled",
            "NoncurrentVersionExpiration": {"NoncurrentDays": KEEPING.old_versions},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": KEEPING.unfinished_uploads},
        }
    ]
    bucket = {
        "BucketName": setup.reach.state_bucket,
        "VersioningConfiguration": {"Status": "Enabled"},
        "PublicAccessBlockConfiguration": dict.fromkeys(PRIVATE, True),
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "LifecycleConfiguration": {"Rules": rules},
    }
    policy = {"Bucket": {"Ref": "StateBucket"}, "PolicyDocument": setup.state_bucket.json}
    return {
        "StateBucket": {"Type": "AWS::S3::Bucket", **KEPT, "Properties": bucket},
        "StateBucketPolicy": {"Type": "AWS::S3::BucketPolicy", **KEPT, "Properties": policy},
    }
