"""YAML to plain dicts, lists and scalars, with the line of every key. Any text gives a tree and complaints.

Composed nodes are walked rather than loaded: that keeps lines, sees a key that is there twice, and bounds what
aliases can unfold to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from dbt_ghost.core.config.complaints import Complaint, shown
from dbt_ghost.core.config.shape import Path

_MOST_NODES = 20_000
_DEEPEST = 30
_LARGEST = 2**63
_STRUCTURES = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
_MERGE = "tag:yaml.org,2002:merge"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"

JINJA = "dbt does not render Jinja in `vars:`; a GHOST_* environment variable may hold the value instead"


class _TooMuch(Exception):
    """The document unfolds to more than any configuration is."""


@dataclass
class Tree:
    """A tree under construction: `lines` by path, and what could not be taken."""

    lines: dict[Path, int] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)
    _nodes: int = 0

    def plain(self, node: yaml.Node, path: Path = ()) -> Any:
        """The node's value; what cannot be taken is None and has a complaint."""
        try:
            return self._plain(node, path)
        except _TooMuch:
            self._complain(path, "the whole is too large or too deep for a configuration; do its aliases repeat?")
            return None

    def _plain(self, node: yaml.Node, path: Path) -> Any:
        self._nodes += 1
        if self._nodes > _MOST_NODES or len(path) > _DEEPEST:
            raise _TooMuch
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if node.tag not in _STRUCTURES:
            self._complain(path, f"the YAML tag {shown(node.tag)} means nothing here")
            return None
        if not isinstance(node, yaml.MappingNode):
            return [self._plain(item, (*path, n)) for n, item in enumerate(node.value)]
        return self._mapping(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                for more in self._merged(value_node, path):
                    merged = {**more, **merged}
                continue
            key = self._key(key_node, path)
            if key is None:
                continue
            if key in own:
                self._complain((*path, key), f"is there twice, again in line {key_node.start_mark.line + 1}")
            self.lines[(*path, key)] = key_node.start_mark.line + 1
            own[key] = self._plain(value_node, (*path, key))
        return {**merged, **own}

    def _merged(self, node: yaml.Node, path: Path) -> Iterator[dict[str, Any]]:
        """The mappings behind `<<:`, most important first."""
        for item in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            value = self._plain(item, (*path, "<<"))
            if isinstance(value, dict):
                yield value
            else:
                self._complain(path, "`<<` must name a mapping")

    def _key(self, node: yaml.Node, path: Path) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            # unquoted, `{{ x }}` is a mapping that has a mapping for a key
            self._complain(path, JINJA if isinstance(node, yaml.MappingNode) else "a list cannot be a key")
            return None
        value = self._scalar(node, path)
        if isinstance(value, str) and value.isprintable():
            return value
        self._complain(path, f"{shown(node.value)} cannot be a key: it is not text, or not printable; put it in quotes")
        return None

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        if node.tag == _TIMESTAMP:
            return node.value  # a date is the text that was written: nothing here is compared as a date
        try:
            value = SafeConstructor().construct_object(node)
        # what PyYAML lets escape for `!!int x`, `!!bool x`, `!!float ''` and integers of over 4300 digits
        except (yaml.YAMLError, ValueError, KeyError, IndexError, AttributeError, TypeError, OverflowError):
            wrong = f"{shown(node.value)} is not a value that YAML can read; put it in quotes"
        else:
            wrong = _wrong_with(value)
        if wrong:
            self._complain(path, wrong)
            return None
        return value

    def _complain(self, path: Path, text: str) -> None:
        self.complaints.append(Complaint(path, text))


def _wrong_with(value: object) -> str:
    if isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            return f"{shown(value)} is not Unicode"
        return JINJA if "{{" in value or "{%" in value else ""
    if isinstance(value, int) and abs(value) >= _LARGEST:
        return "the number is too large"
    return "" if isinstance(value, int | float | None) else f"{shown(value)} has a YAML type that means nothing here"
