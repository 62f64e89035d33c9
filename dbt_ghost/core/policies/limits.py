"""The conditions under which the deployer's calls are allowed, as IAM writes them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from dbt_ghost.core.policies.purposes import Limit
from dbt_ghost.core.policies.reach import Reach
from dbt_ghost.core.policies.statements import condition
from dbt_ghost.core.resources import TAG_PROJECT

Tests = Mapping[str, Mapping[str, str | Collection[str]]]
"""Operator, with `__` for `:` -> key -> value or values."""

SERVICES = ("events.amazonaws.com", "s3.amazonaws.com", "sns.amazonaws.com")
"""What invokes functions by their own policies. Queues are read by Lambda itself."""

REQUEST_TAG, RESOURCE_TAG = f"aws:RequestTag/{TAG_PROJECT}", f"aws:ResourceTag/{TAG_PROJECT}"


@dataclass(frozen=True)
class Limits:
    """`boundaries` are the ARNs of the two that an admin has made."""

    reach: Reach
    boundaries: tuple[str, ...]

    @property
    def receivers(self) -> tuple[str, str]:
        """The ghosts' functions and queues: all that events may be handed to."""
        account, ghosts = self.reach.account, self.reach.ghosts
        return account.function_arn(ghosts), account.queue_arn(ghosts)

    def condition(self, only: Iterable[Limit]) -> str:
        """All of them together, as canonical JSON; empty without any."""
        merged: dict[str, dict[str, str | Collection[str]]] = {}
        for each in only:
            for operator, tests in self.tests(each).items():
                merged.setdefault(operator, {}).update(tests)
        return condition(**merged) if merged else ""

    def tests(self, limit: Limit) -> Tests:
        account, project = self.reach.account, self.reach.project
        found: Mapping[Limit, Tests] = {
            "ours": {"StringEquals": {"aws:ResourceAccount": account.id}},
            "tagged so": {"StringEquals": {REQUEST_TAG: project}},
            "tagged": {"StringEquals": {RESOURCE_TAG: project}},
            "in the region": {"StringEquals": {"aws:RequestedRegion": account.region}},
            "bounded": {"ArnEquals": {"iam:PermissionsBoundary": self.boundaries}},
            "to Lambda": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
            "to services": {"StringEquals": {"lambda:Principal": SERVICES}},
            # ForAllValues holds for no target at all: so the key must be there
            "to targets": {
                "ForAllValues__ArnLike": {"events:TargetArn": self.receivers},
                "Null": {"events:TargetArn": "false"},
            },
            "of ghosts": {"ArnLike": {"lambda:FunctionArn": self.receivers[0]}},
            "to endpoints": {
                "StringLike": {"sns:Endpoint": self.receivers},
                "StringEquals": {"sns:Protocol": ("lambda", "sqs")},
            },
            "by S3": {"StringEquals": {"kms:ViaService": f"s3.{account.region}.amazonaws.com"}},
        }
        return found[limit]
