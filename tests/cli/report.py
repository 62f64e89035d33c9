"""Observations for the tests of the report page, and the page as a tree."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import datetime
from typing import Any

from dbt_ghost.core.config.release import ObserveConfig
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.observe.gate import Halves
from dbt_ghost.core.observe.objects import (
    Finding,
    Latency,
    ObjectsObservation,
    RowsCompared,
    SchemaChange,
    Seen,
    Sides,
)
from dbt_ghost.core.observe.observation import Observation, observed
from ghost_cli.report.report import observation_html
from tests.core.observe.said import NOW, Json, T, change, column, objects, step, table, tables

GHOST = GhostName("shop", "fix/late-orders")


def sample(key: str | None, prod: Any, ghost: Any) -> Json:
    return {"key": {} if key is None else {"id": key}, "prod": prod, "ghost": ghost}


def with_samples(said: Json, *samples: Json) -> Json:
    return said | {"samples": list(samples)}


def pairs(number: int, *columns: str) -> list[Json]:
    """Rows that changed."""
    return [
        sample(
            f"k{row}", {name: f"{name} {row} old" for name in columns}, {name: f"{name} {row} new" for name in columns}
        )
        for row in range(number)
    ]


ORDERS = table(
    "analytics.orders",
    with_samples(change("yours", 980, amount=980, tax=20), *pairs(20, "amount", "tax")),
    with_samples(change("world", 120, "added"), sample("9", None, {"carrier": "UA", "dest": None})),
    with_samples(change("both", 40, amount=40), *pairs(3, "amount")),
    rows={"prod": 120_000, "ghost": 120_120},
    schema=[column("tax"), column("amount", "type") | {"prod": "INTEGER", "ghost": "DECIMAL(18,2)"}],
    narrowed=[{"column": "carrier", "value": "UA", "rows": 98, "of": 100, "share_of_all": 0.21}],
    note="beware of `tax`",
    ignored=["_loaded_at"],
)
EVENTS = table(
    "raw.events",
    with_samples(
        change("world", 4012, "removed"), *(sample(None, {f"c{n}": "v" for n in range(14)}, None) for _ in range(9))
    ),
    key=[],
    key_from="",
)
LOST = table("raw.lost", state="unreadable", note="permission denied for `raw.lost`")
FRESH = table("raw.fresh", state="only_in_ghost", whose="yours", rows={"prod": None, "ghost": 12})
UNTOLD = table("staging.untold", with_samples(change("unknown", 3, a=3), *pairs(2, "a")))
SAME = [table(f"marts.same_{n}", by="untouched" if n % 2 else "hash") for n in range(5)]
ALL = (ORDERS, EVENTS, LOST, FRESH, UNTOLD, *SAME)

OBJECT = Seen("p-mid", "flights/a.csv", 3421, "e", T)
CHANGED = Finding(
    "p-mid",
    "g-mid",
    Sides("flights/a.csv", OBJECT, OBJECT),
    "changed",
    "late",
    RowsCompared(
        *(200, 200, 3, 3),
        (("amount", 3),),
        (SchemaChange("tax", "added", "", "VARCHAR"),),
        ({"id": "1", "amount": "30"},),
        ({"id": "1", "amount": None},),
    ),
)
MISSING = Finding("p-mid", "g-mid", Sides("flights/b.csv", OBJECT, None), "missing")
CLEAN = replace(
    step("clean", changed=1, equal_bytes=929, equal_rows=1, missing=1, pending=3),
    samples=(CHANGED, MISSING),
    prod_latency=Latency(6, 0.08, 2),
    ghost_latency=Latency(6, 2.4, 14),
    inputs=(("p-raw", "p-raw"),),
    outputs=(("p-mid", "g-mid"),),
)
ENRICH = replace(step("enrich", failed=4, equal_bytes=96), inputs=(("p-mid", "g-mid"),), outputs=(("p-out", "g-out"),))
AUDIT = replace(
    step("audit", failed=None), failed_why="the queue is gone", unknown="listing g-audit was denied",
    inputs=(("p-mid", "g-mid"),), outputs=(("p-audit", "g-audit"),),
)  # fmt: skip
FILES = objects(CLEAN, ENRICH, AUDIT)
DECLARED = [{"table": "raw.fresh", "because": "ORD-12: the new landing table"}]


def observation(
    *of_tables: Json, files: ObjectsObservation | None = None, at: datetime = NOW, base: bool = True, **config: Any
) -> Observation:
    told = [{"whose": None} | each for each in of_tables]
    halves = Halves(tables(*told, base=base) if told else None, files)
    return observed(GHOST, at, halves, ObserveConfig.model_validate(config))


def whole() -> Observation:
    """One of everything."""
    return observation(*ALL, files=FILES, expect=DECLARED)


def many(number: int, samples: int) -> Observation:
    """As large as a project may be."""
    rows = pairs(samples, "amount", "tax")
    return observation(
        *(
            table(f"schema_{n % 9}.table_{n:03}", with_samples(change("yours", 99, amount=99, tax=9), *rows))
            for n in range(number)
        )
    )


def parsed(page: str) -> ET.Element:
    """A browser takes it as HTML; that it is XML as well finds what is not closed or not escaped."""
    assert page.startswith("<!DOCTYPE html>\n")
    return ET.fromstring(page)


def report(seen: Observation, **more: Any) -> ET.Element:
    return parsed(observation_html(seen, **more))


def text_of(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def of_class(root: ET.Element, name: str) -> list[ET.Element]:
    return [each for each in root.iter() if name in (each.get("class") or "").split()]


def section_of(root: ET.Element, heading: str) -> ET.Element:
    """The only section whose heading begins so."""
    (found,) = [each for each in root.iter("section") if text_of(each[0]).startswith(heading)]
    return found


def folds(root: ET.Element) -> dict[str, ET.Element]:
    """What can be unfolded of each table that differs, by the table's name."""
    return {text_of(next(each.iter("code"))): each for each in of_class(root, "t")}


def figures(root: ET.Element) -> dict[str, str]:
    terms = [text_of(each) for each in root.iter("dt")]
    return dict(zip(terms, [text_of(each) for each in root.iter("dd")], strict=True))


def cells(element: ET.Element) -> list[list[str]]:
    return [[text_of(cell) for cell in row] for row in element.iter("tr")]
