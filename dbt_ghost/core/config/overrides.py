"""GHOST_* environment variables over the file: for values that differ by environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import yaml

from dbt_ghost.core.config.complaints import Complaint
from dbt_ghost.core.config.shape import ENVIRONMENT_PREFIX, Path, is_text, leaves, variable
from dbt_ghost.core.config.yaml_tree import Tree

NOT_CONFIG = ("GHOST_BASE", "GHOST_BRANCH", "GHOST_DEBUG", "GHOST_WAREHOUSE", "GHOST_DATABASE", "GHOST_TARGET_PATH")
"""Read by profiles, macros and the command itself, and no key of the configuration."""

NOT_CONFIG_PREFIX = "GHOST_DEMO"

# Other programs have GHOST_* variables too, so only what is nearly one of ours is taken for a slip of the pen.
_NEAR = 0.8


def overridden(
    tree: dict[str, Any], environ: Mapping[str, str]
) -> tuple[dict[str, Any], dict[Path, str], list[Complaint]]:
    """The tree with the variables' values in place, which variable each came from, and what is wrong with them."""
    known = {variable(path): (path, annotation) for path, annotation in leaves(tree)}
    origins: dict[Path, str] = {}
    complaints: list[Complaint] = []
    for name, value in _set(environ):
        if name not in known:
            complaints += _slips(name, known)
            continue
        path, annotation = known[name]
        parsed, wrong = (value, []) if is_text(annotation) else _parsed(value, path)
        origins[path] = name
        complaints += wrong
        tree = _with(tree, path, parsed)
    return tree, origins, complaints


def _set(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The variables that may be ours. Empty is unset: CI systems set what they have no value for."""
    for name, value in sorted(environ.items()):
        config = name not in NOT_CONFIG and not name.startswith(NOT_CONFIG_PREFIX)
        if name.startswith(ENVIRONMENT_PREFIX) and config and value:
            yield name, value


def _slips(name: str, known: Mapping[str, Any]) -> Iterator[Complaint]:
    rest = {candidate.removeprefix(ENVIRONMENT_PREFIX): candidate for candidate in (*known, *NOT_CONFIG)}
    for near in get_close_matches(name.removeprefix(ENVIRONMENT_PREFIX), rest, 1, _NEAR):
        yield Complaint((), f"{name}: no such variable; did you mean {rest[near]}?")


def _parsed(value: str, path: Path) -> tuple[Any, list[Complaint]]:
    try:
        node = yaml.compose(value, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError):
        return None, [Complaint(path, "is not a value that YAML can read")]
    tree = Tree()
    return (None if node is None else tree.plain(node, path)), tree.complaints


def _with(tree: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    key, *rest = path
    below = tree.get(str(key))
    return {**tree, str(key): _with(below if isinstance(below, dict) else {}, tuple(rest), value) if rest else value}
