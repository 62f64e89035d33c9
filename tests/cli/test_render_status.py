"""What people and programs read of a ghost's status, of the list of ghosts, and of log lines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dbt_ghost.core.found import Found
from dbt_ghost.core.naming import TAP
from dbt_ghost.core.record import Record
from dbt_ghost.operations.logs import Line
from dbt_ghost.operations.status import Count, StepTraffic, Traffic, status_of
from ghost_cli.render_status import line_json, line_text, records_text, status_json, status_text
from tests.operations.fakes import START, FakeCloud
from tests.operations.parts import GHOST, dropped, forked

DENIED = Count(None, "denied: reading log group x")
TRAFFIC = Traffic(
    START,
    START + timedelta(hours=3),
    (StepTraffic(TAP, Count(12000), Count(7), Count(0)), StepTraffic("a-longer-name", DENIED, DENIED, Count(1))),
)
TABLE = """
  events in and out from 2026-01-05 12:00 UTC to 2026-01-05 15:00 UTC, failed: waiting now
    step                in      out   failed
    tap              12000        7        0
    a-longer-name        ?        ?        1
    ? a-longer-name in, out: denied: reading log group x"""


@pytest.fixture
def cloud() -> FakeCloud:
    return FakeCloud()


@pytest.fixture
def record(cloud: FakeCloud) -> Record:
    return forked(cloud)


def test_status_names_what_is_missing_and_what_is_not_on_record(cloud: FakeCloud, record: Record) -> None:
    rule = cloud.ghosts.made["rule", GHOST.rule(TAP)]
    found = Found(tuple(r for r in cloud.ghosts.look(GHOST).resources if r != rule), ("role ghost-shop-x",))
    status = status_of(record, found, START)
    text = status_text("fix/late", status)
    assert f"  MISSING  rule                 {GHOST.rule(TAP)}" in text
    assert "  UNTAGGED role ghost-shop-x (has the ghost's name and not its tags)" in text
    document = status_json("fix/late", status)
    assert document["missing"] == [{"kind": "rule", "name": GHOST.rule(TAP)}]
    assert (document["unclaimed"], document["events"]) == (["role ghost-shop-x"], None)
    assert "EXTRA" in status_text("fix/late", status_of(None, found, START))


def test_status_says_when_a_ghost_has_expired_and_who_holds_its_lock(cloud: FakeCloud, record: Record) -> None:
    locked = record.locked("laptop:1:a", START)
    later = status_of(locked, cloud.ghosts.look(GHOST), START + timedelta(days=4))
    text = status_text("fix/late", later)
    assert text.startswith("fix/late: ready (expired)\n")
    assert "\n  locked   by laptop:1:a until 2026-01-05 12:10 UTC\n" in text


def test_status_without_a_record_says_what_to_do(cloud: FakeCloud, record: Record) -> None:
    assert status_text("x", status_of(None, Found(()), START)) == "x: no ghost on record; nothing of it is there"
    assert "run fork to make it so" in status_text("x", status_of(None, cloud.ghosts.look(GHOST), START))


def test_events_are_a_table_with_the_window_and_what_is_unknown(record: Record) -> None:
    assert status_text("fix/late", status_of(record, Found(()), START), TRAFFIC).endswith(TABLE)


def test_an_unknown_number_is_null_in_json_with_the_reason(record: Record) -> None:
    events = status_json("fix/late", status_of(record, Found(()), START), TRAFFIC)["events"]
    assert events == {
        "since": "2026-01-05T12:00:00.000Z",
        "until": "2026-01-05T15:00:00.000Z",
        "steps": {
            "tap": {"in": 12000, "out": 7, "failed": 0, "unknown": {}},
            "a-longer-name": {"in": None, "out": None, "failed": 1, "unknown": {"in": DENIED.why, "out": DENIED.why}},
        },
    }


def test_a_list_is_a_line_a_ghost(cloud: FakeCloud, record: Record) -> None:
    assert records_text([record], START).startswith("fix/late")
    assert "expired" in records_text([record], START + timedelta(days=4))
    assert records_text([], START) == "no ghosts"
    assert " dropped " in records_text([dropped(cloud)], START)


def test_a_log_line_has_its_time_and_step_on_every_line_of_its_text() -> None:
    line = Line("tap", START + timedelta(milliseconds=1123), "1", "one\n  two\rthree")
    head = "2026-01-05T12:00:01.123Z tap    "
    assert line_text(line, 5) == f"{head}one\n{head}  two\n{head}three"
    assert line_text(Line("clean", START, "2", ""), 5) == "2026-01-05T12:00:00.000Z clean  "
    assert line_json(line) == {
        "time": "2026-01-05T12:00:01.123Z",
        "step": "tap",
        "id": "1",
        "text": "one\n  two\rthree",
    }
