"""What SQS does and the local AWS does not: names stay taken, queues answer after their end, listings have pages."""

from __future__ import annotations

import pytest

from dbt_ghost.core.errors import Denied, GhostError
from dbt_ghost.core.resources import Queue
from dbt_ghost.providers.aws import queues
from tests.providers.aws.stubbed import Answers, answers

GONE = "AWS.SimpleQueueService.NonExistentQueue"
RECENTLY = "AWS.SimpleQueueService.QueueDeletedRecently"
URL = {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/111111111111/ghost-flights-x"}
QUEUE = Queue("ghost-flights-x", visibility_s=60, tags=(("team", "data"),))
ATTRIBUTES = {"VisibilityTimeout": "60", "MessageRetentionPeriod": "345600", "DelaySeconds": "0"}


def there(session: Answers, **attributes: str) -> None:
    session.say("sqs.get_queue_url", URL)
    session.say("sqs.get_queue_attributes", {"Attributes": ATTRIBUTES | attributes})
    session.say("sqs.list_queue_tags", {"Tags": {"team": "data"}})


def test_all_that_a_queue_is_is_said_by_the_call_that_makes_it() -> None:
    with answers("sqs") as session:
        tags = {"team": "data"}
        session.say("sqs.create_queue", URL, QueueName=QUEUE.name, Attributes=ATTRIBUTES, tags=tags)
        queues.put(session, QUEUE, None)


def test_a_name_that_a_deleted_queue_still_holds_is_waited_for() -> None:
    with answers("sqs") as session:
        for _ in range(3):
            session.fail("sqs.create_queue", RECENTLY)
        session.say("sqs.create_queue", URL)
        queues.put(session, QUEUE, None)
        assert session.slept == list(queues.NAME_WAITS[:3])


def test_a_name_that_never_comes_free_is_an_error_after_more_than_a_minute() -> None:
    with answers("sqs") as session:
        for _ in range(len(queues.NAME_WAITS) + 1):
            session.fail("sqs.create_queue", RECENTLY)
        with pytest.raises(GhostError, match="QueueDeletedRecently"):
            queues.put(session, QUEUE, None)
        assert 60 < sum(session.slept) < 120


def test_a_queue_that_was_not_seen_before_it_was_made_is_put_right() -> None:
    with answers("sqs") as session:
        session.fail("sqs.create_queue", "QueueAlreadyExists")
        there(session, VisibilityTimeout="30")
        session.say("sqs.get_queue_url", URL)
        session.say("sqs.set_queue_attributes", {}, **URL, Attributes={"VisibilityTimeout": "60"})
        queues.put(session, QUEUE, None)


def test_a_deleted_queue_is_waited_for_until_it_no_longer_answers() -> None:
    with answers("sqs") as session:
        session.say("sqs.get_queue_url", URL)
        session.say("sqs.delete_queue", {}, **URL)
        for _ in range(2):
            session.say("sqs.get_queue_attributes", {"Attributes": {}})
        session.fail("sqs.get_queue_attributes", GONE)
        queues.delete(session, QUEUE.name)
        assert session.slept == list(queues.GOING_WAITS[:2])


def test_a_queue_that_does_not_go_is_an_error() -> None:
    with answers("sqs") as session:
        session.say("sqs.get_queue_url", URL)
        session.say("sqs.delete_queue", {})
        for _ in queues.GOING_WAITS:
            session.say("sqs.get_queue_attributes", {"Attributes": {}})
        with pytest.raises(GhostError, match="still there"):
            queues.delete(session, QUEUE.name)
        assert sum(session.slept) > 60


@pytest.mark.parametrize("code", [GONE, "QueueDoesNotExist"])
def test_an_absent_queue_is_deleted_and_reads_as_none(code: str) -> None:
    with answers("sqs") as session:
        session.fail("sqs.get_queue_url", code)
        session.fail("sqs.get_queue_url", code)
        queues.delete(session, QUEUE.name)
        assert queues.read(session, QUEUE.name) is None


def test_what_is_denied_is_neither_absent_nor_deleted() -> None:
    with answers("sqs") as session:
        session.say("sqs.get_queue_url", URL)
        session.fail("sqs.delete_queue", "AccessDenied", status=403)
        with pytest.raises(Denied):
            queues.delete(session, QUEUE.name)
        session.say("sqs.get_queue_url", URL)
        session.fail("sqs.get_queue_attributes", "AccessDenied", status=403)
        with pytest.raises(Denied):
            queues.read(session, QUEUE.name)
        session.fail("sqs.list_queues", "AccessDenied", status=403)
        with pytest.raises(Denied):
            queues.find(session, "ghost-flights-")


def test_queues_of_all_pages_are_found() -> None:
    with answers("sqs") as session:
        session.say("sqs.list_queues", {"QueueUrls": [URL["QueueUrl"]], "NextToken": "more"})
        session.say("sqs.list_queues", {"QueueUrls": [URL["QueueUrl"] + "-y"]})
        assert queues.find(session, "ghost-flights-") == ["ghost-flights-x", "ghost-flights-x-y"]
