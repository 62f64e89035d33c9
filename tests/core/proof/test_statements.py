"""Each statement of a generated document is needed: without it something is no longer proved, or no longer possible."""

from __future__ import annotations

import json

import pytest

from dbt_ghost.core import policies
from dbt_ghost.core.iam.documents import parse
from dbt_ghost.core.iam.principals import role
from dbt_ghost.core.iam.proving import prove
from dbt_ghost.core.iam.questions import Forbidden, Policies, Question
from dbt_ghost.core.naming import TAP
from dbt_ghost.core.policies import Bounds, Document, Location
from dbt_ghost.core.proof.doors import ACTS
from dbt_ghost.core.proof.findings import Proof
from dbt_ghost.core.proof.roles import ABLE
from dbt_ghost.core.resources import canonical
from dbt_ghost.providers.iam_catalogue import load
from tests.core.blueprint.grounds import ACCOUNT
from tests.core.proof.scenes import BOUNDARY, SCENES, boundaries, broken, documents, proof, proof_with

OTHERWISE = {"NoRecords"}
"""The settings refuse a state bucket that a grant could reach: see the last test."""


def _unnumbered(sid: str) -> str:
    return sid.rstrip("0123456789")


def _of(scene: str, kind: str) -> str:
    return boundaries(scene)[ACCOUNT.policy_arn(BOUNDARY[kind])]


OF_ROLES = [
    pytest.param(scene, step, document, id=f"{scene}-{step}-{sid}")
    for scene in SCENES
    for step, whole in documents(scene).items()
    for sid, document in broken(whole)
    if sid not in OTHERWISE
]
OF_BOUNDARIES = sorted(
    {(kind, _unnumbered(sid)) for scene in SCENES for kind in BOUNDARY for sid, _ in broken(_of(scene, kind))}
)


def complaints(found: Proof) -> set[str]:
    return {each.claim for each in found.findings if each.verdict != "proved"}


@pytest.mark.parametrize("scene", SCENES)
def test_what_is_generated_holds_in_every_view(scene: str) -> None:
    assert complaints(proof(scene)) == set()


@pytest.mark.parametrize("scene", SCENES)
def test_the_same_roles_brought_ready_made_hold_too(scene: str) -> None:
    assert complaints(proof_with(scene, "clean")) == set()


@pytest.mark.parametrize(("scene", "step", "document"), OF_ROLES)
def test_a_role_without_one_of_its_statements_is_noticed(scene: str, step: str, document: str) -> None:
    assert complaints(proof_with(scene, step, policy=document))


@pytest.mark.parametrize(("kind", "sid"), [each for each in OF_BOUNDARIES if each[1] not in OTHERWISE])
def test_a_boundary_without_one_of_its_statements_is_noticed_of_some_ghost(kind: str, sid: str) -> None:
    """One boundary is for all ghosts of a project, of which none needs every statement."""
    found = (
        complaints(proof_with(scene, step, boundary=document))
        for scene in SCENES
        for step in documents(scene)
        if (step == TAP) == (kind == "tap")
        for name, document in broken(_of(scene, kind))
        if _unnumbered(name) == sid
    )
    assert any(found)


def test_a_trust_that_lets_another_service_in_is_noticed() -> None:
    open_to_all = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
    trust = canonical({"Version": "2012-10-17", "Statement": [open_to_all]})
    assert complaints(proof_with("direct", "clean", trust=trust)) == {ACTS}


def test_a_boundary_that_stops_what_a_role_is_for_is_noticed() -> None:
    narrow = canonical(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}
    )
    found = proof_with("direct", "clean", boundary=narrow)
    (failed,) = found.failed
    assert (failed.claim, failed.of) == (ABLE, "clean")
    assert "s3:GetObject on arn:aws:s3:::p-raw/in/x.csv is not let through" in failed.because


def test_every_document_is_canonical_json_that_aws_takes() -> None:
    for scene in SCENES:
        for document in (*documents(scene).values(), *boundaries(scene).values()):
            assert canonical(json.loads(document)) == document


@pytest.mark.parametrize("without", [False, True], ids=["whole", "without NoRecords"])
def test_records_stay_closed_even_where_a_grant_reaches_them(without: bool) -> None:
    grants = [policies.read_prod(ACCOUNT, [Location("shop-records")]), *policies.use_buckets(ACCOUNT, [], ["shop-*"])]
    statements = policies.statements(grants, Bounds(ACCOUNT, "shop-records", ACCOUNT.function_arn("x")))
    held = [each for each in statements if not (without and each.sid == "NoRecords")]
    policy = parse(Document("careless", tuple(held), 10240).json, "careless")
    records = Forbidden(resources=("arn:aws:s3:::shop-records", "arn:aws:s3:::shop-records/*"))
    question = Question(role(ACCOUNT.role_arn("x")), Policies((policy,)), records)
    assert prove(question, load(["s3"])).verdict == ("violated" if without else "proved")
