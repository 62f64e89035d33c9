"""How many changing calls a resource takes: whoever forks waits for each of them, and prod's quotas are shared."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.resources import Function, Invoker, Resource, kind_of
from dbt_ghost.providers.aws import kinds
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import PROD_ACCOUNT, REGION
from tests.providers.aws.test_crashes import READS
from tests.providers.aws.test_round_trips import (
    BUCKET,
    FUNCTION,
    IMAGE,
    LOG_GROUP,
    MAPPING,
    NOTIFICATIONS,
    OTHER_BUS,
    PACKAGES,
    QUEUE,
    ROLE,
    RULE,
    SUBSCRIPTION,
    TOPIC,
    ground,
    read,
)

__all__ = ["ground"]

KEY, BOUNDARY = f"arn:aws:kms:{REGION}:{PROD_ACCOUNT}:key/1", "arn:aws:iam::aws:policy/ReadOnlyAccess"
BARE = replace(FUNCTION, invokers=(), reserved_concurrency=None)
TWO = tuple(Invoker("s3.amazonaws.com", f"arn:aws:s3:::{name}", PROD_ACCOUNT) for name in "ab")
BUDGETS: list[tuple[Resource, int]] = [
    (BUCKET, 2),
    (replace(BUCKET, kms_key=KEY), 3),
    (replace(BUCKET, kms_key=KEY, policy=ROLE.policy), 4),
    (QUEUE, 1),
    (TOPIC, 1),
    (LOG_GROUP, 2),
    (ROLE, 2),
    (replace(ROLE, boundary=BOUNDARY), 2),
    (BARE, 2),
    (replace(BARE, invokers=TWO), 4),
    (replace(BARE, reserved_concurrency=1), 3),
    (replace(IMAGE, invokers=(), reserved_concurrency=None), 2),
    (MAPPING, 1),
    (replace(MAPPING, enabled=False, max_concurrency=2), 1),
    (NOTIFICATIONS, 1),
    (SUBSCRIPTION, 1),
    (RULE, 2),
    (OTHER_BUS, 2),
]
"""The most changing calls that making it from nothing may take."""


class Counting(Session):
    """`calls` are the changing ones."""

    def __init__(self, url: str) -> None:
        super().__init__(REGION, endpoint=url, access_key=PROD_ACCOUNT, secret_key="test")
        self.calls: Counter[str] = Counter()

    def client(self, service: str) -> Any:
        new = service not in self._clients
        client = super().client(service)
        if new:
            client.meta.events.register("before-call", self._count)
        return client

    def _count(self, model: Any, **_: Any) -> None:
        if not model.name.startswith(READS):
            self.calls[model.name] += 1


@pytest.fixture
def counting(aws: LocalStack, ground: Session) -> Counting:
    return Counting(aws.url)


def put(session: Session, resource: Resource) -> None:
    code = PACKAGES.get(resource.code_sha256) if isinstance(resource, Function) else None
    kinds.put(session, resource, read(session, resource), code)


@pytest.mark.parametrize(("resource", "budget"), BUDGETS, ids=[f"{kind_of(one)} {n}" for one, n in BUDGETS])
def test_a_resource_is_made_in_few_changing_calls_and_put_again_in_none(
    counting: Counting, resource: Resource, budget: int
) -> None:
    kinds.delete(counting, resource)
    counting.calls.clear()
    put(counting, resource)
    assert counting.calls.total() == budget, counting.calls
    assert read(counting, resource) == resource
    counting.calls.clear()
    put(counting, resource)
    whole = {"PutBucketNotificationConfiguration": 1} if resource == NOTIFICATIONS else {}
    assert counting.calls == whole


def test_every_kind_has_a_budget() -> None:
    assert {type(resource) for resource, _ in BUDGETS} == set(kinds.KINDS)
