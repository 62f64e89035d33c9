"""Whom a resource's policy lets in, in three answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dbt_ghost.core.grants import EVENTS, S3, SNS, Named, Source, accounts_of, lets_in, named_sources, other_senders

ACTION = "lambda:InvokeFunction"
BUCKET = "arn:aws:s3:::flights-raw"
RAW = Source(S3, BUCKET, "111111111111")


def statement(source: str | list[str] | None = BUCKET, **other: Any) -> dict[str, Any]:
    condition = {"Condition": {"ArnLike": {"AWS:SourceArn": source}}} if source else {}
    return {"Effect": "Allow", "Action": ACTION, "Principal": {"Service": S3}} | condition | other


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Statement": statements})


def when(**operators: dict[str, Any]) -> dict[str, Any]:
    return statement(None, Condition={name.replace("_", ":"): tests for name, tests in operators.items()})


@pytest.mark.parametrize(
    "allowing",
    [
        statement(),
        statement(None),
        statement("arn:aws:s3:::flights-*"),
        statement("arn:aws:s3:*:*:flights-raw"),
        statement("arn:aws:s3:::flights-ra?"),
        statement(["arn:aws:s3:::other", BUCKET]),
        statement(Action=["lambda:GetFunction", "LAMBDA:Invoke*"]),
        statement(Action="*"),
        statement(Principal="*"),
        statement(Principal={"AWS": "*"}),
        statement(Principal={"Service": [EVENTS, S3]}),
        when(StringEquals={"aws:SourceAccount": ["2", RAW.account]}),
        when(StringEquals={"AWS:SourceOwner": RAW.account}),
        when(ArnNotLike={"aws:SourceArn": "arn:aws:s3:::other"}),
        when(Bool={"aws:SecureTransport": True}),
        when(Null={"aws:SourceArn": "false"}),
        when(Null={"aws:SourceArn": False}),
        when(StringEqualsIfExists={"aws:SourceAccount": RAW.account}),
        when(ForAnyValue_StringLike={"aws:SourceArn": "*"}),
    ],
)
def test_a_bucket_is_let_in(allowing: dict[str, Any]) -> None:
    assert lets_in(policy(allowing), ACTION, RAW) == "yes"


@pytest.mark.parametrize(
    "refusing",
    [
        statement("arn:aws:s3:::flights"),
        statement("arn:aws:s3:::flights-raw/*"),
        statement("arn:aws:s3:::flights-[r]aw"),
        statement(Action="lambda:GetFunction"),
        statement(NotAction="lambda:*"),
        statement(Principal={"Service": EVENTS}),
        statement(Principal={"AWS": "arn:aws:iam::111111111111:root"}),
        statement(NotPrincipal={"Service": S3}),
        when(StringEquals={"aws:SourceAccount": "222222222222"}),
        when(StringNotEquals={"aws:SourceAccount": RAW.account}),
        when(Null={"aws:SourceArn": "true"}),
        statement(Effect="Deny"),
    ],
)
def test_a_bucket_is_not_let_in(refusing: dict[str, Any]) -> None:
    assert lets_in(policy(refusing), ACTION, RAW) == "no"


def test_without_a_policy_nobody_is_let_in() -> None:
    assert lets_in("", ACTION, RAW) == "no"


def test_a_deny_wins_unless_it_is_about_others() -> None:
    insecure = when(Bool={"aws:SecureTransport": "false"}) | {"Effect": "Deny", "Principal": "*"}
    all_but = when(ArnNotEquals={"aws:SourceArn": BUCKET}) | {"Effect": "Deny", "Principal": "*"}
    assert lets_in(policy(statement(), insecure, all_but), ACTION, RAW) == "yes"
    another = Source(S3, "arn:aws:s3:::another", RAW.account)
    assert lets_in(policy(statement(None), all_but), ACTION, another) == "no"
    assert lets_in(policy(statement(), statement(None, Effect="Deny")), ACTION, RAW) == "no"


@pytest.mark.parametrize(
    "condition", [{"StringEquals": {"aws:SourceOrgID": "o-1"}}, {"DateLessThan": {"aws:SourceArn": "x"}}]
)
def test_a_condition_that_cannot_be_judged_leaves_it_unknown(condition: dict[str, Any]) -> None:
    conditional = statement(None, Condition=condition)
    assert lets_in(policy(conditional), ACTION, RAW) == "unknown"
    assert lets_in(policy(statement(), conditional | {"Effect": "Deny"}), ACTION, RAW) == "unknown"
    assert lets_in(policy(conditional, statement()), ACTION, RAW) == "yes", "another statement allows it anyway"


def test_one_statement_need_not_be_in_a_list() -> None:
    assert lets_in(json.dumps({"Statement": statement()}), ACTION, RAW) == "yes"


@pytest.mark.parametrize(
    ("source", "named"),
    [
        (BUCKET, Named(frozenset({BUCKET}), False)),
        ("arn:aws:s3:*:*:flights-raw", Named(frozenset({BUCKET}), False)),
        ("arn:aws-cn:s3:::a", Named(frozenset({"arn:aws-cn:s3:::a"}), False)),
        ("arn:aws:s3:::flights-*", Named(frozenset(), True)),
        ("*", Named(frozenset(), True)),
        (None, Named(frozenset(), True)),
        ([BUCKET, "arn:aws:s3:::x?"], Named(frozenset({BUCKET}), True)),
    ],
)
def test_sources_are_named_where_the_policy_names_them(source: Any, named: Named) -> None:
    assert named_sources(policy(statement(source)), ACTION, S3) == named


def test_only_what_allows_the_service_to_do_it_names_sources() -> None:
    found = policy(
        statement("arn:a", Effect="Deny"), statement("arn:b", Action="x:y"), statement(Principal={"AWS": "1"})
    )
    assert named_sources(found, ACTION, S3) == Named(frozenset(), False)
    assert named_sources(policy(statement("arn:t", Principal={"Service": SNS})), ACTION, S3) == Named(
        frozenset(), False
    )


def test_a_source_that_must_not_be_it_is_not_named() -> None:
    assert named_sources(policy(when(ArnNotLike={"aws:SourceArn": BUCKET})), ACTION, S3) == Named(frozenset(), True)


def test_the_account_that_a_source_must_be_of_is_told() -> None:
    of_another = statement(
        None, Condition={"StringEquals": {"AWS:SourceAccount": "2"}, "ArnLike": {"AWS:SourceArn": BUCKET}}
    )
    assert accounts_of(policy(of_another), ACTION, S3, BUCKET) == {"2"}
    assert accounts_of(policy(statement()), ACTION, S3, BUCKET) == frozenset()


def test_who_else_may_send_is_told_by_name() -> None:
    found = policy(
        statement(),
        statement(Principal="*"),  # for the bucket alone
        statement(None, Principal={"AWS": ["arn:aws:iam::222222222222:root"], "Service": "apigateway.amazonaws.com"}),
        statement(None, Principal="*", Action="lambda:GetFunction"),
        statement(None, Principal={"AWS": "3"}, Effect="Deny"),
    )
    assert other_senders(found, ACTION) == ("apigateway.amazonaws.com", "arn:aws:iam::222222222222:root")
    assert other_senders(policy(statement(None, Principal="*")), ACTION) == ("*",)
