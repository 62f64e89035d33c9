"""Asks the prover about the deployer's documents: what no request may do, and what each request must be able to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Literal

from dbt_ghost.core.iam.catalogue import Catalogue
from dbt_ghost.core.iam.documents import parse
from dbt_ghost.core.iam.policies import Policy
from dbt_ghost.core.iam.principals import role
from dbt_ghost.core.iam.proving import allows, prove
from dbt_ghost.core.iam.questions import Answer, Forbidden, Policies, Question
from dbt_ghost.core.policies.deployer import deployer_policy
from dbt_ghost.core.policies.guard import guard_policy
from dbt_ghost.core.resources import canonical
from dbt_ghost.providers.iam_catalogue import load
from tests.core.policies.broken import Documents
from tests.core.policies.requests import Asked
from tests.core.policies.scene import DEPLOYER, REACHES, STEPS, TAP

SERVICES = (*("ec2", "ecr", "elasticfilesystem", "events", "iam", "kms", "lambda", "logs", "s3", "sns", "sqs", "sts"),)
ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
WHO = role(DEPLOYER, "ci")


@cache
def documents(scene: str) -> Documents:
    reach = REACHES[scene]
    made = (*deployer_policy(reach, STEPS, TAP), *guard_policy(reach, STEPS, TAP))
    return {each.name: each.json for each in made}


@cache
def catalogue() -> Catalogue:
    return load(SERVICES)


def view(found: Documents, name: str) -> tuple[Policy, ...]:
    """`allow`: what allows alone; `guard`: the guard beside a role that may do everything; `together`."""
    chosen = {
        "allow": {each: read for each, read in found.items() if not each.startswith("guard")},
        "guard": {"anything": ANYTHING} | {each: read for each, read in found.items() if each.startswith("guard")},
        "together": found,
    }[name]
    return tuple(parsed(each, read) for each, read in chosen.items())


def proved(held: tuple[Policy, ...], forbidden: Forbidden) -> Answer:
    return prove(Question(WHO, Policies(held), forbidden), catalogue())


def let_through(held: tuple[Policy, ...], asked: Asked) -> bool:
    keys = dict(asked.keys)
    answer = allows(WHO, Policies(held), asked.action, asked.resource, context=keys, catalogue=catalogue())
    return answer.verdict == "violated"


def first_let_through(held: tuple[Policy, ...], claims: Mapping[str, Forbidden]) -> str:
    """The first claim that is not proved, empty if all are."""
    return next((name for name, region in claims.items() if proved(held, region).verdict != "proved"), "")


def first_refused(held: tuple[Policy, ...], requests: Iterable[Asked]) -> str:
    return next((str(each) for each in requests if not let_through(held, each)), "")


def parsed(
    name: str, read: Mapping[str, Any], kind: Literal["identity", "resource"] = "identity", attached_to: str = ""
) -> Policy:
    return _parsed(name, canonical(read), kind, attached_to)


@cache
def _parsed(name: str, text: str, kind: Literal["identity", "resource"], attached_to: str) -> Policy:
    return parse(text, name, kind, attached_to)
