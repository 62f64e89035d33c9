"""Documents with one part less, or one part that means more: each statement, action, resource and condition in turn."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from tests.core.policies.requests import Asked

Json = dict[str, Any]
Documents = Mapping[str, Json]
"""By their names."""


@dataclass(frozen=True)
class Broken:
    """`wider`: more is let through than before, else less. `name` says what is missing of which document; `value` is
    the action or resource, empty for another part.
    """

    name: str
    document: str
    statement: Json
    wider: bool
    documents: Documents
    value: str = ""

    def is_about(self, asked: Asked) -> bool:
        """May the request tell? Others are let through as before."""
        if self.value:
            return fnmatchcase(asked.action, self.value) or fnmatchcase(asked.resource, self.value)
        return any(fnmatchcase(asked.action, pattern) for pattern in self.statement.get("Action", ["*"]))


def broken(documents: Documents) -> Iterator[Broken]:
    for name, document in documents.items():
        for at, statement in enumerate(document["Statement"]):
            yield from _of_statement(documents, name, at, statement)


def _of_statement(documents: Documents, name: str, at: int, statement: Json) -> Iterator[Broken]:
    denies = statement["Effect"] == "Deny"

    def one(what: str, wider: bool, change: Callable[[Json], object], value: str = "") -> Broken:
        changed = dict(documents) | {name: copy.deepcopy(documents[name])}
        change(changed[name])
        return Broken(f"{name}#{statement['Sid']} {what}", name, statement, wider, changed, value)

    if len(documents[name]["Statement"]) > 1:
        yield one("as a whole", denies, lambda read: read["Statement"].pop(at))
    for element in ("Action", "NotAction", "Resource", "NotResource"):
        values = statement.get(element, [])
        for place, value in enumerate(values if len(values) > 1 else []):
            wider = denies != element.startswith("Not")
            taken = partial(_take, at, element, place)
            yield one(f"without {value}", wider, taken, value)
    if not denies and statement.get("Resource", ["*"]) != ["*"]:
        yield one("on everything", True, lambda read: read["Statement"][at].update(Resource="*"))
    tested = [(o, key, values) for o, tests in statement.get("Condition", {}).items() for key, values in tests.items()]
    for operator, key, values in tested:
        path = operator, key
        yield one(f"without {key}", not denies, lambda read, path=path: _untest(read["Statement"][at], *path))
        for place, value in enumerate(values if isinstance(values, list) and len(values) > 1 else []):
            what = f"without {key} {value}"
            yield one(what, False, lambda read, path=path, p=place: _values(read["Statement"][at], *path).pop(p))


def _take(at: int, element: str, place: int, read: Json) -> None:
    del read["Statement"][at][element][place]


def _untest(statement: Json, operator: str, key: str) -> None:
    """Empty operators and conditions are no grammar of IAM's."""
    del statement["Condition"][operator][key]
    if not statement["Condition"][operator]:
        del statement["Condition"][operator]
    if not statement["Condition"]:
        del statement["Condition"]


def _values(statement: Json, operator: str, key: str) -> list[str]:
    found: list[str] = statement["Condition"][operator][key]
    return found
