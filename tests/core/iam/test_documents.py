"""What is read of policies, and what is refused since it is not IAM's grammar."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.iam.documents import Kind, parse
from dbt_ghost.core.iam.languages import NOTHING, union
from dbt_ghost.core.iam.policies import Condition, Named

GOOD: dict[str, Any] = {"Sid": "A", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
NAMED: dict[str, Any] = {**GOOD, "Principal": "*"}


def document(*statements: Any, **more: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements), **more}


def without(element: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key != element}


@pytest.mark.parametrize(
    ("wrong", "kind", "said"),
    [
        ({"Statement": [GOOD]}, "identity", "policy p: Version is None"),
        (document(GOOD, Version="2020-01-01"), "identity", "Version is '2020-01-01'"),
        (document(GOOD, Comment=""), "identity", "policy p: 'Comment' is no element"),
        (document(), "identity", "policy p: there is no Statement"),
        ({"Version": "2012-10-17", "Statement": "x"}, "identity", "there is no Statement"),
        (document(GOOD, []), "identity", "policy p#1: is no JSON object"),
        (document({**without("Action"), "Actions": ["s3:*"]}), "identity", "policy p#0: 'Actions' is no element"),
        (document({**without("Effect"), "effect": "Allow"}), "identity", "'effect' is no element"),
        (document(without("Effect")), "identity", "policy p#A: Effect is None"),
        (document({**GOOD, "Effect": "allow"}), "identity", "Effect is 'allow'"),
        (document({**GOOD, "NotAction": "s3:*"}), "identity", "has Action and NotAction"),
        (document(without("Action")), "identity", "has no Action"),
        (document({**GOOD, "NotResource": "*"}), "identity", "has Resource and NotResource"),
        (document(without("Resource")), "identity", "has no Resource"),
        (document({**GOOD, "Action": []}), "identity", "Action is no text"),
        (document({**GOOD, "Action": "GetObject"}), "identity", "Action 'GetObject' is none"),
        (document({**GOOD, "Action": "s3:${aws:x}"}), "identity", "is none"),
        (document({**GOOD, "Resource": [{}]}), "identity", "Resource is no text"),
        (document({**GOOD, "Condition": []}), "identity", "policy p#A, Condition: is no JSON object"),
        (document({**GOOD, "Condition": {"StringIs": {"k": "v"}}}), "identity", "'StringIs' is no operator"),
        (document({**GOOD, "Condition": {"StringEquals": {"k": []}}}), "identity", "StringEquals k is no text"),
        (document({**GOOD, "Condition": {"StringEquals": "k"}}), "identity", "StringEquals: is no JSON object"),
        (document(NAMED), "identity", "names a principal"),
        (document(GOOD), "resource", "has no Principal"),
        (document({**NAMED, "NotPrincipal": "*"}), "resource", "has Principal and NotPrincipal"),
        (document({**GOOD, "Principal": {"aws": "*"}}), "resource", "'aws' is no element"),
        (document({**GOOD, "Principal": {"AWS": "arn:aws:iam::1:role/*"}}), "resource", "name each one, or *"),
        (document({**GOOD, "Principal": {}}), "resource", "Principal '' is none"),
        (document({**GOOD, "Resource": "arn:aws:s3:::\ue002"}), "identity", "Resource has a character"),
        ("{", "identity", "policy p: is no JSON"),
        ('{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}', "identity", "the same element twice"),
        ("[]", "identity", "policy p: is no JSON object"),
    ],
)
def test_what_is_not_iams_grammar_is_refused_with_where(wrong: Any, kind: Kind, said: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(wrong, "p", kind)
    assert said in f"{refused.value.message} {refused.value.hint}"


def test_a_document_is_read_from_json_as_from_what_json_reads() -> None:
    assert parse(json.dumps(document(GOOD)), "p") == parse(document(GOOD), "p")


def test_one_statement_needs_no_list_and_one_without_a_sid_has_a_number() -> None:
    (statement,) = parse({"Version": "2008-10-17", "Id": "x", "Statement": without("Sid")}, "p").statements
    assert statement.label == "p#0"


def test_values_without_quotes_are_texts() -> None:
    tests = {"Bool": {"aws:SecureTransport": False}, "NumericLessThan": {"s3:max-keys": [1, 2]}}
    (statement,) = parse(document({**GOOD, "Condition": tests}), "p").statements
    assert statement.conditions == (
        Condition("Bool", "aws:SecureTransport", ("false",)),
        Condition("NumericLessThan", "s3:max-keys", ("1", "2")),
    )


def test_a_trust_policy_is_about_the_role_that_it_is_attached_to() -> None:
    trust = document({**without("Resource"), "Principal": {"Service": ["a.amazonaws.com", "b.amazonaws.com"]}})
    (statement,) = parse(trust, "p", "resource", attached_to="arn:aws:iam::1:role/r").statements
    assert statement.extent.surely == union(["arn:aws:iam::1:role/r"])
    assert statement.principals == Named(frozenset({("Service", "a.amazonaws.com"), ("Service", "b.amazonaws.com")}))


@pytest.mark.parametrize(
    ("resource", "surely", "at_most", "variables"),
    [
        ("*", ["*"], ["*"], ()),
        ("arn:aws:s3:::b/*", ["arn:aws:s3:::b/*"], ["arn:aws:s3:::b/*"], ()),
        ("arn:aws:s3:::b/${aws:username}/x", [], ["arn:aws:s3:::b/*/x"], ("aws:username",)),
        # with a default, or broken: what AWS makes of it is not known
        ("arn:aws:s3:::b/${aws:username, 'n'}", [], ["arn:aws:s3:::b/*"], ()),
        ("arn:aws:s3:::b/${aws:broken", [], ["arn:aws:s3:::b/*"], ()),
        ("arn:aws:lambda", [], ["arn:aws:lambda*"], ()),
    ],
)
def test_what_a_resource_surely_is_and_what_it_may_be(
    resource: str, surely: list[str], at_most: list[str], variables: tuple[str, ...]
) -> None:
    (statement,) = parse(document({**GOOD, "Resource": resource}), "p").statements
    assert (statement.extent.surely, statement.extent.at_most) == (union(surely), union(at_most))
    (other,) = parse(document({**without("Resource"), "NotResource": resource}), "p").statements
    obscure = not variables and "$" in resource
    assert (other.extent.surely, other.extent.at_most) == (NOTHING if obscure else ~union(at_most), ~union(surely))
    assert statement.extent.variables == other.extent.variables == variables
