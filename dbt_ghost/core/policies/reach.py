"""What the ghosts of a project may come to need of production, whichever step a branch changes. Pure.

An admin installs boundaries and the deployer's policy once, so they are for every ghost there may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dbt_ghost.core import eventbridge, grants
from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.flow import output_buckets
from dbt_ghost.core.policies.locations import Location
from dbt_ghost.core.resources import Mount
from dbt_ghost.core.step_code import kind_of_code
from dbt_ghost.core.topology import Account, Step, Topology, Trigger


@dataclass(frozen=True)
class Reach:
    """Production's side are names and ARNs, sorted and without doubles; `prefix` begins every name of a ghost.

    `steps_read` and `tap_reads` are keys that the ghosts' code reads, `seeds` those that a fork copies. `elsewhere` are
    ARNs of secrets, parameters and tables, `shared` those of prod's functions that the tap invokes.
    """

    account: Account
    project: str
    state_bucket: str
    functions: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()  # that trigger steps, or may by what functions, queues and topics let in
    outputs: tuple[str, ...] = ()
    steps_read: tuple[Location, ...] = ()
    tap_reads: tuple[Location, ...] = ()
    seeds: tuple[Location, ...] = ()
    elsewhere: tuple[str, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()  # (bucket, ARN of the key that encrypts it)
    own_key: str = ""
    topics: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    buses: tuple[str, ...] = ("default",)
    rules: tuple[str, ...] = ()  # ARNs
    shared: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()  # ARNs of prod's execution roles
    brought: tuple[str, ...] = ()  # ARNs of roles made beforehand for ghosts
    images: tuple[str, ...] = ()  # ARNs of ECR repositories
    layers: tuple[str, ...] = ()
    network: bool = False
    mounts: tuple[Mount, ...] = ()

    @property
    def prefix(self) -> str:
        return f"ghost-{self.project}-"

    def keys_of(self, read: Iterable[Location]) -> tuple[str, ...]:
        """The keys of the buckets that are read."""
        buckets = {each.bucket for each in read}
        return _sorted(key for bucket, key in self.keys if bucket in buckets)

    @property
    def listed(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(bucket that steps read, what they may list of it; nothing for all), sorted."""
        found: dict[str, set[str]] = {}
        for each in self.steps_read:
            found.setdefault(each.bucket, set()).add(each.listed)
        return tuple((bucket, () if "*" in each else tuple(sorted(each))) for bucket, each in sorted(found.items()))

    @property
    def ghosts(self) -> str:
        """The pattern of every name of a ghost."""
        return f"{self.prefix}*"


def reach_of(config: GhostConfig, topology: Topology) -> Reach:
    """Raises Refused for declared outputs that prod does not set, and for reads that no policy can hold."""
    account, ingestion, steps = topology.account, config.ingestion, topology.steps
    settings = ingestion.steps
    triggers = [trigger for step in steps for trigger in step.triggers]
    declared = [url for each in settings.values() for url in each.reads]
    rules = [trigger.rule for trigger in triggers if trigger.rule]
    staged = {step.name for step in steps if settings[step.name].input == "staged"}
    return Reach(
        account=account,
        project=config.project,
        state_bucket=ingestion.state_bucket_in(config.project, account.id, account.region),
        functions=_sorted(step.function.name for step in steps),
        buckets=_sorted([*(bucket.name for bucket in topology.buckets), *_let_in(topology)]),
        outputs=_sorted(bucket for step in steps for bucket in output_buckets(step, settings[step.name].outputs)),
        steps_read=_locations(
            *(each for step in steps if step.name not in staged for each in _heard(step)),
            *(Location.of_url(url) for url in declared if url.startswith("s3://")),
        ),
        tap_reads=_locations(*(each for step in steps if step.name in staged for each in _heard(step))),
        seeds=_locations(*(Location.of_url(url) for each in settings.values() for url in each.seed)),
        elsewhere=_sorted(url for url in declared if not url.startswith("s3://")),
        keys=tuple(sorted((bucket.name, bucket.kms_key) for bucket in topology.buckets if bucket.kms_key)),
        own_key=ingestion.kms_key or "",
        topics=_sorted(trigger.subscription.topic_arn for trigger in triggers if trigger.subscription),
        queues=_sorted(trigger.mapping.queue_arn for trigger in triggers if trigger.mapping),
        buses=_sorted(["default", *(rule.bus for rule in rules)]),
        rules=_sorted(account.rule_arn(rule.name, rule.bus) for rule in rules),
        shared=_sorted(each for step in steps for each in _shared(config, step)),
        roles=_sorted(step.function.role_arn for step in steps),
        brought=_sorted(map(account.role_arn, ingestion.roles.values())),
        images=_sorted(_repository(account, uri) for uri in _images(config, topology)),
        layers=_sorted(layer for step in steps for layer in step.function.layers),
        network=any(settings[step.name].vpc and step.function.network for step in steps),
        mounts=tuple(sorted({mount for step in steps if settings[step.name].efs for mount in step.function.mounts})),
    )


def _heard(step: Step) -> Iterator[Location]:
    for trigger in step.triggers:
        if trigger.bucket:
            yield from (Location(trigger.bucket, prefix, suffix) for prefix, suffix in _filters(trigger))


def _filters(trigger: Trigger) -> list[eventbridge.KeyFilter]:
    """Every key, where EventBridge alone can enforce prod's pattern."""
    if trigger.entry:
        return [(trigger.entry.prefix, trigger.entry.suffix)]
    found = eventbridge.key_filters(trigger.rule.pattern) if trigger.rule else None
    return [("", "")] if found is None else found


def _shared(config: GhostConfig, step: Step) -> Iterator[str]:
    settings = config.ingestion.steps[step.name]
    if settings.ghost_aware and (settings.downstream or config.ingestion.downstream) == "share":
        yield step.function.qualified_arn


def _let_in(topology: Topology) -> Iterator[str]:
    """Discovery looks at every bucket that a policy names, also where it turns out to trigger nothing."""
    actions = {"lambda": "lambda:InvokeFunction", "sqs": "sqs:SendMessage", "sns": "sns:Publish"}
    for arn, policy in topology.policies:
        for bucket in grants.named_sources(policy, actions[arn.split(":")[2]], grants.S3).arns:
            yield bucket.partition(":::")[2]


def _images(config: GhostConfig, topology: Topology) -> Iterator[str]:
    """Prod's, and those that the branch's code may be."""
    for step in topology.steps:
        if step.function.image:
            yield step.function.image.uri
        code = config.ingestion.steps[step.name].code
        if code and kind_of_code(code) == "image":
            yield code


def _repository(account: Account, uri: str) -> str:
    """`ACCOUNT.dkr.ecr.REGION.amazonaws.com/name@sha256:...` is in the repository `name`."""
    host, _, path = uri.partition("/")
    registry = host.partition(".")[0]
    name = path.partition("@")[0].partition(":")[0]
    return f"arn:{account.partition}:ecr:{account.region}:{registry}:repository/{name}"


def _locations(*found: Location) -> tuple[Location, ...]:
    return tuple(sorted(set(found), key=repr))


def _sorted(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(found)))
