"""Ghosts on AWS: found by name and tag, and nothing else is ever touched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.resources import (
    TAG_BRANCH,
    TAG_PROJECT,
    Bucket,
    BucketEvent,
    EventSourceMapping,
    Function,
    LogGroup,
    Notifications,
    Queue,
    Resource,
    Role,
    Rule,
    Subscription,
    Topic,
    canonical,
    ghost_tags,
    kind_of,
    name_of,
    pairs,
)
from dbt_ghost.core.topology import Account
from dbt_ghost.providers.artifacts import sha256, zipped
from dbt_ghost.providers.aws import buckets, kinds, log_groups
from dbt_ghost.providers.aws.ghosts import AwsGhosts
from dbt_ghost.providers.aws.session import Session
from tests.local_aws import PROD_ACCOUNT, REGION

ACCOUNT = Account(PROD_ACCOUNT, REGION)
GHOST = GhostName("flights", "fix/overnight-arrivals")
CODE = zipped({"app.py": b"def handler(event, context): return 1"})
TRUST = canonical(
    {"Statement": [{"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}]}
)
POLICY = canonical({"Statement": [{"Action": "s3:GetObject", "Effect": "Allow", "Resource": "*"}]})


PROD_QUEUE, PROD_TOPIC = ACCOUNT.queue_arn("flights-files"), ACCOUNT.topic_arn("flights-files")


def parts(ghost: GhostName, prod_bucket: str = "flights-clean") -> tuple[Resource, ...]:
    """What a fork of one step makes, at least one of each kind, in build order."""
    tags = pairs({TAG_PROJECT: ghost.project, TAG_BRANCH: ghost.branch})
    bucket, role = ghost.bucket(prod_bucket), ghost.role("clean", REGION)
    function, queue, topic = ghost.function("clean"), ghost.piece("clean", PROD_QUEUE), ghost.piece("clean", PROD_TOPIC)
    arn, queue_arn, failures_arn = (
        ACCOUNT.function_arn(function),
        ACCOUNT.queue_arn(queue),
        ACCOUNT.queue_arn(ghost.failures("clean")),
    )
    return (
        Bucket(bucket, prod_bucket, tags=tags),
        Queue(ghost.failures("clean"), tags=tags),
        Queue(queue, dead_letter_arn=failures_arn, max_receives=3, tags=tags),
        Topic(topic, POLICY, tags),
        LogGroup(ghost.log_group("clean"), 14, tags),
        Role(role, TRUST, POLICY, tags=tags),
        Function(
            name=function,
            role_arn=ACCOUNT.role_arn(role),
            runtime="python3.11",
            handler="app.handler",
            code_sha256=sha256(CODE),
            max_event_age_s=3600,
            failures_arn=failures_arn,
            tags=tags,
        ),
        EventSourceMapping(queue, function, tags=tags),
        Notifications(bucket, (BucketEvent(arn),)),
        Subscription(ACCOUNT.topic_arn(topic), queue_arn, dead_letter_arn=failures_arn),
        Rule(ghost.rule("clean"), canonical({"source": ["aws.s3"]}), arn, dead_letter_arn=failures_arn, tags=tags),
    )


def part(kind: str, ghost: GhostName | None = None) -> Any:
    """The last of that kind: of queues, the one that is not for failures."""
    return [one for one in parts(ghost or GHOST) if kind_of(one) == kind][-1]


def same(found: tuple[Resource, ...], wanted: tuple[Resource, ...]) -> bool:
    """Those of one kind are found in the order of their names."""
    kinds_of = [kind_of(one) for one in found]
    return set(found) == set(wanted) and kinds_of == [kind_of(one) for one in wanted]


@pytest.fixture
def ghosts(session: Session) -> AwsGhosts:
    return AwsGhosts(session, "flights", ACCOUNT)


def build(ghosts: AwsGhosts, resources: Iterable[Resource]) -> None:
    for resource in resources:
        ghosts.put(resource, CODE)


@pytest.mark.parametrize("branch", ["fix/overnight-arrivals", "fix/#12 ✈ a=b", "x" * 300, "é"])
def test_what_a_fork_makes_is_found_and_a_drop_leaves_nothing(ghosts: AwsGhosts, branch: str) -> None:
    ghost = GhostName("flights", branch)
    build(ghosts, parts(ghost))
    assert same(ghosts.look(ghost).resources, parts(ghost))
    for resource in reversed(parts(ghost)):
        ghosts.delete(resource)
        ghosts.delete(resource)
    assert ghosts.look(ghost).resources == ()


def test_a_ghost_does_not_find_another_branchs_or_projects_parts(ghosts: AwsGhosts, session: Session) -> None:
    build(ghosts, parts(GHOST))
    build(AwsGhosts(session, "flight", ACCOUNT), parts(GhostName("flight", GHOST.branch), "other"))
    assert ghosts.look(GhostName("flights", "fix-overnight-arrivals")).resources == ()
    assert same(ghosts.look(GHOST).resources, parts(GHOST))


def foreign(resource: Resource) -> Resource:
    match resource:
        case LogGroup():
            return replace(resource, name="/aws/lambda/flights-clean")
        case Notifications():
            return replace(resource, bucket="flights-clean")
        case EventSourceMapping():
            return replace(resource, queue="flights-files")
        case Subscription():
            return replace(resource, endpoint_arn=PROD_QUEUE)
        case _:
            return replace(resource, name="flights-clean")


class NoCalls(Session):
    """A session that fails a test which asks it for a client."""

    def client(self, service: str) -> object:
        raise AssertionError(f"{service} was called")


@pytest.mark.parametrize("resource", parts(GHOST), ids=kind_of)
def test_a_name_that_is_not_a_ghosts_is_refused_before_any_call(resource: Resource) -> None:
    ghosts = AwsGhosts(NoCalls(REGION), "flights", ACCOUNT)
    for other in (foreign(resource), next(p for p in parts(GhostName("acme", "x")) if type(p) is type(resource))):
        with pytest.raises(Refused, match="left alone"):
            ghosts.put(other, CODE)
        with pytest.raises(Refused, match="left alone"):
            ghosts.delete(other)


BUCKET, LOG_GROUP, NOTIFICATIONS = part("bucket"), part("log group"), part("notifications")


def test_a_part_without_a_branch_is_refused(ghosts: AwsGhosts) -> None:
    with pytest.raises(Refused, match="carries no tag"):
        ghosts.put(replace(LOG_GROUP, tags=()))


def test_what_carries_our_name_but_not_our_tag_is_left_alone(ghosts: AwsGhosts, session: Session) -> None:
    for tags, says in (((), "not tagged"), (((TAG_BRANCH, "another"),), "belongs to the ghost of branch 'another'")):
        stray(session, replace(BUCKET, tags=tags))
        for attempt in (ghosts.put, ghosts.delete):
            for resource in (BUCKET, NOTIFICATIONS):
                with pytest.raises(Refused, match=says):
                    attempt(resource)
        assert ghosts.look(GHOST).resources == ()
        assert buckets.read(session, BUCKET.name) == replace(BUCKET, tags=tags)


def stray(session: Session, resource: Resource) -> None:
    """Put it there past the guard."""
    kinds.put(session, resource, kinds.read(session, resource), CODE)


STANDS_ON = {
    "queue": ["queue"],
    "function": ["role"],
    "event source mapping": ["queue", "role", "function"],
    "notifications": ["bucket"],
    "subscription": ["queue", "topic"],
}


def ground(session: Session, resource: Resource, ghost: GhostName = GHOST) -> None:
    """Put what the resource, one of the ghost's parts, cannot be made without."""
    for other in parts(ghost):
        if other == resource:
            return
        if kind_of(other) in STANDS_ON.get(kind_of(resource), []):
            stray(session, other)
    raise AssertionError("it is none of the parts")


TAGGED_PARTS = [part for part in parts(GHOST) if not isinstance(part, (Notifications, Subscription))]


@pytest.mark.parametrize("part", TAGGED_PARTS, ids=kind_of)
def test_what_is_named_like_the_ghosts_and_tagged_otherwise_is_told(
    ghosts: AwsGhosts, session: Session, part: Any
) -> None:
    ground(session, part)
    before = ghosts.look(GHOST).resources
    for tags in ((), ((TAG_BRANCH, " "),), ((TAG_BRANCH, "another"),)):
        if tags or not isinstance(part, LogGroup):  # without tags it is Lambda's, of a late invocation
            stray(session, replace(part, tags=tags))
            assert ghosts.look(GHOST).unclaimed == (f"{kind_of(part)} {name_of(part)}",)
            assert ghosts.look(GHOST).resources == before
    stray(session, part)
    assert set(ghosts.look(GHOST).resources) == {*before, part} and ghosts.look(GHOST).unclaimed == ()


@pytest.mark.parametrize("number", range(len(TAGGED_PARTS)), ids=[kind_of(part) for part in TAGGED_PARTS])
def test_another_branchs_parts_are_not_told_though_their_names_begin_like_ours(
    ghosts: AwsGhosts, session: Session, number: int
) -> None:
    ours = GhostName("flights", "x")
    for branch in (f"x-{ours.digest}-y", f"x-{ours.digest}", f"y-{ours.digest}-z"):
        ghost = GhostName("flights", branch)
        part: Any = [one for one in parts(ghost) if not isinstance(one, (Notifications, Subscription))][number]
        ground(session, part, ghost)
        for tags in ((), part.tags):
            stray(session, replace(part, tags=tags))
            assert ghosts.look(ours).unclaimed == ()
            assert ghosts.look(ours).resources == ()


def test_a_part_known_by_its_name_alone_can_be_deleted(ghosts: AwsGhosts) -> None:
    build(ghosts, parts(GHOST))
    ghosts.delete(Rule(GHOST.rule("clean"), "", ""))
    assert same(ghosts.look(GHOST).resources, parts(GHOST)[:-1])


def test_a_log_group_of_a_branch_whose_name_goes_on_after_our_id_is_not_ours(
    ghosts: AwsGhosts, session: Session
) -> None:
    ours = GhostName("flights", "x")
    for other in (GhostName("flights", f"x-{ours.digest}-y"), GhostName("flights", f"x-{ours.digest}")):
        group = replace(LOG_GROUP, name=other.log_group("clean"), tags=())
        assert group.name.startswith(ours.log_group(""))
        log_groups.put(session, group, None)
        assert ghosts.look(ours).resources == ()
        assert ghosts.look(other).resources == (group,)
        tagged = replace(group, tags=ghost_tags(other, {}))
        ghosts.put(tagged)
        assert ghosts.look(ours).resources == ()
        assert ghosts.look(other).resources == (tagged,)


@pytest.mark.parametrize("step", ["clean", "tap", "a-b2c", "sixteen-letters-"])
def test_a_late_log_group_of_any_step_is_found(ghosts: AwsGhosts, session: Session, step: str) -> None:
    group = replace(LOG_GROUP, name=GHOST.log_group(step), tags=())
    log_groups.put(session, group, None)
    assert ghosts.look(GHOST).resources == (group,)


def test_a_log_group_that_lambda_made_for_a_late_invocation_is_adopted(ghosts: AwsGhosts, session: Session) -> None:
    bare = replace(LOG_GROUP, tags=())
    log_groups.put(session, bare, None)
    assert ghosts.look(GHOST).resources == (bare,)
    ghosts.put(LOG_GROUP)
    assert ghosts.look(GHOST).resources == (LOG_GROUP,)
    ghosts.delete(bare)
    assert ghosts.look(GHOST).resources == ()
