"""What somebody changed by hand reads as differing, and the next put makes it right: on the local AWS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.resources import Resource
from dbt_ghost.providers.aws.session import Session
from tests.local_aws import PROD_ACCOUNT, REGION
from tests.providers.aws.test_round_trips import BUCKET, FUNCTION, QUEUE, ROLE, RULE, TOPIC, ground, put, read

__all__ = ["ground"]

KEY = f"arn:aws:kms:{REGION}:{PROD_ACCOUNT}:key/1"
BY_KEY = replace(BUCKET, kms_key=KEY)
BOUND = replace(ROLE, boundary="arn:aws:iam::aws:policy/ReadOnlyAccess")
CLOUDTRAIL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


def encrypted(algorithm: str, bucket_key: bool, key: str = KEY) -> Callable[[Session], Any]:
    default = {"SSEAlgorithm": algorithm} | ({"KMSMasterKeyID": key} if key else {})
    rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": bucket_key}
    return lambda session: session.client("s3").put_bucket_encryption(
        Bucket=BUCKET.name, ServerSideEncryptionConfiguration={"Rules": [rule]}
    )


def with_a_role(session: Session) -> None:
    client = session.client("events")
    (target,) = client.list_targets_by_rule(Rule=RULE.name)["Targets"]
    client.put_targets(Rule=RULE.name, Targets=[target | {"RoleArn": FUNCTION.role_arn}])


def second_target(session: Session) -> None:
    session.client("events").put_targets(Rule=RULE.name, Targets=[{"Id": "theirs", "Arn": QUEUE.dead_letter_arn}])


def in_state(state: str) -> Callable[[Session], Any]:
    return lambda session: session.client("events").put_rule(Name=RULE.name, EventPattern=RULE.pattern, State=state)


def unbound(session: Session) -> None:
    session.client("iam").delete_role_permissions_boundary(RoleName=ROLE.name)


def undead(session: Session) -> None:
    url = session.client("sqs").get_queue_url(QueueName=QUEUE.name)["QueueUrl"]
    session.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": "", "Policy": ""})


def opened(session: Session) -> None:
    arn = f"arn:aws:sns:{REGION}:{PROD_ACCOUNT}:{TOPIC.name}"
    session.client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=ROLE.policy)


def passing_on(session: Session) -> None:
    destinations = {where: {"Destination": FUNCTION.failures_arn} for where in ("OnSuccess", "OnFailure")}
    session.client("lambda").put_function_event_invoke_config(
        FunctionName=FUNCTION.name,
        MaximumEventAgeInSeconds=FUNCTION.max_event_age_s,
        MaximumRetryAttempts=FUNCTION.retries,
        DestinationConfig=destinations,
    )


CHANGES: dict[str, tuple[Resource, Callable[[Session], Any]]] = {
    "a key without a bucket key": (BY_KEY, encrypted("aws:kms", bucket_key=False)),
    "AWS's own key": (BY_KEY, encrypted("aws:kms", bucket_key=True, key="")),
    "encrypted twice": (BY_KEY, encrypted("aws:kms:dsse", bucket_key=True)),
    "encrypted by a key where S3's own is enough": (BUCKET, encrypted("aws:kms", bucket_key=False)),
    "a rule in a third state": (RULE, in_state(CLOUDTRAIL)),
    "a rule in a third state that should be off": (replace(RULE, enabled=False), in_state(CLOUDTRAIL)),
    "a second target": (RULE, second_target),
    "a target with a role of its own": (RULE, with_a_role),
    "no boundary": (BOUND, unbound),
    "no dead letters": (QUEUE, undead),
    "another topic policy": (TOPIC, opened),
    "results passed on": (FUNCTION, passing_on),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_by_hand_reads_as_differing_and_is_put_right(ground: Session, change: str) -> None:
    wanted, by_hand = CHANGES[change]
    put(ground, wanted)
    assert read(ground, wanted) == wanted
    by_hand(ground)
    assert read(ground, wanted) != wanted
    put(ground, wanted)
    assert read(ground, wanted) == wanted
