"""Subscriptions of a ghost's functions and queues to topics, of the ghost's or prod's.

A subscription has neither name nor tags: it is known by its topic and endpoint. The account's own list of them is read,
which no policy of a topic can hide.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from dbt_ghost.core.resources import Subscription, canonical
from dbt_ghost.providers.aws.session import Session, code_of, friendly_errors, message_of, swallowing

GONE = ("NotFound", "ResourceNotFound")
DEFAULT_SCOPE = "MessageAttributes"
EVERYTHING = "{}"  # the filter policy that takes a filter policy away


def read(session: Session, topic_arn: str, endpoint_arn: str) -> Subscription | None:
    """The subscription, or None."""
    with friendly_errors(f"reading the subscription of {endpoint_arn} to {topic_arn}"):
        arn = _arn(session, topic_arn, endpoint_arn)
        return read_one(session, arn) if arn else None


def read_one(session: Session, arn: str) -> Subscription | None:
    """The subscription of that ARN, or None."""
    with friendly_errors(f"reading subscription {arn}"):
        with swallowing(*GONE):
            found = session.client("sns").get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
            return _as_subscription(found)
        return None


def find(session: Session, endpoints: tuple[str, ...]) -> list[tuple[str, str]]:
    """ARN and endpoint of the account's subscriptions whose endpoints' ARNs start with one of `endpoints`."""
    with friendly_errors("listing the account's subscriptions"):
        found = [(one["SubscriptionArn"], one["Endpoint"]) for one in _listed(session)]
        return [(arn, endpoint) for arn, endpoint in found if endpoint.startswith(endpoints)]


def put(session: Session, wanted: Subscription) -> None:
    sns = session.client("sns")
    with friendly_errors(f"subscribing {wanted.endpoint_arn} to {wanted.topic_arn}"):
        arn = _arn(session, wanted.topic_arn, wanted.endpoint_arn)
        if arn is None and not _subscribe(session, wanted):
            arn = _arn(session, wanted.topic_arn, wanted.endpoint_arn)
        existing = read_one(session, arn) if arn else None
        if existing is None:
            return
        before, after = _attributes(existing), _attributes(wanted)
        for key in _order(wanted):
            if before[key] != after[key]:
                sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName=key, AttributeValue=after[key])


def delete(session: Session, topic_arn: str, endpoint_arn: str) -> None:
    with friendly_errors(f"ending the subscription of {endpoint_arn} to {topic_arn}"), swallowing(*GONE):
        if arn := _arn(session, topic_arn, endpoint_arn):
            session.client("sns").unsubscribe(SubscriptionArn=arn)


def _listed(session: Session) -> Iterator[dict[str, Any]]:
    """All but those that wait for a confirmation, or have ended: they deliver nothing, and have no ARN."""
    for page in session.client("sns").get_paginator("list_subscriptions").paginate():
        for one in page.get("Subscriptions", []):
            if one["SubscriptionArn"].startswith("arn:"):
                yield one


def _arn(session: Session, topic_arn: str, endpoint_arn: str) -> str | None:
    found = (one for one in _listed(session) if (one["TopicArn"], one["Endpoint"]) == (topic_arn, endpoint_arn))
    return next((str(one["SubscriptionArn"]) for one in found), None)


def _as_subscription(found: dict[str, str]) -> Subscription:
    policy = json.loads(found.get("FilterPolicy") or EVERYTHING)
    return Subscription(
        topic_arn=found["TopicArn"],
        endpoint_arn=found["Endpoint"],
        raw=found.get("RawMessageDelivery") == "true",
        filter_policy=canonical(policy) if policy else "",
        filter_scope=found.get("FilterPolicyScope", DEFAULT_SCOPE) if policy else DEFAULT_SCOPE,
        dead_letter_arn=json.loads(found.get("RedrivePolicy") or "{}").get("deadLetterTargetArn", ""),
    )


def _subscribe(session: Session, wanted: Subscription) -> bool:
    """False if it is there already, and otherwise. Right from its first moment: it may deliver at once."""
    without = _attributes(Subscription("", ""))
    attributes = {key: value for key, value in _attributes(wanted).items() if value != without[key]}
    try:
        session.client("sns").subscribe(
            TopicArn=wanted.topic_arn,
            Protocol=wanted.endpoint_arn.split(":")[2],  # `lambda` and `sqs` are both service and protocol
            Endpoint=wanted.endpoint_arn,
            Attributes=attributes,
        )
    except ClientError as error:
        if code_of(error) == "InvalidParameter" and "already exists with different" in message_of(error):
            return False
        raise
    return True


def _attributes(one: Subscription) -> dict[str, str]:
    """As SNS takes them."""
    return {
        "RawMessageDelivery": str(one.raw).lower(),
        "FilterPolicy": one.filter_policy or EVERYTHING,
        "FilterPolicyScope": one.filter_scope,
        "RedrivePolicy": canonical({"deadLetterTargetArn": one.dead_letter_arn}) if one.dead_letter_arn else "",
    }


def _order(wanted: Subscription) -> tuple[str, ...]:
    """A filter on the body may be nested, one on attributes may not: what is in force is valid after each call."""
    always = ("RedrivePolicy", "RawMessageDelivery")
    if not wanted.filter_policy:
        return (*always, "FilterPolicy")
    if wanted.filter_scope == DEFAULT_SCOPE:
        return (*always, "FilterPolicy", "FilterPolicyScope")
    return (*always, "FilterPolicyScope", "FilterPolicy")
