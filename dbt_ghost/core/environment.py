"""How a prod function's environment becomes its ghost's. Values may be secrets: names are reported, values never.

A value that nothing explains stops the plan: copied, it might be the way by which the ghost writes to prod.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import Enum, auto
from typing import assert_never

from dbt_ghost.core.config.values import RESERVED_VARIABLES, EnvRule
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.resources import Pairs, pairs

SECRET_NAMES = (
    "SECRET TOKEN PASS PWD KEY CRED AUTH DSN URL URI ENDPOINT HOST CONN PRIVATE CERT SIGNATURE SALT JWT".split()
)
"""A variable with one of these in its name is never plainly harmless, whatever it holds."""

SECRET_WORDS = ("PIN", "OTP")
"""Likewise, but only as a word of the name's own: MAPPING is no PIN. What they hold are numbers of few digits."""

HARMLESS_VALUE = r"(?i:true|false|yes|no|on|off|debug|info|warn|warning|error|critical|fatal|trace|notset)|-?[0-9]{1,6}"
"""Switches, log levels, numbers of at most six digits. The region itself and the empty value are added to these."""


_HOST = r"[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}\.?"
_TOLD = {
    r"-----BEGIN [A-Z0-9 ]+-----": "a private key or certificate",
    r"\b(AKIA|ASIA)[A-Z0-9]{16}\b": "an AWS access key",
    r"\beyJ[\w-]+\.[\w-]+\.[\w-]*": "a JSON web token",
    r"[a-z][a-z0-9+.-]*://[^\s/?#@]+@": "a URL with a login",
    r"s3[an]?://": "an s3:// URL",
    r"[a-z][a-z0-9+.-]*://": "a URL",
    r"\barn:[a-z0-9-]+:[a-z0-9-]+:": "an ARN",
    r"\b(password|passwd|pwd|user|uid|host|server|account|accountkey)\s*=": "a connection string",
    rf"\A{_HOST}(:[0-9]+)?\Z": "a host's name",
}
"""What a value looks like that is secret, or by which a copy could reach prod. The first that fits is told."""

_BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
_NEAR = 0.6


class Fate(Enum):
    """What can become of a variable other than a new value."""

    DROPPED = auto()
    UNEXPLAINED = auto()


@dataclass(frozen=True)
class Rewritten:
    """The ghost's environment, and what is wrong with it: names, sorted.

    `unset` are declared and not set in prod, each with the nearest name that is, or an empty text.
    """

    environment: Pairs = field(repr=False)
    unexplained: tuple[str, ...]
    unset: tuple[tuple[str, str], ...] = ()


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
    unexplained. So is a declared output that is not there. `set` and `ref` may add variables, other rules need one.
    Raises Refused for a `ref` of something unknown.
    """
    known, before = Known(rules, outputs, routes, reads, region, refs), dict(environment)
    fates = {name: _fate(name, value, known) for name, value in before.items()}
    fates |= {name: rule.value for name, rule in rules.items() if rule.action == "set"}
    fates |= {name: _referred(name, rule.value, refs) for name, rule in rules.items() if rule.action == "ref"}
    fates |= {name: Fate.UNEXPLAINED for name in outputs if name not in fates}
    return Rewritten(
        environment=pairs({name: fate for name, fate in fates.items() if isinstance(fate, str)}),
        unexplained=tuple(sorted(name for name, fate in fates.items() if fate is Fate.UNEXPLAINED)),
        unset=_unset(rules, before),
    )


def told(value: str) -> str:
    """What a value looks like, in words for people; empty for one that looks like nothing in particular."""
    return next((words for pattern, words in _TOLD.items() if re.search(pattern, value, re.IGNORECASE)), "")


def may_be_bucket(name: str, value: str, buckets: Collection[str]) -> bool:
    """Is it a bucket's name: one of `buckets`, or by what the variable is called?"""
    return value in buckets or ("BUCKET" in name.upper() and re.fullmatch(_BUCKET, value) is not None)


def _unset(rules: Mapping[str, EnvRule], before: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """A rule for a variable that is not there does nothing: most likely its name is mistyped."""
    candidates = {name.upper(): name for name in sorted(before) if name not in rules}
    unset = sorted(name for name, rule in rules.items() if name not in before and rule.action not in ("set", "ref"))
    near = [next(iter(get_close_matches(name.upper(), list(candidates), 1, _NEAR)), "") for name in unset]
    return tuple((name, candidates.get(found, "")) for name, found in zip(unset, near, strict=True))


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
    if set(SECRET_WORDS) & set(re.split("[^A-Z]+", name.upper())):
        return False
    if any(prod.lower() in value.lower() for prod in known.routes):
        return False
    return value in ("", known.region) or re.fullmatch(HARMLESS_VALUE, value) is not None
