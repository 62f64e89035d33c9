"""An observation of objects as JSON: times in ISO 8601, sizes in bytes, latencies in seconds. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dbt_ghost.core.observe.objects import Finding, Latency, ObjectsObservation, RowsCompared, Seen, StepObservation


def objects_json(observed: ObjectsObservation) -> dict[str, Any]:
    """`counts` has every class for each step, and `failed`, which is null where it is not known."""
    return {
        "ghost": observed.ghost,
        "branch": observed.branch,
        "at": observed.at.isoformat(),
        "tap": {"failed": observed.tap_failed, "failed_why": observed.tap_failed_why},
        "steps": [_step(each) for each in observed.steps],
    }


def _step(each: StepObservation) -> dict[str, Any]:
    return {
        "step": each.step,
        "shared": each.shared,
        "since": each.since.isoformat(),
        "unknown": each.unknown,
        "counts": None if each.unknown else {**each.counts, "failed": each.failed},
        "failed_why": each.failed_why,
        "error_rate": None if each.unknown else each.error_rate,
        "read": each.read,
        "differing": each.differing,
        "latency": {"prod": _latency(each.prod_latency), "ghost": _latency(each.ghost_latency)},
        "samples": [_finding(found) for found in each.samples],
    }


def _latency(each: Latency | None) -> dict[str, Any] | None:
    return {"objects": each.objects, "median": each.median, "p95": each.p95} if each else None


def _finding(each: Finding) -> dict[str, Any]:
    return {
        "key": each.sides.key,
        "class": each.said,
        "why": each.why,
        "bucket": each.bucket,
        "ghost_bucket": each.ghost_bucket,
        "prod": _seen(each.sides.prod),
        "ghost": _seen(each.sides.ghost),
        "input": _seen(each.sides.prod_input),
        "rows": _rows(each.rows) if each.rows and not each.rows.unreadable else None,
    }


def _seen(each: Seen | None) -> dict[str, Any] | None:
    if each is None:
        return None
    named = {"key": each.key, "size": each.size, "etag": each.etag, "version": each.version}
    return named | {"modified": each.modified.isoformat()}


def _rows(each: RowsCompared) -> dict[str, Any]:
    return {
        "rows": {"prod": each.prod_rows, "ghost": each.ghost_rows},
        "only": {"prod": each.only_prod, "ghost": each.only_ghost},
        "columns": dict(each.columns),
        "schema": [vars(change) for change in each.schema],
        "samples": {"prod": _plain(each.prod_samples), "ghost": _plain(each.ghost_samples)},
    }


def _plain(rows: tuple[Mapping[str, str | None], ...]) -> list[dict[str, str | None]]:
    return [dict(row) for row in rows]
