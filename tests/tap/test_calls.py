"""Every call that the tap makes is in the table that its role is derived from."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dbt_ghost.core.calls import CALLS, Use
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.tap.handler import Routing, Tap
from dbt_ghost.tap.staging import CopyLimits
from tests.local_aws import REGION
from tests.tap.events import eventbridge, route

MIB = 2**20
PROD, GHOST, QUEUE = "flights-raw", "ghost-flights-x-abc123-beef", "ghost-flights-x-abc123-clean-1a2b"

NEEDS: dict[str, set[str]] = {
    "Invoke": {"lambda:InvokeFunction"},
    "SendMessage": {"sqs:SendMessage"},
    "HeadObject": {"s3:GetObject", "s3:GetObjectVersion"},
    "GetObject": {"s3:GetObject", "s3:GetObjectVersion"},
    "PutObjectTagging": {"s3:PutObjectTagging"},
    "GetObjectTagging": {"s3:GetObjectTagging", "s3:GetObjectVersionTagging"},
    "CopyObject": {"s3:GetObject", "s3:GetObjectTagging", "s3:PutObject", "s3:PutObjectTagging"},
    "CreateMultipartUpload": {"s3:PutObject", "s3:PutObjectTagging"},
    "UploadPartCopy": {"s3:GetObject", "s3:PutObject"},
    "CompleteMultipartUpload": {"s3:PutObject"},
    "AbortMultipartUpload": {"s3:AbortMultipartUpload"},
}
"""Operation -> the IAM actions that it is checked for, as AWS's service authorization reference has them."""

BY_KIND: dict[str, tuple[Use, ...]] = {
    "function": ("invoke",),
    "queue": ("send",),
    "bucket": ("read version", "list", "stage"),
}
"""What `blueprint.tap` grants for a route of each kind."""


@pytest.fixture
def calls(session: Session) -> list[str]:
    """The operations called from now on."""
    made: list[str] = []
    for service in ("lambda", "sqs", "s3"):
        session.client(service).meta.events.register("before-call", lambda model, **_: made.append(model.name))
    return made


def ground(session: Session, size: int) -> None:
    s3 = session.client("s3")
    for bucket in (PROD, GHOST):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=PROD, Key="flights/1.csv.gz", Body=bytes(size), Tagging="a=b")
    session.client("sqs").create_queue(QueueName=QUEUE)


class Invoked:
    """Stands in for the one client whose target need not be there; counts as the call."""

    def __init__(self, calls: list[str]) -> None:
        self._calls = calls

    def invoke(self, **_: Any) -> None:
        self._calls.append("Invoke")


@pytest.mark.parametrize("size", [10, 13 * MIB])
@pytest.mark.parametrize("kind", BY_KIND)
def test_a_route_makes_no_call_that_its_grants_do_not_cover(
    session: Session, calls: list[str], kind: str, size: int
) -> None:
    ground(session, size)
    url = session.client("sqs").get_queue_url(QueueName=QUEUE)["QueueUrl"]
    target = {"function": "ghost-flights-x-abc123-clean", "queue": url, "bucket": GHOST}[kind]
    routing = Routing.of(json.dumps({"sample": 1.0, "routes": [route(to={kind: target})]}))
    clients: dict[str, Any] = {"lambda": Invoked(calls)}
    calls.clear()
    event = eventbridge("flights/1.csv.gz", **{"version-id": ""})
    Tap(routing, lambda s: clients.get(s) or session.client(s), print, CopyLimits(6 * MIB, 5 * MIB)).forward(event)
    assert calls, "it did something"
    needed = {action for call in calls for action in NEEDS[call]}
    granted = {action for use in BY_KIND[kind] for action in CALLS[use]}
    assert needed <= granted
