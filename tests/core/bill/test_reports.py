"""What Lambda says of an invocation, as text and as JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.core.bill.reports import Report, report_of

ID = "8f507cfc-4a5b-4697-b07a-ac58fc914c95"
START = f"REPORT RequestId: {ID}\t"
BY_AWS = f"{START}Duration: 15.74 ms\tBilled Duration: 147 ms\tMemory Size: 512 MB\tMax Memory Used: 56 MB\t\n"
BY_THE_LOCAL_AWS = f"{START}Duration: 147.0 ms\tBilled Duration: 147.0 ms\tMemory Size: 512 MB\tMax Memory Used: 9 MB"


def told(**metrics: Any) -> str:
    record = {"requestId": ID, "status": "success", "metrics": {"durationMs": 15.74, **metrics}}
    return json.dumps({"time": "2026-01-05T12:00:01.123Z", "type": "platform.report", "record": record})


AS_JSON = told(billedDurationMs=147, memorySizeMB=512, maxMemoryUsedMB=56)
AS_FLOATS = told(billedDurationMs=147.0, memorySizeMB=512.0)


@pytest.mark.parametrize("line", [BY_AWS, BY_THE_LOCAL_AWS, AS_JSON, AS_FLOATS])
def test_billed_time_and_memory_are_read(line: str) -> None:
    assert report_of(line) == Report(Decimal("0.0735"))


@pytest.mark.parametrize(
    "line",
    [
        START + "Duration: 2 ms",
        START + "Billed Duration: 147 ms",
        START + "Billed Duration: . ms\tMemory Size: 512 MB",
        told(),
        told(billedDurationMs=147),
        told(billedDurationMs="long", memorySizeMB=512),
        told(billedDurationMs=float("nan"), memorySizeMB=512),
        told(billedDurationMs=float("inf"), memorySizeMB=512),
        told(billedDurationMs=-147, memorySizeMB=512),
        json.dumps({"type": "platform.report"}),
        json.dumps({"type": "platform.report", "record": "none"}),
    ],
)
def test_a_report_that_does_not_say_it_is_still_one(line: str) -> None:
    assert report_of(line) == Report(None)


@pytest.mark.parametrize(
    "line",
    [
        f"START RequestId: {ID} Version: $LATEST",
        f"END RequestId: {ID}",
        "REPORT of the day",
        f"wrote REPORT RequestId: {ID}\tBilled Duration: 1 ms\tMemory Size: 1 MB",
        '{"said": "platform.report"}',
        '{"type": "platform.report"',
        '{"type": "platform.report", "record": ' + "[" * 100_000,
        json.dumps({"type": "platform.runtimeDone", "record": {"of": "platform.report"}}),
        "",
    ],
)
def test_other_lines_are_no_reports(line: str) -> None:
    assert report_of(line) is None


@given(st.text())
def test_no_line_is_too_strange(line: str) -> None:
    for text in (line, START + line, "{" + line, f'{{"type": "platform.report", "record": {{"metrics": {line!r}}}}}'):
        report_of(text)
