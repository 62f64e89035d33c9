"""What every part of a blueprint stands on: the settings, what was discovered, the names and the routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.config.ingestion import StepConfig
from dbt_ghost.core.flow import ForkedStep, StepCode
from dbt_ghost.core.naming import TAP, GhostName
from dbt_ghost.core.policies import Bounds, Location
from dbt_ghost.core.record import Channel
from dbt_ghost.core.resources import Invoker, Pairs, canonical, ghost_tags
from dbt_ghost.core.topology import Account, ProdMapping, Topology, Trigger

S3 = "s3.amazonaws.com"
SNS = "sns.amazonaws.com"
EVENTS = "events.amazonaws.com"


@dataclass(frozen=True)
class Ground:
    """`codes` says what each step runs, by the step's name; `forked` are the steps of the ghost in data's order.

    `channels` are the queues of the clone's pipes, of buckets that the ghost has.
    """

    config: GhostConfig
    ghost: GhostName
    topology: Topology
    codes: Mapping[str, StepCode]
    tap_sha256: str
    forked: tuple[ForkedStep, ...]
    channels: tuple[Channel, ...] = ()

    @property
    def account(self) -> Account:
        return self.topology.account

    @cached_property
    def copied(self) -> tuple[ForkedStep, ...]:
        """The steps that get a function of the ghost's own."""
        return tuple(forked for forked in self.forked if not forked.shared)

    @cached_property
    def shared(self) -> tuple[ForkedStep, ...]:
        """The steps that prod's own functions serve."""
        return tuple(forked for forked in self.forked if forked.shared)

    @cached_property
    def tags(self) -> Pairs:
        return ghost_tags(self.ghost, self.config.tags)

    @cached_property
    def routes(self) -> dict[str, str]:
        """Prod bucket -> the ghost bucket that stands in for it: of outputs, and of inputs that are staged."""
        outputs = [bucket for forked in self.forked for bucket in forked.outputs]
        staged = [trigger.bucket for forked in self.forked for trigger in self.staged(forked)]
        return {bucket: self.ghost.bucket(bucket) for bucket in [*outputs, *staged]}

    @cached_property
    def databases(self) -> dict[str, str]:
        """Prod database -> its clone."""
        first, *others = self.config.databases
        return {first: self.ghost.database(), **{name: self.ghost.database(name) for name in others}}

    @property
    def state_bucket(self) -> str:
        return self.config.ingestion.state_bucket_in(self.config.project, self.account.id, self.account.region)

    def bounds(self, step: str) -> Bounds:
        """What the role of a step, or of the tap, is held to."""
        return Bounds(self.account, self.state_bucket, self.function_arn(step))

    @property
    def samples(self) -> bool:
        """Is some of prod's data left out?"""
        return self.config.ingestion.sample < 1

    def settings(self, step: str) -> StepConfig:
        return self.config.ingestion.steps[step]

    def staged(self, forked: ForkedStep) -> tuple[Trigger, ...]:
        """The triggers whose objects are copied into a ghost bucket first."""
        if self.settings(forked.step.name).input != "staged":
            return ()
        return tuple(trigger for trigger in forked.entry if trigger.bucket)

    def seeds(self, prod_bucket: str) -> tuple[str, ...]:
        """What is copied of a prod bucket, as s3:// URLs, sorted."""
        urls = {url for forked in self.copied for url in self.settings(forked.step.name).seed}
        return tuple(sorted(url for url in urls if Location.of_url(url).bucket == prod_bucket))

    def function_arn(self, step: str) -> str:
        return self.account.function_arn(self.ghost.function(step))

    def role_arn(self, step: str) -> str:
        """Of the role that was brought for the step, or of the ghost's own."""
        brought = self.config.ingestion.roles.get(step)
        return self.account.role_arn(brought or self.ghost.role(step, self.account.region))

    def boundary_arn(self, step: str) -> str:
        """Of the permissions boundary of a role that the ghost makes, empty without one."""
        boundary = self.config.ingestion.boundary
        named = boundary.tap if step == TAP else boundary.step
        return self.account.policy_arn(named) if named else ""

    def failures_arn(self, step: str) -> str:
        return self.account.queue_arn(self.ghost.failures(step))

    def queue(self, step: str, mapping: ProdMapping) -> str:
        """The name of the ghost's queue that stands in for prod's."""
        return self.ghost.piece(step, mapping.queue_arn)

    def target_arn(self, step: str, trigger: Trigger) -> str:
        """What a trigger's events are handed to in the ghost: the step's queue, or the function itself."""
        if trigger.mapping:
            return self.account.queue_arn(self.queue(step, trigger.mapping))
        return self.function_arn(step)

    def invoker(self, principal: str, source_arn: str) -> Invoker:
        """With the account only for buckets: their ARNs have none (F 4.14), the others' do."""
        return Invoker(principal, source_arn, self.account.id if principal == S3 else "")

    def declared_reads(self, step: str) -> list[Location]:
        return [Location.of_url(url) for url in self.settings(step).reads if url.startswith("s3://")]


def queue_policy(ground: Ground, queue_arn: str, senders: set[tuple[str, str]]) -> str:
    """Who may put messages into a queue, as (service, ARN of what it acts for). Canonical JSON, empty for nobody."""
    return _policy(ground, "sqs:SendMessage", queue_arn, senders)


def topic_policy(ground: Ground, topic_arn: str, bucket_arns: set[str]) -> str:
    """Which buckets may publish to a topic. Canonical JSON."""
    return _policy(ground, "sns:Publish", topic_arn, {(S3, arn) for arn in bucket_arns})


def _policy(ground: Ground, action: str, on: str, senders: set[tuple[str, str]]) -> str:
    if not senders:
        return ""
    statements = [
        {
            "Sid": f"Sender{number}",
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": action,
            "Resource": on,
            "Condition": {"ArnEquals": {"aws:SourceArn": arn}}
            | ({"StringEquals": {"aws:SourceAccount": ground.account.id}} if service == S3 else {}),
        }
        for number, (service, arn) in enumerate(sorted(senders), 1)
    ]
    return canonical({"Version": "2012-10-17", "Statement": statements})
