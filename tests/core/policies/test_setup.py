"""What an admin installs: its names, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.iam.questions import Forbidden
from dbt_ghost.core.policies.setup import Setup, documents
from dbt_ghost.core.policies.trusts import GitHub, GitLab, Roles
from tests.core.policies import asking
from tests.core.policies.claims import READS
from tests.core.policies.scene import ADMIN, EVERYTHING, HOME, IAM, PLAIN, STATE

CI, RELEASE = GitHub("acme/shop", "ghost"), GitHub("acme/shop", "release")
SETUP = Setup(EVERYTHING, CI, (ADMIN,), RELEASE)


def test_every_document_is_named_by_what_it_is_of() -> None:
    assert list(documents(SETUP)) == [
        "dbt-ghost-shop-steps",
        "dbt-ghost-shop-tap",
        "dbt-ghost-shop-deployer-look",
        "dbt-ghost-shop-deployer-prod",
        "dbt-ghost-shop-deployer-make",
        "dbt-ghost-shop-deployer-data",
        "dbt-ghost-shop-guard-where",
        "dbt-ghost-shop-guard-what",
        "dbt-ghost-shop-guard-how",
        "dbt-ghost-shop-deployer.trust",
        "dbt-ghost-shop-release",
        "dbt-ghost-shop-release-guard",
        "dbt-ghost-shop-release.trust",
        "shop-ghost-state.policy",
    ]


def test_without_a_release_there_is_no_release_role() -> None:
    assert not any("release" in name for name in documents(replace(SETUP, release=None)))


def test_the_deployer_is_held_to_the_boundaries_that_are_installed() -> None:
    made = documents(SETUP)["dbt-ghost-shop-deployer-make"].text
    assert all(arn in made for arn in SETUP.boundary_arns)
    assert SETUP.boundary_arns == (f"{IAM}:policy/dbt-ghost-shop-steps", f"{IAM}:policy/dbt-ghost-shop-tap")


@pytest.mark.parametrize("view", ["allow", "guard"])
def test_the_deployer_changes_nothing_that_holds_it(view: str) -> None:
    names = ("role/dbt-ghost-shop-*", "policy/dbt-ghost-shop-*", "oidc-provider/*")
    holds = (*(f"{IAM}:{name}" for name in names), f"arn:aws:s3:::{STATE}")
    held = asking.view(asking.documents("everything"), view)
    assert asking.proved(held, Forbidden(not_actions=READS, resources=holds)).verdict == "proved"


@pytest.mark.parametrize(
    ("where", "what"),
    [
        ({"state_bucket": "ghost-shop-state"}, "the state bucket ghost-shop-state"),
        ({"functions": ("ghost-shop-clean",)}, "function ghost-shop-clean"),
        ({"buckets": ("ghost-shop-raw",)}, "bucket ghost-shop-raw"),
        ({"outputs": ("ghost-shop-out",)}, "bucket ghost-shop-out"),
        ({"roles": (HOME.role_arn("ghost-shop-role"),)}, "role ghost-shop-role"),
        ({"brought": (f"{IAM}:role/team/ghost-shop-role",)}, "role ghost-shop-role"),
        ({"topics": (HOME.topic_arn("ghost-shop-t"),)}, "topic ghost-shop-t"),
        ({"queues": (HOME.queue_arn("ghost-shop-q"),)}, "queue ghost-shop-q"),
        ({"rules": (HOME.rule_arn("ghost-shop-r", "orders"),)}, "rule ghost-shop-r"),
    ],
)
def test_a_name_of_productions_that_the_deployer_could_reach_is_refused(where: Any, what: str) -> None:
    with pytest.raises(Refused, match=f"^{what} begins with ghost-shop-"):
        Setup(replace(PLAIN, **where), CI, (ADMIN,))


def test_a_role_that_ci_could_change_may_not_hold_it() -> None:
    own = (f"{IAM}:role/ghost-shop-admin",)
    with pytest.raises(Refused, match="role ghost-shop-admin begins with"):
        Setup(PLAIN, CI, own)
    with pytest.raises(Refused, match="role ghost-shop-admin begins with"):
        Setup(PLAIN, Roles(own), (ADMIN,))


def test_one_job_may_not_be_both_deployer_and_release() -> None:
    with pytest.raises(Refused, match="trust the same jobs"):
        Setup(PLAIN, CI, (ADMIN,), GitHub("acme/shop", "ghost"))


def test_without_an_admin_nobody_could_change_the_state_bucket() -> None:
    with pytest.raises(Refused, match="no admin role is named"):
        Setup(PLAIN, CI, ())
    with pytest.raises(Refused, match="is not the ARN of a role"):
        Setup(PLAIN, CI, ("platform-admin",))


def test_one_provider_of_each_issuer_is_needed() -> None:
    assert list(SETUP.providers) == [f"{IAM}:oidc-provider/token.actions.githubusercontent.com"]
    assert len(replace(SETUP, release=GitLab("acme/shop", branches=("main",))).providers) == 2
    assert replace(SETUP, ci=Roles((f"{IAM}:role/ci",)), release=None).providers == {}
