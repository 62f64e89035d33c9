"""Roles that are made, bounded and passed on, as the local AWS checks it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import PROD_ACCOUNT
from tests.providers.callers import ACCOUNT, ACCOUNT_TRUST, CODE, Callers, allow, answer, deny, document

BOUNDARY = f"arn:aws:iam::{PROD_ACCOUNT}:policy/limit"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
PATH = "/dbt-ghost/flights/"
WITH_PATH = f"arn:aws:iam::{PROD_ACCOUNT}:role{PATH}ghost-flights-a"
POLICY = {"PolicyName": "own", "PolicyDocument": document(allow("s3:GetObject"))}
Calling = Callable[[Any, str], Any]

CHANGES: dict[str, Calling] = {
    "PutRolePolicy": lambda iam, role: iam.put_role_policy(RoleName=role, **POLICY),
    "DeleteRolePolicy": lambda iam, role: iam.delete_role_policy(RoleName=role, PolicyName="own"),
    "AttachRolePolicy": lambda iam, role: iam.attach_role_policy(RoleName=role, PolicyArn=READ_ONLY),
    "DetachRolePolicy": lambda iam, role: iam.detach_role_policy(RoleName=role, PolicyArn=READ_ONLY),
    "UpdateAssumeRolePolicy": lambda iam, role: iam.update_assume_role_policy(
        RoleName=role, PolicyDocument=ACCOUNT_TRUST
    ),
    "GetRole": lambda iam, role: iam.get_role(RoleName=role),
    "DeleteRolePermissionsBoundary": lambda iam, role: iam.delete_role_permissions_boundary(RoleName=role),
    "DeleteRole": lambda iam, role: iam.delete_role(RoleName=role),
}
"""Of a role that is there, in an order in which each can be done."""


@pytest.fixture
def callers(strict_aws: LocalStack) -> Callers:
    """With two boundaries, and three roles: held by the one, by the other, by none."""
    callers = Callers(strict_aws)
    for name in ("limit", "lax"):
        callers.policy(name, allow("*"))
    callers.role(name="bounded", boundary=BOUNDARY)
    callers.role(name="lax", boundary=f"arn:aws:iam::{PROD_ACCOUNT}:policy/lax")
    callers.role(name="free")
    return callers


def bounded(*actions: str) -> dict[str, Any]:
    return allow([f"iam:{each}" for each in actions], ArnEquals={"iam:PermissionsBoundary": BOUNDARY})


def create(iam: Any, name: str = "made", **more: Any) -> str:
    return answer(lambda: iam.create_role(RoleName=name, AssumeRolePolicyDocument=ACCOUNT_TRUST, **more))


def test_a_role_is_made_only_with_the_boundary_that_the_condition_names(callers: Callers) -> None:
    iam = callers.client("iam", bounded("CreateRole"))
    assert create(iam) == "denied"
    assert create(iam, PermissionsBoundary=BOUNDARY.replace("limit", "lax")) == "denied"
    assert create(iam, PermissionsBoundary=BOUNDARY) == "done"


def test_only_a_role_that_has_the_boundary_may_be_changed(callers: Callers) -> None:
    iam = callers.client("iam", bounded(*CHANGES))
    for role in ("lax", "free"):
        ends = {name: answer(partial(change, iam, role)) for name, change in CHANGES.items()}
        assert ends == dict.fromkeys(CHANGES, "denied")
    kept = [name for name in CHANGES if name != "DeleteRole"]  # its boundary is gone by then
    assert [answer(partial(CHANGES[name], iam, "bounded")) for name in kept] == ["done"] * len(kept)
    assert answer(lambda: iam.delete_role(RoleName="bounded")) == "denied"
    callers.role(name="bounded-too", boundary=BOUNDARY)
    assert answer(lambda: iam.delete_role(RoleName="bounded-too")) == "done"


def test_a_boundary_is_put_on_only_if_it_is_the_one_that_the_condition_names(callers: Callers) -> None:
    iam = callers.client("iam", bounded("PutRolePermissionsBoundary"))

    def puts(role: str, name: str) -> str:
        arn = BOUNDARY.replace("limit", name)
        return answer(lambda: iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=arn))

    assert {role: puts(role, "lax") for role in ("bounded", "free")} == {"bounded": "denied", "free": "denied"}
    assert {role: puts(role, "limit") for role in ("lax", "free")} == {"lax": "done", "free": "done"}


def test_a_deny_of_any_other_boundary_denies_having_none(callers: Callers) -> None:
    other = deny("iam:*", ArnNotEquals={"iam:PermissionsBoundary": BOUNDARY})
    iam = callers.client("iam", allow("iam:*"), other)
    assert create(iam) == "denied"
    assert create(iam, PermissionsBoundary=BOUNDARY) == "done"


def test_a_role_with_a_path_is_known_by_its_path(callers: Callers) -> None:
    ghosts = WITH_PATH.replace("ghost-flights-a", "*")
    iam = callers.client("iam", allow("iam:*", ghosts))
    callers.role(name="ghost-flights-b")
    assert create(iam, "ghost-flights-a", Path=PATH) == "done"
    assert create(iam, "ghost-flights-c") == create(iam, "ghost-flights-c", Path="/another/") == "denied"
    assert answer(lambda: iam.put_role_policy(RoleName="ghost-flights-a", **POLICY)) == "done"
    assert answer(lambda: iam.put_role_policy(RoleName="ghost-flights-b", **POLICY)) == "denied"


def test_a_policys_arn_has_its_path(callers: Callers) -> None:
    iam = callers.client("iam", allow("iam:CreatePolicy", f"arn:aws:iam::{PROD_ACCOUNT}:policy/ours/*"))
    made = {"PolicyName": "x", "PolicyDocument": POLICY["PolicyDocument"]}
    assert [answer(partial(iam.create_policy, Path=path, **made)) for path in ("/", "/ours/")] == ["denied", "done"]


def make(client: Any, role: str, name: str = "made") -> str:
    settings = {"Runtime": "python3.11", "Handler": "app.handler", "Code": CODE}
    return answer(lambda: client.create_function(FunctionName=name, Role=role, **settings))


def passing(service: str = "lambda", role: str = WITH_PATH) -> dict[str, Any]:
    return allow("iam:PassRole", role, StringEquals={"iam:PassedToService": f"{service}.amazonaws.com"})


@pytest.fixture
def roles(callers: Callers) -> tuple[str, str]:
    """One that may be passed on, and one of prod's."""
    return callers.role(name="ghost-flights-a", path=PATH), callers.role(name="prod")


def test_a_function_is_made_only_with_a_role_that_may_be_passed_to_lambda(
    callers: Callers, roles: tuple[str, str]
) -> None:
    own, prod = roles
    anything = allow("lambda:*")
    client = callers.client("lambda", anything, passing())
    assert make(client, prod) == "denied"
    assert make(client, own) == "done"
    assert make(callers.client("lambda", anything, name="nothing"), own, "other") == "denied"
    assert make(callers.client("lambda", anything, passing("events"), name="events"), own, "other") == "denied"
    assert make(callers.client("lambda", passing(), name="passes"), own, "other") == "denied"


def test_a_function_gets_another_role_only_if_that_may_be_passed_to_lambda(
    callers: Callers, roles: tuple[str, str]
) -> None:
    own, prod = roles
    assert make(callers.root.client("lambda"), own) == "done"
    client = callers.client("lambda", allow("lambda:*"), passing())

    def changed(**settings: Any) -> str:
        return answer(lambda: client.update_function_configuration(FunctionName="made", **settings))

    assert [changed(Role=prod), changed(Role=own), changed(Timeout=9)] == ["denied", "done", "done"]


def test_a_target_gets_only_a_role_that_may_be_passed_to_eventbridge(callers: Callers, roles: tuple[str, str]) -> None:
    own, prod = roles
    callers.root.client("events").put_rule(Name="files", EventPattern=json.dumps({"source": ["aws.s3"]}))
    queue = ACCOUNT.queue_arn("files")

    def put(client: Any, *roles: str) -> str:
        targets = [
            {"Id": str(number), "Arn": queue} | ({"RoleArn": role} if role else {}) for number, role in enumerate(roles)
        ]
        return answer(lambda: client.put_targets(Rule="files", Targets=targets))

    client = callers.client("events", allow("events:*"), passing("events"))
    assert [put(client, prod), put(client, own, prod), put(client, own), put(client, "")] == [
        *("denied", "denied"),
        *("done", "done"),
    ]
    to_lambda = callers.client("events", allow("events:*"), passing(), name="to-lambda")
    assert put(to_lambda, own) == "denied"


def test_a_rule_gets_only_a_role_that_may_be_passed_to_eventbridge(callers: Callers, roles: tuple[str, str]) -> None:
    client = callers.client("events", allow("events:*"), passing("events"))
    pattern = json.dumps({"source": ["aws.s3"]})
    puts = [partial(client.put_rule, Name="files", EventPattern=pattern, RoleArn=role) for role in roles]
    assert [answer(put) for put in puts] == ["done", "denied"]


def test_a_refusal_names_what_was_refused(callers: Callers, roles: tuple[str, str]) -> None:
    client = callers.client("lambda", allow("lambda:*"), passing())
    settings = {"Runtime": "python3.11", "Handler": "app.handler", "Code": CODE}
    with pytest.raises(client.exceptions.ClientError) as refused:
        client.create_function(FunctionName="made", Role=roles[1], **settings)
    assert f"iam:PassRole on resource: {roles[1]}" in str(refused.value)
    with pytest.raises(client.exceptions.ClientError) as refused:
        callers.client("lambda", name="nobody").create_function(FunctionName="made", Role=roles[1], **settings)
    assert f"lambda:CreateFunction on resource: {ACCOUNT.function_arn('made')}" in str(refused.value)
