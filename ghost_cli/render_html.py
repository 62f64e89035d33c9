"""A plan as a page. A third reader of the value that is carried out; its sentences are those of the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from dbt_ghost import __version__
from dbt_ghost.core.bill.estimate import FILES, Estimate
from dbt_ghost.core.drawing import Mark
from dbt_ghost.core.drawing.marks import marks_of
from dbt_ghost.core.graph import Graph
from dbt_ghost.core.markup import Content, Markup, joined, tag
from dbt_ghost.core.plan import Change, Hop, Plan, verb_of
from dbt_ghost.core.proof.findings import VIEWS, Proof
from dbt_ghost.core.resources import kind_of, name_of
from ghost_cli.page import code, figures, lines, listed, page, picture, prose, section, table
from ghost_cli.render import LOOKS, code_of, count_of, counts_of, differing_of, served_by, sources_of, time_of
from ghost_cli.render_bill import estimate_lines, money, quantity_of
from ghost_cli.render_proof import cell

MEANINGS: Mapping[Mark, str] = {
    "changed": code_of(True),
    "copied": code_of(False),
    "shared": "is served by prod, whose own function is invoked",
    "untouched": "is not part of the ghost",
    "own": "the ghost has a bucket in its place",
}


def plan_html(plan: Plan, graph: Graph, made: datetime, estimate: Estimate | None = None) -> str:
    """`graph` is that of the chain that the plan was made from."""
    sections = (
        section(
            "How production's data flows, and what the ghost takes over", *_picture(plan, graph), *_unfollowed(graph)
        ),
        *_flow(plan.flow),
        *_notes(plan.notes),
        section("Changes, in their order", *_changes(plan)),
        *_proof(plan.proof),
        *_cost(estimate),
    )
    footer = (
        f"Planned {time_of(made)} by dbt-ghost {__version__}. What has changed since is seen by the next plan, and "
        "by fork before it does anything."
    )
    return page(f"Plan for {plan.ghost.branch}", _header(plan), sections, footer)


def _header(plan: Plan) -> Iterator[Markup]:
    yield tag("h1", "Plan for ", code(plan.ghost.branch))
    yield tag(
        "p",
        "What ghost-ingest fork would do for the ghost ",
        code(plan.ghost.id),
        f" in account {plan.account.id}, {plan.account.region}. The plan itself has changed nothing.",
        class_="lead",
    )
    changed = plan.prod_changes
    yield figures(
        [
            ("Production resources modified", str(changed), "warn" if changed else "good"),
            *((f"Resources to {verb}", str(count), "") for verb, count in counts_of(plan).items()),
            *_exception(plan.prod_invoked),
        ]
    )


def _exception(invoked: tuple[str, ...]) -> Iterator[tuple[str, Content, str]]:
    if invoked:
        yield "Production functions invoked", lines(code(name) for name in invoked), "warn"


def _picture(plan: Plan, graph: Graph) -> Iterator[Markup]:
    if graph.nodes:
        yield picture("Production's chain", graph, marks_of(plan, graph), MEANINGS)
    else:
        yield tag("p", "No steps are configured.")


def _unfollowed(graph: Graph) -> Iterator[Markup]:
    if graph.unfollowed:
        yield tag("p", "Not followed:")
        yield listed(joined([code(step), ": ", what]) for step, what in graph.unfollowed)


def _flow(flow: tuple[Hop, ...]) -> Iterator[Markup]:
    if flow:
        rows = ((code(hop.step), served_by(hop), lines(_reads(hop)), lines(_writes(hop))) for hop in flow)
        heads = ("Step", "Code", "Reads", "Writes")
        yield section("The ghost, step by step", table("In the order that data flows", heads, rows))


def _reads(hop: Hop) -> Iterator[Markup]:
    for source, how in sources_of(hop):
        yield joined([code(source), f" ({how})" if how else ""])


def _writes(hop: Hop) -> Iterator[Markup]:
    for prod, ghost in hop.writes:
        yield joined([code(ghost), " for ", code(prod)])


def _notes(notes: tuple[str, ...]) -> Iterator[Markup]:
    if notes:
        yield section("What to know", listed(map(prose, notes)))


def _proof(proof: Proof | None) -> Iterator[Markup]:
    if proof is None:
        return
    rows = ((claim, *(cell(proof, claim, view) for view in VIEWS)) for claim in proof.claims)
    told = [f"{each.verdict}: {each.claim}: {each.of}: {each.because}" for each in proof.failed]
    told += [f"{each.of}: {each.claim}: {each.because}" for each in proof.advice]
    yield section(
        "Proof: what IAM lets no request do",
        table(f"Of all actions that AWS has ({proof.reference}) and may come to have", ("Claim", *VIEWS), rows),
        *([listed(map(prose, told))] if told else []),
        tag("p", "Not proved, since IAM cannot see it:"),
        listed(map(prose, proof.not_proved)),
    )


def _cost(estimate: Estimate | None) -> Iterator[Markup]:
    if estimate is None:
        return
    said, *rest = (line.strip().removeprefix("Cost: ") for line in estimate_lines(estimate) if line)
    rows = ((line.what, quantity_of(line), money(line.amount)) for line in estimate.through.lines)
    yield section(
        "What it costs",
        tag("p", _sentence(said)),
        table(f"For {FILES:,} files through every step", ("What", "Quantity", "Cost"), rows),
        listed(map(_sentence, rest)),
    )


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _changes(plan: Plan) -> Iterator[Markup]:
    if not plan.changes:
        yield tag("p", "Nothing to change.")
        return
    caption = f"{count_of(len(plan.changes), 'change')}; on production's resources: {plan.prod_changes}"
    yield table(caption, ("Change", "Kind", "Name"), map(_change, plan.changes), subject=2)


def _change(change: Change) -> tuple[Content, ...]:
    verb, resource = verb_of(change), change.resource
    differing = f" ({', '.join(differing_of(change))})" if differing_of(change) else ""
    return f"{LOOKS[verb][0]} {verb}{differing}", kind_of(resource), code(name_of(resource))
