"""The JSON schema of `observe --json`: tables from the models that validate them, the rest as it is written."""

from __future__ import annotations

from typing import Any, get_args

from dbt_ghost.core.observe.differences import Kind
from dbt_ghost.core.observe.gate import Result
from dbt_ghost.core.observe.objects import CLASSES
from dbt_ghost.core.observe.tables import Whose

Json = dict[str, Any]


def document(models: Json) -> Json:
    """`models` is the schema of TablesObservation."""
    of_tables = _object(t=_or_null(_TIME), base=_BOOLEAN, tables=_list({"$ref": "#/$defs/ComparedTable"}))
    whole = _object(
        project=_TEXT,
        branch=_TEXT,
        ghost=_TEXT,
        at=_TIME,
        gate=_one_of(Result),
        headline=_told("Sentences, the most important first.", _list(_TEXT)),
        failures=_told("What differs because of the branch and is not declared in `observe: expect`.", _list(_TEXT)),
        doubts=_told("Why the gate is not a pass, although nothing is known to be wrong.", _list(_TEXT)),
        notes=_list(_TEXT),
        compared=_object(rows=_COUNT, files=_COUNT, minutes=_or_null({"type": "number"})),
        differences=_list(_difference()),
        tables=_told("null where tables were not compared.", _or_null(of_tables)),
        files=_told("null where files were not compared, or the ghost has none.", _or_null(_files())),
        bill=_told("What the ghost has cost; null where that was not asked.", _or_null(_bill())),
        unknown=_told("Why a half was not compared that should have been.", _object(tables=_TEXT, files=_TEXT)),
    )
    return whole | {"$defs": models["$defs"]}


def _bill() -> Json:
    money = {"type": "string", "pattern": r"^\d+(\.\d+)?$"}
    line = _object(item=_TEXT, what=_TEXT, quantity=money, unit=_TEXT, price=money, amount=money, at_least=_BOOLEAN)
    bill = _object(
        total=money,
        currency={"const": "USD"},
        at_least=_told("There is more than what is in it: `unknown` says what.", _BOOLEAN),
        lines=_list(line),
        unknown=_list(_TEXT),
        prices_as_of={"type": "string", "format": "date"},
        prices_region=_TEXT,
    )
    a_month = _told("What keeping its data costs.", bill)
    return _object(since=_TIME, until=_TIME, so_far=bill, a_month=a_month)


def _difference() -> Json:
    return _object(
        table=_or_null(_TEXT),
        step=_or_null(_TEXT),
        kind=_one_of(Kind),
        whose=_one_of(Whose),
        count=_told("Rows or files; a table or a column counts as one.", _COUNT),
        expected=_told("How many of them are declared.", _COUNT),
        columns=_counts("In how many of the rows each column differs."),
        because=_list(_TEXT),
    )


def _files() -> Json:
    latency = _object(objects=_COUNT, median={"type": "number"}, p95={"type": "number"})
    failed = _told("Events in the failure queue now; null where that is not known.", _or_null(_COUNT))
    step = _object(
        step=_TEXT,
        shared=_told("The production function that serves it, if one does.", _TEXT),
        since=_TIME,
        unknown=_told("Why nothing can be told of it.", _TEXT),
        counts=_or_null(_object(**{each: _COUNT for each in CLASSES}, failed=failed)),
        failed_why=_TEXT,
        error_rate=_told(
            "Failures among failures and the ghost's files.", _or_null({"type": "number", "minimum": 0, "maximum": 1})
        ),
        read=_told("Pairs that were read, of those that no ETag settles.", _COUNT),
        differing=_COUNT,
        latency=_told("Seconds from input to output.", _object(prod=_or_null(latency), ghost=_or_null(latency))),
        samples=_list(_finding()),
    )
    tap = _object(failed=failed, failed_why=_TEXT)
    return _object(ghost=_TEXT, branch=_TEXT, at=_TIME, tap=tap, steps=_list(step))


def _finding() -> Json:
    seen = _or_null(_object(key=_TEXT, size=_COUNT, etag=_TEXT, version=_TEXT, modified=_TIME))
    change = _object(column=_TEXT, change={"enum": ["added", "dropped", "type"]}, prod=_TEXT, ghost=_TEXT)
    row = {"type": "object", "additionalProperties": _or_null(_TEXT)}
    rows = _object(
        rows=_object(prod=_COUNT, ghost=_COUNT),
        only=_object(prod=_COUNT, ghost=_COUNT),
        columns=_counts("In how many rows each column differs."),
        schema=_list(change),
        samples=_object(prod=_list(row), ghost=_list(row)),
    )
    return _object(
        key=_TEXT,
        **{"class": {"enum": list(CLASSES)}},
        why=_TEXT,
        bucket=_TEXT,
        ghost_bucket=_TEXT,
        prod=seen,
        ghost=seen,
        input=seen,
        rows=_or_null(rows),
    )


_TEXT: Json = {"type": "string"}
_TIME: Json = {"type": "string", "format": "date-time"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_BOOLEAN: Json = {"type": "boolean"}


def _object(**properties: Json) -> Json:
    return {"type": "object", "required": list(properties), "properties": properties, "additionalProperties": False}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _counts(what: str) -> Json:
    return {"type": "object", "additionalProperties": _COUNT, "description": what}


def _or_null(of: Json) -> Json:
    return {"anyOf": [of, {"type": "null"}]}


def _one_of(literal: Any) -> Json:
    return {"enum": list(get_args(literal))}


def _told(description: str, of: Json) -> Json:
    return {**of, "description": description}
