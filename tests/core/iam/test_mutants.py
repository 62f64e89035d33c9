"""The prover against policies that are right, and against ones that are wrong in one place each."""

from __future__ import annotations

import pytest

from dbt_ghost.core.iam.catalogue import Catalogue
from dbt_ghost.core.iam.principals import Principal, role, service
from dbt_ghost.core.iam.proving import allows, prove
from dbt_ghost.core.iam.questions import Given, Policies
from dbt_ghost.providers.iam_catalogue import load
from tests.core.iam.invariants import invariants, policies
from tests.core.iam.mutants import MUTANTS, mutant
from tests.core.iam.written import (
    ACCOUNT,
    BOUNDARY,
    BUCKET_ARN,
    DEPLOYER,
    DOWNSTREAM,
    EVENTS,
    FUNCTION,
    GHOSTS,
    GOOD,
    LAMBDA,
    LOGS,
    PROD_ARN,
    PROJECT,
    REGION,
    RULE,
    STEP,
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(("events", "iam", "kms", "lambda", "logs", "s3", "sns", "sqs", "sts"))


@pytest.mark.parametrize("name", invariants(GOOD))
def test_what_is_right_is_proved(name: str, catalogue: Catalogue) -> None:
    assert prove(invariants(GOOD)[name], catalogue).verdict == "proved"


@pytest.mark.parametrize("name", MUTANTS)
def test_what_is_wrong_is_shown_by_a_request(name: str, catalogue: Catalogue) -> None:
    documents = mutant(name, GOOD)
    answers = [(question, prove(question, catalogue)) for question in invariants(documents).values()]
    shown = [(question, answer) for question, answer in answers if answer.verdict == "violated"]
    assert shown
    for question, answer in shown:
        assert answer.request is not None
        request = answer.request
        given: dict[str, Given] = {
            key: values[0] if len(values) == 1 else values or None for key, values in request.context.items()
        }
        again = allows(
            question.principal, question.policies, request.action, request.resource, context=given, catalogue=catalogue
        )
        assert again.verdict == "violated", (question, answer)


def test_every_mutant_differs_from_what_is_right() -> None:
    assert len(MUTANTS) >= 30
    assert [name for name in MUTANTS if mutant(name, GOOD) == GOOD] == []


HERE: dict[str, Given] = {"aws:ResourceAccount": ACCOUNT, "aws:SecureTransport": "true"}
IN_FUNCTION: dict[str, Given] = {**HERE, "lambda:SourceFunctionArn": FUNCTION}
TAGGED: dict[str, Given] = {"aws:ResourceTag/dbt-ghost:project": PROJECT}
ROLE = STEP
MUST_STAY: list[tuple[str, str, str, dict[str, Given]]] = [
    ("step", "s3:GetObject", f"{PROD_ARN}/orders/1.csv", IN_FUNCTION),
    ("step", "s3:GetObject", f"{PROD_ARN}/refunds/a/b.csv", IN_FUNCTION),
    ("step", "s3:ListBucket", PROD_ARN, {**IN_FUNCTION, "s3:prefix": "orders/2026"}),
    ("step", "s3:PutObject", f"{BUCKET_ARN}/out/1.csv", IN_FUNCTION),
    ("step", "s3:DeleteObject", f"{BUCKET_ARN}/out/1.csv", IN_FUNCTION),
    ("step", "s3:ListBucket", BUCKET_ARN, IN_FUNCTION),
    ("step", "logs:PutLogEvents", f"{LOGS}/aws/lambda/{FUNCTION.rpartition(':')[2]}:log-stream:a", {}),
    ("deployer", "s3:CreateBucket", BUCKET_ARN, {"aws:RequestedRegion": REGION}),
    ("deployer", "s3:PutBucketPolicy", BUCKET_ARN, HERE),
    ("deployer", "s3:GetBucketNotification", PROD_ARN, HERE),
    ("deployer", "lambda:CreateFunction", FUNCTION, {}),
    ("deployer", "lambda:UpdateFunctionCode", FUNCTION, TAGGED),
    ("deployer", "lambda:GetFunctionConfiguration", f"{LAMBDA}shop-orders", {}),
    ("deployer", "lambda:AddPermission", FUNCTION, {"lambda:Principal": "events.amazonaws.com"}),
    ("deployer", "events:PutTargets", RULE, {"events:TargetArn": (FUNCTION, f"{LAMBDA}{GHOSTS}tap")}),
    ("deployer", "events:DeleteRule", f"{EVENTS}{GHOSTS}x", {}),
    ("deployer", "iam:CreateRole", ROLE, {"iam:PermissionsBoundary": BOUNDARY}),
    ("deployer", "iam:PassRole", ROLE, {"iam:PassedToService": "lambda.amazonaws.com"}),
    ("deployer", "iam:GetPolicyVersion", BOUNDARY, {}),
    ("downstream", "s3:GetObject", f"{BUCKET_ARN}/out/1.csv", HERE),
    ("rule", "lambda:InvokeFunction", FUNCTION, {"aws:SourceArn": RULE}),
]


@pytest.mark.parametrize("who, action, resource, context", MUST_STAY)
def test_what_must_stay_possible_does(
    who: str, action: str, resource: str, context: dict[str, Given], catalogue: Catalogue
) -> None:
    of = policies(GOOD)
    live = (of["prod bucket"], of["bucket"])
    asked: dict[str, tuple[Principal, Policies]] = {
        "step": (role(STEP), Policies((of["step"],), of["boundary"], resource=live)),
        "deployer": (role(DEPLOYER), Policies((of["deployer"], of["guard"]), resource=live)),
        "downstream": (role(DOWNSTREAM), Policies(resource=live)),
        "rule": (service("events.amazonaws.com"), Policies(resource=(of["permission"],))),
    }
    answer = allows(*asked[who], action, resource, context=context, catalogue=catalogue)
    assert answer.verdict == "violated"


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("s3:PutObject", f"{PROD_ARN}/orders/1.csv", IN_FUNCTION),
        ("s3:GetObject", f"{PROD_ARN}/orders/1.csv", HERE),
        ("s3:GetObject", f"{PROD_ARN}/secret/1.csv", IN_FUNCTION),
        ("s3:ListBucket", PROD_ARN, IN_FUNCTION),
        ("s3:GetObject", f"{PROD_ARN}/orders/1.csv", {**IN_FUNCTION, "aws:SecureTransport": "false"}),
    ],
)
def test_a_request_that_is_not_allowed_is_not(
    action: str, resource: str, context: dict[str, Given], catalogue: Catalogue
) -> None:
    of = policies(GOOD)
    held = Policies((of["step"],), of["boundary"], resource=(of["prod bucket"], of["bucket"]))
    assert allows(role(STEP), held, action, resource, context=context, catalogue=catalogue).verdict == "proved"
