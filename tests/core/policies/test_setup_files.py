"""The files of a set-up: what they hold is what was proved, and they fit together."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.core.policies.setup import Setup, documents
from dbt_ghost.core.policies.trusts import GitHub, GitLab, Roles
from dbt_ghost.core.setup_files.cloudformation import template
from dbt_ghost.core.setup_files.files import MARK, files
from dbt_ghost.core.setup_files.layout import laid_out
from dbt_ghost.core.setup_files.terraform import configuration
from tests.core.policies.scene import ADMIN, EVERYTHING, IAM

Json = dict[str, Any]

FULL = Setup(EVERYTHING, GitHub("acme/shop", "ghost"), (ADMIN,), GitLab("acme/shop", branches=("main",)))
BY_ROLES = replace(FULL, ci=Roles((f"{IAM}:role/ci",)), release=None)
SETUPS = {"full": FULL, "by roles": BY_ROLES}
TEMPLATE_LIMIT = 51_200
"""Bytes of a template that CloudFormation takes with the call."""

PLAIN_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=20,
)


def inside(value: Any) -> Iterator[Json]:
    """Every object in it."""
    if isinstance(value, Mapping):
        yield dict(value)
    for each in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from inside(each)


@pytest.mark.parametrize("setup", SETUPS.values(), ids=SETUPS)
def test_a_file_of_each_document_says_exactly_that(setup: Setup) -> None:
    made = files(setup)
    for name, document in documents(setup).items():
        assert json.loads(made[f"{name}.json"]) == document.json


@pytest.mark.parametrize("setup", SETUPS.values(), ids=SETUPS)
def test_cloudformation_installs_every_document_once(setup: Setup) -> None:
    found = [each for each in inside(template(setup)) if "Statement" in each]
    assert sorted(map(json.dumps, found)) == sorted(json.dumps(each.json) for each in documents(setup).values())


@pytest.mark.parametrize("setup", SETUPS.values(), ids=SETUPS)
def test_cloudformation_refers_to_nothing_that_is_not_there(setup: Setup) -> None:
    read = template(setup)
    known = {*read["Resources"], *read.get("Parameters", {})}
    named = {each["Ref"] for each in inside(read) if "Ref" in each}
    named |= {each["Fn::GetAtt"][0] for each in inside(read) if "Fn::GetAtt" in each}
    assert named <= known
    conditions = {each["Condition"] for each in inside(read["Resources"]) if isinstance(each.get("Condition"), str)}
    assert conditions == set(read.get("Conditions", {}))


@pytest.mark.parametrize("setup", SETUPS.values(), ids=SETUPS)
def test_each_role_has_all_of_its_policies_and_no_other(setup: Setup) -> None:
    resources = template(setup)["Resources"]
    roles = {each["Properties"]["RoleName"]: each for each in resources.values() if each["Type"] == "AWS::IAM::Role"}
    assert list(roles) == list(setup.roles)
    for name, role in roles.items():
        attached = [resources[each["Ref"]]["Properties"] for each in role["Properties"]["ManagedPolicyArns"]]
        assert [each["ManagedPolicyName"] for each in attached] == list(setup.policies_of(name))
        assert len(attached) <= 10, "AWS attaches no more"


def test_the_state_bucket_is_versioned_closed_and_kept() -> None:
    bucket = template(FULL)["Resources"]["StateBucket"]
    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
    assert bucket["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}
    closed = bucket["Properties"]["PublicAccessBlockConfiguration"]
    assert (len(closed), set(closed.values())) == (4, {True})
    terraform = configuration(FULL)["resource"]
    assert terraform["aws_s3_bucket"]["state"]["lifecycle"] == {"prevent_destroy": True}
    assert len(set(terraform["aws_s3_bucket_public_access_block"]["state"].values()) - {True}) == 1


def test_the_template_is_short_enough_to_be_sent() -> None:
    assert len(files(FULL)["cloudformation.json"].encode()) < TEMPLATE_LIMIT


@pytest.mark.parametrize("setup", SETUPS.values(), ids=SETUPS)
def test_terraform_reads_every_document_and_refers_to_nothing_that_is_not_there(setup: Setup) -> None:
    text, read = files(setup)["main.tf.json"], configuration(setup)
    assert json.loads(text) == read
    assert set(re.findall(r"path\.module}/([^\"\\]+)", text)) == {f"{name}.json" for name in documents(setup)}
    there = {f"{kind}.{name}" for kind, each in read["resource"].items() for name in each}
    assert set(re.findall(r"\baws_[a-z_]+\.[a-z0-9_]+", text)) <= there
    assert set(re.findall(r"var\.([a-z_]+)", text)) == set(read.get("variable", {}))


def test_terraform_attaches_what_cloudformation_attaches() -> None:
    attached = configuration(FULL)["resource"]["aws_iam_role_policy_attachment"]
    assert len(attached) == sum(len(FULL.policies_of(role)) for role in FULL.roles)


def test_an_oidc_provider_is_made_only_where_one_is_asked_for() -> None:
    assert "MakesOidcProvider=yes" in files(FULL)["README.md"]
    assert "OIDC" not in files(BY_ROLES)["README.md"]
    assert not any("OIDC" in each["Type"] for each in template(BY_ROLES)["Resources"].values())


@pytest.mark.parametrize("setup", SETUPS.values(), ids=SETUPS)
def test_the_readme_names_every_other_file_and_what_is_to_be_configured(setup: Setup) -> None:
    made = files(setup)
    assert [name for name in made if f"| `{name}` |" not in made["README.md"]] == ["README.md"]
    assert MARK in made["README.md"]
    assert "    step: dbt-ghost-shop-steps\n" in made["README.md"]


def test_the_readme_says_what_gitlab_must_be_told_for_any_branch() -> None:
    told = "ci_id_token_sub_claim_components"
    assert told in files(replace(FULL, ci=GitLab("acme/shop")))["README.md"]
    assert told not in files(FULL)["README.md"]


@given(PLAIN_JSON, st.integers(min_value=0, max_value=5))
def test_what_is_laid_out_reads_as_it_was(value: Any, depth: int) -> None:
    assert json.loads(laid_out(value, depth)) == value


def test_outer_parts_have_lines_of_their_own_and_inner_ones_one_line() -> None:
    assert laid_out({"a": {}, "b": [1, {"c": [2]}]}, 2) == '{\n  "a": {},\n  "b": [\n    1,\n    {"c": [2]}\n  ]\n}'
