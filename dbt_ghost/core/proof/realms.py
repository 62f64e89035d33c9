"""What is whose: of one function of a ghost, and of all ghosts of a project. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dbt_ghost.core.blueprint.ground import Ground
from dbt_ghost.core.blueprint.listening import Listening
from dbt_ghost.core.blueprint.steps import reads_of
from dbt_ghost.core.blueprint.tap import staged_of
from dbt_ghost.core.calls import CALLS
from dbt_ghost.core.naming import TAP
from dbt_ghost.core.policies import Location
from dbt_ghost.core.policies.reach import Reach
from dbt_ghost.core.proof.claims import Realm
from dbt_ghost.core.resources import Bucket, Function, LogGroup, Queue, Resource, Topic
from dbt_ghost.core.topology import Account, Topology


def realm_of_step(ground: Ground, heard: Listening, step: str, made: Iterable[Resource]) -> Realm:
    """`made` is everything that the ghost is to have."""
    settings, function = ground.settings(step), ground.topology.step(step).function
    elsewhere = tuple(url for url in settings.reads if not url.startswith("s3://"))
    reads = reads_of(ground, heard, step)
    return _realm(
        ground,
        step,
        made,
        given=(*_keys(ground.account, reads), *elsewhere),
        listed=tuple(_listed(ground.account, reads)),
        free=_free(
            encrypts=bool(ground.config.ingestion.kms_key),
            network=settings.vpc and function.network is not None,
            mounts=settings.efs and bool(function.mounts),
        ),
    )


def realm_of_tap(ground: Ground, heard: Listening, made: Iterable[Resource]) -> Realm:
    """It lists the buckets that it copies from, to tell gone from denied: IAM cannot hold that to a prefix."""
    return _realm(
        ground,
        TAP,
        made,
        given=_keys(ground.account, staged_of(heard)),
        invoked=tuple(forked.step.function.qualified_arn for forked in ground.shared),
        free=_free(encrypts=bool(ground.config.ingestion.kms_key)),
    )


def realm_of_project(reach: Reach, topology: Topology, step: str) -> Realm:
    """What the boundary of the steps, or of the tap, may let through for any ghost there may be."""
    account, is_tap = reach.account, step == TAP
    reads = reach.tap_reads if is_tap else reach.steps_read
    ghosts: tuple[Resource, ...] = (
        Bucket(reach.ghosts, ""),
        Queue(reach.ghosts),
        Topic(reach.ghosts, ""),
        Function(reach.ghosts, "", "", "", ""),
        LogGroup(f"/aws/lambda/{reach.ghosts}", 0),
    )
    return Realm(
        account=account,
        functions=account.function_arn(reach.ghosts),
        mine=tuple(arn for each in ghosts for arn in _arns(account, each)),
        prod=_buckets(account, (bucket.name for bucket in topology.buckets)),
        records=_buckets(account, [reach.state_bucket]),
        given=(*_keys(account, reads), *(() if is_tap else reach.elsewhere)),
        listed=() if is_tap else tuple(_listed_together(reach)),
        invoked=reach.shared if is_tap else (),
        free=_free(encrypts=bool(reach.own_key), network=reach.network, mounts=bool(reach.mounts)),
    )


def _realm(
    ground: Ground,
    step: str,
    made: Iterable[Resource],
    *,
    given: tuple[str, ...],
    listed: tuple[tuple[str, tuple[str, ...]], ...] = (),
    invoked: tuple[str, ...] = (),
    free: tuple[str, ...],
) -> Realm:
    account = ground.account
    outputs = {bucket for forked in ground.forked for bucket in forked.outputs}
    return Realm(
        account=account,
        functions=ground.function_arn(step),
        mine=tuple(sorted({arn for each in made for arn in _arns(account, each)})),
        prod=_buckets(account, sorted({*outputs, *(bucket.name for bucket in ground.topology.buckets)})),
        records=_buckets(account, [ground.state_bucket]),
        given=given,
        listed=listed,
        invoked=invoked,
        free=free,
    )


def _arns(account: Account, resource: Resource) -> tuple[str, ...]:
    """Of what the ghost's code may fill or call; nothing of a ghost's may change its roles, rules or settings."""
    match resource:
        case Bucket():
            return _buckets(account, [resource.name])
        case Queue():
            return (account.queue_arn(resource.name),)
        case Topic():
            return (account.topic_arn(resource.name),)
        case Function():
            return (account.function_arn(resource.name),)
        case LogGroup():
            return (f"arn:{account.partition}:logs:{account.region}:{account.id}:log-group:{resource.name}:*",)
        case _:
            return ()


def _buckets(account: Account, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(arn for name in names for arn in (account.bucket_arn(name), f"{account.bucket_arn(name)}/*"))


def _keys(account: Account, reads: Iterable[Location]) -> tuple[str, ...]:
    """Objects, and the buckets that are listed for them."""
    found = list(reads)
    buckets = {account.bucket_arn(each.bucket) for each in found}
    return tuple(sorted({*buckets, *(each.objects(account) for each in found)}))


def _listed(account: Account, reads: Iterable[Location]) -> Iterator[tuple[str, tuple[str, ...]]]:
    prefixes: dict[str, set[str]] = {}
    for each in reads:
        prefixes.setdefault(account.bucket_arn(each.bucket), set()).add(each.listed)
    for bucket, found in sorted(prefixes.items()):
        if "*" not in found:
            yield bucket, tuple(sorted(found))


def _listed_together(reach: Reach) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A boundary does not say which prefix goes with which bucket."""
    together = tuple(sorted({prefix for _, prefixes in reach.listed for prefix in prefixes}))
    return ((reach.account.bucket_arn(bucket), together) for bucket, prefixes in reach.listed if prefixes)


def _free(*, encrypts: bool, network: bool = False, mounts: bool = False) -> tuple[str, ...]:
    """Lambda decrypts a function's environment with its role, by whatever key."""
    return (
        *(CALLS["encrypt"] if encrypts else CALLS["decrypt"]),
        *(CALLS["network"] if network else ()),
        *(CALLS["mount"] if mounts else ()),
    )
