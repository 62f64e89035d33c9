"""Random policies, and random requests to ask of them. The same seed gives the same ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from dbt_ghost.core.iam.documents import parse
from dbt_ghost.core.iam.principals import role
from dbt_ghost.core.iam.questions import Forbidden, Given, Policies, Question

Json = dict[str, Any]

ACCOUNT, SESSION_NAME = "111111111111", "s1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/step"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/step/{SESSION_NAME}"
RULE, FUNCTION = f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:"

ACTIONS = (
    *("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket", "s3:Get*", "s3:*Object", "S3:pUt?bject"),
    *("s3:*", "*", "events:PutTargets", "events:Put*", "lambda:InvokeFunction", "lambda:*"),
)
OBJECTS = ("arn:aws:s3:::b/x/1", "arn:aws:s3:::b/y", "arn:aws:s3:::c/x/1", "arn:aws:s3:::b/red/1")
REQUESTS = {
    "s3:GetObject": OBJECTS,
    "s3:PutObject": OBJECTS,
    "s3:DeleteObject": OBJECTS,
    "s3:ListBucket": ("arn:aws:s3:::b", "arn:aws:s3:::c"),
    "events:PutTargets": (f"{RULE}r1", f"{RULE}q"),
    "lambda:InvokeFunction": (f"{FUNCTION}f", f"{FUNCTION}g"),
}
RESOURCES = (
    *("*", "*", "arn:aws:s3:::b/*", "arn:aws:s3:::b", "arn:aws:s3:::b/x*", "arn:aws:s3:::?/x/?", "arn:aws:s3:::*/1"),
    *("arn:aws:s3:::c/*", "arn:aws:s3:::*", f"{RULE}r*", f"{FUNCTION}?", f"arn:aws:lambda:*:{ACCOUNT}:function:f"),
    *("arn:aws:s3:::b/${aws:PrincipalTag/team}/*", "arn:aws:s3:::b/*/${aws:PrincipalTag/team}"),
)
TEXTS, ARNS = ("StringEquals", "StringLike", "StringEqualsIgnoreCase"), ("ArnEquals", "ArnLike")
TESTS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    # key: operators, values of conditions, values of requests
    "aws:PrincipalTag/team": (TEXTS, ("red", "blue", "r*", "RED", "?lue"), ("red", "blue", "Red", "green")),
    "aws:RequestedRegion": (TEXTS, ("eu-*", "eu-west-1", "us-east-1"), ("eu-west-1", "us-east-1")),
    "aws:PrincipalArn": (ARNS, (ROLE, f"arn:aws:iam::{ACCOUNT}:role/*", f"arn:aws:iam::{ACCOUNT}:role/x"), ()),
    "aws:SourceVpc": (("StringEquals", "StringLike"), ("vpc-1", "vpc-*"), ("vpc-1", "vpc-2")),
    "aws:SecureTransport": (("Bool",), ("true", "false"), ("true", "false")),
    "s3:max-keys": (("NumericLessThan", "NumericEquals"), ("5", "10"), ("1", "10")),
    "s3:prefix": (("StringLike", "StringEquals"), ("x/*", "x/", "y*"), ("x/1", "x/", "z")),
}
SETS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "events:TargetArn": (ARNS, (f"{FUNCTION}f", f"{FUNCTION}*", f"{RULE}*"), (f"{FUNCTION}f", f"{FUNCTION}g")),
    "aws:TagKeys": (("StringEquals", "StringLike"), ("a", "b", "a*"), ("a", "b", "ab", "c")),
}
NEGATIVE = {each: each.replace("Equals", "NotEquals").replace("Like", "NotLike") for each in (*TEXTS, *ARNS)}
PRINCIPALS: tuple[Any, ...] = (
    *("*", {"AWS": "*"}, {"AWS": ROLE}, {"AWS": SESSION}, {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
    *({"AWS": ACCOUNT}, {"AWS": f"arn:aws:iam::{ACCOUNT}:role/x"}, {"Service": "s3.amazonaws.com"}),
)

NOT_PRINCIPALS = (
    {"AWS": f"arn:aws:iam::{ACCOUNT}:role/x"},
    {"AWS": [ROLE, SESSION, f"arn:aws:iam::{ACCOUNT}:root"]},
    {"Service": "s3.amazonaws.com"},
)


@dataclass(frozen=True)
class Asked:
    action: str
    resource: str
    context: Mapping[str, Given]


@dataclass(frozen=True)
class Case:
    """Documents by their part (`identity`, `boundary`, `session`, `resource`), and a question about them."""

    documents: Mapping[str, Json]
    forbidden: Forbidden
    requests: tuple[Asked, ...]

    @property
    def policies(self) -> Policies:
        read = {
            part: parse(document, part, "resource" if part == "resource" else "identity")
            for part, document in self.documents.items()
        }
        return Policies(
            (read["identity"],),
            read.get("boundary"),
            read.get("session"),
            (read["resource"],) if "resource" in read else (),
        )

    @property
    def question(self) -> Question:
        return Question(role(ROLE, SESSION_NAME), self.policies, self.forbidden)


def case(random: Random) -> Case:
    chances = {"identity": 1.0, "boundary": 0.5, "session": 0.15, "resource": 0.6}
    documents = {
        part: {"Version": "2012-10-17", "Statement": _statements(random, part)}
        for part, chance in chances.items()
        if random.random() < chance
    }
    if "session" in documents and "resource" in documents:
        # AWS documents that a session policy does not limit what a resource grants to a session; the engine differs.
        for each in documents["resource"]["Statement"]:
            if each.get("Principal") == {"AWS": SESSION}:
                each["Principal"] = {"AWS": ROLE}
    forbidden = Forbidden(
        tuple(random.sample(ACTIONS, random.choice((1, 2)))),
        not_actions=tuple(random.sample(ACTIONS[:4], random.choice((0, 0, 1)))),
        resources=tuple(random.sample([each for each in RESOURCES if "$" not in each], random.choice((1, 2)))),
        not_resources=tuple(random.sample(RESOURCES[2:7], random.choice((0, 0, 1)))),
    )
    return Case(documents, forbidden, tuple(_request(random) for _ in range(6)))


def _statements(random: Random, part: str) -> list[Json]:
    return [_statement(random, part, number) for number in range(random.choice((1, 2, 2, 3, 4)))]


def _statement(random: Random, part: str, number: int) -> Json:
    action = "NotAction" if random.random() < 0.15 else "Action"
    resource = "NotResource" if random.random() < 0.2 else "Resource"
    found: Json = {
        "Sid": f"{part}{number}",
        "Effect": "Allow" if random.random() < 0.65 else "Deny",
        action: random.sample(ACTIONS, random.choice((1, 2))),
        resource: random.sample(RESOURCES, random.choice((1, 2))),
    }
    if random.random() < 0.55:
        found["Condition"] = _conditions(random)
    if part == "resource":
        element = "NotPrincipal" if random.random() < 0.1 else "Principal"
        found[element] = random.choice(PRINCIPALS if element == "Principal" else NOT_PRINCIPALS)
    return found


def _conditions(random: Random) -> Json:
    found: Json = {}
    for _ in range(random.choice((1, 1, 2))):
        several = random.random() < 0.3
        key = random.choice(list(SETS if several else TESTS))
        operators, values, _ = (SETS if several else TESTS)[key]
        operator = random.choice(operators)
        chance = random.random()
        if chance < 0.35:
            operator = NEGATIVE.get(operator, operator)
        if several:
            operator = f"{random.choice(('ForAllValues', 'ForAnyValue'))}:{operator}"
        elif chance > 0.85:
            operator += "IfExists"
        if random.random() < 0.12:
            operator, values = "Null", ("true", "false")
        chosen = random.sample(values, min(len(values), 1 if operator == "Null" else random.choice((1, 2))))
        found.setdefault(operator, {})[key] = chosen
    return found


def _request(random: Random) -> Asked:
    action = random.choice(list(REQUESTS))
    context: dict[str, Given] = {}
    for key, (_, _, values) in TESTS.items():
        if values and random.random() < 0.6 and (not key.startswith("s3:") or action == "s3:ListBucket"):
            context[key] = random.choice(values)
    for key, (_, _, values) in SETS.items():
        if random.random() < 0.5 and (key.startswith("aws:") or action == "events:PutTargets"):
            context[key] = tuple(random.sample(values, random.choice((1, 2))))
    return Asked(action, random.choice(REQUESTS[action]), context)
