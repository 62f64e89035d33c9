"""What a proof stands on besides the plan is read from AWS, and nothing of it is guessed."""

from __future__ import annotations

import pytest

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.errors import Denied, NotFound
from dbt_ghost.core.proof.facts import IamFacts, RoleFacts
from dbt_ghost.operations.facts import iam_facts
from dbt_ghost.providers.iam_catalogue import load
from tests.operations.fakes import ACCOUNT, FakeProd

ROLE = ACCOUNT.role_arn("p-clean")
BOUNDARY = ACCOUNT.policy_arn("steps-of-shop")


def settings(**ingestion: object) -> GhostConfig:
    steps = {"clean": {"function": "p-clean"}}
    return GhostConfig.model_validate(
        {"project": "shop", "databases": ["P"], "ingestion": {"steps": steps, **ingestion}}
    )


def facts(prod: FakeProd, config: GhostConfig) -> IamFacts:
    return iam_facts(prod, config, load, "a version")


@pytest.mark.parametrize("name", ["steps-of-shop", BOUNDARY])
def test_a_boundary_is_read_by_its_name_or_its_arn(name: str) -> None:
    prod = FakeProd(managed={BOUNDARY: "{}"})
    assert facts(prod, settings(boundary={"step": name})).boundaries == {BOUNDARY: "{}"}


def test_a_role_that_was_made_beforehand_is_read_with_all_that_holds_it() -> None:
    prod = FakeProd(roles={ROLE: (("own", "attached"), "bound")}, trusts={ROLE: "trust"})
    assert facts(prod, settings(roles={"clean": "p-clean"})).roles == {
        ROLE: RoleFacts(("own", "attached"), "bound", "trust")
    }


def test_nothing_is_asked_for_where_nothing_is_brought() -> None:
    prod = FakeProd()
    assert (facts(prod, settings()).boundaries, facts(prod, settings()).roles) == ({}, {})
    assert not [call for call in prod.calls if "role" in call or "policy" in call]


def test_a_boundary_that_there_is_not_is_not_found() -> None:
    with pytest.raises(NotFound, match="steps-of-shop"):
        facts(FakeProd(), settings(boundary={"step": "steps-of-shop"}))


def test_a_role_that_may_not_be_read_is_unknown_and_so_refused() -> None:
    prod = FakeProd(roles={ROLE: ((), "")}, trusts={ROLE: "trust"}, denied={f"role_policies {ROLE}"})
    with pytest.raises(Denied):
        facts(prod, settings(roles={"clean": ROLE}))
