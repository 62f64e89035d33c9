"""SQS queues of a ghost, standard ones: all that they are is said by the call that makes them."""

from __future__ import annotations

import json

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.resources import Queue, canonical
from dbt_ghost.providers.aws import tags
from dbt_ghost.providers.aws.session import Session, code_of, friendly_errors, swallowing

GONE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
EXISTS = ("QueueAlreadyExists", "QueueNameExists")
DELETED_RECENTLY = ("AWS.SimpleQueueService.QueueDeletedRecently", "QueueDeletedRecently")
NAME_WAITS = (5,) * 14  # seconds; for 60 after a queue's end its name cannot be taken
GOING_WAITS = (0.2, 0.5, 1, 2, 5, *[5] * 12)  # seconds; for up to 60 a deleted queue may answer
PAGE = 1000


def read(session: Session, name: str) -> Queue | None:
    """The queue, or None."""
    with friendly_errors(f"reading queue {name}"):
        with swallowing(*GONE):
            sqs, url = session.client("sqs"), _url(session, name)
            found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            redrive = json.loads(found.get("RedrivePolicy") or "{}")
            return Queue(
                name=name,
                policy=canonical(json.loads(found["Policy"])) if found.get("Policy") else "",
                visibility_s=int(found["VisibilityTimeout"]),
                retention_s=int(found["MessageRetentionPeriod"]),
                delay_s=int(found["DelaySeconds"]),
                dead_letter_arn=redrive.get("deadLetterTargetArn", ""),
                max_receives=int(redrive.get("maxReceiveCount", 0)),
                tags=tags.from_aws(sqs.list_queue_tags(QueueUrl=url).get("Tags", {})),
            )
        return None


def find(session: Session, prefix: str) -> list[str]:
    """The names of the queues that start with `prefix`."""
    with friendly_errors(f"listing queues {prefix}*"):
        pages = session.client("sqs").get_paginator("list_queues")
        found = pages.paginate(QueueNamePrefix=prefix, PaginationConfig={"PageSize": PAGE})
        return [url.rpartition("/")[2] for page in found for url in page.get("QueueUrls", [])]


def put(session: Session, queue: Queue, existing: Queue | None) -> None:
    """Make the queue so. `existing` is what `read` gave. The queue of its dead letters must exist."""
    with friendly_errors(f"making queue {queue.name}"):
        if existing is None and not _create(session, queue):
            existing = read(session, queue.name)
        if existing:
            _update(session, queue, existing)


def delete(session: Session, name: str) -> None:
    """Delete the queue with its messages, and wait until it is no longer seen."""
    with friendly_errors(f"deleting queue {name}"), swallowing(*GONE):
        url = _url(session, name)
        session.client("sqs").delete_queue(QueueUrl=url)
        for wait in GOING_WAITS:
            session.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
            session.sleep(wait)
        raise GhostError(f"queue {name} is still there a minute after it was deleted", "run the command again")


def _create(session: Session, queue: Queue) -> bool:
    """False if it is there already."""
    attributes = {key: value for key, value in _attributes(queue).items() if value}

    def create() -> None:
        session.client("sqs").create_queue(QueueName=queue.name, Attributes=attributes, tags=tags.to_aws(queue.tags))

    with swallowing(*EXISTS):
        session.patiently(create, lambda error: code_of(error) in DELETED_RECENTLY, NAME_WAITS)
        return True
    return False


def _update(session: Session, queue: Queue, existing: Queue) -> None:
    sqs, before = session.client("sqs"), _attributes(existing)
    url = _url(session, queue.name)
    if differing := {key: value for key, value in _attributes(queue).items() if value != before[key]}:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=differing)
    if not set(queue.tags) <= set(existing.tags):
        sqs.tag_queue(QueueUrl=url, Tags=tags.to_aws(queue.tags))


def _attributes(queue: Queue) -> dict[str, str]:
    """As SQS takes them; an empty text takes one away."""
    redrive = {"deadLetterTargetArn": queue.dead_letter_arn, "maxReceiveCount": queue.max_receives}
    return {
        "VisibilityTimeout": str(queue.visibility_s),
        "MessageRetentionPeriod": str(queue.retention_s),
        "DelaySeconds": str(queue.delay_s),
        "Policy": queue.policy,
        "RedrivePolicy": canonical(redrive) if queue.dead_letter_arn else "",
    }


def _url(session: Session, name: str) -> str:
    return str(session.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])
