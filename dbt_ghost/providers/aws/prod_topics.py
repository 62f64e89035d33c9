"""Production's topics: who may publish, and who is subscribed how (F 2.5)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from dbt_ghost.core.resources import canonical
from dbt_ghost.core.topology import ProdSubscription
from dbt_ghost.core.wires import SeenSubscription, SeenTopic
from dbt_ghost.providers.aws.session import Session, friendly_errors

FOLLOWED = {"lambda", "sqs"}


def read(session: Session, arn: str) -> SeenTopic:
    """Raises NotFound for one that certainly does not exist."""
    client = session.client("sns")
    with friendly_errors(f"reading topic {arn}"):
        policy = client.get_topic_attributes(TopicArn=arn)["Attributes"].get("Policy")
        pages = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
        found = tuple(_confirmed(pages))
    return SeenTopic(arn, canonical(json.loads(policy)) if policy else "", found)


def subscriptions(session: Session) -> tuple[SeenSubscription, ...]:
    """All of the account's confirmed ones, of any topic."""
    with friendly_errors("listing the account's SNS subscriptions"):
        return tuple(_confirmed(session.client("sns").get_paginator("list_subscriptions").paginate()))


def subscription(session: Session, arn: str) -> ProdSubscription:
    """How a subscription delivers."""
    with friendly_errors(f"reading subscription {arn}"):
        found = session.client("sns").get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    policy = json.loads(found.get("FilterPolicy") or "{}")
    return ProdSubscription(
        topic_arn=found["TopicArn"],
        raw=found.get("RawMessageDelivery") == "true",
        filter_policy=canonical(policy) if policy else "",
        filter_scope=found.get("FilterPolicyScope") or "MessageAttributes",
    )


def _confirmed(pages: Iterable[dict[str, Any]]) -> Iterator[SeenSubscription]:
    """A pending or deleted one has a word in place of its ARN."""
    for page in pages:
        for each in page["Subscriptions"]:
            if each["Protocol"] in FOLLOWED and each["SubscriptionArn"].startswith("arn:"):
                yield SeenSubscription(each["SubscriptionArn"], each["TopicArn"], each["Protocol"], each["Endpoint"])
