"""What production's execution roles may do is read to the last page, and what is not told is not nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from dbt_ghost.core.errors import Denied, GhostError, NotFound
from dbt_ghost.core.resources import canonical
from dbt_ghost.core.rights import Role, outside_s3
from dbt_ghost.providers.aws import prod_roles
from dbt_ghost.providers.aws.prod import AwsProd
from dbt_ghost.providers.aws.session import Session
from tests.providers.aws.production import ACCOUNT, NAME, Team, step
from tests.providers.aws.stubbed import Answers, answers

ROLE = ACCOUNT.role_arn(NAME)
TRUST = {
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}
MANAGED = f"arn:aws:iam::{ACCOUNT.id}:policy/"
GONE = "NoSuchEntity"


def document(action: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


def make(session: Session, name: str = NAME, path: str = "/", **more: Any) -> str:
    made = session.client("iam").create_role(
        RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(TRUST), **more
    )
    return str(made["Role"]["Arn"])


def managed(session: Session, name: str, action: str) -> str:
    made = session.client("iam").create_policy(PolicyName=name, PolicyDocument=json.dumps(document(action)))
    return str(made["Policy"]["Arn"])


def test_own_and_attached_policies_are_read_with_unlike_paths_and_the_boundary(session: Session) -> None:
    iam = session.client("iam")
    bound = managed(session, "flights-bound", "s3:*")
    arn = make(session, path="/service-role/", PermissionsBoundary=bound)
    for action in ("s3:GetObject", "sns:Publish"):
        iam.put_role_policy(RoleName=NAME, PolicyName=action[:3], PolicyDocument=json.dumps(document(action)))
    attached = managed(session, "flights-tables", "dynamodb:Get*")
    iam.attach_role_policy(RoleName=NAME, PolicyArn=attached)
    iam.create_policy_version(PolicyArn=attached, PolicyDocument=json.dumps(document("dynamodb:*")), SetAsDefault=True)
    prod = AwsProd(session)
    wanted = [canonical(document(action)) for action in ("dynamodb:*", "s3:GetObject", "sns:Publish")]
    assert prod.role_policies(arn) == tuple(sorted(wanted)), "of a managed policy the version in force"
    assert prod.role_boundary(arn) == canonical(document("s3:*"))
    assert outside_s3(Role(prod.role_policies(arn)), {}) == {"dynamodb": ("*",), "sns": ("Publish",)}


def test_a_bare_role_has_no_policies_and_no_boundary(session: Session) -> None:
    arn = make(session)
    assert (prod_roles.policies(session, arn), prod_roles.boundary(session, arn)) == ((), "")


@pytest.mark.parametrize("read", [prod_roles.policies, prod_roles.boundary])
def test_a_role_that_is_gone_is_not_found(session: Session, read: Callable[..., object]) -> None:
    with pytest.raises(NotFound, match=f"of role {NAME}"):
        read(session, ROLE)


def test_discovery_tells_what_a_functions_role_may_do(session: Session) -> None:
    Team(session).function()
    assert step(session).function.policies == (), "nothing, as the function has outlived its role"
    bound = managed(session, "flights-bound", "s3:*")
    make(session, PermissionsBoundary=bound)
    own = json.dumps(document("s3:GetObject"))
    session.client("iam").put_role_policy(RoleName=NAME, PolicyName="own", PolicyDocument=own)
    found = step(session).function
    assert found.policies == (canonical(document("s3:GetObject")),)
    assert found.boundary == canonical(document("s3:*"))


# What the local AWS does not show.


def say_managed(session: Answers, name: str, action: str, version: str = "v3") -> None:
    session.say("iam.get_policy", {"Policy": {"DefaultVersionId": version}}, PolicyArn=MANAGED + name)
    told = {"Document": quote(json.dumps(document(action)))}
    which = {"PolicyArn": MANAGED + name, "VersionId": version}
    session.say("iam.get_policy_version", {"PolicyVersion": told}, **which)


def say_inline(session: Answers, name: str, action: str) -> None:
    told = {"RoleName": NAME, "PolicyName": name, "PolicyDocument": quote(json.dumps(document(action)))}
    session.say("iam.get_role_policy", told, RoleName=NAME, PolicyName=name)


def test_every_page_is_read() -> None:
    with answers("iam") as session:
        first = {"PolicyNames": ["a"], "IsTruncated": True, "Marker": "2"}
        session.say("iam.list_role_policies", first, RoleName=NAME)
        say_inline(session, "a", "s3:Get*")
        session.say("iam.list_role_policies", {"PolicyNames": ["b"]}, RoleName=NAME, Marker="2")
        say_inline(session, "b", "sns:*")
        attached = {"AttachedPolicies": [{"PolicyArn": f"{MANAGED}c"}], "IsTruncated": True, "Marker": "2"}
        session.say("iam.list_attached_role_policies", attached, RoleName=NAME)
        say_managed(session, "c", "sqs:*")
        attached = {"AttachedPolicies": [{"PolicyArn": f"{MANAGED}d"}]}
        session.say("iam.list_attached_role_policies", attached, RoleName=NAME, Marker="2")
        say_managed(session, "d", "kms:*")
        wanted = sorted(canonical(document(action)) for action in ("s3:Get*", "sns:*", "sqs:*", "kms:*"))
        assert prod_roles.policies(session, ROLE) == tuple(wanted)


def test_a_policy_that_went_since_it_was_listed_is_none() -> None:
    with answers("iam") as session:
        session.say("iam.list_role_policies", {"PolicyNames": ["a", "b"]})
        session.fail("iam.get_role_policy", GONE, status=404)
        say_inline(session, "b", "sns:*")
        session.say("iam.list_attached_role_policies", {"AttachedPolicies": [{"PolicyArn": f"{MANAGED}c"}]})
        session.fail("iam.get_policy", GONE, status=404)
        assert prod_roles.policies(session, ROLE) == (canonical(document("sns:*")),)


CALLS = ("list_role_policies", "get_role_policy", "list_attached_role_policies", "get_policy", "get_policy_version")


@pytest.mark.parametrize("refused", CALLS)
def test_one_policy_that_may_not_be_read_leaves_all_unknown(refused: str) -> None:
    told: dict[str, dict[str, Any]] = {
        "list_role_policies": {"PolicyNames": ["a"]},
        "get_role_policy": {"RoleName": NAME, "PolicyName": "a", "PolicyDocument": quote(json.dumps(document("s3:*")))},
        "list_attached_role_policies": {"AttachedPolicies": [{"PolicyArn": f"{MANAGED}c"}]},
        "get_policy": {"Policy": {"DefaultVersionId": "v1"}},
    }
    with answers("iam") as session:
        for call in CALLS[: CALLS.index(refused)]:
            session.say(f"iam.{call}", told[call])
        session.fail(f"iam.{refused}", "AccessDenied", status=403)
        with pytest.raises(Denied, match=f"the policies of role {NAME}"):
            prod_roles.policies(session, ROLE)


def test_a_boundary_that_may_not_be_read_is_denied_and_a_throttled_call_is_an_error() -> None:
    has = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": f"{MANAGED}c"}
    role = {"Path": "/", "RoleName": NAME, "RoleId": "A" * 16, "Arn": ROLE, "CreateDate": "2026-01-01T00:00:00Z"}
    with answers("iam") as session:
        session.say("iam.get_role", {"Role": role | {"PermissionsBoundary": has}}, RoleName=NAME)
        session.fail("iam.get_policy", "AccessDenied", status=403)
        with pytest.raises(Denied, match=f"the boundary of role {NAME}"):
            prod_roles.boundary(session, ROLE)
        session.fail("iam.get_role", "Throttling")
        with pytest.raises(GhostError) as raised:
            prod_roles.boundary(session, ROLE)
        assert not isinstance(raised.value, (Denied, NotFound))


def test_the_trust_of_a_role_and_a_policy_in_force_are_read(session: Session) -> None:
    arn, bound = make(session), managed(session, "flights-bound", "s3:*")
    prod = AwsProd(session)
    assert prod.role_trust(arn) == canonical(TRUST)
    assert prod.managed_policy(bound) == canonical(document("s3:*"))


def test_a_boundary_that_nobody_installed_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="flights-bound") as error:
        AwsProd(session).managed_policy(f"{MANAGED}flights-bound")
    assert "ingestion.boundary" in error.value.hint
