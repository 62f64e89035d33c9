"""Functions that build on a JSON value: scripts gather their reports with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from tests.snowflake_double.errors import SnowflakeError, syntax, unmodelled
from tests.snowflake_double.scripting_scope import Json
from tests.snowflake_double.scripting_values import tokens
from tests.snowflake_double.signatures import parts


def _insert(into: dict[str, Any], key: str, value: Any, update: bool = False) -> dict[str, Any]:
    if key in into and not update:
        raise SnowflakeError(100149, "22000", f"Duplicate field key '{key}'")
    kept = {name: held for name, held in into.items() if name != key}
    return kept if value is None else {**kept, key: value}


_BUILDERS: Final[dict[str, tuple[range, Callable[..., Any]]]] = {
    "ARRAY_APPEND": (range(2, 3), lambda array, value: [*array, value]),
    "ARRAY_PREPEND": (range(2, 3), lambda array, value: [value, *array]),
    "ARRAY_CAT": (range(2, 3), lambda first, second: [*first, *second]),
    "OBJECT_INSERT": (range(3, 5), _insert),
}


def built(text: str, value: Callable[[str], object]) -> tuple[Json | None] | None:
    """What the expression gives if it is one call of such a function; `value` evaluates its arguments."""
    found = tokens(text)
    name = found[0].word if found else ""
    if name not in _BUILDERS or not _one_call([token.text for token in found[1:]]):
        return None
    counts, build = _BUILDERS[name]
    given = [_plain(value(part)) for part in parts(text[found[0].end :])]
    if len(given) not in counts:
        raise syntax(f"not enough or too many arguments for function [{text}]")
    return (None,) if given[0] is None else (Json(json.dumps(build(*given))),)


def _one_call(rest: list[str]) -> bool:
    """Whether '(a, (b))' closes only at its end."""
    depth = 0
    for at, text in enumerate(rest):
        depth += {"(": 1, ")": -1}.get(text, 0)
        if depth == 0:
            return at == len(rest) - 1 and at > 0
    return False


def _plain(value: object) -> Any:
    if isinstance(value, Json):
        return json.loads(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if value is None or isinstance(value, str | int | float):
        return value
    raise unmodelled(f"a {type(value).__name__} inside a JSON value; turn it into text first")
