"""What `ghost_diff` says, and what was seen of steps, as tests put it together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from dbt_ghost.core.observe.objects import CLASSES, ObjectsObservation, StepObservation
from dbt_ghost.core.observe.tables import TablesObservation, tables_of

Json = dict[str, Any]
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
T = NOW - timedelta(hours=2)


def change(whose: str, rows: int = 1, how: str = "changed", **columns: int) -> Json:
    return {"whose": whose, "change": how, "rows": rows, "columns": columns, "samples": []}


def column(name: str, how: str = "added", whose: str = "yours") -> Json:
    return {"column": name, "change": how, "prod": None, "ghost": "INTEGER", "whose": whose}


def table(name: str = "analytics.orders", *changes: Json, **more: Any) -> Json:
    """A table that production and the ghost both changed, production first."""
    said = {
        "table": name,
        "database": "PROD_DB",
        "kind": "table",
        "state": "differs" if changes or more.get("schema") else "equal",
        "whose": None,
        "by": "join",
        "touched": {"prod": True, "ghost": True},
        "changed_at": {"prod": T.isoformat(), "ghost": T.isoformat()},
        "rows": {"prod": 100, "ghost": 100},
        "schema": [],
        "key": ["id"],
        "key_from": "config",
        "key_refused": "",
        "changes": list(changes),
        "narrowed": [],
        "ignored": [],
        "note": "",
    }
    return said | more


def line(*tables: Json, **more: Any) -> Json:
    return {"t": {"at": T.isoformat()}, "base": True, "notes": [], "tables": list(tables), "cost": None, **more}


def tables(*each: Json, **more: Any) -> TablesObservation:
    return tables_of(line(*each, **more))


def step(name: str = "clean", failed: int | None = 0, **counts: int) -> StepObservation:
    return StepObservation(name, T, counts=dict.fromkeys(CLASSES, 0) | counts, failed=failed)  # type: ignore[arg-type]


def objects(*steps: StepObservation) -> ObjectsObservation:
    return ObjectsObservation("ghost-shop-x", "x", NOW, steps, tap_failed=0)


LAGS = {"changed_at": {"prod": NOW.isoformat(), "ghost": T.isoformat()}}
LEADS = {"changed_at": {"prod": T.isoformat(), "ghost": NOW.isoformat()}}
