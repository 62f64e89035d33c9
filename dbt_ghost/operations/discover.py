"""Read production once into a frozen Topology. Makes no changing call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.errors import Denied, NotFound, Refused
from dbt_ghost.core.joining import WaysIn, named_versions, ways_in
from dbt_ghost.core.statements import statements
from dbt_ghost.core.topology import ProdFunction, Step, Topology
from dbt_ghost.core.wires import Alias, Wires
from dbt_ghost.operations.look import Look
from dbt_ghost.operations.world import Prod

WORKERS = 16
VERSIONS = 20
"""How many of a function's newest versions are looked at, where nothing else triggers it."""


def discover(prod: Prod, config: GhostConfig) -> Topology:
    """The configured steps with their functions and triggers, and the buckets that trigger them.

    A trigger counts where permission *and* configuration agree at every hop (F 2.1). Calls grow with the number of
    functions, and with the account's buckets only where a policy does not name them. Raises NotFound for a function
    that does not exist, Denied where it may not look (roles and the account's limits are then only unknown), Refused
    for another account or region, and for a function whose triggers go through qualifiers that differ.
    """
    account = prod.account()
    names = sorted({step.function for step in config.ingestion.steps.values()})
    with ThreadPoolExecutor(WORKERS) as pool:
        aliases = dict(zip(names, pool.map(prod.aliases, names), strict=True))
        look = Look(prod, pool)
        look.through((name, qualifier) for name in names for qualifier in ("", *(a.name for a in aliases[name])))
        older = _look_at_versions(prod, pool, look, names)
        ways = {name: ways_in(look.wires, name) for name in names}
        functions = _with_rights(prod, pool, _functions(prod, pool, ways, aliases))
    steps = tuple(
        Step(
            name=name,
            function=functions[step.function],
            triggers=tuple(dict.fromkeys(way.trigger for way in ways[step.function].ways)),
            unfollowed=(*ways[step.function].unfollowed, *older.get(step.function, ())),
            open_rules=ways[step.function].open_rules,
        )
        for name, step in config.ingestion.steps.items()
    )
    used = sorted({trigger.bucket for step in steps for trigger in step.triggers} - {""})
    buckets = tuple(bucket for name in used if (bucket := look.buckets[name]))
    return Topology(account, steps, buckets, _unreserved(prod), _policies(look.wires))


def _look_at_versions(prod: Prod, pool: Executor, look: Look, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Numbered versions are many and seldom triggered: looked at where something names them, or nothing else is found.

    Gives, by function, what was not looked at, in words.
    """
    silent = [name for name in names if not ways_in(look.wires, name).ways]
    published = dict(zip(silent, pool.map(prod.versions, silent), strict=True))
    named = {name: named_versions(look.wires, name) for name in names}
    look.through((name, version) for name in names for version in {*named[name], *published.get(name, ())[:VERSIONS]})
    return {
        name: (f"versions before {found[VERSIONS - 1]} were not looked at",)
        for name, found in published.items()
        if len(found) > VERSIONS
    }


def _functions(
    prod: Prod, pool: Executor, ways: Mapping[str, WaysIn], aliases: Mapping[str, Iterable[Alias]]
) -> dict[str, ProdFunction]:
    """Every function as its triggers reach it."""
    qualifiers = {name: sorted({way.qualifier for way in found.ways}) or [""] for name, found in ways.items()}
    asked = [(name, qualifier) for name, each in qualifiers.items() for qualifier in each]
    read = dict(zip(asked, pool.map(lambda one: prod.function(*one), asked), strict=True))
    return {
        name: _complete(_only(read[name, qualifier] for qualifier in each), ways[name], _weighted(aliases[name], each))
        for name, each in qualifiers.items()
    }


def _only(found: Iterable[ProdFunction]) -> ProdFunction:
    """One function's qualifiers may differ in nothing but their names; then the first by name stands for all."""
    first, *others = found
    for other in others:
        if replace(other, qualifier=first.qualifier) != first:
            raise Refused(
                f"function {first.name}: triggers go through {_called(first)} and through {_called(other)}, "
                f"which differ{_in_what(first, other)}",
                "a ghost's step is one function: let all triggers use one alias, or point both at one version",
            )
    return first


def _called(function: ProdFunction) -> str:
    return function.qualifier or "its name alone"


def _in_what(one: ProdFunction, other: ProdFunction) -> str:
    """Names of fields only: environment values are never shown."""
    fields = [name for name in vars(one) if name != "qualifier" and getattr(one, name) != getattr(other, name)]
    return f" in {', '.join(fields)}"


def _weighted(aliases: Iterable[Alias], used: Iterable[str]) -> set[str]:
    return {f"weighted alias {alias.name}" for alias in aliases if alias.weighted and alias.name in used}


def _complete(function: ProdFunction, found: WaysIn, more: set[str]) -> ProdFunction:
    """With what the ways in have that a ghost lacks."""
    unmodelled = {*function.unmodelled, *more, *(each for way in found.ways for each in way.unmodelled)}
    left_out = {*function.left_out, *(each for way in found.ways for each in way.left_out)}
    return replace(function, unmodelled=tuple(sorted(unmodelled)), left_out=tuple(sorted(left_out)))


def _with_rights(prod: Prod, pool: Executor, functions: Mapping[str, ProdFunction]) -> dict[str, ProdFunction]:
    """With what their roles may do, of which several functions may have one."""
    roles = sorted({function.role_arn for function in functions.values()})
    read = dict(zip(roles, pool.map(lambda role: _rights(prod, role), roles), strict=True))
    return {
        name: replace(function, policies=read[function.role_arn][0], boundary=read[function.role_arn][1])
        for name, function in functions.items()
    }


def _rights(prod: Prod, role_arn: str) -> tuple[tuple[str, ...] | None, str]:
    """A role's policies and boundary. Only to warn by: unknown where they may not be read, and then said to be so."""
    try:
        return prod.role_policies(role_arn), prod.role_boundary(role_arn)
    except Denied:
        return None, ""
    except NotFound:  # the function outlived its role, and can do nothing
        return (), ""


def _policies(wires: Wires) -> tuple[tuple[str, str], ...]:
    """What prod's functions, queues and topics let in. A policy that lost its last statement says nothing."""
    found = [each for each in (*wires.doors.values(), *wires.queues.values(), *wires.topics.values()) if each]
    return tuple(sorted((each.arn, each.policy) for each in found if statements(each.policy)))


def _unreserved(prod: Prod) -> int | None:
    """Only a number to compare with: unknown where it may not be asked for, and then said to be so."""
    try:
        return prod.unreserved()
    except Denied:
        return None
