"""Asks dbt where the nodes of a project resolve on the target of ghosts: dbt's own answer, never a guess at it.

`dbt ls` says where each node is. What `source()` and, with --defer, `ref()` give may differ from that, so a query is
compiled that calls them. The warehouse is asked only with --defer: dbt then looks what is there.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.observe.where import KINDS, Names, Node, Row, Target, names_of, rows_of

MARKER = "GHOST_WHERE "
KEYS = (
    *("unique_id", "resource_type", "package_name", "name", "version", "source_name", "database", "relation_name"),
    *("unrendered_database", "config", "depends_on"),
)
"""`config` whole: dbt 1.10 says nothing of a key below it, and no word of that."""

LISTING = ("ls", "--output", "json", "--output-keys", " ".join(KEYS))
OFFLINE = ("compile", "--no-introspect", "--no-populate-cache", "--inline")
REFS_AT_ONCE = 200
"""A command line has a limit: 32,767 characters on Windows."""

LINES = 8
"""How much of dbt's own words an error has."""

SAY = "{% do log('GHOST_WHERE ' ~ tojson(said), info=true) %}"
PLACE = "'database': r.database if r.database is defined else none, 'relation': r | string"
SOURCES = (
    "{% if execute %}{% set plugin = namespace(side='', home='') %}"
    "{% for p in target.plugins or [] if p.module == 'dbt_ghost.duckdb_plugin' and p.config %}"
    "{% set plugin.side, plugin.home = p.config.side or '', p.config.home or '' %}{% endfor %}"
    "{% set said = {'type': target.type, 'database': target.database, 'side': plugin.side, 'home': plugin.home} %}"
    + SAY
    + "{% for s in graph.sources.values() %}{% set r = source(s.source_name, s.name) %}"
    + "{% set external = r.external is defined and r.external is not none %}"
    + "{% set said = {'id': s.unique_id, 'name': s.source_name ~ '.' ~ s.name, 'external': external, "
    + PLACE
    + "} %}"
    + SAY
    + "{% endfor %}{% endif %}select 1 as one"
)
"""A query that says what the target is and what `source()` gives for each source: the project's own, if it has one."""


class Ran(Protocol):
    """How a command of dbt ended, as `providers.dbt_project.DbtRun`."""

    @property
    def ok(self) -> bool: ...

    @property
    def lines(self) -> tuple[str, ...]: ...

    @property
    def error(self) -> str: ...


class Dbt(Protocol):
    """Runs dbt in the user's project, on the target of ghosts and for one branch."""

    def __call__(self, *words: str) -> Ran: ...


@dataclass(frozen=True)
class Asked:
    """`selection` is for `dbt ls`, `--state` included; `defer` for what looks up refs, empty if nothing is deferred."""

    selection: tuple[str, ...] = ()
    defer: tuple[str, ...] = ()


@dataclass(frozen=True)
class Where:
    """`home` is the embedded warehouse's folder as the profile has it; empty for other warehouses."""

    rows: tuple[Row, ...]
    names: Names
    home: str


def where(dbt: Dbt, ghost: GhostName, databases: Sequence[str], asked: Asked) -> Where:
    """Runs dbt two times, and two more with `asked.defer`. `databases` are the configured ones.

    Raises GhostError, with dbt's own words, where the project does not compile.
    """
    listed = _listed(dbt, asked.selection)
    target, sources, failed = _told(dbt)
    nodes = [_as_resolved(node, sources, failed) for node in _nodes(listed)]
    if asked.defer:
        everything = {each["unique_id"]: each for each in _listed(dbt, ())}
        nodes += _deferred(dbt, asked.defer, list(_read_only(listed, everything)))
    names = names_of(ghost, databases, Target(target["type"], target["database"] or "", target["side"]))
    return Where(rows_of(nodes, names), names, target["home"])


def _listed(dbt: Dbt, selection: Sequence[str]) -> list[dict[str, Any]]:
    run = dbt(*LISTING, *selection)
    if not run.ok:
        raise _failure("dbt cannot list the project", run)
    return [each for each in map(_document, run.lines) if each.get("resource_type") in KINDS]


def _document(line: str) -> dict[str, Any]:
    """A line of `dbt ls`; {} for what else is logged."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) and "unique_id" in found else {}


def _told(dbt: Dbt) -> tuple[dict[str, Any], dict[str, dict[str, Any]], str]:
    """The target, what `source()` gives by unique id, and why it does not give more; empty if it gives all."""
    run = dbt(*OFFLINE, SOURCES)
    said = list(_said(run))
    if not said:
        raise _failure("dbt cannot say what the target of ghosts is", run)
    names = Counter(each["name"] for each in said[1:])
    sources = {each["id"]: {**each, "shared": names[each["name"]] > 1} for each in said[1:]}
    return said[0], sources, "" if run.ok else _first(run.error)


def _nodes(listed: Sequence[Mapping[str, Any]]) -> Iterator[Node]:
    """A test has a relation only where it stores its failures."""
    for each in listed:
        if each["resource_type"] != "test" or _config(each, "store_failures"):
            yield _node(each)


def _config(each: Mapping[str, Any], key: str) -> Any:
    return (each.get("config") or {}).get(key)


def _node(each: Mapping[str, Any]) -> Node:
    materialized = _config(each, "materialized") or ""
    return Node(
        id=each["unique_id"],
        kind=each["resource_type"],
        database=each.get("database"),
        relation=each.get("relation_name") or "",
        materialized=materialized,
        declared=each.get("unrendered_database"),
        external=materialized == "external",
    )


def _as_resolved(node: Node, sources: Mapping[str, Mapping[str, Any]], failed: str) -> Node:
    """A source is where `source()` says."""
    if node.kind != "source":
        return node
    told = sources.get(node.id)
    if told is None:
        return replace(node, unsaid=f"`source()` fails on the target of ghosts: {failed or 'dbt did not say more'}")
    if told["shared"] and told["relation"] != node.relation:  # which one is meant depends on who calls `source()`
        return replace(node, unsaid=f"two packages have a source {told['name']}")
    if told["database"] is None:
        return replace(node, unsaid="the project's `source` macro gives a text that is no relation")
    return replace(node, database=told["database"], relation=told["relation"], external=told["external"])


def _read_only(listed: Sequence[Mapping[str, Any]], everything: Mapping[str, dict[str, Any]]) -> Iterator[Any]:
    """What is not selected and read by what is, also through ephemeral models, each once."""
    selected = {each["unique_id"] for each in listed}
    waiting, seen = list(listed), set(selected)
    while waiting:
        for parent in (waiting.pop().get("depends_on") or {}).get("nodes", ()):
            found = everything.get(parent)
            if parent in seen or found is None or found["resource_type"] == "source":
                continue
            seen.add(parent)
            if _config(found, "materialized") == "ephemeral":
                waiting.append(found)
            else:
                yield found


def _deferred(dbt: Dbt, defer: Sequence[str], parents: Sequence[Mapping[str, Any]]) -> Iterator[Node]:
    for start in range(0, len(parents), REFS_AT_ONCE):
        some = parents[start : start + REFS_AT_ONCE]
        run = dbt("compile", "--no-introspect", *defer, "--inline", refs_query(some))
        told = {each["id"]: each for each in _said(run)}
        why = f"`ref()` fails on the target of ghosts: {_first(run.error)}"
        for each in some:
            node, said = replace(_node(each), does="read"), told.get(each["unique_id"])
            if said is None:
                yield replace(node, unsaid=why)
            else:  # an unselected node is where it is, unless `ref()` says another place
                deferred = said["relation"] != node.relation
                yield replace(node, database=said["database"], relation=said["relation"], deferred=deferred)


def refs_query(nodes: Sequence[Mapping[str, Any]]) -> str:
    """A query that says what `ref()` gives for each node."""
    asked = [[each["unique_id"], each["package_name"], each["name"], each.get("version")] for each in nodes]
    return (
        f"{{% for id, package, name, version in fromjson({_jinja_text(json.dumps(asked))}) %}}"
        "{% set r = ref(package, name, v=version) if version is not none else ref(package, name) %}"
        "{% if execute %}{% set said = {'id': id, " + PLACE + "} %}" + SAY + "{% endif %}{% endfor %}select 1 as one"
    )


def _jinja_text(text: str) -> str:
    """`json.dumps` writes ASCII without control characters, so these two are all that a literal gives a meaning."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _said(run: Ran) -> Iterator[dict[str, Any]]:
    return (json.loads(line.removeprefix(MARKER)) for line in run.lines if line.startswith(MARKER))


def _first(error: str) -> str:
    """Its first line that says something; dbt begins with `Encountered an error:`."""
    lines = (line.strip() for line in error.splitlines())
    told = (line for line in lines if line and line != "Encountered an error:")
    return next(told, "dbt did not say why").rstrip(".")


def _failure(what: str, run: Ran) -> GhostError:
    if "No module named 'dbt'" in run.error:
        hint = "install dbt-core and your adapter into the environment that ghost-ingest is in"
        return GhostError("dbt is not installed beside ghost-ingest", hint)
    lines = run.error.strip().splitlines()[:LINES] or ["dbt said nothing"]
    hint = "correct the project; `dbt parse` on the target of ghosts, with GHOST_BRANCH set, says the same"
    return GhostError("\n".join([f"{what}:", *lines]), hint)
