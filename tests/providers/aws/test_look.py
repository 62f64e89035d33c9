"""One look at a ghost: every kind is listed once, and what it gives is read side by side."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.errors import Denied
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.resources import kind_of
from dbt_ghost.providers.aws import ghosts as aws_ghosts
from dbt_ghost.providers.aws.ghosts import AwsGhosts
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import session_of
from tests.providers.aws.test_ghosts import ACCOUNT, GHOST, PROD_QUEUE, build, ghosts, ground, part, parts, same, stray

__all__ = ["ghosts"]

LISTINGS = {
    *("ListBuckets", "ListQueues", "ListTopics", "DescribeLogGroups", "ListRoles", "ListFunctions"),
    *("ListEventSourceMappings", "ListSubscriptions", "ListEventBuses", "ListRules"),
}


class Watched(Session):
    """`calls` counts what was asked, `threads` who asked."""

    def __init__(self, stack: LocalStack) -> None:
        super().__init__(ACCOUNT.region, endpoint=stack.url, access_key=ACCOUNT.id, secret_key="test")
        self.calls: Counter[str] = Counter()
        self.threads: set[int] = set()
        self._noting = threading.Lock()

    def client(self, service: str) -> Any:
        new = service not in self._clients
        client = super().client(service)
        if new:
            client.meta.events.register("before-call", self._note)
        return client

    def _note(self, model: Any, params: dict[str, Any], **_: Any) -> None:
        of_one = "EventSourceArn" in str(params) or "logGroupNamePrefix" in str(params)
        with self._noting:
            self.calls[model.name + " of one" * of_one] += 1
            self.threads.add(threading.get_ident())


def test_each_kind_is_listed_once_and_all_is_read_by_several_threads(aws: LocalStack) -> None:
    session = Watched(aws)
    looking = AwsGhosts(session, "flights", ACCOUNT)
    build(looking, parts(GHOST))
    session.calls.clear()
    session.threads.clear()
    found = looking.look(GHOST)
    assert same(found.resources, parts(GHOST)) and found.unclaimed == ()
    assert {name: session.calls[name] for name in LISTINGS - {"DescribeLogGroups"}} == dict.fromkeys(
        LISTINGS - {"DescribeLogGroups"}, 1
    )
    assert 1 < len(session.threads) <= 2 * aws_ghosts.WORKERS
    assert threading.get_ident() not in session.threads


def test_what_cannot_be_read_is_an_error_and_not_absent(aws: LocalStack) -> None:
    session = session_of(aws)
    looking = AwsGhosts(session, "flights", ACCOUNT)
    build(looking, parts(GHOST))

    def deny(model: Any, **_: Any) -> Any:
        answer = {"Error": {"Code": "AccessDenied", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
        return _Refusal(), answer

    session.client("sqs").meta.events.register("before-call.sqs.ListQueueTags", deny)
    with pytest.raises(Denied, match="reading queue"):
        looking.look(GHOST)


class _Refusal:
    status_code = 403


@pytest.mark.parametrize("step", ["clean", "tap", "a-b2c", "sixteen-letters-", "x-failed"])
@pytest.mark.parametrize("branch", ["x", "fix/overnight-arrivals", "y" * 300])
def test_every_name_that_a_ghost_gives_is_known_as_its_own_and_as_no_other_branchs(
    ghosts: AwsGhosts, session: Session, branch: str, step: str
) -> None:
    ghost = GhostName("flights", branch)
    names = [ghost.failures(step), ghost.piece(step, PROD_QUEUE)]
    for name in names:
        stray(session, replace(part("queue"), name=name, dead_letter_arn="", max_receives=0, tags=()))
    assert ghosts.look(ghost).unclaimed == tuple(sorted(f"queue {name}" for name in names))
    longer = GhostName("flights", f"{branch[:20]}-{ghost.digest}-y")
    assert ghosts.look(longer).unclaimed == ()


def test_a_mapping_whose_queue_is_gone_is_found_and_deleted(ghosts: AwsGhosts, session: Session) -> None:
    mapping = part("event source mapping")
    ground(session, mapping)
    ghosts.put(mapping)
    ghosts.delete(part("queue"))
    assert mapping in ghosts.look(GHOST).resources
    ghosts.delete(mapping)
    assert session.client("lambda").list_event_source_mappings()["EventSourceMappings"] == []


def test_a_rule_on_any_bus_is_found_and_deleted(ghosts: AwsGhosts, session: Session) -> None:
    assert ghosts.look(GHOST).resources == (), "and the bus is younger than a look"
    session.client("events").create_event_bus(Name="orders")
    rule = replace(part("rule"), name=GHOST.piece("clean", "arn:aws:events:x:rule/orders/y"), bus="orders")
    stray(session, part("function"))
    for wanted in (rule, replace(rule, enabled=False)):
        ghosts.put(wanted)
        assert wanted in ghosts.look(GHOST).resources
    ghosts.delete(wanted)
    assert [kind_of(one) for one in ghosts.look(GHOST).resources] == ["function"]
