"""The actions that there are, as values: which ARNs each may be about, and which condition keys it brings along. Pure.

Sets of actions are the bits of an integer, so that comparing them costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.iam.languages import Language, covers, union

FUTURE = "…"
"""The name of the action that a service may get tomorrow: only a pattern that is all wildcards matches it."""

Mask = int


@dataclass(frozen=True)
class Action:
    """`resources` are patterns as in `languages`, none: about anything. `keys` are patterns in small letters."""

    name: str
    resources: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def service(self) -> str:
        return self.name.partition(":")[0].lower()

    @cached_property
    def language(self) -> Language:
        return union(self.resources or ["*"])

    def lists(self, key: str) -> bool:
        """Only of a key of the action's own service does the reference say all: others may come with any action."""
        return not key.startswith(f"{self.service}:") or any(covers(each, key) for each in self.keys)


ANY = Action("*")
"""Stands for all actions at once: about anything, with any key."""


def services(patterns: Iterable[str]) -> frozenset[str]:
    """Of which services the catalogue must have the actions to judge these patterns."""
    return frozenset(each.partition(":")[0].lower() for each in patterns) - {"*"}


@dataclass(frozen=True)
class Catalogue:
    """`lists` are the keys, in small letters, that may have several values."""

    actions: tuple[Action, ...]
    lists: frozenset[str] = frozenset()

    def matching(self, patterns: Iterable[str], inverted: bool = False) -> Mask:
        """The actions that match one of the patterns, or none of them."""
        found = 0
        for pattern in patterns:
            found |= self._mask(pattern.lower())
        return self._all & ~found if inverted else found

    def completed(self, patterns: Iterable[str]) -> Catalogue:
        """With the actions that patterns name and that it does not have: AWS may. Raises Refused for a pattern of names
        of a service of which it has none: which ones that matches is not known.
        """
        missing = set()
        for pattern in {each.lower() for each in patterns} - self._numbers.keys():
            service, _, name = pattern.partition(":")
            if not set(pattern) & set("*?"):
                missing.add(pattern)
            elif set(name) - {"*"} and service not in self._in_full:
                raise Refused(f"{pattern} may be any actions of {service}", "load the catalogue with this service")
        if not missing:
            return self
        more = tuple(Action(name, keys=("*",)) for name in sorted(missing))
        return self._completed.setdefault(more, Catalogue((*self.actions, *more), self.lists))

    def groups(self, mask: Mask) -> Iterator[tuple[Action, Mask]]:
        """Actions of the mask that are about the same ARNs and keys, each group with one of them."""
        while mask:
            first = self.actions[(mask & -mask).bit_length() - 1]
            alike = mask & self._alike[first.resources, first.keys]
            yield first, alike
            mask &= ~alike

    def _mask(self, pattern: str) -> Mask:
        if pattern not in self._masks:
            self._masks[pattern] = self._computed(pattern)
        return self._masks[pattern]

    def _computed(self, pattern: str) -> Mask:
        if not set(pattern) & set("*?"):
            return 1 << self._numbers[pattern] if pattern in self._numbers else 0
        service = pattern.partition(":")[0]
        numbers = self._by_service.get(service, {}) if not set(service) & set("*?") else self._numbers
        expression = re.compile("".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern))
        return sum(1 << number for name, number in numbers.items() if expression.fullmatch(name))

    @cached_property
    def _completed(self) -> dict[tuple[Action, ...], Catalogue]:
        return {}

    @cached_property
    def _in_full(self) -> frozenset[str]:
        return frozenset(each.service for each in self.actions if not each.name.endswith(f":{FUTURE}"))

    @cached_property
    def _masks(self) -> dict[str, Mask]:
        return {}

    @cached_property
    def _all(self) -> Mask:
        return (1 << len(self.actions)) - 1

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {action.name.lower(): number for number, action in enumerate(self.actions)}

    @cached_property
    def _by_service(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for name, number in self._numbers.items():
            found.setdefault(name.partition(":")[0], {})[name] = number
        return found

    @cached_property
    def _alike(self) -> dict[tuple[tuple[str, ...], tuple[str, ...]], Mask]:
        found: dict[tuple[tuple[str, ...], tuple[str, ...]], Mask] = {}
        for number, action in enumerate(self.actions):
            found[action.resources, action.keys] = found.get((action.resources, action.keys), 0) | 1 << number
        return found
