"""`status` and `logs` as they are typed, on a ghost made by hand on the local AWS."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import pytest
from click.testing import Result

from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.record import RecordedResource, RecordedStep
from dbt_ghost.core.resources import TAG_BRANCH, TAG_PROJECT
from dbt_ghost.demo.production import install_state_bucket
from dbt_ghost.demo.story import BRANCH, STATE_BUCKET
from dbt_ghost.providers.aws.records import AwsRecords
from dbt_ghost.providers.aws.session import Session
from tests.cli.typed import ghost_ingest, recorded

GHOST = GhostName("flights", BRANCH)
TAGS = {TAG_BRANCH: BRANCH, TAG_PROJECT: "flights"}
STEPS = ("tap", "clean")
LINES = 3 * 4 + 5 + 4
"""Of the tap's three events, and the step's two; one of these has an error of two lines."""

pytestmark = pytest.mark.usefixtures("ghost", "on_branch")


@dataclass(frozen=True)
class Ghost:
    """Log groups and failure queues of a tap and a step, on record, made at `born`; seconds count from then."""

    session: Session
    born: datetime

    def write(self, step: str, second: int, *lines: str) -> None:
        moment = int((self.born + timedelta(seconds=second, milliseconds=7)).timestamp() * 1000)
        events = [{"timestamp": moment, "message": line} for line in lines]
        group = GHOST.log_group(step)
        self.session.client("logs").put_log_events(logGroupName=group, logStreamName="s", logEvents=events)

    def stamp(self, second: int) -> str:
        return f"{self.born + timedelta(seconds=second):%Y-%m-%dT%H:%M:%S}.007Z"


@pytest.fixture
def ghost(session: Session) -> Ghost:
    """With three events of five minutes ago: `logs` shows the last ten, whenever the test runs."""
    ghost = Ghost(session, born=datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5))
    install_state_bucket(session, STATE_BUCKET)
    names = [("log group", GHOST.log_group(s)) for s in STEPS] + [("queue", GHOST.failures(s)) for s in STEPS]
    for step in STEPS:
        session.client("logs").create_log_group(logGroupName=GHOST.log_group(step), tags=TAGS)
        session.client("logs").create_log_stream(logGroupName=GHOST.log_group(step), logStreamName="s")
        session.client("sqs").create_queue(QueueName=GHOST.failures(step), tags=TAGS)
    record = recorded(
        ghost.born,
        steps={"clean": RecordedStep(function="flights-clean", forked_from_sha256="a", code_sha256="b", changed=True)},
        resources=tuple(RecordedResource(kind=kind, name=name) for kind, name in names),
    )
    AwsRecords(session, STATE_BUCKET).write(record, None)
    for number in range(3):
        tapped = json.dumps({"ghost": "tap", "key": f"{number}.csv", "to": ["clean"] if number else []})
        ghost.write("tap", number, *invocation(number, tapped))
    ghost.write("clean", 4, *invocation(1, "[ERROR] ValueError: boom\nTraceback (most recent call last):"))
    ghost.write("clean", 5, *invocation(2, "done"))
    return ghost


def invocation(number: int, *lines: str) -> tuple[str, ...]:
    request = f"{number:08x}-4a5b-4697-b07a-ac58fc914c95"
    start, end = f"START RequestId: {request} Version: 1", f"END RequestId: {request}"
    return start, *lines, end, f"REPORT RequestId: {request}\tDuration: 2 ms"


def events_of(status: Result) -> dict[str, Any]:
    return dict(json.loads(status.stdout)["events"])


def test_status_counts_the_events_of_every_step_since_the_ghost_was_made(session: Session, ghost: Ghost) -> None:
    url = session.client("sqs").get_queue_url(QueueName=GHOST.failures("clean"))["QueueUrl"]
    session.client("sqs").send_message(QueueUrl=url, MessageBody="{}")
    events = events_of(ghost_ingest("status", "--json"))
    assert events["steps"] == {
        "tap": {"in": 3, "out": 2, "failed": 0, "unknown": {}},
        "clean": {"in": 2, "out": 1, "failed": 1, "unknown": {}},
    }
    assert datetime.fromisoformat(events["since"]) == ghost.born


def test_status_says_its_window_and_since_sets_it(ghost: Ghost) -> None:
    text = ghost_ingest("status").stdout
    assert f"  events in and out from {ghost.born:%Y-%m-%d %H:%M} UTC to " in text
    assert "\n    clean        2        1        0" in text
    steps = events_of(ghost_ingest("status", "--json", "--since", "1m"))["steps"]
    assert [step["in"] for step in steps.values()] == [0, 0]


def test_status_shows_what_it_cannot_count_as_unknown_with_the_reason(session: Session) -> None:
    url = session.client("sqs").get_queue_url(QueueName=GHOST.failures("clean"))["QueueUrl"]
    session.client("sqs").delete_queue(QueueUrl=url)
    assert "clean        2        1        ?" in ghost_ingest("status", exit_code=1).stdout
    clean = events_of(ghost_ingest("status", "--json", exit_code=1))["steps"]["clean"]
    assert clean["failed"] is None and "does not exist" in clean["unknown"]["failed"]


def test_status_without_events_reads_no_log(session: Session) -> None:
    assert json.loads(ghost_ingest("status", "--json", "--no-events").stdout)["events"] is None
    assert "events in and out" not in ghost_ingest("status", "--no-events").stdout


def test_logs_are_merged_by_time_one_line_each(ghost: Ghost) -> None:
    lines = ghost_ingest("logs").stdout.splitlines()
    assert lines[1] == f'{ghost.stamp(0)} tap    {{"ghost": "tap", "key": "0.csv", "to": []}}'
    assert [line.split()[0] for line in lines] == sorted(line.split()[0] for line in lines)
    assert f"{ghost.stamp(4)} clean  [ERROR] ValueError: boom" in lines
    assert f"{ghost.stamp(4)} clean  Traceback (most recent call last):" in lines


def test_logs_of_one_step_as_json(ghost: Ghost) -> None:
    lines = [json.loads(line) for line in ghost_ingest("logs", "--step", "clean", "--json").stdout.splitlines()]
    assert {line["step"] for line in lines} == {"clean"}
    assert lines[-3] | {"id": ""} == {"time": ghost.stamp(5), "step": "clean", "id": "", "text": "done"}
    assert len({line["id"] for line in lines}) == len(lines) == 8


def test_logs_since_are_only_the_newer_ones() -> None:
    result = ghost_ingest("logs", "--since", "1m")
    assert (result.stdout, result.stderr) == ("", "")


def test_a_step_that_is_not_there_is_an_error_with_those_that_are() -> None:
    assert "its steps are tap, clean" in ghost_ingest("logs", "--step", "enrich", exit_code=1).stderr


def test_logs_of_a_branch_without_a_ghost_are_an_error() -> None:
    assert "there is no ghost of 'other'" in ghost_ingest("logs", "--branch", "other", exit_code=1).stderr


@contextmanager
def following() -> Iterator[subprocess.Popen[str]]:
    """`logs --follow` as a process of its own, which has printed all that was there."""
    words = [sys.executable, "-m", "ghost_cli", "logs", "--follow"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with process:
        try:
            for _ in range(LINES):
                line_of(process.stdout)
            yield process
        finally:
            process.kill()


def line_of(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline().rstrip("\n")


def test_followed_logs_print_what_comes_once_and_end_when_the_ghost_goes(session: Session, ghost: Ghost) -> None:
    with following() as process:
        ghost.write("clean", 6, "one more")
        assert line_of(process.stdout) == f"{ghost.stamp(6)} clean  one more"
        for step in STEPS:
            session.client("logs").delete_log_group(logGroupName=GHOST.log_group(step))
            assert line_of(process.stderr) == f"{step}: log group {GHOST.log_group(step)} is not there"
        assert process.communicate(timeout=20) == ("", ""), "nothing twice"
        assert process.returncode == 0


def test_ctrl_c_ends_followed_logs_quietly() -> None:
    with following() as process:
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=20) == ("", "")
        assert process.returncode == 0


@pytest.mark.parametrize("command", ["status", "logs"])
def test_a_duration_that_is_none_is_a_usage_error(command: str, checkout: Path) -> None:
    assert "must be a number and m, h, d or w" in ghost_ingest(command, "--since", "soon", exit_code=2).stderr
