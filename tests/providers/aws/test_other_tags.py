"""Tags that others put on a ghost's parts, an automatic cost tagger say, are theirs: no put removes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.blueprint.sharing import ROUTE_TAG
from dbt_ghost.core.resources import (
    Bucket,
    EventSourceMapping,
    Function,
    LogGroup,
    Queue,
    Resource,
    Role,
    Topic,
    kind_of,
)
from dbt_ghost.providers.aws import rules, tags
from dbt_ghost.providers.aws.session import Session
from tests.local_aws import PROD_ACCOUNT, REGION
from tests.providers.aws.stubbed import answers
from tests.providers.aws.test_round_trips import (
    ACCOUNT,
    BUCKET,
    FUNCTION,
    FUNCTION_ARN,
    LOG_GROUP,
    MAPPING,
    QUEUE,
    ROLE,
    RULE,
    TOPIC,
    ground,
    is_as_wanted,
    put,
    read,
)

__all__ = ["ground"]

THEIRS = ("cost-center", "4711")


def tag(session: Session, resource: Resource) -> None:
    """What an automatic tagger does."""
    key, value = THEIRS
    as_list: Any = [{"Key": key, "Value": value}]
    match resource:
        case Bucket(name):
            existing = session.client("s3").get_bucket_tagging(Bucket=name)["TagSet"]
            session.client("s3").put_bucket_tagging(Bucket=name, Tagging={"TagSet": existing + as_list})
        case LogGroup(name):
            arn = f"arn:aws:logs:{REGION}:{PROD_ACCOUNT}:log-group:{name}"
            session.client("logs").tag_resource(resourceArn=arn, tags={key: value})
        case Role(name):
            session.client("iam").tag_role(RoleName=name, Tags=as_list)
        case Function(name):
            session.client("lambda").tag_resource(Resource=FUNCTION_ARN + name, Tags={key: value})
        case Queue(name):
            url = session.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
            session.client("sqs").tag_queue(QueueUrl=url, Tags={key: value})
        case Topic(name):
            session.client("sns").tag_resource(ResourceArn=ACCOUNT.topic_arn(name), Tags=as_list)
        case EventSourceMapping(queue):
            found = session.client("lambda").list_event_source_mappings(EventSourceArn=ACCOUNT.queue_arn(queue))
            arn = found["EventSourceMappings"][0]["EventSourceMappingArn"]
            session.client("lambda").tag_resource(Resource=arn, Tags={key: value})


@pytest.mark.parametrize("first", [BUCKET, QUEUE, TOPIC, LOG_GROUP, ROLE, FUNCTION, MAPPING], ids=kind_of)
def test_other_tags_stay_when_ours_change(ground: Session, first: Any) -> None:
    put(ground, first)
    tag(ground, first)
    for wanted in (first, replace(first, tags=(("team", "data"), *first.tags))):
        put(ground, wanted)
        found: Any = read(ground, first)
        assert is_as_wanted(found, wanted)
        assert set(found.tags) == {THEIRS, *wanted.tags}


@pytest.mark.parametrize("missing", [False, True])
def test_other_tags_of_a_rule_stay(missing: bool) -> None:
    """By its calls, as the local AWS lets PutRule replace the tags."""
    existing = replace(RULE, pattern="{}", tags=(THEIRS,) if missing else (THEIRS, *RULE.tags))
    with answers("events") as session:
        session.say("events.put_rule", {"RuleArn": "arn:aws:events:x"})
        if missing:
            ours = tags.as_list(tags.to_aws(RULE.tags))
            session.say("events.tag_resource", {}, ResourceARN="arn:aws:events:x", Tags=ours)
        rules.put(session, RULE, existing)


def test_the_routes_of_a_bucket_are_replaced_and_other_tags_stay(ground: Session) -> None:
    before, after = ((ROUTE_TAG + "flights-clean", name) for name in ("ghost-a", "ghost-b"))
    put(ground, replace(BUCKET, routes=(before, (ROUTE_TAG + "flights-old", "ghost-c"))))
    tag(ground, BUCKET)
    put(ground, replace(BUCKET, routes=(after,)))
    found: Any = read(ground, BUCKET)
    assert found.routes == (after,) and THEIRS in found.tags
