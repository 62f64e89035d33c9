"""What is asked of a ghost's roles: in each view every claim, and that all stays possible which they are for. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dbt_ghost.core.calls import CALLED_BY_CODE
from dbt_ghost.core.iam.documents import parse
from dbt_ghost.core.iam.policies import Condition, Policy
from dbt_ghost.core.iam.principals import Principal, role
from dbt_ghost.core.iam.questions import Forbidden, Policies, Question, absent
from dbt_ghost.core.proof.asked import ANYTHING, Asked
from dbt_ghost.core.proof.claims import Realm, claims

ABLE = "Every role may do what it is for"
REFUSED = "production's own policies refuse what the role is for"
STARTS = "the boundary does not let Lambda decrypt a function's environment, so a function with one may not start"


@dataclass(frozen=True)
class Held:
    """A role with what holds it. `needs` is the document of what it is for, `boundary` None without one.

    `function` is the name of its function, which is that of its sessions too.
    """

    step: str
    arn: str
    function: str
    needs: str
    policies: tuple[Policy, ...]
    boundary: Policy | None

    @property
    def principal(self) -> Principal:
        return role(self.arn, self.function)

    @property
    def let_in(self) -> Policy:
        """A policy of production's that lets the role's sessions do anything, past what a boundary does not mention."""
        everything = {
            "Effect": "Allow",
            "Principal": {"AWS": f"{self.principal.sessions}{self.function}"},
            "Action": "*",
            "Resource": "*",
        }
        return parse({"Version": "2012-10-17", "Statement": [everything]}, "whatever production lets in", "resource")


def asked_of_role(held: Held, realm: Realm, live: tuple[Policy, ...]) -> Iterator[Asked]:
    """`live` are production's own policies, as they were discovered."""
    alone = Policies(held.policies, resource=(held.let_in,))
    together = Policies(held.policies, held.boundary, resource=live)
    for claim, region in _regions(realm):
        yield Asked(claim, held.step, "own policy", Question(held.principal, alone, region))
    for claim, region in _regions(realm):
        yield Asked(claim, held.step, "together", Question(held.principal, together, region))
    own = Policies(held.policies, held.boundary)
    function = realm.account.function_arn(held.function)
    for region in _needed(held.needs, function):
        yield Asked(ABLE, held.step, "together", _bare(held.principal, own, region), must=True)
    for region in _needed(held.needs, function) if any(map(_denies, live)) else ():
        yield Asked(REFUSED, held.step, "together", _bare(held.principal, together, region), must=True, advice=True)


def asked_of_boundary(held: Held, realm: Realm) -> Iterator[Asked]:
    """`held` is any role that has the boundary, `realm` what all such roles may share."""
    alone = Policies((ANYTHING,), held.boundary, resource=(held.let_in,))
    for claim, region in _regions(realm):
        yield Asked(claim, held.step, "boundary", Question(held.principal, alone, region))
    context = "kms:EncryptionContext:aws:lambda:FunctionArn"
    function = Condition("StringEquals", context, (realm.account.function_arn(held.function),))
    within = Policies((ANYTHING,), held.boundary)
    decrypting = _bare(held.principal, within, Forbidden(("kms:Decrypt",), where=(function,)))
    yield Asked(STARTS, held.step, "boundary", decrypting, must=True, advice=True)


def _regions(realm: Realm) -> Iterator[tuple[str, Forbidden]]:
    return ((claim, region) for claim, regions in claims(realm).items() for region in regions)


def _denies(policy: Policy) -> bool:
    return not all(statement.allows for statement in policy.statements)


def _bare(principal: Principal, policies: Policies, region: Forbidden) -> Question:
    """Requests that bring nothing along but what they are about."""
    about = {each.key.lower() for each in region.where}
    return Question(principal, policies, region, absent(principal, policies, about))


def _needed(document: str, function_arn: str) -> Iterator[Forbidden]:
    """A request of each action on each resource that a policy allows; the code's own come from its function."""
    inside = Condition("ArnEquals", "lambda:SourceFunctionArn", (function_arn,))
    for statement in json.loads(document)["Statement"]:
        if statement["Effect"] == "Allow":
            where = tuple(_conditions(statement.get("Condition", {})))
            for action in statement["Action"]:
                by_code = (inside,) if action.partition(":")[0] in CALLED_BY_CODE else ()
                for resource in statement["Resource"]:
                    yield Forbidden((action,), resources=tuple(_samples(resource)), where=(*where, *by_code))


def _samples(pattern: str) -> Iterable[str]:
    """One of what a pattern means. What is in a log group is a stream; EC2 knows no ARNs before there is something."""
    if pattern == "*":
        return ("*",)
    if ":log-group:" in pattern:
        return (pattern.removesuffix("*") + "log-stream:x", pattern)
    return (pattern.replace("*", "x"),)


def _conditions(read: Mapping[str, Mapping[str, Any]]) -> Iterator[Condition]:
    for operator, tests in read.items():
        for key, values in tests.items():
            yield Condition(operator, key, (values,) if isinstance(values, str) else tuple(values))
