"""What a ghost is, and what went through it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from dbt_ghost.core.errors import Denied
from dbt_ghost.core.naming import TAP
from dbt_ghost.core.record import Record, RecordedResource
from dbt_ghost.core.resources import LogGroup
from dbt_ghost.operations.status import Count, Counter, StepTraffic, status_of, steps_of, window_start
from dbt_ghost.operations.world import Found
from tests.operations.fake_logs import FakeFailureQueues, FakeLogs
from tests.operations.fakes import START, FakeCloud
from tests.operations.parts import GHOST, STEPS, TAGS, forked

HOUR = timedelta(hours=1)
DENIED = Denied("reading log group x: AccessDenied", "ask")


@pytest.fixture
def record() -> Record:
    return forked(FakeCloud())


@pytest.fixture
def logs() -> FakeLogs:
    return FakeLogs({GHOST.log_group(step): [] for step in STEPS})


@pytest.fixture
def queues() -> FakeFailureQueues:
    return FakeFailureQueues({GHOST.failures(step): 0 for step in STEPS})


def invocation(logs: FakeLogs, step: str, number: int, *lines: str) -> None:
    request, group = f"{number:08x}-4a5b-4697-b07a-ac58fc914c95", GHOST.log_group(step)
    for line in (
        f"START RequestId: {request} Version: 1",
        *lines,
        f"END RequestId: {request}",
        f"REPORT RequestId: {request}",
    ):
        logs.write(group, START + timedelta(seconds=number), line)


def counter(logs: FakeLogs, queues: FakeFailureQueues, later: timedelta = HOUR) -> Counter:
    cloud = FakeCloud()
    cloud.clock.time += later
    return Counter(logs, queues, cloud.clock, GHOST)


def test_every_step_and_the_tap_are_counted(logs: FakeLogs, queues: FakeFailureQueues) -> None:
    invocation(logs, TAP, 1, json.dumps({"ghost": "tap", "key": "a", "to": ["clean"]}))
    invocation(logs, TAP, 2, json.dumps({"ghost": "tap", "key": "b", "to": []}))
    invocation(logs, "clean", 3)
    invocation(logs, "clean", 4, "[ERROR] ValueError: boom")
    queues.messages[GHOST.failures("clean")] = 1
    traffic = counter(logs, queues).traffic(STEPS, START)
    assert traffic.steps == (
        StepTraffic(TAP, Count(2), Count(1), Count(0)),
        StepTraffic("clean", Count(2), Count(1), Count(1)),
        StepTraffic("enrich", Count(0), Count(0), Count(0)),
    )


def test_only_the_window_is_counted(logs: FakeLogs, queues: FakeFailureQueues) -> None:
    for number in (10, 3000, 5000):
        invocation(logs, "clean", number)
    traffic = counter(logs, queues).traffic(["clean"], START + timedelta(seconds=11))
    assert traffic.steps[0].came == Count(1), "one came before it, and one after the question"
    assert traffic.since == START + timedelta(seconds=11)
    assert START + HOUR < traffic.until < START + HOUR + timedelta(seconds=5)


def test_what_may_not_be_read_is_unknown_and_never_zero(logs: FakeLogs, queues: FakeFailureQueues) -> None:
    logs.errors[GHOST.log_group("clean")] = DENIED
    queues.errors[GHOST.failures("enrich")] = DENIED
    traffic = counter(logs, queues).traffic(["clean", "enrich"], START)
    unknown = Count(None, "denied: reading log group x: AccessDenied")
    assert traffic.steps == (
        StepTraffic("clean", unknown, unknown, Count(0)),
        StepTraffic("enrich", Count(0), Count(0), unknown),
    )


def test_what_is_not_there_is_unknown_and_says_so() -> None:
    (clean,) = counter(FakeLogs(), FakeFailureQueues()).traffic(["clean"], START).steps
    assert clean.came == clean.went == Count(None, f"reading log group {GHOST.log_group('clean')}: there is none")
    assert clean.failed == Count(None, f"counting queue {GHOST.failures('clean')}: it does not exist")


def test_a_log_that_takes_too_long_is_unknown(logs: FakeLogs, queues: FakeFailureQueues) -> None:
    """The fake clock goes on by a second whenever it is read."""
    for number in range(100):
        invocation(logs, "clean", number)
    (clean,) = counter(logs, queues).traffic(["clean"], START).steps
    assert clean.came.number is None and "use a shorter --since" in clean.came.why
    assert clean.failed == Count(0)


def test_events_are_counted_since_the_ghost_was_made_and_at_most_for_a_day(record: Record) -> None:
    born = record.created_at
    assert window_start(record, born + HOUR, None) == born
    assert window_start(record, born + timedelta(days=2), None) == born + timedelta(days=1)
    assert window_start(None, born, None) == born - timedelta(days=1)


def test_who_asks_for_a_window_gets_it(record: Record) -> None:
    now = record.created_at + timedelta(days=3)
    assert window_start(record, now, HOUR) == now - HOUR
    assert window_start(record, now, timedelta(days=2)) == now - timedelta(days=2)


def test_the_tap_is_first_and_the_steps_in_the_order_of_the_record(record: Record) -> None:
    steps = {"enrich": record.steps["clean"], "clean": record.steps["clean"], "plain": record.steps["clean"]}
    ordered = record.model_copy(update={"steps": steps})
    found = Found(tuple(LogGroup(GHOST.log_group(step), 7, TAGS) for step in ("clean", "old", "enrich", "tap")))
    assert steps_of(GHOST, status_of(ordered, found, START)) == (TAP, "enrich", "clean", "old")
    assert steps_of(GHOST, status_of(None, found, START)) == (TAP, "clean", "enrich", "old")


def test_a_step_whose_log_group_is_missing_is_not_left_out(record: Record) -> None:
    assert steps_of(GHOST, status_of(record, Found(()), START)) == (TAP, "clean", "enrich")


def test_a_ghost_is_whole_if_exactly_what_is_recorded_is_there(record: Record) -> None:
    cloud = FakeCloud()
    record = forked(cloud)
    found = cloud.ghosts.look(GHOST)
    assert status_of(record, found, START).whole
    less = status_of(record, Found(found.resources[1:]), START)
    assert (less.whole, len(less.missing)) == (False, 1)
    more = status_of(record, Found((*found.resources, LogGroup(GHOST.log_group("late"), 0))), START)
    assert (more.whole, more.unrecorded) == (False, (RecordedResource(kind="log group", name=GHOST.log_group("late")),))
    assert not status_of(record, Found(found.resources, ("role x",)), START).whole


def test_a_dropped_ghost_misses_nothing(record: Record) -> None:
    dropped = record.model_copy(update={"state": "dropped"})
    assert status_of(dropped, Found(()), START + timedelta(days=9)) == status_of(dropped, Found(()), START)
