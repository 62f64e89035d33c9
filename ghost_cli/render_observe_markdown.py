"""An observation as Markdown, for one comment of a pull request that each run writes anew.

Values come from data, so they stand between backticks: nothing of them is formatted, linked or mentions anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dbt_ghost.core.observe.declaring import declarations
from dbt_ghost.core.observe.gate import Result, is_certain
from dbt_ghost.core.observe.objects import StepObservation
from dbt_ghost.core.observe.observation import Observation
from dbt_ghost.core.observe.tables import ComparedTable, RowChange, Sample, Whose
from ghost_cli.render import count_of, time_of

MARKER = "<!-- dbt-ghost observe -->"
"""The first line, by which the comment is found again."""

LONGEST = 65_000
"""GitHub takes 65,536 characters of a comment."""

FENCE = "~" * 12
"""Longer than any that a name would have."""

SIGNS: Mapping[Result, str] = {"pass": "✅ pass", "fail": "❌ fail", "inconclusive": "❔ inconclusive"}
COLUMNS: tuple[Whose, ...] = ("yours", "world", "both", "unknown")


def observation_markdown(seen: Observation, longest: int = LONGEST) -> str:
    """What people must know comes first; what does not fit is left out, and that is said."""
    parts = [*_head(seen), *_summary(seen), *_details(seen)]
    kept, size = list[str](), len(_left_out(len(parts))) + 1
    for part in parts:
        size += len(part) + 2
        if size <= longest:
            kept.append(part)
    rest = len(parts) - len(kept)
    return "\n\n".join([*kept, *([_left_out(rest)] if rest else [])]) + "\n"


def _left_out(parts: int) -> str:
    return f"_{count_of(parts, 'part')} left out for want of space: see `ghost-ingest observe`._"


def _head(seen: Observation) -> Iterator[str]:
    yield f"{MARKER}\n### Ghost of {_code(seen.ghost.branch)}: {SIGNS[seen.verdict.result]}"
    yield "\n".join(f"- {_text(sentence)}" for sentence in seen.headline)
    failed = len(seen.verdict.failures)
    said = [f"- **{count_of(failed, 'difference')} not declared**"] if failed else []
    said += [f"- **unknown**: {_text(each)}" for each in seen.verdict.doubts]
    yield from (["\n".join(said)] if said else [])


def _summary(seen: Observation) -> Iterator[str]:
    halves, compared = seen.halves, seen.verdict.seen
    if halves.tables:
        differing = [each for each in halves.tables.tables if each.state != "equal"]
        equal = len(halves.tables.tables) - len(differing)
        rows = [_table_row(each) for each in differing]
        heads = ["table", "the branch's rows", "production's", "both", "unknown", "columns"]
        yield from ([_grid(heads, rows)] if rows else [])
        yield f"{count_of(equal, 'table')} equal."
    if halves.objects:
        heads = ["step", "equal", "changed", "missing", "extra", "failed", "pending"]
        yield _grid(heads, [_step_row(each) for each in halves.objects.steps])
    since = "" if compared.minutes is None else f", {compared.minutes:.0f} minutes after it was made"
    yield f"_{compared.rows:,} rows and {compared.files:,} files compared on {time_of(seen.at)}{since}._"


def _table_row(table: ComparedTable) -> list[str]:
    columns = dict.fromkeys(name for change in table.changes for name in change.columns)
    told = [_code(name) for name in columns]
    told += [f"{_code(each.column) if each.column else 'order'} {each.change}" for each in table.columns]
    told += [] if table.state == "differs" else [table.state.replace("_", " ")]
    numbers = [f"{table.rows_of(whose):,}" if table.rows_of(whose) else "" for whose in COLUMNS]
    return [_code(table.table), *numbers, ", ".join(told)]


def _step_row(step: StepObservation) -> list[str]:
    if step.unknown:
        return [_code(step.step), _text(step.unknown), *[""] * 5]
    counts = step.counts
    equal = counts.get("equal_bytes", 0) + counts.get("equal_rows", 0)
    rest = [counts.get("changed", 0), counts.get("missing", 0), counts.get("extra", 0), step.failed]
    return [
        _code(step.step),
        *("?" if each is None else f"{each:,}" for each in (equal, *rest, counts.get("pending", 0))),
    ]


def _details(seen: Observation) -> Iterator[str]:
    certain = [each for each in seen.verdict.declared.differences if is_certain(each)]
    if lines := list(declarations(certain)):
        text = "\n".join(["expect:", *(f"  {line}" for line in lines)])
        yield _folded("If that is what the branch means, declare it below `observe:`", f"{FENCE}yaml\n{text}\n{FENCE}")
    for table in seen.halves.tables.tables if seen.halves.tables else ():
        if table.state != "equal" and (samples := list(_samples(table))):
            yield _folded(f"Rows of {_code(table.table)}", "\n".join(samples))
    if seen.verdict.notes:
        yield _folded("Notes", "\n".join(f"- {_text(each)}" for each in seen.verdict.notes))


def _samples(table: ComparedTable) -> Iterator[str]:
    for change in table.changes:
        for sample in change.samples:
            yield f"- {change.whose}, {change.change}: {_sample(change, sample)}"


def _sample(change: RowChange, sample: Sample) -> str:
    key = ", ".join(f"{_code(name)} {_value(value)}" for name, value in sample.key.items())
    prod, ghost = sample.prod or {}, sample.ghost or {}
    if change.change == "changed":
        said = [f"{_code(name)} {_value(prod[name])} → {_value(ghost.get(name))}" for name in prod]
    else:
        said = [f"{_code(name)} {_value(value)}" for name, value in (prod or ghost).items()]
    return f"{key}: {', '.join(said)}" if key else ", ".join(said)


def _grid(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows))


def _folded(heading: str, inside: str) -> str:
    return f"<details><summary>{_html(heading)}</summary>\n\n{inside}\n\n</details>"


def _html(text: str) -> str:
    """In a summary there is no Markdown; a name stands in <code>."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    parts = escaped.split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))


def _value(value: str | None) -> str:
    return "NULL" if value is None else _code(value)


def _code(text: str) -> str:
    """Between backticks nothing means anything but backticks and, in a table, the bar."""
    plain = " ".join(text.replace("`", "'").replace("|", "¦").split())
    return f"`{plain or ' '}`"


def _text(text: str) -> str:
    """A sentence of ours with names of theirs in it: nothing of it is formatted, and nobody is mentioned."""
    plain = " ".join(text.split())
    for mark in "\\`*_[]<>|#":
        plain = plain.replace(mark, f"\\{mark}")
    return plain.replace("@", "@\u200b")
