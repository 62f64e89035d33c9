"""Log groups and failure queues are read page by page, and what is denied or missing is said."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from dbt_ghost.core.errors import Denied, GhostError, NotFound
from dbt_ghost.core.invocations import LogEvent, Tally, tally
from dbt_ghost.providers.artifacts import zipped
from dbt_ghost.providers.aws.failure_queues import AwsFailureQueues
from dbt_ghost.providers.aws.logs import PAGE, AwsLogs
from dbt_ghost.providers.aws.session import Session
from tests.providers.aws.stubbed import answers

GROUP = "/aws/lambda/ghost-flights-x-abc123-clean"
QUEUE = "ghost-flights-x-abc123-clean-failed"
SINCE = datetime(2026, 1, 5, 12, 0, 0, 123000, tzinfo=UTC)
SINCE_MS = 1767614400123
HANDLER = """
import os
def handler(event, context):
    print("working")
    if event.get("fail"):
        raise ValueError("boom")
    if event.get("exit"):
        os._exit(3)
"""


def event(number: int, text: str = "x", **more: str) -> dict[str, object]:
    return {"timestamp": SINCE_MS + number, "message": text, "logStreamName": "s", **more}


def test_every_page_is_read_an_empty_one_too() -> None:
    with answers("logs") as session:
        ask = {"logGroupName": GROUP, "startTime": SINCE_MS, "endTime": SINCE_MS + 1000}
        first, last = event(0, eventId="a"), event(1, eventId="b")
        session.say("logs.filter_log_events", {"events": [first], "nextToken": "1"}, **ask)
        session.say("logs.filter_log_events", {"events": [], "nextToken": "2"}, **ask, nextToken="1")
        session.say("logs.filter_log_events", {"events": [last]}, **ask, nextToken="2")
        found = list(AwsLogs(session).events(GROUP, SINCE, SINCE + timedelta(seconds=1)))
    assert found == [LogEvent("a", "s", SINCE_MS, "x"), LogEvent("b", "s", SINCE_MS + 1, "x")]


def test_pages_are_fetched_as_they_are_asked_for() -> None:
    with answers("logs") as session:
        session.say("logs.filter_log_events", {"events": [event(0, eventId="a")], "nextToken": "1"})
        assert next(AwsLogs(session).events(GROUP, SINCE)).id == "a"


def test_an_answer_that_is_cut_without_a_token_is_gone_on_with_and_nothing_comes_twice() -> None:
    full = [event(number // 2) for number in range(PAGE)]
    with answers("logs") as session:
        session.say("logs.filter_log_events", {"events": full}, logGroupName=GROUP, startTime=SINCE_MS)
        rest = [*full[-2:], event(PAGE // 2 - 1), event(PAGE)]
        last = SINCE_MS + PAGE // 2 - 1
        session.say("logs.filter_log_events", {"events": rest}, logGroupName=GROUP, startTime=last)
        found = list(AwsLogs(session).events(GROUP, SINCE))
    assert len(found) == len({one.id for one in found}) == PAGE + 2


def test_an_answer_that_cannot_be_gone_on_with_is_an_error() -> None:
    with answers("logs") as session:
        for _ in range(2):
            session.say("logs.filter_log_events", {"events": [event(0)] * PAGE})
        with pytest.raises(GhostError, match="in one millisecond"):
            list(AwsLogs(session).events(GROUP, SINCE))


def test_a_denied_log_group_is_not_an_empty_one() -> None:
    with answers("logs") as session:
        session.fail("logs.filter_log_events", "AccessDeniedException", "no", 400)
        with pytest.raises(Denied, match=f"reading log group {GROUP}"):
            list(AwsLogs(session).events(GROUP, SINCE))


@pytest.mark.parametrize("call", ["sqs.get_queue_url", "sqs.get_queue_attributes"])
def test_a_denied_queue_is_not_an_empty_one(call: str) -> None:
    with answers("sqs") as session:
        if call != "sqs.get_queue_url":
            session.say("sqs.get_queue_url", {"QueueUrl": "https://q"}, QueueName=QUEUE)
        session.fail(call, "AccessDenied", "no", 403)
        with pytest.raises(Denied, match=f"counting queue {QUEUE}"):
            AwsFailureQueues(session).waiting(QUEUE)


def test_what_is_not_there_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match=f"reading log group {GROUP}"):
        list(AwsLogs(session).events(GROUP, SINCE))
    with pytest.raises(NotFound, match=f"counting queue {QUEUE}"):
        AwsFailureQueues(session).waiting(QUEUE)


def test_messages_that_somebody_looks_at_right_now_wait_too(session: Session) -> None:
    sqs = session.client("sqs")
    url = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    assert AwsFailureQueues(session).waiting(QUEUE) == 0
    for body in "abc":
        sqs.send_message(QueueUrl=url, MessageBody=body)
    sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1)
    assert AwsFailureQueues(session).waiting(QUEUE) == 3


def test_equal_lines_of_one_moment_are_told_apart_and_keep_their_ids(session: Session) -> None:
    """The local AWS gives no event ids."""
    logs, moment = session.client("logs"), int(time.time() * 1000)
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="s")
    line = {"timestamp": moment, "message": "same"}
    logs.put_log_events(logGroupName=GROUP, logStreamName="s", logEvents=[line, line])
    since = datetime.fromtimestamp(moment / 1000, UTC) - timedelta(seconds=1)
    first = [one.id for one in AwsLogs(session).events(GROUP, since)]
    logs.put_log_events(logGroupName=GROUP, logStreamName="s", logEvents=[line])
    again = [one.id for one in AwsLogs(session).events(GROUP, since)]
    assert (len(set(first)), len(set(again)), again[:2]) == (2, 3, first)


def test_what_a_function_did_on_the_local_aws_is_counted(session: Session) -> None:
    name, started = GROUP.removeprefix("/aws/lambda/"), datetime.now(UTC) - timedelta(seconds=1)
    role = session.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    code = {"ZipFile": zipped({"app.py": HANDLER.encode()})}
    functions = session.client("lambda")
    functions.create_function(FunctionName=name, Role=role, Runtime="python3.12", Handler="app.handler", Code=code)
    for payload in (b"{}", b"{}", b'{"fail": 1}', b'{"exit": 1}'):
        functions.invoke(FunctionName=name, Payload=payload)
    assert tally(AwsLogs(session).events(GROUP, started)) == Tally(came=4, went=2)
