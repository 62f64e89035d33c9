"""What conditions ask of the values of one key in a request. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from dbt_ghost.core.iam.languages import (
    EVERYTHING,
    FIELDS,
    NOTHING,
    Language,
    any_case,
    by_field,
    literal,
    shown,
    union,
)
from dbt_ghost.core.iam.policies import Condition
from dbt_ghost.core.iam.resources import VARIABLE, unescaped
from dbt_ghost.core.iam.witnesses import witness

Values = tuple[str, ...]
"""Of one key in a request; empty if the request does not have the key."""

OPERATOR = re.compile(
    r"(?:(forall|forany)values?:)?(?:(string|arn)(not)?(equals|equalsignorecase|like)|bool)(ifexists)?"
)

TRUTHS, AN_ARN, NOT_EMPTY = union(["true", "false"]), union([by_field("arn:aws:?*:*:*:?*")]), union(["?*"])
"""Shapes of values. A request that meets what is asked may have another one; one of these is easier to believe."""


@dataclass(frozen=True)
class Constraint:
    """One value, every value or some value of the key is in the language; `absent`: or there is no such key."""

    key: str
    language: Language
    of: Literal["one", "every", "some"] = "one"
    absent: bool = False

    def negated(self) -> Constraint:
        of: dict[str, Literal["one", "every", "some"]] = {"one": "one", "every": "some", "some": "every"}
        return Constraint(self.key, ~self.language, of[self.of], not self.absent)


def constraint(condition: Condition, lists: frozenset[str] = frozenset()) -> Constraint | None:
    """What the condition asks for; None if it is not modelled: numbers, dates, addresses, policy variables, and one
    value of a key that is one of the `lists` (in small letters).
    """
    key, operator = condition.key.lower(), condition.operator.lower()
    if operator == "null":
        return _null(key, {value.lower() for value in condition.values})
    read = OPERATOR.fullmatch(operator)
    if read is None:
        return None
    of, kind, negative, how, if_exists = read.groups()
    patterns = [_pattern(kind, how, value) for value in condition.values]
    known = union(each for each in patterns if each is not None)
    if None in patterns or (of is None and key in lists):
        return None
    language = ~known if negative else known
    if of == "forall":
        return Constraint(key, language, "every", absent=True)
    if of == "forany":
        return Constraint(key, language, "some", absent=bool(if_exists))
    return Constraint(key, language, "one", absent=bool(negative or if_exists))


def _null(key: str, values: set[str]) -> Constraint | None:
    if not values <= {"true", "false"}:
        return None
    return Constraint(key, EVERYTHING if "false" in values else NOTHING, "every", absent="true" in values)


def _pattern(kind: str | None, how: str | None, value: str) -> str | None:
    if kind is None:  # Bool
        return any_case(literal(value))
    text = unescaped(value)
    if VARIABLE.search(text):
        return None
    if kind == "string":
        return {"like": text, "equals": literal(text)}.get(how or "", any_case(literal(text)))
    if text == "*":
        return text
    return by_field(text) if text.count(":") >= FIELDS - 1 else None


@lru_cache(maxsize=1 << 16)
def values(constraints: tuple[Constraint, ...]) -> Values | None:
    """Values of their one key that meet them all, none if they may be missing; None if there are no such values."""
    if all(each.absent for each in constraints):
        return ()
    each_in = [each.language for each in constraints if each.of != "some"]
    some_in = [each.language for each in constraints if each.of == "some"]
    if not some_in or any(each.of == "one" for each in constraints):
        found = {_value([*each_in, *some_in])}
    else:
        found = {_value([*each_in, some]) for some in some_in}
    known = {shown(value) for value in found if value is not None}
    return tuple(sorted(known)) if None not in found else None


def _value(languages: Iterable[Language]) -> str | None:
    """Of the shape of what is asked for, if there is such a one, and some text rather than none."""
    wanted = tuple(dict.fromkeys(languages))
    asked = {pattern for language in wanted for pattern in language.patterns}
    shapes = [TRUTHS] if asked & {any_case(each) for each in TRUTHS.patterns} else []
    shapes += [AN_ARN] if any(pattern.startswith("arn:") for pattern in asked) else []
    for shape in (*shapes, NOT_EMPTY):
        found = witness((*wanted, shape))
        if found is not None:
            return found
    return witness(wanted)
