"""What a role may do to the objects that it reads, and what it may use outside S3."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dbt_ghost.core.policies import Location
from dbt_ghost.core.rights import CHANGES, SHOWN, Role, changes, outside_s3
from dbt_ghost.core.statements import Answer
from dbt_ghost.core.topology import Account

ACCOUNT = Account("111111111111", "eu-west-1")
IN = Location("p-raw", "in/", ".csv")
RAW = "arn:aws:s3:::p-raw/*"
QUEUE, OTHER_QUEUE = ACCOUNT.queue_arn("p-queue"), ACCOUNT.queue_arn("p-other")
TABLE = "arn:aws:dynamodb:eu-west-1:111111111111:table/flights"
SOMETIMES = {"StringEquals": {"aws:PrincipalTag/team": "flights"}}
BY_TLS = {"Bool": {"aws:SecureTransport": "true"}}
WITHOUT_TLS = {"Bool": {"aws:SecureTransport": "false"}}


def allow(action: str | list[str] = "s3:DeleteObject", resource: str | list[str] = RAW, **other: Any) -> dict[str, Any]:
    found = {"Effect": "Allow", "Action": action, "Resource": resource} | other
    for key in ("Action", "Resource"):
        if f"Not{key}" in other:
            del found[key]
    return found


def deny(action: str | list[str] = "s3:DeleteObject", resource: str | list[str] = RAW, **other: Any) -> dict[str, Any]:
    return allow(action, resource, **other) | {"Effect": "Deny"}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def role(*statements: dict[str, Any], boundary: tuple[dict[str, Any], ...] = ()) -> Role:
    return Role((policy(*statements),), policy(*boundary) if boundary else "", {"aws:securetransport": "true"})


def deletes(*statements: dict[str, Any], at: Location = IN, boundary: tuple[dict[str, Any], ...] = ()) -> Answer:
    return changes(role(*statements, boundary=boundary), ACCOUNT, at).get("delete", "no")


# What it may do to its input.


@pytest.mark.parametrize(("verb", "action"), [(verb, action) for verb, each in CHANGES.items() for action in each])
def test_every_action_that_changes_an_object_has_its_word(verb: str, action: str) -> None:
    assert changes(role(allow(action)), ACCOUNT, IN) == {verb: "yes"}


def test_reading_changes_nothing() -> None:
    assert changes(role(allow(["s3:GetObject*", "s3:List*", "s3:GetObjectTagging"])), ACCOUNT, IN) == {}
    assert changes(Role(()), ACCOUNT, IN) == {}


def test_a_service_wide_right_is_every_change() -> None:
    assert changes(role(allow("*", "*")), ACCOUNT, IN) == dict.fromkeys(CHANGES, "yes")


@pytest.mark.parametrize(
    "allowing",
    [
        allow(),
        allow("s3:*"),
        allow("S3:delete?bject"),
        allow(["s3:GetObject", "s3:Delete*"]),
        allow(NotAction="s3:GetObject"),
        allow(resource="*"),
        allow(resource=["arn:aws:s3:::p-other/*", "arn:aws:s3:::p-*"]),
        allow(resource="arn:aws:s3:::p-raw/in/2026/*"),
        allow(resource="arn:aws:s3:::p-raw/*.csv"),
        allow(resource="arn:aws:s3:::p-raw/in/one.csv"),
        allow(NotResource="arn:aws:s3:::p-raw/keep/*"),
        allow(Condition=BY_TLS),
    ],
)
def test_it_may_delete(allowing: dict[str, Any]) -> None:
    assert deletes(allowing) == "yes"


@pytest.mark.parametrize(
    "allowing",
    [
        allow("s3:GetObject"),
        allow(NotAction=["s3:delete*"]),
        allow(resource="arn:aws:s3:::p-raw"),
        allow(resource="arn:aws:s3:::p-raw2/*"),
        allow(resource="arn:aws:s3:::p-raw/out/*"),
        allow(resource="arn:aws:s3:::p-raw/in/*.json"),
        allow(NotResource=["arn:aws:s3:::x/*", "arn:aws:s3:::p-raw/in/*"]),
        allow(Condition=WITHOUT_TLS),
    ],
)
def test_it_may_not_delete(allowing: dict[str, Any]) -> None:
    assert deletes(allowing) == "no"


@pytest.mark.parametrize(
    "statements",
    [
        (allow(Condition=SOMETIMES),),
        (allow(Condition={**BY_TLS, **SOMETIMES}),),
        (allow(), deny(Condition=SOMETIMES)),
        (allow(), deny(resource="arn:aws:s3:::p-raw/in/keep/*")),
        (allow(), deny(resource="arn:aws:s3:::${aws:PrincipalTag/bucket}/*")),
        (allow(), deny(NotResource="arn:aws:s3:::p-raw/in/work/*")),
        (allow(resource="arn:aws:s3:::p-raw/${aws:PrincipalTag/folder}/*"),),
        (allow(NotResource="arn:aws:s3:::p-raw/in/keep/*"),),
        (allow(NotResource="arn:aws:s3:::p-raw/${aws:PrincipalTag/folder}*"),),
    ],
)
def test_it_may_perhaps_delete(statements: tuple[dict[str, Any], ...]) -> None:
    assert deletes(*statements) == "unknown"


@pytest.mark.parametrize(
    ("denying", "answer"),
    [
        (deny(), "no"),
        (deny("s3:Delete*", "*"), "no"),
        (deny(NotAction="s3:Get*"), "no"),
        (deny(resource="arn:aws:s3:::p-raw/in/*"), "no"),
        (deny(NotResource="arn:aws:s3:::ghost-*/*"), "no"),
        (deny(NotAction="s3:Delete*"), "yes"),
        (deny(resource="arn:aws:s3:::p-raw/out/*"), "yes"),
        (deny(NotResource="arn:aws:s3:::p-raw/in/*"), "yes"),
        (deny(Condition=WITHOUT_TLS), "yes"),
    ],
)
def test_a_deny_wins_where_it_applies(denying: dict[str, Any], answer: Answer) -> None:
    assert deletes(allow(resource="*"), denying) == answer
    assert deletes(denying, allow(resource="*")) == answer


def test_a_deny_of_all_that_one_statement_allows_leaves_the_other_statements() -> None:
    keep, work = "arn:aws:s3:::p-raw/in/keep/*", "arn:aws:s3:::p-raw/in/work/*"
    assert deletes(allow(resource=keep), deny(resource=keep)) == "no"
    assert deletes(allow(resource=[keep, work]), deny(resource=keep)) == "yes"


def test_several_documents_are_one() -> None:
    both = Role((policy(allow(resource="*")), policy(deny())))
    assert "delete" not in changes(both, ACCOUNT, IN)


@pytest.mark.parametrize(
    ("boundary", "answer"),
    [
        (allow("s3:*", "*"), "yes"),
        (allow("s3:GetObject", "*"), "no"),
        (allow("s3:*", "arn:aws:s3:::p-raw/in/work/*"), "yes"),
        (allow("s3:*", "arn:aws:s3:::p-raw/out/*"), "no"),
        (allow("s3:*", "*", Condition=SOMETIMES), "unknown"),
        (deny("s3:*", "*"), "no"),
    ],
)
def test_a_boundary_caps_what_is_allowed(boundary: dict[str, Any], answer: Answer) -> None:
    assert deletes(allow(), boundary=(boundary,)) == answer


def test_a_boundary_allows_nothing_by_itself_and_what_both_allow_of_different_keys_is_nothing() -> None:
    assert deletes(boundary=(allow("*", "*"),)) == "no"
    work, keep = (allow(resource=f"arn:aws:s3:::p-raw/in/{folder}/*") for folder in ("work", "keep"))
    assert deletes(work, boundary=(keep,)) == "no"


def test_one_key_and_characters_with_a_meaning_in_patterns_are_taken_as_they_are() -> None:
    one = Location("p-raw", "in/a.csv", exact=True)
    assert deletes(allow(resource="arn:aws:s3:::p-raw/in/a.csv"), at=one) == "yes"
    assert deletes(allow(resource="arn:aws:s3:::p-raw/in/a.csv.gz"), at=one) == "no"
    starred = Location("p-raw", "in/*/")
    assert deletes(allow(resource="arn:aws:s3:::p-raw/in/a/*"), at=starred) == "no"
    assert deletes(allow(resource="arn:aws:s3:::p-raw/in/${*}/*"), at=starred) == "yes"
    assert deletes(allow(resource="arn:aws:s3:::p-raw/in/${*}/*"), at=Location("p-raw", "in/a/")) == "no"
    assert deletes(allow(resource="arn:aws:s3:::p-raw/${$}{x}/*")) == "no"
    assert deletes(allow(resource="arn:aws:s3:::p-raw/${$}{x}/*"), at=Location("p-raw", "${x}/")) == "yes"


# What it may use outside S3.


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        ((allow(["sns:Publish", "dynamodb:Put", "dynamodb:Get"], "*"),), "dynamodb: Get Put; sns: Publish"),
        ((allow("dynamodb:*", "*"), allow("dynamodb:GetItem", TABLE)), "dynamodb: *"),
        ((allow(["DynamoDB:getitem", "dynamodb:GetItem"], TABLE),), "dynamodb: GetItem"),
        ((allow(["dynamodb:Get*", "dynamodb:GetItem", "dynamodb:Put*"], TABLE),), "dynamodb: Get* Put*"),
        ((allow("*", "*"), allow("sns:Publish", "*")), "*: *"),
        ((allow(NotAction="iam:*", Resource="*"),), "*: *"),
        ((allow("*", TABLE),), "dynamodb: *"),
        ((allow("*", "arn:aws:dyn*:*:*:*"),), "*: *"),
        ((allow("*", "arn:aws:s3:::p-raw/*"),), ""),
        ((allow("sns:Publish", "*", Condition=SOMETIMES),), "sns: Publish"),
        ((allow("sns:Publish", "*", Condition=WITHOUT_TLS),), ""),
        ((allow(["s3:*", "logs:CreateLogGroup", "xray:PutTraceSegments", "kms:Decrypt"], "*"),), ""),
        ((allow(["ec2:CreateNetworkInterface", "ec2:DescribeSubnets"], "*"),), ""),
        ((allow(["kms:*", "ec2:RunInstances", "s3-object-lambda:WriteGetObjectResponse"], "*"),),
         "ec2: RunInstances; kms: *; s3-object-lambda: WriteGetObjectResponse"),
        ((allow("sns:Publish", "*"), deny("sns:*", "*")), ""),
        ((allow("sns:Publish", TABLE), deny("sns:*", "arn:aws:sns:*")), "sns: Publish"),
        ((allow("sns:Publish", "*"), deny("sns:*", "*", Condition=SOMETIMES)), "sns: Publish"),
        ((allow("sns:*", "*"), deny("sns:Publish", "*")), "sns: *"),
        ((allow("*", "*"), deny(NotAction=["s3:*", "sns:Publish"], Resource="*")), "sns: Publish"),
        ((allow("sns:Publish", "*"), deny(NotResource="arn:aws:s3:::*", Action="*")), "sns: Publish"),
        ((allow("sns:Publish", QUEUE), deny("*", NotResource="arn:aws:s3:::*")), ""),
    ],
)  # fmt: skip
def test_what_it_may_use_outside_s3(statements: tuple[dict[str, Any], ...], found: str) -> None:
    assert said(role(*statements)) == found


def said(who: Role, **known: tuple[str, ...]) -> str:
    uses: Any = known
    return "; ".join(f"{service}: {' '.join(actions)}" for service, actions in outside_s3(who, uses).items())


@pytest.mark.parametrize(
    ("boundary", "found"),
    [
        ((allow("*", "*"),), "dynamodb: *; sns: Publish"),
        ((allow(["dynamodb:GetItem", "dynamodb:Query"], "*"),), "dynamodb: GetItem Query"),
        ((allow(NotAction="dynamodb:*", Resource="*"),), "sns: Publish"),
        ((allow("*", TABLE),), "dynamodb: *; sns: Publish"),
        ((allow("*", "*"), deny("sns:*", "*")), "dynamodb: *"),
        ((allow("s3:*", "*"),), ""),
        ((allow("*", "arn:aws:s3:::*"),), "dynamodb: *; sns: Publish"),
    ],
)
def test_a_boundary_narrows_what_is_said(boundary: tuple[dict[str, Any], ...], found: str) -> None:
    assert said(role(allow(["dynamodb:*", "sns:Publish"], "*"), boundary=boundary)) == found


def test_a_boundary_on_other_things_leaves_nothing() -> None:
    assert said(role(allow("dynamodb:*", TABLE), boundary=(allow("*", QUEUE),))) == ""


def test_receiving_is_left_out_for_its_own_queue_alone() -> None:
    receive = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    assert said(role(allow(receive, [QUEUE, RAW])), receive=(QUEUE,)) == ""
    assert said(role(allow(receive, "*")), receive=(QUEUE,)) == "", "as AWS's own policy for queues says it"
    assert said(role(allow([*receive, "sqs:SendMessage"], QUEUE)), receive=(QUEUE,)) == "sqs: SendMessage"
    assert said(role(allow("SQS:receivemessage", QUEUE)), receive=(QUEUE,)) == ""
    assert said(role(allow(receive[0], "arn:aws:*:*:*:p-other")), receive=(QUEUE,)) == "sqs: ReceiveMessage"
    assert said(role(allow(receive[0], OTHER_QUEUE)), receive=(QUEUE,)) == "sqs: ReceiveMessage"
    assert said(role(allow(receive[0], QUEUE))) == "sqs: ReceiveMessage"


def test_reads_are_left_out_and_writes_of_the_same_are_not() -> None:
    who = role(allow(["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"], TABLE))
    assert said(who, table=(TABLE,)) == "dynamodb: PutItem"
    assert said(who, table=(f"{TABLE}-other",)) == "dynamodb: GetItem PutItem Query"


def test_more_actions_than_a_line_takes_are_counted() -> None:
    actions = [f"sns:A{number}" for number in range(SHOWN)]
    assert outside_s3(role(allow(actions, "*")), {})["sns"] == tuple(f"A{number}" for number in range(SHOWN))
    shown = outside_s3(role(allow([*actions, "sns:B", "sns:C"], "*")), {})["sns"]
    assert (len(shown), shown[-1]) == (SHOWN, "3 more")
