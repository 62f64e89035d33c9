"""Ghosts with what a proof of them stands on: generated boundaries, and roles that were brought, good and bad."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.naming import TAP
from dbt_ghost.core.plan import Plan
from dbt_ghost.core.policies import TRUST
from dbt_ghost.core.policies.boundaries import step_boundary, tap_boundary
from dbt_ghost.core.policies.reach import reach_of
from dbt_ghost.core.proof.facts import IamFacts, RoleFacts
from dbt_ghost.core.proof.findings import Proof
from dbt_ghost.core.resources import Mount, Network, Role, canonical
from dbt_ghost.core.topology import ProdBucket, Topology
from dbt_ghost.operations.fork import plan_fork
from dbt_ghost.providers import iam_catalogue
from tests.core.blueprint.grounds import ACCOUNT, GHOST, by, chain, code, config

Json = dict[str, Any]

BOUNDARY = {"step": "steps-of-shop", "tap": "tap-of-shop"}
SECRET = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop-loader-AbCdEf"
PARAMETER = "arn:aws:ssm:eu-west-1:111111111111:parameter/shop/loader"
TABLE = "arn:aws:dynamodb:eu-west-1:111111111111:table/airlines"
KEY = "arn:aws:kms:eu-west-1:111111111111:key/"
ROLES = {step: f"ready-made-{step}" for step in ("clean", "enrich", TAP)}


def everything() -> tuple[GhostConfig, Topology]:
    """A chain in which the roles need every use of the table of calls."""
    mounts = (Mount("arn:aws:elasticfilesystem:eu-west-1:111111111111:access-point/fsap-1", "/mnt/p"),)
    topology = chain(by("sqs"), by("sns_sqs", "p-mid"), network=Network(("subnet-1",), ("sg-1",)), mounts=mounts)
    raw, *others = topology.buckets
    buckets = (replace(raw, kms_key=f"{KEY}prod"), *others, ProdBucket("p-ref", (), eventbridge=False))
    settings = config(
        {"boundary": BOUNDARY, "kms_key": f"{KEY}own"},
        input="staged",
        vpc=True,
        efs=True,
        reads=["s3://p-ref/airports/", "s3://p-ref/one.csv", SECRET, PARAMETER, TABLE],
    )
    return settings, replace(topology, buckets=buckets)


def direct() -> tuple[GhostConfig, Topology]:
    """Steps that read production's own objects, of some keys only."""
    return config({"boundary": BOUNDARY}), chain(*BY_S3)


def queued() -> tuple[GhostConfig, Topology]:
    """Prod's own queues and topics in between."""
    return config({"boundary": BOUNDARY}), chain(by("sqs"), by("sns_sqs", "p-mid"))


def shared() -> tuple[GhostConfig, Topology]:
    """A last step that production's own function serves."""
    return _with_last({"outputs": ["OUT"], "downstream": "share", "ghost_aware": True}), chain(*BY_S3)


def sealed() -> tuple[GhostConfig, Topology]:
    """Buckets that keys of the team's encrypt, prod's and the ghost's, and a last step that only reads."""
    topology = chain(*BY_S3)
    (first, last), (raw, *others) = topology.steps, topology.buckets
    steps = (first, replace(last, function=replace(last.function, environment=())))
    buckets = (replace(raw, kms_key=f"{KEY}prod"), *others)
    return _with_last({}, kms_key=f"{KEY}own"), replace(topology, steps=steps, buckets=buckets)


def _with_last(settings: Json, **ingestion: Any) -> GhostConfig:
    """Of a chain whose last step has these settings."""
    steps = {"clean": {"function": "p-clean", "code": "clean", "outputs": ["OUT"]}}
    return config(
        {"boundary": BOUNDARY, "steps": steps | {"enrich": {"function": "p-enrich", **settings}}, **ingestion}
    )


BY_S3 = by("s3"), by("s3", "p-mid")
SCENES = {
    "everything": (everything, "clean"),
    "its last step alone": (everything, "enrich"),
    "direct": (direct, "clean"),
    "direct, last step alone": (direct, "enrich"),
    "queued": (queued, "clean"),
    "shared": (shared, "clean"),
    "sealed": (sealed, "clean"),
}
"""A project, and which of its steps the branch changes."""


def project(scene: str) -> tuple[GhostConfig, Topology]:
    return SCENES[scene][0]()


@cache
def boundaries(scene: str) -> Mapping[str, str]:
    reach = reach_of(*project(scene))
    steps, tap = step_boundary(reach).text, tap_boundary(reach).text
    return {ACCOUNT.policy_arn(BOUNDARY["step"]): steps, ACCOUNT.policy_arn(BOUNDARY["tap"]): tap}


@cache
def documents(scene: str) -> Mapping[str, str]:
    """The policy that each role of the ghost gets, by step."""
    roles = (each.resource for each in plan(scene, project(scene)[0], facts(scene)).changes)
    return {_step(role): role.policy for role in roles if isinstance(role, Role)}


def facts(scene: str, **others: Any) -> IamFacts:
    return IamFacts(iam_catalogue.load, "a version", **{"boundaries": boundaries(scene), **others})


def plan(scene: str, settings: GhostConfig, known: IamFacts) -> Plan:
    return plan_fork(settings, GHOST, project(scene)[1], code(SCENES[scene][1]), (), facts=known)


def proof(scene: str, known: IamFacts | None = None) -> Proof:
    found = plan(scene, project(scene)[0], known or facts(scene)).proof
    assert found
    return found


def proof_with(scene: str, step: str, *, policy: str = "", boundary: str = "", trust: str = TRUST) -> Proof:
    """Of a ghost whose roles were brought: this one with another document, all others as they would be made."""
    settings, good = project(scene)[0], documents(scene)
    settings = GhostConfig.model_validate(
        settings.model_dump(exclude_unset=True) | {"ingestion": _with_roles(settings, good)}
    )
    known = facts(
        scene,
        roles={
            ACCOUNT.role_arn(ROLES[each]): RoleFacts(
                (policy if policy and each == step else good[each],),
                boundary if boundary and each == step else _boundary(scene, each),
                trust if each == step else TRUST,
            )
            for each in good
        },
    )
    found = plan(scene, settings, known).proof
    assert found
    return found


def broken(document: str) -> Iterator[tuple[str, str]]:
    """(what is missing, the document without it), for each statement."""
    statements = json.loads(document)["Statement"]
    for number, statement in enumerate(statements):
        rest = [each for at, each in enumerate(statements) if at != number]
        yield statement["Sid"], canonical({"Version": "2012-10-17", "Statement": rest})


def _with_roles(settings: GhostConfig, steps: Mapping[str, str]) -> Json:
    read: Json = settings.model_dump(exclude_unset=True)["ingestion"]
    return read | {"roles": {step: ROLES[step] for step in steps}}


def _boundary(scene: str, step: str) -> str:
    return boundaries(scene)[ACCOUNT.policy_arn(BOUNDARY["tap" if step == TAP else "step"])]


def _step(role: Role) -> str:
    return next(step for step in ROLES if f"-{step}-" in role.name)
