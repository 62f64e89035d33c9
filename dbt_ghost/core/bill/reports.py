"""What Lambda reports of each invocation: for how long it is billed, and with how much memory. Pure.

As text `REPORT RequestId: ...\\tDuration: 15.74 ms\\tBilled Duration: 147 ms\\tMemory Size: 128 MB\\t...`, as JSON
`{"type": "platform.report", "record": {"metrics": {"billedDurationMs": 147, "memorySizeMB": 128}}}`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

_TEXT = re.compile(r"REPORT RequestId: [0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")
_BILLED = re.compile(r"\tBilled Duration: (\d+(?:\.\d+)?) ms")
_MEMORY = re.compile(r"\tMemory Size: (\d+) MB")
_JSON = "platform.report"

OVERHEAD = 26
"""Bytes that CloudWatch bills for each event of a log besides its text."""


@dataclass(frozen=True)
class Report:
    """`gb_seconds` is None where the report does not say it."""

    gb_seconds: Decimal | None


@dataclass
class Runs:
    """Invocations of one function, by its log. `silent` are reports that tell no time."""

    number: int = 0
    silent: int = 0
    gb_seconds: Decimal = field(default_factory=Decimal)
    log_bytes: int = 0

    def take(self, text: str) -> None:
        """One event of the log."""
        self.log_bytes += len(text.encode()) + OVERHEAD
        if report := report_of(text):
            self.number += 1
            self.silent += report.gb_seconds is None
            self.gb_seconds += report.gb_seconds or 0


def report_of(text: str) -> Report | None:
    """None for a line that reports no invocation."""
    if _TEXT.match(text):
        billed, memory = _BILLED.search(text), _MEMORY.search(text)
        return Report(_gb_seconds(billed[1], memory[1]) if billed and memory else None)
    if text.startswith("{") and _JSON in text:
        return _of_json(text)
    return None


def _of_json(text: str) -> Report | None:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if told.get("type") != _JSON:
        return None
    try:
        metrics = told["record"]["metrics"]
        return Report(_gb_seconds(metrics["billedDurationMs"], metrics["memorySizeMB"]))
    except (KeyError, TypeError, ArithmeticError):
        return Report(None)


def _gb_seconds(milliseconds: Any, megabytes: Any) -> Decimal | None:
    """A step's own code may write such a line too, with anything in it."""
    product = Decimal(str(milliseconds)) / 1000 * Decimal(str(megabytes)) / 1024
    return product if product.is_finite() and product >= 0 else None
