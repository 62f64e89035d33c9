"""Killed after any call of a put or a delete, the same request again ends where an undisturbed one ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dbt_ghost.core.resources import Resource, kind_of, name_of
from dbt_ghost.providers.aws.ghosts import AwsGhosts
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import session_of
from tests.providers.aws.test_ghosts import ACCOUNT, CODE, GHOST, ground, parts

READS = ("Get", "Describe", "List", "Head")


class Killed(BaseException):
    """The end of the process, as no code may catch."""


class Mortal(Session):
    """Ends after its `life`-th changing call took effect."""

    life = 0

    def client(self, service: str) -> Any:
        new = service not in self._clients
        client = super().client(service)
        if new:
            client.meta.events.register("after-call", self._count)
        return client

    def _count(self, model: Any, **_: Any) -> None:
        if not model.name.startswith(READS):
            self.life -= 1
            if self.life == 0:
                raise Killed


def deaths(stack: LocalStack, attempt: Callable[[AwsGhosts], None], lives: int) -> bool:
    session = Mortal(ACCOUNT.region, endpoint=stack.url, access_key=ACCOUNT.id, secret_key="test")
    session.life = lives
    try:
        attempt(AwsGhosts(session, "flights", ACCOUNT))
    except Killed:
        return True
    return False


def empty_but_for_ground(stack: LocalStack, resource: Resource) -> AwsGhosts:
    stack.reset()
    session = session_of(stack)
    ground(session, resource)
    return AwsGhosts(session, "flights", ACCOUNT)


@pytest.mark.parametrize("resource", parts(GHOST), ids=kind_of)
def test_a_put_that_was_killed_anywhere_is_completed_by_the_next(aws: LocalStack, resource: Resource) -> None:
    for lives in range(1, 20):
        ghosts = empty_but_for_ground(aws, resource)
        died = deaths(aws, lambda mortal: mortal.put(resource, CODE), lives)
        if resource not in ghosts.look(GHOST).resources:  # what a fork does: put what is not as it should be
            ghosts.put(resource, CODE)
        assert resource in ghosts.look(GHOST).resources
        if not died:  # a put of one call was killed once, after it took effect
            assert lives > 1
            return
    raise AssertionError("it never ended")


@pytest.mark.parametrize("resource", parts(GHOST), ids=kind_of)
def test_a_delete_that_was_killed_anywhere_is_completed_by_the_next(aws: LocalStack, resource: Resource) -> None:
    for lives in range(1, 20):
        ghosts = empty_but_for_ground(aws, resource)
        ghosts.put(resource, CODE)
        if kind_of(resource) == "bucket":
            session_of(aws).client("s3").put_object(Bucket=name_of(resource), Key="a", Body=b"")
        died = deaths(aws, lambda mortal: mortal.delete(resource), lives)
        ghosts.delete(resource)
        assert resource not in ghosts.look(GHOST).resources
        if not died:
            assert lives > 1
            return
    raise AssertionError("it never ended")
