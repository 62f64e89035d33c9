"""Plans, records and statuses as text and as JSON. A second reader of the same values that are carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any, assert_never

import click

from dbt_ghost.core.plan import Change, Create, Delete, Hop, Plan, Update, verb_of
from dbt_ghost.core.record import Record
from dbt_ghost.core.resources import kind_of, name_of
from dbt_ghost.operations.status import Status


def plan_text(plan: Plan) -> str:
    """The plan for people: how data flows, every change, and what happens to production."""
    return "\n".join([*_heading(plan), *_flow(plan.flow), *_changes(plan), "", _prod_line(plan)])


def plan_json(plan: Plan) -> dict[str, Any]:
    """The plan for programs; environment values are not in it."""
    return {
        "branch": plan.ghost.branch,
        "ghost": plan.ghost.id,
        "account": plan.account.id,
        "region": plan.account.region,
        "becomes": plan.becomes,
        "production_resources_modified": plan.prod_changes,
        "steps": {name: step.model_dump() for name, step in plan.steps},
        "flow": [_hop_json(hop) for hop in plan.flow],
        "changes": [_change_json(change) for change in plan.changes],
    }


def change_line(change: Change) -> str:
    """One change on one line, with a sign that reads without colour."""
    what = f"{kind_of(change.resource):<13} {name_of(change.resource)}"
    match change:
        case Create():
            return click.style(f"  + create {what}", fg="green")
        case Update(what=fields):
            return click.style(f"  ~ update {what} ({', '.join(fields)})", fg="yellow")
        case Delete():
            return click.style(f"  - delete {what}", fg="red")
        case _:
            assert_never(change)


def forked_text(plan: Plan, record: Record) -> str:
    """How a fork ended."""
    done = f"{count_of(len(plan.changes), 'change')} made" if plan.changes else "Nothing to change"
    if record.state == "dropped":
        return f"{done}. No step's code differs from prod's any more, so {plan.ghost.branch} has no ghost on AWS."
    return f"{done}. The ghost of {plan.ghost.branch} is {record.state} until {_time(record.expires_at)}."


def progress(plan: Plan) -> Callable[[Change], None]:
    """Says each change on stderr before it is made, numbered."""
    total, numbers = len(plan.changes), count(1)

    def say(change: Change) -> None:
        what = f"{verb_of(change)} {kind_of(change.resource)} {name_of(change.resource)}"
        click.echo(f"[{next(numbers)}/{total}] {what}", err=True)

    return say


def status_text(branch: str, status: Status) -> str:
    record = status.record
    if record is None:
        rest = "run fork to make it so, or drop to remove it" if status.found else "nothing of it is there"
        lines = [f"{branch}: no ghost on record; {rest}"]
    else:
        lines = [f"{branch}: {record.state}" + (" (expired)" if status.expired else "")]
        lines += [f"  ghost    {record.ghost}", f"  since    {_time(record.created_at)}"]
        lines += [f"  until    {_time(record.expires_at)}"]
        lines += [f"  locked   by {record.lock.owner} until {_time(record.lock.expires_at)}"] if record.lock else []
        lines += [f"  step     {name}: {_code(step.changed)}" for name, step in record.steps.items()]
    lines += [f"  there    {r.kind:<13} {r.name}" for r in status.found if r not in status.unrecorded]
    lines += [f"  MISSING  {r.kind:<13} {r.name}" for r in status.missing]
    lines += [f"  EXTRA    {r.kind:<13} {r.name} (not on record)" for r in status.unrecorded]
    return "\n".join(lines)


def status_json(branch: str, status: Status) -> dict[str, Any]:
    return {
        "branch": branch,
        "record": status.record.model_dump(mode="json") if status.record else None,
        "expired": status.expired,
        "found": [r.model_dump() for r in status.found],
        "missing": [r.model_dump() for r in status.missing],
        "unrecorded": [r.model_dump() for r in status.unrecorded],
    }


def records_text(records: Iterable[Record], now: datetime) -> str:
    rows = [
        f"{r.branch:<40} {_state(r, now):<9} until {_time(r.expires_at)}  {len(r.resources):>3} resources"
        for r in sorted(records, key=lambda r: r.branch)
    ]
    return "\n".join(rows) or "no ghosts"


def count_of(number: int, thing: str) -> str:
    """`1 change`, `2 changes`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _state(record: Record, now: datetime) -> str:
    return "expired" if record.state != "dropped" and record.expires_at <= now else record.state


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _heading(plan: Plan) -> Iterator[str]:
    yield f"{plan.ghost.branch}  ->  {plan.ghost.id}  (account {plan.account.id}, {plan.account.region})"


def _flow(flow: tuple[Hop, ...]) -> Iterator[str]:
    if not flow:
        return
    yield ""
    for hop in flow:
        sources = [f"{bucket} (prod's events, by the tap)" for bucket in hop.from_prod] + list(hop.from_ghost)
        yield f"  {hop.step:<10} {_code(hop.changed)}"
        yield from (f"    reads  {source}" for source in sources)
        yield from (f"    writes {ghost} for {prod}" for prod, ghost in hop.writes)


def _changes(plan: Plan) -> Iterator[str]:
    yield ""
    yield from (change_line(change) for change in plan.changes)
    if not plan.changes:
        yield "  nothing to change"


def _prod_line(plan: Plan) -> str:
    verbs: list[str] = [verb_of(change) for change in plan.changes]
    counts = ", ".join(f"{verbs.count(verb)} to {verb}" for verb in ("create", "update", "delete"))
    return f"Plan: {counts}. Production resources modified: {plan.prod_changes}."


def _code(changed: bool) -> str:
    return "runs the branch's code" if changed else "runs a copy of prod's code"


def _hop_json(hop: Hop) -> dict[str, Any]:
    return {
        "step": hop.step,
        "changed": hop.changed,
        "from_prod": list(hop.from_prod),
        "from_ghost": list(hop.from_ghost),
        "writes": dict(hop.writes),
    }


def _change_json(change: Change) -> dict[str, Any]:
    what = {"what": list(change.what)} if isinstance(change, Update) else {}
    return {"verb": verb_of(change), "kind": kind_of(change.resource), "name": name_of(change.resource), **what}
