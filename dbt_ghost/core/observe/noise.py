"""What production's own code makes otherwise whenever it runs (the time it ran, a new id), told apart from what the
branch changed. Pure.

The *baseline* is what prod's own code made in a ghost, of the same inputs. Where it differs from prod, so may the
branch's: that is noise. A column that does so in one file is noise in every file of its bucket. It is taken out of both
sides and the rest is compared again, so a change beside the noise is seen; a change within it cannot be.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dbt_ghost.core.observe.objects import Finding, RowsCompared


@dataclass(frozen=True)
class Compared:
    """How prod's object and the other side's compare: as they are, and without the columns that are noise.

    `rest` is None where the object holds no rows, or was not compared again.
    """

    finding: Finding
    rest: RowsCompared | None = None


def noisy_columns(baselines: Iterable[Finding]) -> frozenset[str]:
    """The columns of one bucket in which prod's and the baseline's files differ, to be left out of both."""
    rows = [each.rows for each in baselines if each.said == "changed" and each.rows and not each.rows.unreadable]
    return frozenset(name for each in rows for name, _ in each.columns)


def told_apart(ghost: Compared, baseline: Compared | None, columns: frozenset[str]) -> Finding:
    """The finding on the ghost's object, as `noise` where prod's own code explains all of it.

    `baseline` is of the same key, None without one; `columns` are those that `rest` was compared without. Another
    schema is never noise, nor is what one side alone has.
    """
    found = ghost.finding
    if found.said != "changed" or (found.rows and found.rows.schema):
        return found
    if ghost.rest and ghost.rest.equal:
        return replace(found, said="noise", why=_by_columns(found, columns))
    if baseline is None or not _is_of_its_own(ghost, baseline):
        return found
    what = "rows" if found.rows else "bytes"
    return replace(found, said="noise", why=f"prod's own code makes other {what} of it, too")


def _is_of_its_own(ghost: Compared, baseline: Compared) -> bool:
    """Does prod's code make something else of the key, beyond the columns, in what the ghost's differs in as well?"""
    if baseline.finding.said != "changed":
        return False
    if ghost.finding.rows is None:
        return baseline.finding.rows is None
    rest, other = ghost.rest, baseline.rest
    if rest is None or other is None or rest.unreadable or other.unreadable or rest.schema or other.schema:
        return False
    return bool(other.only_prod or other.only_ghost) and {*dict(rest.columns)} <= {*dict(other.columns)}


def _by_columns(found: Finding, columns: frozenset[str]) -> str:
    differing = sorted(columns & {*dict(found.rows.columns)}) if found.rows else []
    named = ", ".join(differing or sorted(columns))
    return f"it differs only where prod's own code does whenever it runs: {named}"
