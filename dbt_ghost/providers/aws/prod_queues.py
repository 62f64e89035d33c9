"""Production's queues: who may send, and the settings that a ghost's own queue takes over."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from dbt_ghost.core.errors import NotFound
from dbt_ghost.core.resources import canonical
from dbt_ghost.core.wires import SeenQueue
from dbt_ghost.providers.aws.session import Session, code_of, friendly_errors

MISSING = {"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"}


def read(session: Session, arn: str) -> SeenQueue:
    """Raises NotFound for one that certainly does not exist."""
    client, (*_, owner, name) = session.client("sqs"), arn.split(":")
    with friendly_errors(f"reading queue {name}"):
        try:
            url = client.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=owner)["QueueUrl"]
            found = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"]).get("Attributes", {})
        except ClientError as error:
            if code_of(error) in MISSING:
                raise NotFound(f"queue {name} does not exist") from error
            raise
    return _queue(arn, name, found)


def _queue(arn: str, name: str, found: dict[str, Any]) -> SeenQueue:
    policy, redrive = found.get("Policy"), json.loads(found.get("RedrivePolicy") or "{}")
    receives = redrive.get("maxReceiveCount")
    return SeenQueue(
        arn=arn,
        policy=canonical(json.loads(policy)) if policy else "",
        visibility_s=int(found.get("VisibilityTimeout", 30)),
        retention_s=int(found.get("MessageRetentionPeriod", 345600)),
        delay_s=int(found.get("DelaySeconds", 0)),
        max_receives=int(receives) if receives else None,
        unmodelled=(f"KMS key of the queue {name}",) if found.get("KmsMasterKeyId") else (),
    )
