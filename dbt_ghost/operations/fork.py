"""Plan a fork: everything that the ghost's ingestion half should be, against what is there. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from dbt_ghost.core import policies
from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.environment import rewrite
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.eventbridge import check_tappable, rule_pattern, tap_route
from dbt_ghost.core.flow import ForkedStep, forked_steps, output_buckets
from dbt_ghost.core.naming import TAP, TAP_HANDLER, GhostName
from dbt_ghost.core.plan import Hop, Plan, changes
from dbt_ghost.core.policies import Location
from dbt_ghost.core.record import RecordedStep
from dbt_ghost.core.resources import (
    Bucket,
    BucketEvent,
    Function,
    Invoker,
    LogGroup,
    Notifications,
    Pairs,
    Resource,
    Role,
    Rule,
    ghost_tags,
    pairs,
)
from dbt_ghost.core.topology import Account, Topology
from dbt_ghost.operations.code import CodeOfSteps

LOG_RETENTION_DAYS = 7
MAX_EVENT_AGE_S = 3600
TAP_RUNTIME = "python3.12"
TAP_TIMEOUT_S = 30


def plan_fork(
    config: GhostConfig,
    ghost: GhostName,
    topology: Topology,
    code: CodeOfSteps,
    existing: tuple[Resource, ...],
) -> Plan:
    """What makes the ghost what it should be. Raises Refused, before anything is changed, for what it cannot carry."""
    outputs = {step.name: output_buckets(step, config.ingestion.steps[step.name].outputs) for step in topology.steps}
    changed = [name for name, step_code in code.steps.items() if step_code.changed]
    forked = forked_steps(topology, outputs, changed)
    blueprint = Blueprint(config, ghost, topology, code, forked)
    return Plan(
        ghost=ghost,
        account=topology.account,
        becomes="ready" if forked else "dropped",
        changes=changes(blueprint.resources(), existing),
        existing=frozenset(existing),
        steps=tuple((step.step.name, blueprint.recorded(step)) for step in forked),
        flow=tuple(blueprint.hop(step) for step in forked),
    )


@dataclass(frozen=True)
class Blueprint:
    """All resources of a ghost, derived from what was discovered."""

    config: GhostConfig
    ghost: GhostName
    topology: Topology
    code: CodeOfSteps
    forked: tuple[ForkedStep, ...]

    def resources(self) -> tuple[Resource, ...]:
        self._check()
        parts = [self._buckets(), self._steps(), self._notifications(), self._tap() if self._taps else iter(())]
        return tuple(resource for part in parts for resource in part)

    def recorded(self, forked: ForkedStep) -> RecordedStep:
        name, function = forked.step.name, forked.step.function
        return RecordedStep(
            function=function.name,
            forked_from_sha256=function.code_sha256,
            code_sha256=self.code.steps[name].sha256,
            changed=forked.changed,
        )

    def hop(self, forked: ForkedStep) -> Hop:
        return Hop(
            step=forked.step.name,
            changed=forked.changed,
            from_prod=tuple(sorted({bucket for bucket, _ in forked.taps})),
            from_ghost=tuple(sorted({self.routes[bucket] for bucket, _ in forked.inner})),
            writes=tuple((bucket, self.routes[bucket]) for bucket in forked.outputs),
        )

    @property
    def routes(self) -> dict[str, str]:
        """Prod output bucket -> the ghost bucket that stands in for it."""
        return {bucket: self.ghost.bucket(bucket) for forked in self.forked for bucket in forked.outputs}

    @property
    def _databases(self) -> dict[str, str]:
        """Prod database -> its clone."""
        first, *others = self.config.databases
        return {first: self.ghost.database(), **{name: self.ghost.database(name) for name in others}}

    @property
    def _account(self) -> Account:
        return self.topology.account

    @property
    def _tags(self) -> Pairs:
        return ghost_tags(self.ghost, self.config.tags)

    @property
    def _taps(self) -> list[tuple[str, str, BucketEvent]]:
        """(step, prod bucket, entry) of every trigger that the tap stands in for."""
        return [(forked.step.name, bucket, entry) for forked in self.forked for bucket, entry in forked.taps]

    def _check(self) -> None:
        for forked in self.forked:
            if forked.step.function.unmodelled:
                raise Refused(
                    f"step {forked.step.name}: {forked.step.function.name} has what a copy cannot carry yet: "
                    + ", ".join(forked.step.function.unmodelled),
                    "so far such a step cannot be forked; a permission or alias that is only left over can be removed",
                )
        for step, bucket, entry in self._taps:
            check_tappable(step, self.topology.bucket(bucket), entry)
        if len(set(self.routes.values())) < len(self.routes):
            raise Refused("two output buckets would share one ghost bucket", "rename one of the output buckets")

    def _buckets(self) -> Iterator[Resource]:
        for prod, name in self.routes.items():
            yield Bucket(name, prod, self._tags)

    def _steps(self) -> Iterator[Resource]:
        environments = self._environments()
        for forked in self.forked:
            step = forked.step
            policy = policies.step_policy(
                self._account,
                self.ghost.log_group(step.name),
                reads=self._reads(forked),
                inputs=[self.routes[bucket] for bucket, _ in forked.inner],
                outputs=[self.routes[bucket] for bucket in forked.outputs],
            )
            yield from self._log_group_and_role(step.name, policy)
            yield self._function(forked, environments[step.name])

    def _function(self, forked: ForkedStep, environment: Pairs) -> Function:
        prod, name = forked.step.function, forked.step.name
        return Function(
            name=self.ghost.function(name),
            role_arn=self._role_arn(name),
            runtime=prod.runtime,
            handler=prod.handler,
            code_sha256=self.code.steps[name].sha256,
            architecture=prod.architecture,
            memory_mb=prod.memory_mb,
            timeout_s=prod.timeout_s,
            ephemeral_mb=prod.ephemeral_mb,
            layers=prod.layers,
            environment=environment,
            invokers=tuple(sorted({self._bucket_invoker(self.routes[bucket]) for bucket, _ in forked.inner})),
            max_event_age_s=int(self.config.ingestion.steps[name].event_age.total_seconds()),
            tags=self._tags,
        )

    def _notifications(self) -> Iterator[Resource]:
        """Hops inside the ghost: direct notifications of its own buckets, prod's filter kept."""
        entries: dict[str, list[BucketEvent]] = {}
        for forked in self.forked:
            arn = self._account.function_arn(self.ghost.function(forked.step.name))
            for bucket, entry in forked.inner:
                entries.setdefault(self.routes[bucket], []).append(
                    replace(entry, function_arn=arn, events=tuple(sorted(entry.events)))
                )
        for bucket, events in entries.items():
            yield Notifications(bucket, tuple(sorted(events)))

    def _tap(self) -> Iterator[Resource]:
        routes = [tap_route(bucket, entry, self.ghost.function(step)) for step, bucket, entry in self._taps]
        fed = [self.ghost.function(step) for step, *_ in self._taps]
        policy = policies.tap_policy(self._account, self.ghost.log_group(TAP), fed)
        yield from self._log_group_and_role(TAP, policy)
        yield Function(
            name=self.ghost.function(TAP),
            role_arn=self._role_arn(TAP),
            runtime=TAP_RUNTIME,
            handler=TAP_HANDLER,
            code_sha256=self.code.tap_sha256,
            timeout_s=TAP_TIMEOUT_S,
            environment=pairs({"GHOST_ROUTES": json.dumps(routes, sort_keys=True)}),
            invokers=(self._rule_invoker(),),
            max_event_age_s=MAX_EVENT_AGE_S,
            tags=self._tags,
        )
        yield Rule(
            name=self.ghost.rule(TAP),
            pattern=rule_pattern((bucket, entry) for _, bucket, entry in self._taps),
            target_arn=self._account.function_arn(self.ghost.function(TAP)),
            max_event_age_s=MAX_EVENT_AGE_S,
            tags=self._tags,
        )

    def _environments(self) -> Mapping[str, Pairs]:
        """Every forked step's environment; all that cannot be explained is listed at once, by name only."""
        rewritten = {}
        for forked in self.forked:
            step = self.config.ingestion.steps[forked.step.name]
            rewritten[forked.step.name] = rewrite(
                forked.step.function.environment,
                rules=step.env,
                outputs=step.outputs,
                routes={**self._databases, **self.routes},
                reads={location.bucket for location in self._declared_reads(forked)},
                region=self._account.region,
            )
        unexplained = [f"{step}: {', '.join(r.unexplained)}" for step, r in rewritten.items() if r.unexplained]
        if unexplained:
            raise Refused(
                "the ghost cannot tell what these environment variables are for:\n  " + "\n  ".join(unexplained),
                "say it in ingestion.steps.<step>.env, each with copy, drop, {set: value} or {route: bucket}",
            )
        return {step: r.environment for step, r in rewritten.items()}

    def _reads(self, forked: ForkedStep) -> list[Location]:
        triggers = [Location(bucket, entry.prefix, entry.suffix) for bucket, entry in forked.taps]
        return [*triggers, *self._declared_reads(forked)]

    def _declared_reads(self, forked: ForkedStep) -> list[Location]:
        return [Location.of_url(url) for url in self.config.ingestion.steps[forked.step.name].reads]

    def _log_group_and_role(self, step: str, policy: str) -> Iterator[Resource]:
        yield LogGroup(self.ghost.log_group(step), LOG_RETENTION_DAYS, self._tags)
        yield Role(self.ghost.role(step, self._account.region), policies.TRUST, policy, self._tags)

    def _role_arn(self, step: str) -> str:
        return self._account.role_arn(self.ghost.role(step, self._account.region))

    def _bucket_invoker(self, bucket: str) -> Invoker:
        return Invoker("s3.amazonaws.com", self._account.bucket_arn(bucket), self._account.id)

    def _rule_invoker(self) -> Invoker:
        return Invoker("events.amazonaws.com", self._account.rule_arn(self.ghost.rule(TAP)), self._account.id)
