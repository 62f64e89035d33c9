"""The connector's wire format: results as JSON rowsets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from tests.snowflake_double.rows import Rows

_BY_VALUE: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "fixed"),
    (Decimal, "fixed"),
    (float, "real"),
    (datetime, "timestamp_ltz"),
    (date, "date"),
    (time, "time"),
    (bytes, "binary"),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def rowtype(rows: Rows) -> list[dict[str, Any]]:
    types = rows.types or [_guess([row[at] for row in rows.rows]) for at in range(len(rows.columns))]
    scales = rows.scales or [_scale([row[at] for row in rows.rows]) for at in range(len(rows.columns))]
    return [_column(name, kind, scale) for name, kind, scale in zip(rows.columns, types, scales, strict=True)]


def rowset(rows: Rows) -> list[list[str | None]]:
    types = [column["type"] for column in rowtype(rows)]
    return [[encode(value, kind) for value, kind in zip(row, types, strict=True)] for row in rows.rows]


def encode(value: Any, kind: str) -> str | None:
    """One value as the connector's JSON converters read it."""
    match value:
        case None:
            return None
        case bool():
            said = {True: "1", False: "0"} if kind == "boolean" else {True: "true", False: "false"}
            return said[value]
        case datetime() | date() | time():
            return _moment(value, kind)
        case bytes():
            return value.hex()
        case _:
            return str(value)


def _moment(value: datetime | date | time, kind: str) -> str:
    if isinstance(value, datetime):
        since = (value if value.tzinfo else value.replace(tzinfo=UTC)) - _EPOCH
        whole, rest = divmod(since, timedelta(seconds=1))
        return f"{whole}.{rest // timedelta(microseconds=1):06}000" + (" 1440" if kind == "timestamp_tz" else "")
    if isinstance(value, date):
        return str((value - _EPOCH.date()).days)
    return f"{value.hour * 3600 + value.minute * 60 + value.second}.{value.microsecond:06}000"


def _column(name: str, kind: str, scale: int) -> dict[str, Any]:
    text = kind in ("text", "variant", "object", "array")
    moment = kind.startswith("timestamp") or kind == "time"
    return {
        "name": name,
        **{"database": "", "schema": "", "table": "", "nullable": True, "collation": None},
        "type": kind,
        "length": 16777216 if text else None,
        "byteLength": 16777216 if text else None,
        "precision": 38 if kind == "fixed" else 0 if moment else None,
        "scale": 9 if moment else scale if kind == "fixed" else None,
    }


def _guess(values: Sequence[Any]) -> str:
    for value in values:
        if value is not None:
            kind = next((name for kind, name in _BY_VALUE if isinstance(value, kind)), "text")
            return "timestamp_ntz" if isinstance(value, datetime) and value.tzinfo is None else kind
    return "text"


def _scale(values: Sequence[Any]) -> int:
    exponents = [value.as_tuple().exponent for value in values if isinstance(value, Decimal)]
    return max((-e for e in exponents if isinstance(e, int)), default=0)
