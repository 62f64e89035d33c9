"""What a fork makes is what the proof was about: the same documents, on the same roles."""

from __future__ import annotations

import json

import pytest

from dbt_ghost.core.naming import TAP
from dbt_ghost.core.policies import TRUST
from dbt_ghost.core.proof.findings import digest
from dbt_ghost.core.resources import Bucket, Queue, Resource, Role, Topic, kind_of
from tests.core.blueprint.grounds import ACCOUNT, GHOST
from tests.core.proof.scenes import BOUNDARY, SCENES, boundaries, documents, facts, plan, project

RECORDS = "arn:aws:s3:::shop-ghost-state-111111111111-eu-west-1"


def made(scene: str) -> tuple[list[Resource], dict[str, str]]:
    """Everything, and the SHA-256 of each document that was proved."""
    planned = plan(scene, project(scene)[0], facts(scene))
    assert planned.proof
    return [each.resource for each in planned.changes], dict(planned.proof.documents)


@pytest.mark.parametrize("scene", SCENES)
def test_every_role_is_made_with_the_policy_the_boundary_and_the_trust_that_were_proved(scene: str) -> None:
    found, proved = made(scene)
    roles = {each.name: each for each in found if isinstance(each, Role)}
    assert len(roles) == len(documents(scene))
    for step in documents(scene):
        role = roles[GHOST.role(step, "eu-west-1")]
        boundary = ACCOUNT.policy_arn(BOUNDARY["tap" if step == TAP else "step"])
        assert (role.trust, role.boundary) == (TRUST, boundary)
        assert digest(role.policy) == proved[f"role {step}"]
        assert digest(boundaries(scene)[boundary]) == proved[f"boundary {boundary}"]


@pytest.mark.parametrize("scene", SCENES)
def test_every_policy_of_a_bucket_a_queue_or_a_topic_was_proved(scene: str) -> None:
    found, proved = made(scene)
    for each in found:
        if isinstance(each, Bucket | Queue | Topic) and each.policy:
            assert digest(each.policy) == proved[f"{kind_of(each)} {each.name}"]


@pytest.mark.parametrize("scene", SCENES)
def test_every_role_and_boundary_is_denied_the_bucket_that_holds_the_records(scene: str) -> None:
    for document in (*documents(scene).values(), *boundaries(scene).values()):
        (denied,) = (each for each in json.loads(document)["Statement"] if each["Sid"] == "NoRecords")
        assert (denied["Effect"], denied["Action"]) == ("Deny", ["s3:*"])
        assert denied["Resource"] == [RECORDS, f"{RECORDS}/*"]
