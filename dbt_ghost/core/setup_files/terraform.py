"""The set-up as Terraform, in its JSON syntax. It reads the documents from the files beside it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dbt_ghost.core.policies.setup import POLICY, TRUST, Setup
from dbt_ghost.core.policies.state_bucket import KEEPING
from dbt_ghost.core.setup_files.layout import laid_out

Json = dict[str, Any]

DEPTH = 5
MAKES_PROVIDER = "makes_oidc_provider"
BUCKET = "${aws_s3_bucket.state.id}"


def terraform(setup: Setup) -> str:
    return laid_out(configuration(setup), DEPTH) + "\n"


def configuration(setup: Setup) -> Json:
    """What Terraform reads. Nothing can be applied to another account by mistake."""
    account = setup.reach.account
    provider = {"region": account.region, "allowed_account_ids": [account.id]}
    asked = {
        MAKES_PROVIDER: {
            "type": "bool",
            "default": False,
            "description": "An account has one OIDC provider of each issuer: true, where there is none yet",
        }
    }
    outputs = {f"{_called(setup, name)}_boundary": _output("policy", setup, name) for name in setup.boundaries}
    outputs |= {f"{_called(setup, name)}_role": _output("role", setup, name) for name in setup.roles}
    return {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 5.0"}}},
        "provider": {"aws": provider},
        **({"variable": asked} if setup.providers else {}),
        "resource": {
            **_policies(setup),
            **_providers(setup),
            **_roles(setup),
            **_state_bucket(setup),
        },
        "output": outputs,
    }


def _called(setup: Setup, name: str) -> str:
    """How Terraform calls what has that name."""
    return name.removeprefix(setup.prefix).replace("-", "_")


def _output(kind: str, setup: Setup, name: str) -> Json:
    return {"value": f"${{aws_iam_{kind}.{_called(setup, name)}.arn}}"}


def _read(document: str) -> str:
    """The document in the file of that name."""
    return f'${{file("${{path.module}}/{document}.json")}}'


def _policies(setup: Setup) -> Json:
    names = [*setup.boundaries, *(name for role in setup.roles for name in setup.policies_of(role))]
    return {"aws_iam_policy": {_called(setup, name): {"name": name, "policy": _read(name)} for name in names}}


def _providers(setup: Setup) -> Json:
    found = {
        f"issuer_{number}": {
            "count": f"${{var.{MAKES_PROVIDER} ? 1 : 0}}",
            "url": f"https://{who.issuer}",
            "client_id_list": [who.audience],
        }
        for number, who in enumerate(setup.providers.values(), 1)
    }
    return {"aws_iam_openid_connect_provider": found} if found else {}


def _roles(setup: Setup) -> Json:
    after = [f"aws_iam_openid_connect_provider.issuer_{number + 1}" for number in range(len(setup.providers))]
    depends: Mapping[str, Any] = {"depends_on": after} if after else {}
    roles = {
        _called(setup, role): {"name": role, "assume_role_policy": _read(f"{role}{TRUST}"), **depends}
        for role in setup.roles
    }
    attached = {
        f"{_called(setup, role)}_has_{_called(setup, name)}": {
            "role": f"${{aws_iam_role.{_called(setup, role)}.name}}",
            "policy_arn": f"${{aws_iam_policy.{_called(setup, name)}.arn}}",
        }
        for role in setup.roles
        for name in setup.policies_of(role)
    }
    return {"aws_iam_role": roles, "aws_iam_role_policy_attachment": attached}


def _state_bucket(setup: Setup) -> Json:
    blocked = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    keeping = {
        "id": "old-versions",
        "status": "Enabled",
        "filter": {},
        "noncurrent_version_expiration": {"noncurrent_days": KEEPING.old_versions},
        "abort_incomplete_multipart_upload": {"days_after_initiation": KEEPING.unfinished_uploads},
    }
    encrypted = {"rule": {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}}
    settings: dict[str, Json] = {
        "versioning": {"versioning_configuration": {"status": "Enabled"}},
        "public_access_block": dict.fromkeys(blocked, True),
        "server_side_encryption_configuration": encrypted,
        "ownership_controls": {"rule": {"object_ownership": "BucketOwnerEnforced"}},
        "lifecycle_configuration": {"rule": keeping},
        "policy": {"policy": _read(f"{setup.reach.state_bucket}{POLICY}")},
    }
    bucket = {"bucket": setup.reach.state_bucket, "lifecycle": {"prevent_destroy": True}}
    return {"aws_s3_bucket": {"state": bucket}} | {
        f"aws_s3_bucket_{kind}": {"state": {"bucket": BUCKET, **each}} for kind, each in settings.items()
    }
