"""AWS's reference of actions as the prover's catalogue."""

from __future__ import annotations

import pytest

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.iam.catalogue import FUTURE, Action, Catalogue, services
from dbt_ghost.core.iam.languages import Language, literal, matches
from dbt_ghost.providers.iam_catalogue import load, version


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(("events", "iam", "lambda", "S3", "sts"))


def named(catalogue: Catalogue, name: str) -> Action:
    return next(each for each in catalogue.actions if each.name == name)


def about(action: Action, arn: str) -> bool:
    return matches(Language(action.resources), arn)


def test_actions_of_objects_and_of_buckets_are_about_different_arns(catalogue: Catalogue) -> None:
    get, listing = named(catalogue, "s3:GetObject"), named(catalogue, "s3:ListBucket")
    assert (
        about(get, "arn:aws:s3:::b/x/y")
        and not about(get, "arn:aws:s3:::b/")
        and not about(get, "arn:aws:s3:::b")
        and not about(get, literal("*"))
    )
    assert about(listing, "arn:aws:s3:::b") and not about(listing, "arn:aws:s3:::b/x")


def test_an_arn_may_go_on_after_the_name(catalogue: Catalogue) -> None:
    invoke = named(catalogue, "lambda:InvokeFunction")
    assert about(invoke, "arn:aws:lambda:eu-west-1:1:function:f:alias")
    assert about(invoke, "arn:aws-cn:lambda:eu-west-1:1:function:f")
    assert not about(invoke, "arn:aws:sqs:eu-west-1:1:function:f")


def test_what_is_about_no_resource_is_about_a_star(catalogue: Catalogue) -> None:
    assert about(named(catalogue, "s3:ListAllMyBuckets"), literal("*"))
    assert not about(named(catalogue, "iam:CreateRole"), literal("*"))


def test_keys_are_listed_for_the_actions_that_bring_them(catalogue: Catalogue) -> None:
    get, listing = named(catalogue, "s3:GetObject"), named(catalogue, "s3:ListBucket")
    assert listing.lists("s3:prefix") and not get.lists("s3:prefix")
    assert get.lists("s3:existingobjecttag/team") and get.lists("aws:whatever")
    assert named(catalogue, "iam:CreateRole").lists("iam:permissionsboundary")
    assert named(catalogue, "lambda:GetFunction").lists("lambda:sourcefunctionarn")


def test_keys_with_several_values_are_known(catalogue: Catalogue) -> None:
    assert {"events:targetarn", "aws:tagkeys"} <= catalogue.lists
    assert "s3:prefix" not in catalogue.lists


def test_every_service_has_at_least_one_action_that_stands_for_all(catalogue: Catalogue) -> None:
    assert catalogue.matching(["sqs:*"]).bit_count() == 1
    assert catalogue.matching(["s3:*"]).bit_count() > 100
    assert catalogue.matching([f"s3:{FUTURE}", "never-heard-of:*"]).bit_count() == 1
    everything = catalogue.matching(["*"])
    assert everything.bit_count() == len(catalogue.actions)
    assert catalogue.matching(["s3:*"], inverted=True) == everything & ~catalogue.matching(["S3:*"])


def test_a_group_has_the_same_arns_and_keys_and_all_groups_are_everything(catalogue: Catalogue) -> None:
    mask = catalogue.matching(["s3:*", "iam:*"])
    groups = list(catalogue.groups(mask))
    assert sum(alike for _, alike in groups) == mask
    for first, alike in groups:
        each = [action for number, action in enumerate(catalogue.actions) if alike >> number & 1]
        assert {(action.resources, action.keys) for action in each} == {(first.resources, first.keys)}


def test_a_service_that_there_is_not_has_no_actions(catalogue: Catalogue) -> None:
    assert load(("s4",)).actions == load(()).actions
    assert catalogue.matching(["s4:*"]) == 0


def test_what_a_partial_catalogue_does_not_know_is_completed_or_refused(catalogue: Catalogue) -> None:
    assert catalogue.completed(["*", "sqs:*", "s3:GetObject", "s3:Nothing*"]) is catalogue
    whole = catalogue.completed(["sqs:SendMessage", "s3:NotInvented"])
    assert whole is catalogue.completed(["s3:notinvented", "SQS:SendMessage"])
    assert whole.matching(["sqs:sendmessage"]).bit_count() == 1
    assert whole.matching(["s3:NotInvented"]) & whole.matching(["s3:*"])
    for pattern in ("sqs:Send*", "s?s:SendMessage"):
        with pytest.raises(Refused) as refused:
            catalogue.completed([pattern])
        assert pattern.lower() in refused.value.message and "load" in refused.value.hint


def test_the_services_of_patterns_are_those_before_the_colon() -> None:
    assert services(["s3:Get*", "S3:PutObject", "*", "SQS:*"]) == {"s3", "sqs"}


def test_the_reference_has_a_version() -> None:
    assert version()
