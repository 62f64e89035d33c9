"""Production's flow drawn beside the ghost's, downwards, and between the two what came out of each step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from dbt_ghost.core.graph import Kind
from dbt_ghost.core.markup import Content, Markup, tag
from dbt_ghost.core.observe.objects import Class, Latency, ObjectsObservation, StepObservation
from dbt_ghost.core.observe.observation import Observation
from dbt_ghost.core.observe.tables import TablesObservation
from dbt_ghost.core.svg import ICONS
from ghost_cli.page import code, section
from ghost_cli.render import count_of
from ghost_cli.report.table import Standing, views_of

SIGNS: Mapping[str, tuple[str, str]] = {
    "equal": ("good", "="),
    "changed": ("mine", "≠"),
    "missing": ("mine", "\u2212"),
    "extra": ("mine", "+"),
    "failed": ("bad", "!"),
    "unknown": ("warn", "?"),
    "unreadable": ("warn", "?"),
    "pending": ("", "…"),
    "not_compared": ("", "·"),
    "unsampled": ("", "·"),
    "production moved": ("", "~"),
}
"""How each count looks, and its sign for those who see no colours."""

STANDING: Mapping[Standing, tuple[str, str]] = {
    "yours": ("changed", "because of the branch"),
    "untold": ("unknown", "cannot be told whose"),
    "unreadable": ("unreadable", "cannot be read"),
    "world": ("production moved", "because production moved"),
}
"""How many tables differ, and why."""

SAID: tuple[Class, ...] = ("changed", "missing", "extra", "unreadable", "pending", "not_compared", "unsampled")
IN_WORDS: Mapping[str, str] = {"not_compared": "not read", "unsampled": "not sampled", "unreadable": "cannot be read"}


def flow_section(seen: Observation) -> Iterator[Markup]:
    """Nothing where nothing was compared."""
    objects, tables = seen.halves.objects, seen.halves.tables
    rows = [*(_steps(objects) if objects else ()), *(_tables(seen, tables) if tables else ())]
    if rows:
        yield section(
            "The flow: production beside the ghost",
            tag("p", "Data flows downwards; between the two, what came out of both.", class_="soft"),
            tag("ol", *rows, class_="lanes"),
        )


def _steps(objects: ObjectsObservation) -> Iterator[Markup]:
    """One below the other, joined by an arrow where the next reads what the one above writes."""
    filled = set[str]()
    follows = [bool(_filled(one) & {prod for prod, _ in other.inputs}) for one, other in pairwise(objects.steps)]
    for step, goes_on in zip(objects.steps, [*follows, True], strict=True):
        reads = [pair for pair in step.inputs if pair[0] not in filled]
        yield tag(
            "li",
            _box("prod", "step", step.step, [prod for prod, _ in reads], _takes(step.prod_latency)),
            _box("ghost", "step", step.step, [ghost for _, ghost in reads], _takes(step.ghost_latency)),
            _pipe(_counts(step), step.outputs, "pipe" if goes_on else "pipe ends"),
        )
        filled = _filled(step)


def _filled(step: StepObservation) -> set[str]:
    return {prod for prod, _ in step.outputs}


def _takes(latency: Latency | None) -> str:
    return f"{seconds(latency.median)} a file" if latency else ""


def seconds(number: float) -> str:
    """`0.08 s`, `2.4 s`, `12 s`."""
    digits = 2 if number < 1 else 1 if number < 10 else 0
    return f"{number:,.{digits}f} s"


def _box(side: str, kind: Kind, name: str, reads: Sequence[str], note: str) -> Markup:
    icon = tag("svg", tag("path", d=ICONS[kind]), viewBox="0 0 14 14", width=14, height=14, aria_hidden="true")
    said = [tag("span", icon, "Production" if side == "prod" else "Ghost", class_="kind"), tag("b", name)]
    said += [tag("small", "reads ", *_named(reads))] if reads else []
    said += [tag("small", note)] if note else []
    return tag("div", *said, class_=f"box {side}")


def _named(names: Sequence[str]) -> Iterator[Content]:
    for place, name in enumerate(names):
        yield from ((", ", code(name)) if place else (code(name),))


def _pipe(counts: Sequence[Markup], outputs: Sequence[tuple[str, str]], class_: str) -> Markup:
    return tag(
        "div",
        tag("div", *(code(prod) for prod, _ in outputs), class_="wire prod"),
        tag("div", *counts, class_="counts"),
        tag("div", *(code(ghost) for _, ghost in outputs), class_="wire ghost"),
        class_=class_,
    )


def _counts(step: StepObservation) -> list[Markup]:
    if step.unknown:
        return [count_chip("unknown", step.unknown)]
    found = [count_chip("equal", f"{step.equal:,} equal", step.equal)]
    for said in SAID:
        if number := step.counts.get(said, 0):
            found.append(count_chip(said, f"{number:,} {IN_WORDS.get(said, said)}"))
    if step.failed:
        found.append(count_chip("failed", f"{step.failed:,} failed"))
    if step.failed is None and not step.shared:
        found.append(count_chip("unknown", "failed: not known"))
    return found


def count_chip(said: str, words: str, number: int = 1) -> Markup:
    look, sign = SIGNS[said]
    class_ = f"count {look}" if look and number else "count"
    return tag("span", tag("i", sign, aria_hidden="true"), words, class_=class_)


def _tables(seen: Observation, tables: TablesObservation) -> Iterator[Markup]:
    number = count_of(len(tables.tables), "table")
    equal = sum(each.state == "equal" for each in tables.tables)
    standing = [view.standing for view in views_of(seen)]
    chips = [count_chip("equal", f"{equal:,} equal", equal)]
    for each, (sign, words) in STANDING.items():
        if found := standing.count(each):
            chips.append(count_chip(sign, f"{found:,} {words}"))
    prod, ghost = (_rows(each.rows.prod for each in tables.tables), _rows(each.rows.ghost for each in tables.tables))
    yield tag(
        "li",
        _box("prod", "feed", number, (), prod),
        tag("div", *chips, class_="counts between"),
        _box("ghost", "feed", number, (), ghost),
        class_="last",
    )


def _rows(counts: Iterable[int | None]) -> str:
    """Of the tables whose rows were counted."""
    total = sum(count or 0 for count in counts)
    return f"{total:,} row{'' if total == 1 else 's'}"
