"""Who may act as a ghost's roles, and reach its functions, queues, topics and buckets. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dbt_ghost.core.blueprint.ground import EVENTS, S3, SNS
from dbt_ghost.core.iam.documents import parse
from dbt_ghost.core.iam.policies import Condition, Policy
from dbt_ghost.core.iam.principals import Principal, federated, service, stranger
from dbt_ghost.core.iam.questions import Forbidden, Policies, Question
from dbt_ghost.core.proof.asked import ANYTHING, Asked
from dbt_ghost.core.resources import (
    Bucket,
    Function,
    Invoker,
    Notifications,
    Queue,
    Resource,
    Rule,
    Subscription,
    Topic,
    canonical,
)
from dbt_ghost.core.topology import Account

ACTS = "Only Lambda acts as the ghost's roles"
REACHES = "Only their own sources reach functions, queues, topics"
ENTERS = "Only who is named gets into the ghost's buckets"

ANOTHER_ACCOUNT, ANOTHER_SERVICE = "000000000000", "another-service.amazonaws.com"
"""Stand for all that no policy of a ghost's names."""

NOTHING = "arn:aws:none:::none"
"""The source of a service that sends nothing."""


def trusts(step: str, role_arn: str, trust: str, account: Account) -> Iterator[Asked]:
    """Of a role: a principal with every right of its own still needs the trust policy."""
    policy = parse(trust, f"trust of {step}", "resource", attached_to=role_arn)
    held = Policies((ANYTHING,), resource=(policy,), resource_decides=True)
    provider = f"arn:{account.partition}:iam::{account.id}:oidc-provider/token.example.com"
    for principal in (*_strangers(account), federated(provider)):
        yield Asked(ACTS, step, "together", Question(principal, held, Forbidden(("sts:*",))))


def doors(made: Iterable[Resource], topics: Iterable[str], account: Account) -> Iterator[Asked]:
    """`made` is everything that the ghost is to have, `topics` are prod's that it hears, also while it is paused."""
    made = tuple(made)
    sources = _sources(made, topics, account)
    for each in made:
        match each:
            case Function():
                if each.invokers:
                    yield from _reached(each.name, _permissions(account, each), sources, account)
            case Queue():
                yield from _reached(each.name, each.policy, sources, account)
            case Topic():
                yield from _reached(each.name, each.policy, sources, account)
            case Bucket() if each.policy:
                policy = parse(each.policy, f"policy of {each.name}", "resource")
                for principal in _strangers(account):
                    yield Asked(ENTERS, each.name, "together", _question(principal, policy, Forbidden()))


def _reached(name: str, document: str, sources: Mapping[str, set[str]], account: Account) -> Iterator[Asked]:
    if not document:
        return
    policy = parse(document, f"policy of {name}", "resource")
    forbidden = [(principal, Forbidden()) for principal in _strangers(account)]
    for sender, arns in sources.items():
        source = Condition("ArnEquals", "aws:SourceArn", tuple(sorted(arns)))
        forbidden.append((service(sender), Forbidden(unless=(source,))))
    ours = Condition("StringEquals", "aws:SourceAccount", (account.id,))
    forbidden.append((service(S3), Forbidden(unless=(ours,))))  # a bucket's ARN has no account (F 4.14)
    for principal, region in forbidden:
        yield Asked(REACHES, name, "together", _question(principal, policy, region))


def _question(principal: Principal, policy: Policy, region: Forbidden) -> Question:
    return Question(principal, Policies(resource=(policy,)), region)


def _sources(made: Iterable[Resource], topics: Iterable[str], account: Account) -> dict[str, set[str]]:
    """Service -> the ARNs of what of it sends to the ghost."""
    found: dict[str, set[str]] = {S3: set(), SNS: set(topics), EVENTS: set()}
    for each in made:
        match each:
            case Rule():
                found[EVENTS].add(account.rule_arn(each.name, each.bus))
            case Subscription():
                found[SNS].add(each.topic_arn)
            case Notifications():
                found[S3].add(account.bucket_arn(each.bucket))
    return {sender: arns or {NOTHING} for sender, arns in found.items()}


def _permissions(account: Account, function: Function) -> str:
    """The policy that Lambda makes of the permissions that are added."""
    arn = account.function_arn(function.name)
    return canonical({"Version": "2012-10-17", "Statement": [_permission(arn, each) for each in function.invokers]})


def _permission(arn: str, invoker: Invoker) -> dict[str, Any]:
    account = {"StringEquals": {"AWS:SourceAccount": invoker.source_account}} if invoker.source_account else {}
    return {
        "Effect": "Allow",
        "Principal": {"Service": invoker.principal},
        "Action": "lambda:InvokeFunction",
        "Resource": arn,
        "Condition": {"ArnLike": {"AWS:SourceArn": invoker.source_arn}} | account,
    }


def _strangers(account: Account) -> tuple[Principal, ...]:
    return stranger(account.id), stranger(ANOTHER_ACCOUNT), service(ANOTHER_SERVICE)
