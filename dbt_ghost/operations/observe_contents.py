"""Pairs of objects that no listing settles: read, and compared by their bytes and then by their rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from dbt_ghost.core.errors import Conflict, GhostError, NotFound, reason_of
from dbt_ghost.core.observe.objects import Content, Finding, RowsCompared, Seen, Sides, Times, settled
from dbt_ghost.core.observe.pairing import in_order
from dbt_ghost.operations.world import ComparedObjects, Rows

MIB = 1024**2


@dataclass(frozen=True)
class Bounds:
    """`objects`: pairs of a step that are read. `size`: the most bytes of one. `samples`: findings of a class that are
    given back. `listed`: the most objects of a bucket. `at_once`: pairs that are read at a time.
    """

    objects: int = 200
    size: int = 64 * MIB
    samples: int = 20
    listed: int = 500_000
    at_once: int = 4


@dataclass(frozen=True)
class Contents:
    """What the contents of pairs say, within bounds."""

    objects: ComparedObjects
    rows: Rows
    bounds: Bounds

    def compared(self, pairs: Iterable[Finding], times: Times) -> tuple[list[Finding], int]:
        """Each pair with what is said of it, and how many were read: the same ones every time."""
        found, bounds = in_order(pairs), self.bounds
        large = [each for each in found if _size(each.sides) > bounds.size]
        fit = [each for each in found if _size(each.sides) <= bounds.size]
        with ThreadPoolExecutor(bounds.at_once) as pool:
            read = list(pool.map(lambda each: self._read(each, times), fit[: bounds.objects]))
        why = f"larger than {bounds.size / MIB:g} MiB"
        left = f"{len(fit)} pairs may differ, and {len(read)} were read"
        return [
            *read,
            *(replace(each, said="unreadable", why=why) for each in large),
            *(replace(each, said="not_compared", why=left) for each in fit[bounds.objects :]),
        ], len(read)

    def _read(self, pair: Finding, times: Times) -> Finding:
        """With the versions that were read."""
        try:
            prod, ghost = (self.objects.read(each) for each in _both(pair.sides))
        except (Conflict, NotFound) as error:
            return replace(pair, said="pending", why=f"it changed meanwhile: {error.message}")
        except GhostError as error:
            return replace(pair, said="unreadable", why=reason_of(error))
        return self._told(replace(pair, sides=_named(pair.sides, prod, ghost)), prod, ghost, times)

    def _told(self, pair: Finding, prod: Content, ghost: Content, times: Times) -> Finding:
        if _digest(prod) == _digest(ghost):
            return replace(pair, said="equal_bytes")
        rows = self.rows.compare(pair.sides.key, prod.body, ghost.body)
        if rows and rows.unreadable and len(rows.broken) != 1:
            return replace(pair, said="unreadable", why=rows.unreadable, rows=rows)
        verdict = settled(pair.sides, "equal_rows" if rows and rows.equal else "changed", times)
        return replace(pair, said=verdict.said or "changed", why=verdict.why or _about(rows), rows=rows)


def _both(sides: Sides) -> tuple[Seen, Seen]:
    assert sides.prod and sides.ghost, "only what both sides have is read"
    return sides.prod, sides.ghost


def _named(sides: Sides, prod: Content, ghost: Content) -> Sides:
    theirs, ours = _both(sides)
    return replace(sides, prod=replace(theirs, version=prod.version), ghost=replace(ours, version=ghost.version))


def _about(rows: RowsCompared | None) -> str:
    """Of bytes that differ."""
    return rows.unreadable or rows.note if rows else "other bytes; it is no file of rows that is known"


def _size(sides: Sides) -> int:
    return max(each.size for each in _both(sides))


def _digest(content: Content) -> tuple[int, bytes]:
    return len(content.body), hashlib.sha256(content.body).digest()
