"""What a Lambda's log tells. The lines are those of AWS's documents, and recorded ones of the local AWS."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.core.invocations import LogEvent, Tally, tally, tally_of_tap

ONE = "8f507cfc-4a5b-4697-b07a-ac58fc914c95"
TWO = "14517f8c-de24-43d4-8ad5-d2ca7cac1bbd"
START = f"START RequestId: {ONE} Version: $LATEST"
END = f"END RequestId: {ONE}"
REPORT = (
    f"REPORT RequestId: {ONE}\tDuration: 15.74 ms\tBilled Duration: 147 ms\tMemory Size: 128 MB\t"
    "Max Memory Used: 56 MB\tInit Duration: 130.49 ms\t\n"
)
WORKER = "/var/tmp/ministack-lambda-f-d1ezr_m4/_worker.py"

FAILED = {
    "an exception in Python": [
        START,
        "[ERROR] ValueError: boom\nTraceback (most recent call last):\n  File ...",
        END,
        REPORT,
    ],
    "one that names another id": [START, f"[ERROR] KeyError: '{TWO}'", END, REPORT],
    "an exception in Node.js": [
        START,
        f'2026-01-05T12:00:01.123Z\t{ONE}\tERROR\tInvoke Error \t{{"errorType":"Error","errorMessage":"boom"}}',
        END,
        REPORT,
    ],
    "a timeout": [START, f"2026-01-05T12:00:04.126Z {ONE} Task timed out after 3.00 seconds\n", END, REPORT],
    "a timeout told after the report": [
        START,
        END,
        REPORT,
        f"2026-01-05T12:00:04.126Z {ONE} Task timed out after 3.00 seconds",
    ],
    "a timeout in the report": [START, END, REPORT.rstrip() + "\tStatus: timeout"],
    "an exit": [
        START,
        f"RequestId: {ONE} Error: Runtime exited with error: exit status 1\nRuntime.ExitError",
        END,
        REPORT.rstrip() + "\tStatus: error\tError Type: Runtime.ExitError\n",
    ],
    "an older exit": [START, END, REPORT, f"RequestId: {ONE} Process exited before completing request"],
    "no report": [START, "working"],
    "an exception on the local AWS": [
        START,
        "Traceback (most recent call last):",
        f'  File "{WORKER}", line 128, in run',
        "    result = handler_fn(event, context)",
        "ValueError: boom",
        END,
        REPORT,
    ],
    "a timeout on the local AWS": [START, "Task timed out after 2.00 seconds", END, REPORT],
    "a death on the local AWS": [START, "Worker process died", END, REPORT],
}

WENT_WELL = {
    "nothing said": [START, END, REPORT],
    "an error that was logged": [START, f"[ERROR]\t2026-01-05T12:00:01.123Z\t{ONE}\tretrying", END, REPORT],
    "an error that was logged in Node.js": [START, f"2026-01-05T12:00:01.123Z\t{ONE}\tERROR\tretrying", END, REPORT],
    "an exception that was caught and printed": [
        START,
        "Traceback (most recent call last):",
        '  File "/var/task/app.py", line 5, in handler',
        "ValueError: boom",
        END,
        REPORT,
    ],
    "a text about timeouts": [START, "The server said: Task timed out after 3 seconds", END, REPORT],
    "the end of one before": [
        f"2026-01-05T12:00:04.126Z {TWO} Task timed out after 3.00 seconds",
        START,
        f"2026-01-05T12:00:04.126Z {TWO} Task timed out after 3.00 seconds",
        END,
        REPORT,
    ],
}


def log(lines: list[str], stream: str = "a") -> list[LogEvent]:
    return [LogEvent(f"{stream}{number}", stream, 1000 + number, line) for number, line in enumerate(lines)]


def of(request: str, lines: list[str]) -> list[str]:
    return [line.replace(ONE, request) for line in lines]


@pytest.mark.parametrize("lines", FAILED.values(), ids=FAILED)
def test_an_event_that_failed_came_and_did_not_go(lines: list[str]) -> None:
    assert tally(log(lines)) == Tally(1, 0)


@pytest.mark.parametrize("lines", WENT_WELL.values(), ids=WENT_WELL)
def test_an_event_that_went_well_came_and_went(lines: list[str]) -> None:
    assert tally(log(lines)) == Tally(1, 1)


def test_an_event_that_is_tried_again_is_one_event() -> None:
    failed, good = FAILED["an exception in Python"], WENT_WELL["nothing said"]
    assert tally([*log(failed), *log(failed, "b"), *log(good, "c")]) == Tally(1, 1)
    assert tally([*log(failed), *log(good)]) == Tally(1, 1), "by the same instance"
    assert tally([*log(good), *log(failed)]) == Tally(1, 1), "delivered twice: it was dealt with"


def test_instances_that_work_at_once_are_told_apart() -> None:
    mine, theirs = log(FAILED["a timeout"], "a"), log(of(TWO, WENT_WELL["nothing said"]), "b")
    mixed = sorted([*mine, *theirs], key=lambda event: event.time_ms)
    assert tally(mixed) == Tally(2, 1)


def test_the_end_of_what_began_before_the_window_does_not_count() -> None:
    assert tally(log([END, REPORT])) == Tally(0, 0)
    assert tally(log([*of(TWO, [END, REPORT]), START, "[ERROR] ValueError: boom"])) == Tally(1, 0)


def test_an_empty_log_is_no_events() -> None:
    assert tally([]) == tally_of_tap([]) == Tally(0, 0)


def test_the_tap_counts_what_came_and_every_delivery() -> None:
    lines = [
        {"ghost": "tap", "key": "in/a.csv", "to": ["clean", "enrich"]},
        {"ghost": "tap", "key": "in/b.txt", "to": []},
        {"ghost": "tap", "to": [], "ignored": True},
        {"ghost": "tap", "key": "in/c.csv", "to": ["clean"], "failed": ["enrich"]},
    ]
    requests = [f"{number:08x}-de24-43d4-8ad5-d2ca7cac1bbd" for number in range(len(lines))]
    events = [
        event
        for r, line in zip(requests, lines, strict=True)
        for event in log(of(r, [START, json.dumps(line), END, REPORT]), r)
    ]
    assert tally_of_tap(events) == Tally(4, 3)


@pytest.mark.parametrize("text", ["{", '{"ghost": "other", "to": ["a"]}', '{"ghost": "tap", "to": 3}', '["tap"]'])
def test_other_lines_are_no_deliveries(text: str) -> None:
    assert tally_of_tap(log([START, text, END, REPORT])) == Tally(1, 0)


@given(st.lists(st.sampled_from([*FAILED.values(), *WENT_WELL.values()]), max_size=8), st.text())
def test_never_more_go_than_came(attempts: list[list[str]], noise: str) -> None:
    events = [event for n, lines in enumerate(attempts) for event in log([*lines, noise], str(n % 3))]
    counted = tally(events)
    assert 0 <= counted.went <= counted.came <= len(attempts)
