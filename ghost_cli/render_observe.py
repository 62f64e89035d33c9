"""An observation as text: the headline, each table and step that differs, and why the gate says what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import click

from dbt_ghost.core.bill.bill import Actual
from dbt_ghost.core.observe.declaring import declarations
from dbt_ghost.core.observe.gate import Result, Verdict, is_certain
from dbt_ghost.core.observe.objects import Finding, Latency, ObjectsObservation, StepObservation
from dbt_ghost.core.observe.observation import Observation
from dbt_ghost.core.observe.tables import Change, ComparedTable, RowChange, Sample, TablesObservation, Whose
from ghost_cli.render import count_of, time_of
from ghost_cli.render_bill import money

SAMPLES = 3
"""Rows, and files, that the terminal shows of each difference; JSON and the page have more."""

LOOKS: Mapping[Result, str] = {"pass": "green", "fail": "red", "inconclusive": "yellow"}
BY: Mapping[Whose, str] = {
    "yours": "because of the branch",
    "world": "because production moved",
    "both": "because of both",
    "unknown": "by whom is unknown",
}

WHERE: Mapping[Change, str] = {"added": "only in the ghost", "removed": "only in production", "changed": "changed"}


def observation_text(seen: Observation) -> str:
    halves = seen.halves
    parts = (
        [click.style(f"{seen.ghost.branch}: {seen.verdict.result}", fg=LOOKS[seen.verdict.result], bold=True), ""],
        (f"  {sentence}" for sentence in seen.headline),
        _tables(halves.tables) if halves.tables else (),
        _files(halves.objects) if halves.objects else (),
        _cost(seen.bill) if seen.bill else (),
        _reasons(seen.verdict),
        _declaring(seen.verdict),
    )
    return "\n".join(line for part in parts for line in part)


def _tables(tables: TablesObservation) -> Iterator[str]:
    yield ""
    for table in tables.tables:
        if table.state != "equal":
            yield from _table(table)
    equal = [each for each in tables.tables if each.state == "equal"]
    unread = sum(each.by == "untouched" for each in equal)
    if equal:
        why = f", {unread} of them untouched since the clone and not read" if unread else ""
        yield f"  {count_of(len(equal), 'table')} equal{why}"


def _table(table: ComparedTable) -> Iterator[str]:
    rows = f"{_number(table.rows.prod)} rows in production, {_number(table.rows.ghost)} in the ghost"
    alone = {"only_in_prod": "only production has it", "only_in_ghost": "only the ghost has it"}
    said = alone.get(table.state) or ("it cannot be read" if table.state == "unreadable" else rows)
    yield f"  {table.table}  {said}{f', {BY[table.whose]}' if table.whose else ''}"
    for column in table.columns:
        what = f"column {column.column} {column.change}" if column.column else "columns in another order"
        types = f": {column.prod} -> {column.ghost}" if column.change in ("type", "order") else ""
        yield f"    {what}{types} ({BY[column.whose]})"
    for change in table.changes:
        yield from _change(change)
    for each in table.narrowed:
        share = f"{100 * each.rows / each.of:.0f} % of the differing rows"
        yield f"    {share} have {each.column} = {each.value}, and {100 * each.share_of_all:.0f} % of all rows"
    yield from (f"    {note}" for note in (table.key_refused and f"the key {table.key_refused}", table.note) if note)


def _change(change: RowChange) -> Iterator[str]:
    columns = ", ".join(f"{name} {rows}" for name, rows in sorted(change.columns.items(), key=lambda each: -each[1]))
    by = BY[change.whose] + (f": {columns}" if columns else "")
    yield f"    {count_of(change.rows, 'row')} {WHERE[change.change]}, {by}"
    yield from (f"      {_sample(each)}" for each in change.samples[:SAMPLES])


def _sample(sample: Sample) -> str:
    key = ", ".join(f"{name}={_value(value)}" for name, value in sample.key.items())
    if sample.prod is not None and sample.ghost is not None:
        both = {name: (value, sample.ghost.get(name)) for name, value in sample.prod.items()}
        said = ", ".join(f"{name} {_value(one)} -> {_value(other)}" for name, (one, other) in both.items())
    else:
        said = ", ".join(f"{name}={_value(value)}" for name, value in (sample.prod or sample.ghost or {}).items())
    return _short(f"{key}: {said}" if key else said)


def _files(files: ObjectsObservation) -> Iterator[str]:
    heads = ("equal", "changed", "missing", "extra", "failed", "pending")
    width = max([4, *(len(each.step) for each in files.steps)])
    yield ""
    yield f"  {'files of':<{width + 4}}" + "".join(f"{each:>9}" for each in heads) + "  seconds in production, ghost"
    for step in files.steps:
        yield f"    {step.step:<{width + 2}}" + ("  " + step.unknown if step.unknown else _counts(step, heads))
    for step in files.steps:
        for found in _shown(step.samples):
            yield f"    {step.step}: {_finding(found)}"


def _counts(step: StepObservation, heads: Sequence[str]) -> str:
    numbers = {str(said): count for said, count in step.counts.items()} | {"equal": step.equal}
    told = "".join(f"{_number(step.failed if each == 'failed' else numbers.get(each)):>9}" for each in heads)
    rate = f", {100 * step.error_rate:.0f} % of its events fail" if step.error_rate else ""
    return f"{told}  {_latency(step.prod_latency)}, {_latency(step.ghost_latency)}{rate}"


def _latency(each: Latency | None) -> str:
    return f"{each.median:.0f} (p95 {each.p95:.0f})" if each else "?"


def _shown(samples: Sequence[Finding]) -> Iterator[Finding]:
    classes = dict.fromkeys(each.said for each in samples if each.said in ("changed", "missing", "extra", "unreadable"))
    for said in classes:
        yield from [each for each in samples if each.said == said][:SAMPLES]


def _finding(found: Finding) -> str:
    rows = found.rows
    told = f"{found.said} {found.sides.key}"
    if rows and not rows.unreadable:
        columns = ", ".join(f"{name} {count}" for name, count in rows.columns)
        told += f": {rows.only_prod} rows only in production's, {rows.only_ghost} only in the ghost's"
        told += f", by {columns}" if columns else ""
    return _short(f"{told}{f' ({found.why})' if found.why else ''}")


def _cost(bill: Actual) -> Iterator[str]:
    """The totals; JSON and the page have each item."""
    so_far, a_month = (
        f"{'at least ' if each.at_least else ''}{money(each.total)}" for each in (bill.so_far, bill.a_month)
    )
    yield ""
    yield f"  Cost: {so_far} since {time_of(bill.since)}, {a_month} a month for its data"


def _reasons(verdict: Verdict) -> Iterator[str]:
    said = [(each, "FAIL", "red") for each in verdict.failures]
    said += [(each, "?   ", "yellow") for each in verdict.doubts]
    said += [(each, "note", "") for each in verdict.notes]
    if said:
        yield ""
    for text, sign, colour in said:
        yield f"  {click.style(sign, fg=colour or None)}  {text}"


def _declaring(verdict: Verdict) -> Iterator[str]:
    if not verdict.failures:
        return
    lines = list(declarations(each for each in verdict.declared.differences if is_certain(each)))
    if lines:
        yield ""
        yield "  If that is what the branch means, declare it in dbt_project.yml, below vars: ghost: observe:"
        yield "    expect:"
        yield from (f"      {line}" for line in lines)


def _number(count: int | None) -> str:
    return "?" if count is None else f"{count:,}"


def _value(value: str | None) -> str:
    return "NULL" if value is None else value or "''"


def _short(text: str, width: int = 160) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
