"""SNS topics of a ghost's own: a name, a policy and tags, all said by the call that makes them."""

from __future__ import annotations

import json

from botocore.exceptions import ClientError

from dbt_ghost.core.resources import Topic, canonical
from dbt_ghost.providers.aws import tags
from dbt_ghost.providers.aws.session import Session, code_of, friendly_errors, message_of, swallowing

GONE = ("NotFound", "ResourceNotFound")


def read(session: Session, name: str) -> Topic | None:
    """The topic, or None."""
    sns, arn = session.client("sns"), session.account().topic_arn(name)
    with friendly_errors(f"reading topic {name}"):
        with swallowing(*GONE):
            policy = sns.get_topic_attributes(TopicArn=arn)["Attributes"].get("Policy")
            found = tags.from_list(sns.list_tags_for_resource(ResourceArn=arn).get("Tags", []))
            return Topic(name, canonical(json.loads(policy)) if policy else "", found)
        return None


def find(session: Session, prefix: str) -> list[str]:
    """The names of the topics that start with `prefix`; SNS can list all only."""
    with friendly_errors(f"listing topics {prefix}*"):
        pages = session.client("sns").get_paginator("list_topics").paginate()
        names = [topic["TopicArn"].rpartition(":")[2] for page in pages for topic in page.get("Topics", [])]
        return [name for name in names if name.startswith(prefix)]


def put(session: Session, topic: Topic, existing: Topic | None) -> None:
    """Make the topic so. `existing` is what `read` gave."""
    sns, arn, wanted = session.client("sns"), session.account().topic_arn(topic.name), tags.to_aws(topic.tags)
    with friendly_errors(f"making topic {topic.name}"):
        if existing is None and not _create(session, topic):
            existing = read(session, topic.name)
        if existing and existing.policy != topic.policy:
            sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=topic.policy)
        if existing and not set(topic.tags) <= set(existing.tags):
            sns.tag_resource(ResourceArn=arn, Tags=tags.as_list(wanted))


def delete(session: Session, name: str) -> None:
    """SNS takes an absent topic for success, and deletes the topic's subscriptions with it."""
    with friendly_errors(f"deleting topic {name}"), swallowing(*GONE):
        session.client("sns").delete_topic(TopicArn=session.account().topic_arn(name))


def _create(session: Session, topic: Topic) -> bool:
    """False if it is there already, and otherwise."""
    wanted = tags.as_list(tags.to_aws(topic.tags))
    try:
        session.client("sns").create_topic(Name=topic.name, Attributes={"Policy": topic.policy}, Tags=wanted)
    except ClientError as error:
        if code_of(error) == "InvalidParameter" and "already exists with different" in message_of(error):
            return False
        raise
    return True
