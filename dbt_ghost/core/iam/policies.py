"""Policies as values. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from dbt_ghost.core.iam.resources import Extent


@dataclass(frozen=True)
class Condition:
    """One test of one key. `values` as they are written: patterns are not read yet."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Named:
    """What stands under Principal or NotPrincipal: pairs such as ("AWS", "*") and ("Service", "s3.amazonaws.com")."""

    who: frozenset[tuple[str, str]]
    inverted: bool = False


@dataclass(frozen=True)
class Statement:
    """`label` is `document#Sid`, or the statement's number from 0 on where it has no Sid."""

    label: str
    allows: bool
    actions: tuple[str, ...]
    other_actions: bool
    extent: Extent
    conditions: tuple[Condition, ...] = ()
    principals: Named | None = None


@dataclass(frozen=True)
class Policy:
    name: str
    statements: tuple[Statement, ...]
