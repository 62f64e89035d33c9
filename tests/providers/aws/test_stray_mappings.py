"""A mapping made by hand, by which a ghost's function takes the messages of prod's queue: it is seen, never touched."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from dbt_ghost.core.found import StrayMapping
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.resources import Queue
from dbt_ghost.providers.aws import tags
from dbt_ghost.providers.aws.ghosts import AwsGhosts
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from tests.providers.aws.test_ghosts import ACCOUNT, GHOST, PROD_QUEUE, build, ghosts, part, parts, same
from tests.providers.aws.test_look import Watched

__all__ = ["ghosts"]

FUNCTION = ACCOUNT.function_arn(part("function").name)


def mapped_by_hand(session: Session, ghost: GhostName = GHOST, *, tagged: bool = False, enabled: bool = True) -> str:
    """From prod's queue to the ghost's function. Returns its UUID."""
    session.client("sqs").create_queue(QueueName=PROD_QUEUE.rpartition(":")[2])
    found = session.client("lambda").create_event_source_mapping(
        EventSourceArn=PROD_QUEUE,
        FunctionName=part("function", ghost).name,
        Enabled=enabled,
        Tags=tags.to_aws(part("function", ghost).tags) if tagged else {},
    )
    return str(found["UUID"])


def uuids(session: Session) -> list[str]:
    return [one["UUID"] for one in session.client("lambda").list_event_source_mappings()["EventSourceMappings"]]


@pytest.mark.parametrize("tagged", [False, True], ids=["untagged", "tagged as the ghost's"])
@pytest.mark.parametrize("enabled", [True, False], ids=["on", "off"])
def test_a_mapping_of_prods_queue_to_a_ghosts_function_is_seen_and_is_no_part_of_the_ghost(
    ghosts: AwsGhosts, session: Session, tagged: bool, enabled: bool
) -> None:
    build(ghosts, parts(GHOST))
    uuid = mapped_by_hand(session, tagged=tagged, enabled=enabled)
    found = ghosts.look(GHOST)
    assert found.strays == (StrayMapping(uuid, PROD_QUEUE, FUNCTION, enabled),)
    assert same(found.resources, parts(GHOST)) and found.unclaimed == ()


def test_it_is_seen_when_the_function_is_gone(ghosts: AwsGhosts, session: Session) -> None:
    build(ghosts, parts(GHOST))
    uuid = mapped_by_hand(session)
    for resource in reversed(parts(GHOST)):
        ghosts.delete(resource)
    assert ghosts.look(GHOST).resources == ()
    assert [stray.uuid for stray in ghosts.look(GHOST).strays] == uuids(session) == [uuid]


def test_it_is_seen_of_its_own_ghost_alone(ghosts: AwsGhosts, session: Session) -> None:
    other = GhostName("flights", f"fix-{GHOST.digest}-y")
    build(ghosts, [*parts(GHOST), *parts(other)])
    mapped_by_hand(session, other)
    assert ghosts.look(GHOST).strays == ()
    assert len(ghosts.look(other).strays) == 1


def test_a_look_that_sees_it_makes_no_call_more(aws: LocalStack) -> None:
    session = Watched(aws)
    looking = AwsGhosts(session, "flights", ACCOUNT)
    build(looking, parts(GHOST))
    session.calls.clear()
    looking.look(GHOST)
    before = session.calls.copy()
    mapped_by_hand(session)
    session.calls.clear()
    assert looking.look(GHOST).strays
    assert session.calls == before


def test_another_ghosts_queue_is_not_the_ghosts_either(ghosts: AwsGhosts, session: Session) -> None:
    build(ghosts, parts(GHOST))
    other = part("queue", GhostName("flights", "other"))
    ghosts.put(replace(other, dead_letter_arn="", max_receives=0))
    session.client("lambda").create_event_source_mapping(
        EventSourceArn=ACCOUNT.queue_arn(other.name), FunctionName=part("function").name
    )
    assert [stray.source_arn for stray in ghosts.look(GHOST).strays] == [ACCOUNT.queue_arn(other.name)]


def test_a_mapping_of_the_ghosts_own_queue_is_no_stray(ghosts: AwsGhosts, session: Session) -> None:
    """Untagged, it is named like the ghost's, and told as such."""
    build(ghosts, parts(GHOST))
    failures = GHOST.failures("clean")
    session.client("lambda").create_event_source_mapping(
        EventSourceArn=ACCOUNT.queue_arn(failures), FunctionName=part("function").name
    )
    found = ghosts.look(GHOST)
    assert (found.strays, found.unclaimed) == ((), (f"event source mapping {failures}",))


@pytest.mark.parametrize("branch", ["fix/late", "fix/#12 a=b", "ä" * 100])
def test_a_look_tells_the_tags_as_aws_takes_them(ghosts: AwsGhosts, session: Session, branch: str) -> None:
    """Who puts these on what has the ghost's name makes it the ghost's."""
    ghost = GhostName("flights", branch)
    name = ghost.failures("clean")
    url = session.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    found = ghosts.look(ghost)
    assert found.unclaimed == (f"queue {name}",)
    assert all(re.fullmatch(r"[A-Za-z0-9 +\-=._:/@]{1,256}", value) for _, value in found.tags)
    session.client("sqs").tag_queue(QueueUrl=url, Tags=dict(found.tags))
    assert [one.name for one in ghosts.look(ghost).resources if isinstance(one, Queue)] == [name]
