"""An observation of objects as JSON: what others read of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from dbt_ghost.core.observe.objects import (
    CLASSES,
    Finding,
    Latency,
    ObjectsObservation,
    RowsCompared,
    SchemaChange,
    Seen,
    Sides,
    StepObservation,
)
from dbt_ghost.core.observe.objects_json import objects_json

AT = datetime(2026, 1, 5, 12, tzinfo=UTC)
PROD, GHOST = Seen("p-out", "a.csv", 3, "abc", AT, "v1"), Seen("g-out", "a.csv", 4, "abd", AT + timedelta(seconds=2))
INPUT = Seen("p-raw", "a.csv.gz", 2, "abe", AT)
CHANGE = SchemaChange("x", "type", "INTEGER", "BIGINT")
ROWS = RowsCompared(5, 6, 1, 2, (("x", 2),), (CHANGE,), ({"x": "1", "y": None},), ({"x": "2", "y": "a"},))


def observed(*findings: Finding, unknown: str = "") -> StepObservation:
    counts = {each: sum(found.said == each for found in findings) for each in CLASSES}
    return StepObservation(
        "clean",
        AT,
        counts=counts,
        samples=findings,
        read=1,
        differing=2,
        prod_latency=Latency(3, 1.5, 2),
        failed=4,
        unknown=unknown,
    )


def told(step: StepObservation) -> ObjectsObservation:
    return ObjectsObservation("ghost-shop-x", "fix/late", AT, (step,), None, "denied: counting")


def test_an_observation_is_json_with_every_class_counted() -> None:
    finding = Finding("p-out", "g-out", Sides("a.csv", PROD, GHOST, prod_input=INPUT), "changed", "because", ROWS)
    read = objects_json(told(observed(finding)))
    assert json.loads(json.dumps(read)) == read
    assert read["at"] == "2026-01-05T12:00:00+00:00"
    assert read["tap"] == {"failed": None, "failed_why": "denied: counting"}
    (step,) = read["steps"]
    assert step["counts"] == {str(each): 0 for each in CLASSES} | {"changed": 1, "failed": 4}
    assert step["latency"] == {"prod": {"objects": 3, "median": 1.5, "p95": 2}, "ghost": None}
    (sample,) = step["samples"]
    assert (sample["key"], sample["class"], sample["why"]) == ("a.csv", "changed", "because")
    assert sample["prod"] == {
        "key": "a.csv",
        "size": 3,
        "etag": "abc",
        "version": "v1",
        "modified": "2026-01-05T12:00:00+00:00",
    }
    assert (sample["bucket"], sample["ghost_bucket"], sample["input"]["key"]) == ("p-out", "g-out", "a.csv.gz")
    assert sample["rows"] == {
        "rows": {"prod": 5, "ghost": 6},
        "only": {"prod": 1, "ghost": 2},
        "columns": {"x": 2},
        "schema": [{"column": "x", "change": "type", "prod": "INTEGER", "ghost": "BIGINT"}],
        "samples": {"prod": [{"x": "1", "y": None}], "ghost": [{"x": "2", "y": "a"}]},
    }


def test_what_is_on_one_side_alone_is_null_on_the_other() -> None:
    (sample,) = objects_json(told(observed(Finding("p-out", "g-out", Sides("a", None, GHOST), "extra"))))["steps"][0][
        "samples"
    ]
    assert (sample["prod"], sample["input"], sample["rows"]) == (None, None, None)
    assert sample["ghost"]["size"] == 4


def test_rows_that_were_not_compared_are_null_and_never_zero() -> None:
    broken = Finding("p-out", "g-out", Sides("a", PROD, GHOST), "unreadable", rows=RowsCompared(unreadable="broken"))
    assert objects_json(told(observed(broken)))["steps"][0]["samples"][0]["rows"] is None


def test_a_step_of_which_nothing_is_known_has_no_counts() -> None:
    (step,) = objects_json(told(observed(unknown="denied: listing")))["steps"]
    assert (step["counts"], step["unknown"]) == (None, "denied: listing")
