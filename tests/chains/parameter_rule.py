"""AWS refuses texts that are too long or do not fit the pattern of their parameter; botocore and the local AWS do not.

Patterns and limits are those of botocore's service models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.chains.calls import Call, Rule

CLASSES = {r"\p{L}": "a-zA-Z\u00aa-\uffff", r"\p{Z}": r"\s", r"\p{N}": r"\d"}
"""Java's classes of characters, as far as the models use them; letters are taken too widely."""


class ParametersFit(Rule):
    def before(self, call: Call) -> None:
        shape = call.client.meta.service_model.operation_model(call.operation).input_shape
        for name, text, told in _unfit(shape, call.params, ""):
            what = f"Value '{text}' at '{name}' failed to satisfy constraint: Member must {told}"
            call.refuse("ValidationException", f"1 validation error detected: {what}")


def _unfit(shape: Any, value: Any, name: str) -> Iterator[tuple[str, str, str]]:
    """(name, value, what it must) of each text that AWS would not take."""
    if shape is None:
        return
    match shape.type_name:
        case "structure":
            for member, inner in value.items():
                yield from _unfit(shape.members[member], inner, f"{name}.{member}".strip("."))
        case "list":
            for inner in value:
                yield from _unfit(shape.member, inner, name)
        case "map":
            for key, inner in value.items():
                yield from _unfit(shape.key, key, name)
                yield from _unfit(shape.value, inner, f"{name}.{key}")
        case "string" if told := _must(shape.metadata, value):
            yield name, value, told


def _must(limits: dict[str, Any], text: str) -> str:
    if "pattern" in limits and not _compiled(limits["pattern"]).fullmatch(text):
        return f"satisfy regular expression pattern: {limits['pattern']}"
    if len(text) > limits.get("max", len(text)):
        return f"have length less than or equal to {limits['max']}"
    return ""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    for java, python in CLASSES.items():
        pattern = pattern.replace(java, python)
    return re.compile(pattern)
