"""How many events failed: what waits in the queues that take them."""

from __future__ import annotations

from dbt_ghost.core.errors import NotFound
from dbt_ghost.providers.aws.session import Session, friendly_errors, swallowing

GONE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
COUNTED = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


class AwsFailureQueues:
    """`operations.world.FailureQueues`. SQS's own numbers are right only a minute after the last message came."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def waiting(self, queue: str) -> int:
        with friendly_errors(f"counting queue {queue}"):
            with swallowing(*GONE):
                sqs = self._session.client("sqs")
                url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
                found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(COUNTED))["Attributes"]
                return sum(int(found[name]) for name in COUNTED)
        raise NotFound(f"counting queue {queue}: it does not exist", "run fork: it makes what is missing")
