"""Where the calls of the deployer go, as patterns of ARNs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dbt_ghost.core.policies.locations import Location
from dbt_ghost.core.policies.purposes import Where
from dbt_ghost.core.policies.reach import Reach
from dbt_ghost.core.topology import Account

RECORDS, REPLAYS = "ghosts/", "replays/"
"""Folders of the state bucket."""


def places(reach: Reach) -> Mapping[Where, tuple[str, ...]]:
    """Empty where the project has nothing of the kind."""
    return {**_of_prod(reach), **_of_ghosts(reach), **_of_records(reach), **_of_the_account(reach)}


def copied(reach: Reach) -> tuple[Location, ...]:
    """Prod's keys that the command itself copies: by a fork, and by a replay into what is staged."""
    return tuple(sorted({*reach.seeds, *reach.tap_reads}, key=repr))


def _keys_to_compare(reach: Reach) -> set[str]:
    """Those that are not let use for copies anyway."""
    copies = copied(reach)
    keys = {*reach.keys_of(Location(bucket) for bucket in reach.outputs), *filter(None, [reach.own_key])}
    return keys - {*reach.keys_of(copies), *([reach.own_key] if copies else [])}


def _of_prod(reach: Reach) -> Mapping[Where, tuple[str, ...]]:
    account, copies = reach.account, copied(reach)
    functions = [account.function_arn(name) for name in reach.functions]
    return {
        "prod's functions": tuple(form for arn in functions for form in (arn, f"{arn}:*")),
        "prod's layers": _unique(f"{layer.rpartition(':')[0]}:*" for layer in reach.layers),
        "prod's buckets": tuple(map(account.bucket_arn, reach.buckets)),
        "prod's roles": reach.roles,
        "prod's images": reach.images,
        "prod's topics": reach.topics,
        "prod's keys": _unique(key for _, key in reach.keys),
        "prod's keys, to copy": reach.keys_of(copies),
        "prod's file systems": (_arn(account, "elasticfilesystem", "file-system/*"),) if reach.mounts else (),
        "prod's objects, to copy": _unique(each.objects(account) for each in copies),
        "prod's outputs": tuple(account.bucket_arn(name) for name in reach.outputs if name not in reach.buckets),
        "prod's objects, to compare": _unique(account.bucket_arn(name) + "/*" for name in reach.outputs),
        "roles made beforehand": reach.brought,
    }


def _of_ghosts(reach: Reach) -> Mapping[Where, tuple[str, ...]]:
    account, ghosts = reach.account, reach.ghosts
    bucket = account.bucket_arn(ghosts)
    return {
        "ghost functions": (account.function_arn(ghosts),),
        "ghost queues": (account.queue_arn(ghosts),),
        "ghost topics": (account.topic_arn(ghosts),),
        "ghost rules": tuple(account.rule_arn(ghosts, bus) for bus in reach.buses),
        "ghost log groups": (_arn(account, "logs", f"log-group:/aws/lambda/{ghosts}"),),
        # IAM is global, and a role's name ends with its region
        "ghost roles": (account.role_arn(f"{ghosts}-{account.region}"),),
        "ghost buckets": (bucket,),
        "ghost buckets, to share": (bucket,) if reach.shared else (),
        "ghost objects": (f"{bucket}/*",),
        "ghost objects, to copy": (f"{bucket}/*",) if copied(reach) else (),
        "mappings": (_arn(account, "lambda", "event-source-mapping:*"),),
        "keys, to compare": tuple(sorted(_keys_to_compare(reach))),
        "the ghosts' key": (reach.own_key,) if reach.own_key and copied(reach) else (),
    }


def _of_records(reach: Reach) -> Mapping[Where, tuple[str, ...]]:
    bucket = reach.account.bucket_arn(reach.state_bucket)
    return {
        "records": (f"{bucket}/{RECORDS}*",),
        "replays": (f"{bucket}/{REPLAYS}*",),
        "the state bucket": (bucket,),
    }


def _of_the_account(reach: Reach) -> Mapping[Where, tuple[str, ...]]:
    account = reach.account
    policies = (account.policy_arn("*"), f"arn:{account.partition}:iam::aws:policy/*")
    return {
        "the account": ("*",),
        "the account, for networks": ("*",) if reach.network else (),
        "every bucket": (account.bucket_arn("*"),),
        "every queue": (account.queue_arn("*"),),
        "every topic": (account.topic_arn("*"),),
        "every rule": (account.rule_arn("*"),),
        "policies": policies,
    }


def _arn(account: Account, service: str, rest: str) -> str:
    return f"arn:{account.partition}:{service}:{account.region}:{account.id}:{rest}"


def _unique(arns: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(arns)))
