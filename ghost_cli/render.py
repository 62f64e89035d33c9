"""Plans as text and as JSON. A second reader of the same values that are carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

import click

from dbt_ghost.core.bill.estimate import Estimate
from dbt_ghost.core.plan import Change, Hop, Plan, Update, verb_of
from dbt_ghost.core.record import Record, Verb
from dbt_ghost.core.resources import kind_of, name_of
from ghost_cli.render_bill import estimate_lines
from ghost_cli.render_proof import proof_json, proof_lines

LOOKS: Mapping[Verb, tuple[str, str]] = {"create": ("+", "green"), "update": ("~", "yellow"), "delete": ("-", "red")}
"""The sign and the colour of each verb; the sign reads without colour."""


def plan_text(plan: Plan, estimate: Estimate | None = None) -> str:
    """The plan for people: how data flows, every change, what it costs, and what happens to production."""
    shown = (_heading(plan), _flow(plan.flow), _changes(plan), _notes(plan), proof_lines(plan.proof))
    parts = [*shown, estimate_lines(estimate)]
    return "\n".join([*(line for part in parts for line in part), "", _prod_line(plan)])


def plan_json(plan: Plan) -> dict[str, Any]:
    """The plan for programs; environment values are not in it."""
    return {
        "branch": plan.ghost.branch,
        "ghost": plan.ghost.id,
        "account": plan.account.id,
        "region": plan.account.region,
        "becomes": plan.becomes,
        "production_resources_modified": plan.prod_changes,
        "production_functions_invoked": list(plan.prod_invoked),
        "steps": {name: step.model_dump() for name, step in plan.steps},
        "flow": [_hop_json(hop) for hop in plan.flow],
        "changes": [_change_json(change) for change in plan.changes],
        "notes": list(plan.notes),
        "proof": proof_json(plan.proof),
    }


def change_line(change: Change) -> str:
    """One change on one line, with a sign that reads without colour."""
    verb, resource = verb_of(change), change.resource
    sign, colour = LOOKS[verb]
    differing = ", ".join(differing_of(change))
    line = f"  {sign} {verb} {kind_of(resource):<20} {name_of(resource)}"
    return click.style(f"{line} ({differing})" if differing else line, fg=colour)


def forked_text(plan: Plan, record: Record) -> str:
    """How a fork ended."""
    done = f"{count_of(len(plan.changes), 'change')} made" if plan.changes else "Nothing to change"
    if record.state == "dropped":
        return f"{done}. No step's code differs from prod's any more, so {plan.ghost.branch} has no ghost on AWS."
    return f"{done}. The ghost of {plan.ghost.branch} is {record.state} until {time_of(record.expires_at)}."


def progress(plan: Plan) -> Callable[[Change], None]:
    """Says each change on stderr before it is made, numbered."""
    total, numbers = len(plan.changes), count(1)

    def say(change: Change) -> None:
        what = f"{verb_of(change)} {kind_of(change.resource)} {name_of(change.resource)}"
        click.echo(f"[{next(numbers)}/{total}] {what}", err=True)

    return say


def say_note(what: str) -> None:
    """What people must know, beside the answer."""
    click.echo(f"note: {what}", err=True)


def count_of(number: int, thing: str) -> str:
    """`1 change`, `2 changes`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def time_of(moment: datetime) -> str:
    """To the minute, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _heading(plan: Plan) -> Iterator[str]:
    yield f"{plan.ghost.branch}  ->  {plan.ghost.id}  (account {plan.account.id}, {plan.account.region})"


def _flow(flow: tuple[Hop, ...]) -> Iterator[str]:
    if not flow:
        return
    yield ""
    for hop in flow:
        yield f"  {hop.step:<10} {served_by(hop)}"
        yield from (f"    reads  {source}{f' ({how})' if how else ''}" for source, how in sources_of(hop))
        yield from (f"    writes {ghost} for {prod}" for prod, ghost in hop.writes)


def _changes(plan: Plan) -> Iterator[str]:
    yield ""
    yield from (change_line(change) for change in plan.changes)
    if not plan.changes:
        yield "  nothing to change"


def _notes(plan: Plan) -> Iterator[str]:
    if plan.notes:
        yield ""
    yield from (f"  note: {note}" for note in plan.notes)


def _prod_line(plan: Plan) -> str:
    counts = ", ".join(f"{count} to {verb}" for verb, count in counts_of(plan).items())
    invoked = f" Production functions invoked: {', '.join(plan.prod_invoked)}." if plan.prod_invoked else ""
    return f"Plan: {counts}. Production resources modified: {plan.prod_changes}.{invoked}"


def code_of(changed: bool) -> str:
    """Which code a step runs."""
    return "runs the branch's code" if changed else "runs a copy of prod's code"


def served_by(hop: Hop) -> str:
    """Which code a step of the ghost runs, and whose function."""
    return "is served by prod" if hop.shared else code_of(hop.changed)


def sources_of(hop: Hop) -> list[tuple[str, str]]:
    """What a step of the ghost reads, and how that reaches it, empty for its own buckets."""
    from_prod = [(bucket, f"prod's events, by {way}") for bucket, way in hop.from_prod]
    return from_prod + [(bucket, "") for bucket in hop.from_ghost]


def counts_of(plan: Plan) -> dict[Verb, int]:
    """How many changes of each kind."""
    verbs = [verb_of(change) for change in plan.changes]
    return {verb: verbs.count(verb) for verb in LOOKS}


def differing_of(change: Change) -> tuple[str, ...]:
    """The fields that an update changes."""
    return change.what if isinstance(change, Update) else ()


def _hop_json(hop: Hop) -> dict[str, Any]:
    return {
        "step": hop.step,
        "changed": hop.changed,
        "shared": hop.shared,
        "from_prod": [{"bucket": bucket, "by": way} for bucket, way in hop.from_prod],
        "from_ghost": list(hop.from_ghost),
        "writes": dict(hop.writes),
    }


def _change_json(change: Change) -> dict[str, Any]:
    what = {"what": list(change.what)} if isinstance(change, Update) else {}
    return {"verb": verb_of(change), "kind": kind_of(change.resource), "name": name_of(change.resource), **what}
