"""Log lines of all steps, merged by time, and followed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from dbt_ghost.core.errors import Denied, NotFound
from dbt_ghost.core.record import Record
from dbt_ghost.operations.logs import OVERLAP, Tail, groups_of
from tests.operations.fake_logs import FakeLogs
from tests.operations.fakes import START, FakeCloud
from tests.operations.parts import GHOST, STEPS, forked

CLEAN, ENRICH = GHOST.log_group("clean"), GHOST.log_group("enrich")
GROUPS = {"clean": CLEAN, "enrich": ENRICH}
LONG_AGO = START - timedelta(hours=1)


class Stop(Exception):
    """The test has seen enough."""


@pytest.fixture
def logs() -> FakeLogs:
    return FakeLogs({CLEAN: [], ENRICH: []})


@pytest.fixture
def record() -> Record:
    return forked(FakeCloud())


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def followed(
    logs: FakeLogs, *polls: Callable[[], object], since: datetime = LONG_AGO
) -> tuple[list[list[str]], list[str]]:
    """What each poll prints, and what is told; before each poll after the first one of `polls` happens."""
    printed: list[list[str]] = [[]]
    told: list[str] = []
    coming = iter(polls)

    def sleep(seconds: float) -> None:
        assert seconds == 1
        happening = next(coming, None)
        if happening is None:
            raise Stop
        happening()
        printed.append([])

    try:
        for line in Tail(logs, GROUPS, told.append).follow(since, sleep):
            printed[-1].append(line.text)
    except Stop:
        pass
    return printed, told


def test_lines_of_all_steps_are_merged_by_time(logs: FakeLogs) -> None:
    logs.write(CLEAN, at(1), "one")
    logs.write(ENRICH, at(2), "two\n")
    logs.write(CLEAN, at(3.123), "three\r\n")
    lines = list(Tail(logs, GROUPS, print).read(LONG_AGO))
    assert [(line.step, line.text) for line in lines] == [("clean", "one"), ("enrich", "two"), ("clean", "three")]
    assert lines[2].time == at(3.123)


def test_only_lines_since_then_are_read(logs: FakeLogs) -> None:
    logs.write(CLEAN, at(1), "old")
    logs.write(CLEAN, at(5), "new")
    assert [line.text for line in Tail(logs, GROUPS, print).read(at(5))] == ["new"]


def test_a_group_that_is_not_there_is_told_and_the_others_are_read(logs: FakeLogs) -> None:
    del logs.groups[ENRICH]
    logs.write(CLEAN, at(1), "one")
    told: list[str] = []
    assert [line.text for line in Tail(logs, GROUPS, told.append).read(LONG_AGO)] == ["one"]
    assert told == [f"enrich: log group {ENRICH} is not there"]


def test_no_group_at_all_is_an_error() -> None:
    tail = Tail(FakeLogs(), GROUPS, lambda what: None)
    with pytest.raises(NotFound, match="none of the ghost's log groups"):
        list(tail.read(LONG_AGO))
    with pytest.raises(NotFound, match="none of the ghost's log groups"):
        list(tail.follow(LONG_AGO, lambda seconds: None))


def test_a_denied_group_is_an_error_and_not_silence(logs: FakeLogs) -> None:
    logs.errors[ENRICH] = Denied("no")
    with pytest.raises(Denied):
        list(Tail(logs, GROUPS, print).read(LONG_AGO))
    with pytest.raises(Denied):
        followed(logs)


def test_following_prints_what_was_there_and_then_what_comes(logs: FakeLogs) -> None:
    logs.write(CLEAN, at(1), "one")
    printed, _ = followed(logs, lambda: logs.write(ENRICH, at(2), "two"), lambda: logs.write(CLEAN, at(3), "three"))
    assert printed == [["one"], ["two"], ["three"]]


def test_what_several_steps_wrote_since_the_last_look_is_merged_by_time(logs: FakeLogs) -> None:
    logs.write(CLEAN, at(2), "two")
    logs.write(ENRICH, at(1), "one")
    assert followed(logs)[0] == [["one", "two"]]


def test_no_event_is_printed_twice_and_equal_ones_are_two(logs: FakeLogs) -> None:
    logs.write(CLEAN, at(1), "same")

    def again() -> None:
        logs.write(CLEAN, at(1), "same")

    printed, _ = followed(logs, lambda: None, again, lambda: None)
    assert printed == [["same"], [], ["same"], []]


def test_a_late_event_is_not_missed(logs: FakeLogs) -> None:
    logs.write(CLEAN, at(100), "newest")
    late = OVERLAP.total_seconds()
    printed, _ = followed(
        logs,
        lambda: logs.write(CLEAN, at(100 - late), "as late as may be"),
        lambda: logs.write(CLEAN, at(99), "late"),
        lambda: logs.write(CLEAN, at(100 + late), "next"),
        lambda: logs.write(CLEAN, at(100 - late), "of another age"),
        lambda: None,
    )
    assert printed == [["newest"], ["as late as may be"], ["late"], ["next"], [], []]


def test_a_quiet_step_is_followed_from_its_own_last_line(logs: FakeLogs) -> None:
    """A line of a slow step is not late because a quick one has newer lines."""
    logs.write(CLEAN, at(1000), "quick")
    printed, _ = followed(logs, lambda: logs.write(ENRICH, at(1), "slow"))
    assert printed == [["quick"], ["slow"]]


def test_nothing_older_than_asked_for_is_printed_by_the_overlap(logs: FakeLogs) -> None:
    logs.write(CLEAN, at(9), "old")
    logs.write(CLEAN, at(11), "new")
    printed, _ = followed(logs, lambda: None, since=at(10))
    assert printed == [["new"], []]


def test_what_was_read_is_not_read_again_and_again(logs: FakeLogs) -> None:
    logs.write(CLEAN, at(1000), "x")
    followed(logs, lambda: None, lambda: None)
    assert [since for group, since in logs.asked if group == CLEAN] == [
        LONG_AGO,
        at(1000) - OVERLAP,
        at(1000) - OVERLAP,
    ]


def test_a_group_that_goes_is_told_once_and_the_last_one_ends_it(logs: FakeLogs) -> None:
    printed, told = followed(
        logs,
        lambda: logs.groups.pop(ENRICH),
        lambda: logs.write(CLEAN, at(1), "still here"),
        lambda: logs.groups.pop(CLEAN),
        lambda: pytest.fail("it should have ended"),
    )
    assert printed == [[], [], ["still here"], []]
    assert told == [f"enrich: log group {ENRICH} is not there", f"clean: log group {CLEAN} is not there"]


def test_the_groups_are_those_on_record(record: Record) -> None:
    assert groups_of(GHOST, record) == {step: GHOST.log_group(step) for step in STEPS}
    assert groups_of(GHOST, record, ["clean"]) == {"clean": CLEAN}


def test_a_step_that_the_ghost_does_not_have_is_an_error_with_those_it_has(record: Record) -> None:
    with pytest.raises(NotFound, match="no step claen") as error:
        groups_of(GHOST, record, ["claen"])
    assert error.value.hint == "its steps are tap, clean, enrich"


def test_a_step_that_prods_function_serves_has_no_log_of_the_ghosts(record: Record) -> None:
    shared = record.model_copy(update={"shared": {"middle": "p-middle"}})
    assert groups_of(GHOST, shared) == groups_of(GHOST, record)
    with pytest.raises(NotFound) as error:
        groups_of(GHOST, shared, ["clean", "middle"])
    assert error.value.message == "step middle has no log of the ghost's: prod's function p-middle serves it"
    assert "that function's own log" in error.value.hint and "are of tap, clean, enrich" in error.value.hint


def test_no_ghost_has_no_logs(record: Record) -> None:
    for none in (None, record.model_copy(update={"state": "dropped", "resources": ()})):
        with pytest.raises(NotFound, match="there is no ghost of 'fix/late' on record"):
            groups_of(GHOST, none)
