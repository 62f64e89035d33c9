"""JSON that people can read: the outer parts a line each, the inner ones on one line. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def laid_out(value: Any, depth: int, indent: int = 0) -> str:
    """`depth` is how many levels are spread over lines."""
    if depth == 0 or not isinstance(value, Mapping | list) or not value:
        return json.dumps(value)
    inner = " " * (indent + 2)
    if isinstance(value, Mapping):
        parts = [f"{json.dumps(key)}: {laid_out(each, depth - 1, indent + 2)}" for key, each in value.items()]
        begin, end = "{", "}"
    else:
        parts = [laid_out(each, depth - 1, indent + 2) for each in value]
        begin, end = "[", "]"
    return begin + "\n" + ",\n".join(inner + part for part in parts) + "\n" + " " * indent + end
