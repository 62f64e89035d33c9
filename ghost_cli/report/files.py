"""The files on the page of an observation: each step's counts and times, and files that differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbt_ghost.core.drawing.bars import length
from dbt_ghost.core.markup import Content, Markup, joined, tag
from dbt_ghost.core.observe.objects import (
    EQUAL,
    Class,
    Finding,
    Latency,
    ObjectsObservation,
    RowsCompared,
    Seen,
    StepObservation,
)
from dbt_ghost.core.observe.observation import Observation
from ghost_cli.page import code, lines, section, table
from ghost_cli.render import count_of, time_of
from ghost_cli.report.flow import IN_WORDS, count_chip, seconds
from ghost_cli.report.samples import Room, file_rows, fitting
from ghost_cli.report.table import judged

HEADS = ("Step", "Equal", "Changed", "Missing", "Extra", "Failed", "Others", "Production takes", "The ghost takes")
COUNTED: tuple[Class, ...] = ("changed", "missing", "extra")
OTHERS: tuple[Class, ...] = ("pending", "unreadable", "not_compared", "unsampled")
MOST_COLUMNS = 30


def files_section(seen: Observation, room: Room) -> Iterator[Markup]:
    """Nothing where files were not asked for. Takes what it needs of the `room` for files that differ."""
    objects, why = seen.halves.objects, seen.halves.objects_unknown
    if objects is None:
        if why:
            yield section("Files", tag("p", f"Files were not compared: {why}", class_="unknown"))
        return
    slowest = max((each.median for step in objects.steps for each in _latencies(step)), default=0.0)
    caption = (
        "What came out of each step, in the order of the data, and the seconds that half of its files take at most"
    )
    counts = table(caption, HEADS, [_row(step, slowest) for step in objects.steps])
    groups = [[_finding(each) for each in step.samples] for step in objects.steps]
    kept = fitting(groups, room)
    folds = [
        _fold(step, group[:number], seen)
        for step, group, number in zip(objects.steps, groups, kept, strict=True)
        if group
    ]
    left_out = list(_left_out(sum(map(len, groups)) - sum(kept)))
    yield section("Files", counts, *_tap(objects), *left_out, *([tag("div", *folds, class_="tables")] if folds else []))


def _latencies(step: StepObservation) -> list[Latency]:
    return [each for each in (step.prod_latency, step.ghost_latency) if each]


def _row(step: StepObservation, slowest: float) -> tuple[Content, ...]:
    served = [tag("small", f" served by prod's {step.shared}")] if step.shared else []
    name = joined([code(step.step), *served])
    failed = tag("em", step.failed_why or "not known") if step.failed is None else _failed(step, step.failed)
    times = (_takes(step.prod_latency, slowest, "prod"), _takes(step.ghost_latency, slowest, "ghost"))
    if step.unknown:
        return (name, tag("em", step.unknown), "", "", "", failed, "", *times)
    counts = (f"{step.counts.get(said, 0):,}" for said in COUNTED)
    others = [(said, step.counts.get(said, 0)) for said in OTHERS]
    named = lines(f"{count:,} {IN_WORDS.get(said, said)}" for said, count in others if count)
    return (name, f"{step.equal:,}", *counts, failed, named, *times)


def _failed(step: StepObservation, failed: int) -> str:
    return f"{failed:,} ({100 * step.error_rate:.0f} %)" if step.error_rate else f"{failed:,}"


def _takes(latency: Latency | None, slowest: float, look: str) -> Markup:
    if latency is None:
        return tag("em", "not known")
    words = f"{seconds(latency.median)}, 95 % at most {seconds(latency.p95)}, of {count_of(latency.objects, 'file')}"
    return joined([tag("div", words), length(latency.median / slowest if slowest else 0, look)])


def _tap(objects: ObjectsObservation) -> Iterator[Markup]:
    if objects.tap_failed:
        yield tag("p", f"{count_of(objects.tap_failed, 'event')} failed before they reached a step.", class_="unknown")
    elif objects.tap_failed is None:
        why = f": {objects.tap_failed_why}" if objects.tap_failed_why else ""
        yield tag("p", f"How many events failed before they reached a step is not known{why}.", class_="unknown")


def _left_out(files: int) -> Iterator[Markup]:
    if files:
        words = f"So that this page stays small, {count_of(files, 'file')} that differ are left out: "
        yield tag("p", words, code("ghost-ingest observe --json"), " has them.", class_="unknown")


def _fold(step: StepObservation, findings: Sequence[Markup], seen: Observation) -> Markup:
    differing = sum(count for said, count in step.counts.items() if not said.startswith("equal"))
    shown = "" if len(findings) == differing else f", {len(findings):,} of them here"
    line = tag(
        "summary",
        tag("span", tag("h3", "Files of ", code(step.step)), class_="who"),
        tag("span", f"{count_of(differing, 'file')} not equal or not told{shown}", class_="many"),
    )
    of_step = [each for each in seen.verdict.declared.differences if each.step == step.step]
    said = [
        tag("div", tag("h4", f"{count_of(each.count, 'file')} {each.kind[6:]}"), *judged(each), class_="head")
        for each in of_step
    ]
    return tag("details", line, tag("div", *said, *findings, class_="inside"), class_="files")


def _finding(found: Finding) -> Markup:
    sides, said = found.sides, found.said
    look = "equal" if said in EQUAL else said
    head = tag("h4", count_chip(look, IN_WORDS.get(look, look)), " ", code(sides.key))
    places = (("production", found.bucket, sides.prod), ("the ghost", found.ghost_bucket, sides.ghost))
    where = lines(_place(*each) for each in places)
    why = [tag("p", f"{found.why[0].upper()}{found.why[1:]}.")] if found.why else []
    return tag(
        "div", head, *why, tag("div", where, class_="soft"), *(_rows(found.rows) if found.rows else ()), class_="file"
    )


def _place(side: str, bucket: str, seen: Seen | None) -> Markup:
    if seen is None:
        return joined([f"Not in {side}: ", code(bucket)])
    return joined([f"In {side}: ", code(bucket), f", {seen.size:,} bytes, of {time_of(seen.modified)}"])


def _rows(rows: RowsCompared) -> Iterator[Markup]:
    if rows.unreadable:
        yield tag("p", f"Its rows cannot be compared: {rows.unreadable}.", class_="unknown")
        return
    columns = [
        part
        for name, count in rows.columns[:MOST_COLUMNS]
        for part in (" ", tag("span", code(name), f" {count:,}", class_="named"))
    ]
    if len(rows.columns) > MOST_COLUMNS:
        columns.append(f" and {count_of(len(rows.columns) - MOST_COLUMNS, 'column')} more")
    same = f"{rows.prod_rows:,} rows in production's file, {rows.ghost_rows:,} in the ghost's."
    yield tag("p", same, *([" Columns that differ:", *columns] if columns else []), class_="in")
    for each in rows.schema[:MOST_COLUMNS]:
        types = f": {each.prod} → {each.ghost}" if each.change == "type" else ""
        where = {"added": "only in the ghost's", "dropped": "only in production's", "type": "of another type"}[
            each.change
        ]
        yield tag("p", "Column ", code(each.column or "(the file's own)"), f" {where}{types}")
    if rows.note:
        yield tag("p", f"{rows.note}.")
    yield from file_rows(rows)
