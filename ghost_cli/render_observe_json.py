"""An observation as one JSON document: docs/reference/observation.schema.json."""

from __future__ import annotations

from typing import Any

from dbt_ghost.core.observe.differences import Difference
from dbt_ghost.core.observe.objects_json import objects_json
from dbt_ghost.core.observe.observation import Observation
from dbt_ghost.core.observe.tables import TablesObservation
from ghost_cli.render_bill import actual_json


def observation_json(seen: Observation) -> dict[str, Any]:
    """A half that was not compared is null; `unknown` says why, where it should have been."""
    verdict, halves = seen.verdict, seen.halves
    return {
        "project": seen.ghost.project,
        "branch": seen.ghost.branch,
        "ghost": seen.ghost.id,
        "at": seen.at.isoformat(),
        "gate": verdict.result,
        "headline": list(seen.headline),
        "failures": list(verdict.failures),
        "doubts": list(verdict.doubts),
        "notes": list(verdict.notes),
        "compared": {"rows": verdict.seen.rows, "files": verdict.seen.files, "minutes": verdict.seen.minutes},
        "differences": [_difference(each) for each in verdict.declared.differences],
        "tables": _tables(halves.tables) if halves.tables else None,
        "files": objects_json(halves.objects) if halves.objects else None,
        "bill": actual_json(seen.bill) if seen.bill else None,
        "unknown": {"tables": halves.tables_unknown, "files": halves.objects_unknown},
    }


def _difference(each: Difference) -> dict[str, Any]:
    return {
        "table": each.table or None,
        "step": each.step or None,
        "kind": each.kind,
        "whose": each.whose,
        "count": each.count,
        "expected": each.expected,
        "columns": dict(each.columns),
        "because": list(each.because),
    }


def _tables(tables: TablesObservation) -> dict[str, Any]:
    return {
        "t": tables.at.isoformat() if tables.at else None,
        "base": tables.base,
        "tables": [each.model_dump(mode="json", by_alias=True) for each in tables.tables],
    }
