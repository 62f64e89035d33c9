"""What people are told of a copied step whose prod role may do more than the copy."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.resources import Mount
from dbt_ghost.core.topology import Topology, Trigger
from tests.core.blueprint.grounds import ACCOUNT, QUEUE, WAYS, by, chain, config, plan

TABLE = "arn:aws:dynamodb:eu-west-1:111111111111:table/flights"
SECRET = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:flights-AbCdEf"
IN = "arn:aws:s3:::p-raw/in/*"
DELETES = "clean: prod's role may delete what it reads from p-raw/in/; if its code does so, set `input: staged`"


def allow(*actions: str, on: str | list[str] = "*", **other: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **other}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def told(*statements: dict[str, Any], first: Trigger | None = None, boundary: str = "", **settings: Any) -> list[str]:
    """What is said of prod's role where it is the first step's."""
    facts: dict[str, Any] = {"mounts": (MOUNT,)} if settings.get("efs") else {}
    topology = chain(first or by("s3"), policies=(policy(*statements),), boundary=boundary, **facts)
    return about_roles(topology, **settings)


def about_roles(topology: Topology, ingestion: dict[str, Any] | None = None, **settings: Any) -> list[str]:
    return [note for note in plan(topology, config(ingestion, **settings)).notes if "prod's role" in note]


MOUNT = Mount("arn:aws:elasticfilesystem:eu-west-1:111111111111:access-point/fsap-1", "/mnt/x")


@pytest.mark.parametrize("way", WAYS)
def test_a_step_whose_role_may_delete_what_it_reads_is_told_to_stage_it(way: str) -> None:
    assert told(allow("s3:DeleteObject", on=IN), first=by(way)) == [DELETES]


def test_all_that_it_may_do_is_named_in_one_line_and_what_is_not_certain_last() -> None:
    sometimes: dict[str, Any] = {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "flights"}}}
    statements = (
        allow("s3:DeleteObject*", "s3:PutObjectTagging"),
        allow("s3:PutObject", "s3:RestoreObject", **sometimes),
    )
    (note,) = told(*statements)
    assert note.startswith(
        "clean: prod's role may delete, tag and perhaps overwrite, restore what it reads from p-raw/"
    )
    (note,) = told(statements[1])
    assert note.startswith("clean: prod's role may perhaps overwrite, restore what it reads")


def test_a_condition_that_every_call_of_the_function_meets_is_none() -> None:
    met = {
        "Bool": {"aws:SecureTransport": "true"},
        "StringEquals": {"aws:ResourceAccount": ACCOUNT.id, "aws:PrincipalAccount": ACCOUNT.id},
        "ArnLike": {"aws:PrincipalArn": ACCOUNT.role_arn("p-*")},
    }
    assert told(allow("s3:DeleteObject", Condition=met)) == [DELETES]
    assert told(allow("s3:DeleteObject", Condition={"Bool": {"aws:PrincipalIsAWSService": "true"}})) == []


def test_nothing_is_said_of_rights_to_other_keys_and_of_reading() -> None:
    assert told(allow("s3:*", on="arn:aws:s3:::p-raw/archive/*"), allow("s3:GetObject", "s3:ListBucket")) == []


def test_nothing_is_said_of_a_staged_input() -> None:
    assert told(allow("s3:*"), input="staged") == []


def test_nothing_is_said_of_an_inner_hop_whose_input_is_the_ghosts_own() -> None:
    topology = chain(by("s3"))
    enrich = replace(topology.steps[1].function, policies=(policy(allow("s3:*")),))
    inner = replace(topology, steps=(topology.steps[0], replace(topology.steps[1], function=enrich)))
    assert about_roles(inner) == []


def test_nothing_is_said_of_a_step_that_is_not_copied() -> None:
    topology = chain(by("s3"))
    unread = replace(topology.steps[0].function, policies=None)
    notes = plan(
        replace(topology, steps=(replace(topology.steps[0], function=unread), topology.steps[1])), changed="enrich"
    ).notes
    assert [note for note in notes if "prod's role" in note] == []


def test_a_boundary_caps_what_is_said() -> None:
    assert told(allow("s3:DeleteObject", "sns:Publish"), boundary=policy(allow("s3:GetObject"))) == []


def test_rights_outside_s3_are_named() -> None:
    assert told(allow("sns:Publish", "dynamodb:PutItem", "dynamodb:GetItem")) == [
        "clean: prod's role may also use dynamodb (GetItem, PutItem), sns (Publish); the copy may not"
    ]
    (_, everything) = told(allow("*"))
    assert everything == "clean: prod's role may also use every service (*); the copy may not"


def test_what_reads_grants_is_left_out() -> None:
    statements = (
        allow("dynamodb:GetItem", "dynamodb:PutItem", on=TABLE),
        allow("secretsmanager:GetSecretValue", on=SECRET),
    )
    assert told(*statements, reads=[TABLE, SECRET]) == [
        "clean: prod's role may also use dynamodb (PutItem); the copy may not"
    ]
    assert told(*statements, reads=[SECRET, "s3://p-other/"]) == [
        "clean: prod's role may also use dynamodb (GetItem, PutItem); the copy may not"
    ]


def test_receiving_from_its_own_queue_is_left_out_where_a_queue_triggers_it() -> None:
    receive = allow("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", on=QUEUE)
    assert told(receive, first=by("sqs")) == []
    assert len(told(receive, first=by("s3"))) == 1


def test_mounting_is_left_out_where_the_copy_mounts_too() -> None:
    mount = allow(
        "elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite", "elasticfilesystem:ClientRootAccess"
    )
    assert told(mount, efs=True) == [
        "clean: prod's role may also use elasticfilesystem (ClientRootAccess); the copy may not"
    ]


def test_a_role_that_was_not_looked_at_is_said_once_and_how_to_allow_it() -> None:
    topology = chain(by("s3"))
    role = "arn:aws:iam::111111111111:role/service-role/p-both"
    unread = [replace(step.function, policies=None, role_arn=role) for step in topology.steps]
    steps = tuple(replace(step, function=each) for step, each in zip(topology.steps, unread, strict=True))
    (note,) = about_roles(replace(topology, steps=steps))
    assert note == (
        "what prod's role p-both may do was not looked at: denied; give the caller iam:GetPolicy, "
        "iam:GetPolicyVersion, iam:GetRole, iam:GetRolePolicy, iam:ListAttachedRolePolicies, iam:ListRolePolicies"
    )


def test_every_note_is_one_line() -> None:
    many = [f"{service}:{call}" for service in ("sns", "dynamodb") for call in "ABCDEFGHIJ"]
    for note in told(allow("s3:*", *many)):
        assert "\n" not in note and len(note) < 200
