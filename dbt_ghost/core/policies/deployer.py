"""The policies of the deployer: the role by which CI plans, forks, replays into and drops ghosts of one project. Pure.

They are made from the table of its calls, `calls_of_deployer`, a statement a row. They say what it may; `guard` says
what it may not, whatever else allows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import get_args

from dbt_ghost.core.policies.calls_of_deployer import CALLS
from dbt_ghost.core.policies.calls_on_data import LIST_SEEDS
from dbt_ghost.core.policies.limits import Limits
from dbt_ghost.core.policies.places import places
from dbt_ghost.core.policies.purposes import Calls, Part
from dbt_ghost.core.policies.reach import Reach
from dbt_ghost.core.policies.statements import MANAGED_LIMIT, Document, Statement, condition


def deployer_policy(reach: Reach, step_boundary_arn: str, tap_boundary_arn: str) -> tuple[Document, ...]:
    """A managed policy for each part of the table. Raises Refused where one is longer than AWS takes."""
    limits, where = Limits(reach, (step_boundary_arn, tap_boundary_arn)), places(reach)
    found: dict[Part, list[Statement]] = {part: [] for part in get_args(Part)}
    for calls in CALLS:
        resources = tuple(arn for place in calls.on for arn in where[place])
        if resources:
            found[calls.part].append(_statement(calls, resources, limits.condition(calls.only)))
    found[LIST_SEEDS.part] += seed_listings(reach)
    return tuple(Document(f"deployer {part}", tuple(found[part]), MANAGED_LIMIT) for part in found)


def seed_listings(reach: Reach) -> Iterator[Statement]:
    """Of buckets that are not among those that may be listed anyway. A HEAD of an object that is gone is refused here:
    the next run finds out.
    """
    seeds = sorted((each for each in reach.seeds if each.bucket not in reach.buckets), key=lambda each: each.bucket)
    for number, (bucket, each) in enumerate(groupby(seeds, key=lambda each: each.bucket), 1):
        prefixes = {location.listed for location in each}
        found = _statement(LIST_SEEDS, (reach.account.bucket_arn(bucket),), _listing(reach, prefixes))
        yield Statement(**{**vars(found), "sid": f"{LIST_SEEDS.purpose}{number}"})


def _listing(reach: Reach, prefixes: set[str]) -> str:
    ours = {"aws:ResourceAccount": reach.account.id}
    if "*" in prefixes:
        return condition(StringEquals=ours)
    return condition(StringEquals=ours, StringLike={"s3:prefix": prefixes})


def _statement(calls: Calls, resources: tuple[str, ...], condition: str) -> Statement:
    return Statement(calls.purpose, "Allow", calls.why, actions=calls.actions, resources=resources, condition=condition)
