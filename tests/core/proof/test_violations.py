"""What lets a ghost's role reach production is shown by a request, whichever document it is in."""

from __future__ import annotations

from dataclasses import replace

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.policies import TRUST
from dbt_ghost.core.proof.claims import CHANGES, CHANGES_PROD
from dbt_ghost.core.proof.facts import IamFacts, RoleFacts
from dbt_ghost.core.proof.findings import Proof
from dbt_ghost.core.resources import canonical
from dbt_ghost.core.topology import Topology
from dbt_ghost.operations.fork import plan_fork
from tests.core.blueprint.grounds import ACCOUNT, GHOST, by, chain, code, config
from tests.core.proof.scenes import Json, boundaries, documents, facts, proof_with

CLEAN = ACCOUNT.role_arn("ready-made-clean")


def policy(*statements: Json) -> str:
    return canonical({"Version": "2012-10-17", "Statement": list(statements)})


ADMIN = policy({"Sid": "Admin", "Effect": "Allow", "Action": "*", "Resource": "*"})


def bucket_policy(action: str, effect: str = "Allow", **more: object) -> str:
    own: Json = {"Sid": "Theirs", "Effect": effect, "Principal": {"AWS": CLEAN}, "Action": action}
    return policy(own | {"Resource": ["arn:aws:s3:::p-raw", "arn:aws:s3:::p-raw/*"]} | more)


def proof_of(policies: tuple[str, ...], bucket: str = "", boundary: str = "") -> Proof:
    """A ghost whose first step has a ready-made role, and whose input bucket in production has this policy."""
    topology = chain(by("s3"), by("s3", "p-mid"))
    raw, *others = topology.buckets
    known = facts("direct", roles={CLEAN: RoleFacts(policies, boundary, TRUST)})
    return _proof(
        config({"roles": {"clean": CLEAN}}), replace(topology, buckets=(replace(raw, policy=bucket), *others)), known
    )


def _proof(settings: GhostConfig, topology: Topology, known: IamFacts) -> Proof:
    found = plan_fork(settings, GHOST, topology, code(), (), facts=known).proof
    assert found
    return found


def test_an_administrators_role_is_shown_to_reach_production() -> None:
    found = proof_of((ADMIN,))
    assert {CHANGES, CHANGES_PROD} <= {each.claim for each in found.failed}
    told = next(each.because for each in found.failed if each.claim == CHANGES_PROD)
    assert told.startswith("s3:") and "on arn:aws:s3:::p-" in told
    assert told.endswith("allowed by policy of clean#Admin")


def test_a_boundary_holds_even_an_administrators_role_and_the_layers_are_told_apart() -> None:
    found = proof_with("direct", "clean", policy=ADMIN)
    assert found.holds
    of_clean = {each.view: each.verdict for each in found.findings if (each.claim, each.of) == (CHANGES, "clean")}
    assert of_clean == {"own policy": "violated", "boundary": "proved", "together": "proved"}


def test_productions_own_bucket_policy_is_part_of_the_proof() -> None:
    allows_only = policy({"Sid": "Log", "Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"})
    found = proof_of((allows_only,), bucket_policy("s3:PutObject"))
    told = {each.because for each in found.failed if each.claim == CHANGES_PROD}
    assert told and all(
        "s3:PutObject on arn:aws:s3:::p-raw/" in each and "prod bucket p-raw#Theirs" in each for each in told
    )


def test_the_same_bucket_policy_does_nothing_for_a_generated_role() -> None:
    found = proof_of((documents("direct")["clean"],), bucket_policy("s3:*"))
    assert found.holds and ("prod bucket p-raw" in dict(found.documents))


def test_a_condition_that_is_not_modelled_counts_as_a_way_in_and_is_named() -> None:
    allows_only = policy({"Sid": "Log", "Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"})
    by_day = {"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}
    found = proof_of((allows_only,), bucket_policy("s3:DeleteObject", Condition=by_day))
    unknown = [each for each in found.failed if each.verdict == "unknown" and each.claim == CHANGES_PROD]
    assert unknown and "DateGreaterThan aws:CurrentTime is not modelled" in unknown[0].because
    assert not found.holds, "unknown is not proved"


def test_a_policy_of_productions_that_shuts_the_ghost_out_is_said_and_stops_nothing() -> None:
    elsewhere = {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}
    found = proof_of((documents("direct")["clean"],), bucket_policy("s3:*", "Deny", Condition=elsewhere))
    assert found.holds
    (advice,) = {each.because for each in found.advice if each.of == "clean"}
    assert "s3:GetObject on arn:aws:s3:::p-raw/in/x.csv is not let through" in advice


def test_a_boundary_that_forgets_the_environment_is_said() -> None:
    bound = boundaries("direct")[ACCOUNT.policy_arn("steps-of-shop")].replace("DecryptOwnEnvironment", "Forgotten")
    bound = bound.replace('"kms:EncryptionContext:aws:lambda:FunctionArn"', '"kms:EncryptionContext:other"')
    found = proof_of((documents("direct")["clean"],), boundary=bound)
    assert ["decrypt a function's environment" in each.claim for each in found.advice] == [True]


def test_what_is_not_proved_names_who_could_change_roles_without_a_boundary() -> None:
    told = _proof(config(), chain(by("s3"), by("s3", "p-mid")), facts("direct")).not_proved
    assert any("clean, enrich, tap have no permissions boundary" in each for each in told)
    assert any("send it over the internet" in each for each in told)
    bound = _proof(
        config({"boundary": {"step": "steps-of-shop", "tap": "tap-of-shop"}}),
        chain(by("s3"), by("s3", "p-mid")),
        facts("direct"),
    )
    assert not any("permissions boundary" in each for each in bound.not_proved)
