"""The functions of a ghost's steps, each with a role, a log group, and a queue for what it could not take. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dbt_ghost.core import policies, rights
from dbt_ghost.core.blueprint.environments import environments
from dbt_ghost.core.blueprint.ground import Ground, queue_policy
from dbt_ghost.core.blueprint.listening import Listening
from dbt_ghost.core.blueprint.surroundings import GhostRole, ghost_role, invokers, senders_to, surroundings
from dbt_ghost.core.flow import ForkedStep
from dbt_ghost.core.policies import Grant, Location
from dbt_ghost.core.resources import (
    EventSourceMapping,
    Function,
    Image,
    Pairs,
    Queue,
    Resource,
)
from dbt_ghost.core.topology import Account, ProdMapping, Trigger

LEAST_MAPPING_CONCURRENCY = 2


def step_resources(ground: Ground, heard: Listening) -> Iterator[Resource]:
    """Raises Refused for an environment that nothing explains."""
    rewritten = environments(ground)
    for forked in ground.copied:
        yield from surroundings(ground, heard, step_role(ground, heard, forked))
        yield _function(ground, heard, forked, rewritten)
        yield from _queues(ground, heard, forked)


def step_role(ground: Ground, heard: Listening, forked: ForkedStep) -> GhostRole:
    return ghost_role(ground, forked.step.name, _grants(ground, heard, forked))


def mappings_of(forked: ForkedStep) -> list[ProdMapping]:
    """The queues that a step reads in prod, each once."""
    found = [trigger.mapping for trigger in [*forked.entry, *forked.inner] if trigger.mapping]
    return list(dict.fromkeys(found))


def _grants(ground: Ground, heard: Listening, forked: ForkedStep) -> list[Grant]:
    name, account = forked.step.name, ground.account
    settings, staged, reads = ground.settings(name), ground.staged(forked), reads_of(ground, heard, name)
    direct = [arrival for arrival in heard.arrivals if arrival.step == name and arrival.kind != "bucket"]
    inputs = {ground.routes[trigger.bucket] for trigger in [*staged, *forked.inner]}
    changed = [*staged, *(trigger for trigger in forked.inner if _may_change(account, forked, trigger))]
    outputs = {ground.routes[bucket] for bucket in [*forked.outputs, *(trigger.bucket for trigger in changed)]}
    queues = [account.queue_arn(ground.queue(name, mapping)) for mapping in mappings_of(forked)]
    return [
        policies.read_prod(account, reads),
        *policies.list_prod(account, reads),
        *policies.use_buckets(account, inputs, outputs),
        *policies.read_elsewhere(url for url in settings.reads if not url.startswith("s3://")),
        policies.receive(queues),
        *key_grants(ground, prod={each.bucket for each in direct}, read=inputs, written=outputs),
        *([policies.use_network()] if settings.vpc and forked.step.function.network else []),
        policies.use_mounts(account, forked.step.function.mounts if settings.efs else ()),
    ]


def reads_of(ground: Ground, heard: Listening, step: str) -> list[Location]:
    """The keys of prod's that a step is handed, and those that it reads besides."""
    direct = [arrival for arrival in heard.arrivals if arrival.step == step and arrival.kind != "bucket"]
    handed = [Location(each.bucket, each.prefix, each.suffix) for each in direct if each.bucket]
    return [*handed, *ground.declared_reads(step)]


def _may_change(account: Account, forked: ForkedStep, trigger: Trigger) -> bool:
    """May the copy change what it gets from a step of the ghost? As far as prod's role may change it in prod; what that
    may is not always known, and who stages the input says that the code does.
    """
    entry, role = trigger.entry, rights.role_of(forked.step.function, account)
    location = Location(trigger.bucket, entry.prefix, entry.suffix) if entry else Location(trigger.bucket)
    return bool(rights.changes(role, account, location))


def key_grants(ground: Ground, prod: set[str], read: set[str], written: set[str]) -> list[Grant]:
    """The KMS keys of prod's buckets that are read, and of the ghost's own."""
    account, own = ground.account, ground.config.ingestion.kms_key
    keys = {bucket.kms_key for bucket in ground.topology.buckets if bucket.name in prod} - {""}
    return [
        policies.use_keys(account, "DecryptProdObjects", "decrypt", keys),
        policies.use_keys(account, "DecryptGhostObjects", "decrypt", {own} if own and read and not written else ()),
        policies.use_keys(account, "EncryptGhostObjects", "encrypt", {own} if own and written else ()),
    ]


def _function(ground: Ground, heard: Listening, forked: ForkedStep, rewritten: Mapping[str, Pairs]) -> Function:
    prod, name = forked.step.function, forked.step.name
    settings, code = ground.settings(name), ground.codes[name]
    image: Image | None = code.image
    return Function(
        name=ground.ghost.function(name),
        role_arn=ground.role_arn(name),
        runtime="" if image else prod.runtime,
        handler="" if image else prod.handler,
        code_sha256=code.sha256,
        architecture=prod.architecture,
        memory_mb=prod.memory_mb,
        timeout_s=prod.timeout_s,
        ephemeral_mb=prod.ephemeral_mb,
        layers=() if image else prod.layers,
        environment=rewritten[name],
        image=image,
        network=prod.network if settings.vpc else None,
        mounts=prod.mounts if settings.efs else (),
        invokers=invokers(ground, heard, name),
        reserved_concurrency=reserved(ground, forked),
        max_event_age_s=int(settings.event_age.total_seconds()),
        retries=prod.retries,
        failures_arn=ground.failures_arn(name),
        tags=ground.tags,
    )


def reserved(ground: Ground, forked: ForkedStep) -> int | None:
    """A step that only reads queues is capped by its mappings' own maximum, which takes from nobody's pool."""
    cap = ground.settings(forked.step.name).cap
    only_queues = all(trigger.mapping for trigger in [*forked.entry, *forked.inner])
    return cap if isinstance(cap, int) and not only_queues else None


def _queues(ground: Ground, heard: Listening, forked: ForkedStep) -> Iterator[Resource]:
    """Each of prod's queues has a ghost queue with prod's settings, so that partial failures behave as in prod."""
    name = forked.step.name
    for mapping in mappings_of(forked):
        queue = ground.queue(name, mapping)
        arn = ground.account.queue_arn(queue)
        yield Queue(
            queue,
            policy=queue_policy(ground, arn, senders_to(heard, arn)),
            visibility_s=mapping.visibility_s,
            retention_s=mapping.retention_s,
            delay_s=mapping.delay_s,
            dead_letter_arn=ground.failures_arn(name) if mapping.max_receives else "",
            max_receives=mapping.max_receives or 0,
            tags=ground.tags,
        )
        yield EventSourceMapping(
            queue=queue,
            function=ground.ghost.function(name),
            batch_size=mapping.batch_size,
            window_s=mapping.window_s,
            filters=mapping.filters,
            partial_failures=mapping.partial_failures,
            max_concurrency=_mapping_concurrency(ground, name, mapping),
            enabled=not ground.config.ingestion.paused,
            tags=ground.tags,
        )


def _mapping_concurrency(ground: Ground, step: str, mapping: ProdMapping) -> int | None:
    cap = ground.settings(step).cap
    limits = [limit for limit in (mapping.max_concurrency, cap if isinstance(cap, int) else None) if limit]
    return max(LEAST_MAPPING_CONCURRENCY, min(limits)) if limits else None
