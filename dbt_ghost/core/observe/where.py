"""Where each model and source of the project resolves on the target of ghosts: to the ghost, production or elsewhere.

Where a node is comes from dbt; what is decided here is whose that place is. Databases are compared without regard to
capitals. Nothing is taken for the ghost's that does not have the ghost's own name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from dbt_ghost.core.naming import GhostName

Kind = Literal["model", "seed", "snapshot", "function", "test", "source"]
Does = Literal["build", "read"]
ResolvesTo = Literal["prod", "elsewhere", "unknown", "deferred", "ghost", "nowhere"]
"""`elsewhere` is a place that is neither the ghost's nor known to be production's; `nowhere` is no relation at all."""

KINDS: tuple[Kind, ...] = get_args(Kind)
GROUPS: tuple[tuple[Does, ResolvesTo], ...] = (
    *(("build", "prod"), ("build", "elsewhere"), ("build", "unknown"), ("read", "unknown"), ("build", "ghost")),
    *(("read", "ghost"), ("read", "prod"), ("read", "elsewhere"), ("read", "deferred")),
    *(("build", "nowhere"), ("read", "nowhere")),
)
"""In the order in which they are said: first what would be written outside the ghost. A node that is built is not
deferred.
"""


@dataclass(frozen=True)
class Node:
    """What dbt says of a node. `relation` is its name as dbt writes it in SQL.

    `declared` is a source's `database:` as it stands in the project, Jinja and all; None where it has none, or where
    dbt does not tell. `external`: dbt reads or writes files of their own. `unsaid` is why dbt did not say where it is.
    """

    id: str
    kind: Kind
    database: str | None = None
    relation: str = ""
    materialized: str = ""
    declared: str | None = None
    external: bool = False
    unsaid: str = ""
    does: Does = "build"
    deferred: bool = False


@dataclass(frozen=True)
class Target:
    """The target of ghosts as dbt has it. `side` is what the profile gives dbt-ghost's DuckDB plugin; empty without."""

    type: str
    database: str
    side: str = ""

    @property
    def is_embedded(self) -> bool:
        return self.type == "duckdb"


@dataclass(frozen=True)
class Names:
    """Whose a database is, by its name in lower case. `ghost` maps the ghost's to production's that it stands for.

    On the embedded warehouse a name may be both: then the ghost's counts.
    """

    ghost: Mapping[str, str]
    prod: frozenset[str]
    prefix: str
    """What the names of all the project's ghosts start with."""
    target: Target


@dataclass(frozen=True)
class Row:
    """Where one node resolves. `why` is one sentence without its full stop."""

    node: str
    kind: Kind
    does: Does
    resolves_to: ResolvesTo
    relation: str
    why: str

    @property
    def is_problem(self) -> bool:
        """Would dbt write outside the ghost?"""
        return self.does == "build" and self.resolves_to in ("prod", "elsewhere")


def names_of(ghost: GhostName, databases: Sequence[str], target: Target) -> Names:
    """`databases` are the configured ones. On the embedded warehouse prod and ghosts have one name, and the plugin's
    side says which of them it opens; elsewhere each clone has a name of its own.
    """
    if target.is_embedded:
        mine = {target.database.lower(): databases[0]} if target.side == "ghost" else {}
    else:
        mine = {ghost.database("" if n == 0 else name).lower(): name for n, name in enumerate(databases)}
    prod = frozenset(name.lower() for name in databases)
    return Names(mine, prod, f"ghost_{ghost.project}_", target)


def rows_of(nodes: Iterable[Node], names: Names) -> tuple[Row, ...]:
    """What would be written outside the ghost comes first, and within a group the order is that of the nodes' names."""
    rows = (_row(node, names) for node in nodes)
    return tuple(sorted(rows, key=lambda row: (GROUPS.index((row.does, row.resolves_to)), row.node)))


def exit_code(rows: Iterable[Row]) -> int:
    """1 where something would be written outside the ghost, 3 where that cannot be told of all, else 0."""
    found = tuple(rows)
    if any(row.is_problem for row in found):
        return 1
    return 3 if any(row.resolves_to == "unknown" for row in found) else 0


def _row(node: Node, names: Names) -> Row:
    does: Does = "read" if node.kind == "source" else node.does
    resolves_to, why = _resolved(node, names, does)
    return Row(node.id, node.kind, does, resolves_to, "" if resolves_to == "nowhere" else node.relation, why)


def _resolved(node: Node, names: Names, does: Does) -> tuple[ResolvesTo, str]:
    told = next(((place, why) for holds, place, why in _by_itself(node) if holds), None)
    if told is not None or not node.database:
        return told or ("unknown", "dbt names no database for it")
    if node.database.lower() in names.ghost:
        return "ghost", _why_ghost(node, node.database, names)
    return _outside(node, node.database, names, does)


def _by_itself(node: Node) -> Iterator[tuple[bool, ResolvesTo, str]]:
    """What a database does not decide: does it hold, the place, and why. The first that holds counts."""
    is_source = node.kind == "source"
    files = "it is files, which no database decides"
    yield bool(node.unsaid), "unknown", node.unsaid
    yield node.materialized == "ephemeral", "nowhere", "ephemeral: it has no relation, its SQL is part of what reads it"
    yield node.deferred, "deferred", "it is not selected, and dbt reads it from the state given"
    yield node.external and is_source, "elsewhere", f"{files}: the ghost READS the same ones as production"
    yield node.external, "unknown", f"external: {files}: look where its `location` is"


def _why_ghost(node: Node, database: str, names: Names) -> str:
    if names.target.is_embedded:
        return f"the target opens the ghost's catalogue as {database}"
    if node.declared is not None and node.declared.lower() != database.lower():
        return f"it is declared with database {node.declared}, and the project sends it to the ghost's clone"
    prod = names.ghost[database.lower()]
    if database.lower() == names.target.database.lower():
        return f"the target's database is the ghost's clone of {prod}"
    return f"its database is the ghost's clone of {prod}"


def _outside(node: Node, database: str, names: Names, does: Does) -> tuple[ResolvesTo, str]:
    """Of a place that is not the ghost's."""
    if database.lower().startswith(names.prefix):
        return "elsewhere", f"{database} is the database of another ghost, or a copy that is kept for comparing"
    if does == "build":
        return ("prod" if database.lower() in names.prod else "elsewhere"), _why_written(database, names)
    return _read_outside(node, database, names)


def _why_written(database: str, names: Names) -> str:
    target = names.target
    if target.is_embedded and target.side != "ghost":
        how = f"has `side: {target.side}`" if target.side else "does not have dbt-ghost's plugin"
        return f"the target {how}, so {database} is not the ghost's: dbt WRITES to what the profile opens"
    whose = "is production's" if database.lower() in names.prod else "is neither the ghost's nor one of `databases`"
    via = "the target's database" if database.lower() == target.database.lower() else "its database"
    return f"{via} {database} {whose}: dbt WRITES there"


def _read_outside(node: Node, database: str, names: Names) -> tuple[ResolvesTo, str]:
    """A source, or what an unselected model is read from. A `database:` without Jinja is the same for production."""
    if database.lower() in names.prod:
        if node.kind == "source" and node.declared is not None:
            cure = "to read the clone, let the project's `source` macro call ghost_source"
            return "prod", f"it is declared with database {database}: the ghost READS production here; {cure}"
        return "prod", f"its database {database} is production's: the ghost READS production here"
    if node.declared is not None and node.declared.lower() == database.lower():
        return "prod", f"it is declared with database {database}, which is not cloned: the ghost READS production here"
    return "elsewhere", f"its database {database} is neither the ghost's nor one of `databases`"


def counted(rows: Iterable[Row]) -> Iterator[tuple[Does, ResolvesTo, dict[Kind, int]]]:
    """How many of each kind, group by group in the order of `GROUPS`."""
    found = tuple(rows)
    for does, place in GROUPS:
        group = [row.kind for row in found if (row.does, row.resolves_to) == (does, place)]
        if group:
            yield does, place, {kind: group.count(kind) for kind in KINDS if kind in group}
