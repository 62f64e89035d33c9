"""Where each node resolves, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.observe.where import GROUPS, Does, Kind, ResolvesTo, Row, counted
from dbt_ghost.operations.where import Where
from ghost_cli.render import count_of

SAID: Mapping[tuple[Does, ResolvesTo], tuple[str, str]] = {
    ("build", "prod"): ("would WRITE INTO PRODUCTION", "would WRITE INTO PRODUCTION"),
    ("build", "elsewhere"): ("would WRITE OUTSIDE THE GHOST", "would WRITE OUTSIDE THE GHOST"),
    ("build", "unknown"): ("is built nobody knows where", "are built nobody knows where"),
    ("read", "unknown"): ("is read from nobody knows where", "are read from nobody knows where"),
    ("build", "ghost"): ("builds in the ghost", "build in the ghost"),
    ("read", "ghost"): ("is read from the ghost", "are read from the ghost"),
    ("read", "prod"): ("is read from production", "are read from production"),
    ("read", "elsewhere"): ("is read from elsewhere", "are read from elsewhere"),
    ("read", "deferred"): ("is deferred", "are deferred"),
    ("build", "nowhere"): ("has no relation", "have no relation"),
    ("read", "nowhere"): ("has no relation", "have no relation"),
}
"""Of one, and of several."""

THERE: Mapping[bool | None, str] = {
    True: "",
    False: ": it is not there yet, and these are names only; `ghost-ingest up` makes it",
    None: " (not looked up)",
}


def where_text(ghost: GhostName, found: Where, there: bool | None) -> str:
    """`there` is whether the ghost is there; None where nobody looked. What is written outside the ghost is first."""
    lines = [f"{ghost.branch}: {_headline(found)}", *_about(found, there)]
    widths = _widths(found.rows)
    for group in GROUPS:
        rows = [row for row in found.rows if (row.does, row.resolves_to) == group]
        lines += _group(rows, widths) if rows else ()
    return "\n".join(lines)


def where_json(ghost: GhostName, found: Where, there: bool | None) -> dict[str, Any]:
    """`there` is null where nobody looked; `relation` is null where there is none."""
    return {
        "branch": ghost.branch,
        "ghost": {"databases": _databases(found), "there": there},
        "problems": sum(row.is_problem for row in found.rows),
        "counts": [{"does": does, "resolves_to": place, "kinds": kinds} for does, place, kinds in counted(found.rows)],
        "nodes": [_row_json(row) for row in found.rows],
    }


def _headline(found: Where) -> str:
    said = [_count(does, place, kinds) for does, place, kinds in counted(found.rows)]
    return ", ".join(said) or "no model, seed, snapshot or source is selected"


def _count(does: Does, place: ResolvesTo, kinds: Mapping[Kind, int]) -> str:
    *most, last = (count_of(number, kind) for kind, number in kinds.items())
    one, several = SAID[does, place]
    subject = f"{', '.join(most)} and {last}" if most else last
    return f"{subject} {one if sum(kinds.values()) == 1 else several}"


def _about(found: Where, there: bool | None) -> Iterator[str]:
    named = ", ".join(_databases(found))
    if named:
        yield f"  ghost  {named}{THERE[there]}"
    if any(row.is_problem for row in found.rows):
        yield click.style("  Do not build this branch on the target of ghosts before that is mended.", fg="red")


def _databases(found: Where) -> list[str]:
    target = found.names.target
    return [target.database if target.is_embedded else name.upper() for name in found.names.ghost]


def _group(rows: list[Row], widths: tuple[int, int, int]) -> Iterator[str]:
    """A reason that all rows of a group have is said once."""
    first, reasons = rows[0], {row.why for row in rows}
    number = len(rows)
    title = SAID[first.does, first.resolves_to][number > 1]
    looks: dict[str, Any] = {"fg": "red", "bold": True} if first.is_problem else {"bold": True}
    yield ""
    yield "  " + click.style(f"{number} {title}", **looks) + (f": {first.why}" if len(reasons) == 1 else "")
    kind, node, relation = widths
    for row in rows:
        why = f"  {row.why}" if len(reasons) > 1 else ""
        yield f"    {row.kind:<{kind}}  {row.node:<{node}}  {row.relation:<{relation}}{why}".rstrip()


def _widths(rows: tuple[Row, ...]) -> tuple[int, int, int]:
    columns = zip(*((row.kind, row.node, row.relation) for row in rows), strict=True)
    kind, node, relation = [max(map(len, column)) for column in columns] or [0, 0, 0]
    return kind, node, relation


def _row_json(row: Row) -> dict[str, Any]:
    return {
        "node": row.node,
        "kind": row.kind,
        "does": row.does,
        "resolves_to": row.resolves_to,
        "relation": row.relation or None,
        "why": row.why,
    }
