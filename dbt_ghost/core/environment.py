"""How a prod function's environment becomes its ghost's. Values may be secrets: names are reported, values never.

A value that nothing explains stops the plan: copied, it might be the way by which the ghost writes to prod.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import assert_never

from dbt_ghost.core.config.values import RESERVED_VARIABLES, EnvRule
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.resources import Pairs, pairs

SECRET_NAMES = (
    "SECRET TOKEN PASSWORD PASSWD PWD KEY CREDENTIAL AUTH DSN URL URI ENDPOINT HOST CONN PRIVATE CERT SIGNATURE".split()
)
"""A variable with one of these in its name is never plainly harmless, whatever it holds."""

HARMLESS_VALUE = r"(?i:true|false|yes|no|on|off|debug|info|warn|warning|error|critical|fatal|trace|notset)|-?[0-9]{1,6}"
"""Switches, log levels, numbers of at most six digits. The region itself and the empty value are added to these."""


class Fate(Enum):
    """What can become of a variable other than a new value."""

    DROPPED = auto()
    UNEXPLAINED = auto()


@dataclass(frozen=True)
class Rewritten:
    """The ghost's environment, and the names of the variables that nothing explains, sorted."""

    environment: Pairs = field(repr=False)
    unexplained: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """What a step's variables are held against: its declarations, and the names of prod with their ghost names.

    `refs` are the ghost's own names, by what `{ref: ...}` calls them.
    """

    rules: Mapping[str, EnvRule]
    outputs: Collection[str]
    routes: Mapping[str, str]
    reads: Collection[str]
    region: str
    refs: Mapping[str, str]


def rewrite(
    environment: Pairs,
    *,
    rules: Mapping[str, EnvRule],
    outputs: Collection[str],
    routes: Mapping[str, str],
    reads: Collection[str],
    region: str,
    refs: Mapping[str, str],
) -> Rewritten:
    """The first of these that fits decides about a variable:

    Lambda's own are left out; declared `env:` rules; `outputs`, which must hold a routed name; a value that equals a
    routed name is routed; one that equals a bucket of `reads` is copied; a plainly harmless one is copied; else it is
    unexplained. So is a declared output that is not there. Raises Refused for a `ref` of something unknown.
    """
    known, before = Known(rules, outputs, routes, reads, region, refs), dict(environment)
    fates = {name: _fate(name, value, known) for name, value in before.items()}
    fates |= {name: rule.value for name, rule in rules.items() if rule.action == "set"}
    fates |= {name: _referred(name, rule.value, refs) for name, rule in rules.items() if rule.action == "ref"}
    fates |= {name: Fate.UNEXPLAINED for name in outputs if name not in fates}
    return Rewritten(
        environment=pairs({name: fate for name, fate in fates.items() if isinstance(fate, str)}),
        unexplained=tuple(sorted(name for name, fate in fates.items() if fate is Fate.UNEXPLAINED)),
    )


def _fate(name: str, value: str, known: Known) -> str | Fate:
    if name in RESERVED_VARIABLES:
        return Fate.DROPPED
    if name in known.rules:
        return _declared(name, known.rules[name], value, known)
    if name in known.outputs or value in known.routes:
        return known.routes.get(value, Fate.UNEXPLAINED)
    if value in known.reads or _plainly_harmless(name, value, known):
        return value
    return Fate.UNEXPLAINED


def _declared(name: str, rule: EnvRule, value: str, known: Known) -> str | Fate:
    match rule.action:
        case "copy":
            return value
        case "drop":
            return Fate.DROPPED
        case "set":
            return rule.value
        case "route":
            return _routed(value if rule.value in ("database", "bucket") else rule.value, known.routes)
        case "ref":
            return _referred(name, rule.value, known.refs)
    assert_never(rule.action)


def _referred(name: str, of: str, refs: Mapping[str, str]) -> str:
    if of not in refs:
        known = ", ".join(sorted(refs))
        raise Refused(f"env.{name}: a ghost has nothing called {of!r}", f"`ref` takes one of: {known}")
    return refs[of]


def _routed(prod: str, routes: Mapping[str, str]) -> str | Fate:
    """The ghost name for a prod name. Capitals are forgiven where that is unambiguous: databases are often small."""
    if prod in routes:
        return routes[prod]
    alike = {ghost for name, ghost in routes.items() if name.lower() == prod.lower()}
    return alike.pop() if len(alike) == 1 else Fate.UNEXPLAINED


def _plainly_harmless(name: str, value: str, known: Known) -> bool:
    """Not secret by its name, and by its value nothing that could lead anywhere."""
    if any(part in name.upper() for part in SECRET_NAMES):
        return False
    if any(prod.lower() in value.lower() for prod in known.routes):
        return False
    return value in ("", known.region) or re.fullmatch(HARMLESS_VALUE, value) is not None
