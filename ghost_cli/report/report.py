"""An observation as a page: what differs, whose it is, and whether the branch means it. One file, to send on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dbt_ghost import __version__
from dbt_ghost.core.bill.bill import Actual, Bill
from dbt_ghost.core.markup import Content, Markup, joined, tag
from dbt_ghost.core.observe.declaring import declarations
from dbt_ghost.core.observe.gate import Result, Seen, Verdict, is_certain
from dbt_ghost.core.observe.observation import Observation
from dbt_ghost.core.record import RecordedProof
from ghost_cli.page import code, figures, listed, page, prose, section, style_of, table
from ghost_cli.render import time_of
from ghost_cli.render_bill import money, quantity_of
from ghost_cli.report.files import files_section
from ghost_cli.report.filters import filter_style
from ghost_cli.report.flow import flow_section
from ghost_cli.report.samples import Room
from ghost_cli.report.table import views_of
from ghost_cli.report.tables import tables_section

LARGEST = 1_900_000
"""Bytes of a page; what differs is on it even beyond that, but without its rows."""

FEW = 6
"""As many reasons of a kind are read at once."""

VERDICTS: Mapping[Result, tuple[str, str, str]] = {
    "pass": ("Pass", "All that differs because of the branch is what it declares.", "M4 12.5L10 18.5L20.5 6"),
    "fail": ("Fail", "Something differs because of the branch that it does not declare.", "M5 5L19 19M19 5L5 19"),
    "inconclusive": (
        "Inconclusive",
        "Nothing differs that the branch does not declare, as far as was seen; but that is not enough to tell.",
        "M8 8.5A4 4 0 1 1 13.5 12.2Q12 13 12 15M12 19V19.4",
    ),
}
"""In a word, in a sentence, and as strokes on 24 by 24 pixels."""


def observation_html(seen: Observation, proof: RecordedProof | None = None, largest: int = LARGEST) -> str:
    """`proof` is that of the last fork, if it is known. Sample rows that would make the page too large are left out."""
    header = list(_header(seen))
    first = [*_gate(seen.verdict), *flow_section(seen)]
    last = [*_declaring(seen), *_proof(proof), *_cost(seen.bill)]
    style = style_of("report/report.css") + filter_style(views_of(seen))
    footer = f"Compared {time_of(seen.at)} by dbt-ghost {__version__}. Nothing was changed."
    title = f"{VERDICTS[seen.verdict.result][0]}: what {seen.ghost.branch} changes"
    room = Room(largest - len(page(title, [*header, *first, *last], (), footer, style).encode()))
    of_files = Room(room.left // 3)
    files = list(files_section(seen, of_files))
    for each in files:
        room.spend(each)
    sections = (*first, *tables_section(seen, room), *files, *last)
    return page(title, header, sections, footer, style)


def _header(seen: Observation) -> Iterator[Markup]:
    yield tag("h1", "What ", code(seen.ghost.branch), " changes")
    word, sentence, strokes = VERDICTS[seen.verdict.result]
    sign = tag("svg", tag("path", d=strokes), viewBox="0 0 24 24", width=34, height=34, aria_hidden="true")
    words = tag("p", tag("strong", word), tag("span", sentence))
    yield tag("div", sign, words, class_=f"verdict {seen.verdict.result}")
    first, *others = seen.headline
    yield tag("p", *_strong(first), class_="headline")
    if others:
        yield tag("ul", *(tag("li", prose(each)) for each in others), class_="others")
    yield figures(_figures(seen))


def _figures(seen: Observation) -> Iterator[tuple[str, Content, str]]:
    tables, compared = seen.halves.tables, seen.verdict.seen
    steps = {each.step for each in seen.verdict.declared.differences if each.step}
    if tables:
        yours = sum(view.standing == "yours" for view in views_of(seen))
        of_all = joined([f"{yours:,}", tag("small", f" of {len(tables.tables):,}")])
        yield "Tables that differ because of the branch", of_all, ""
    if seen.halves.objects:
        of_steps = joined([f"{len(steps):,}", tag("small", f" of {len(seen.halves.objects.steps):,}")])
        yield "Steps whose files differ or fail", of_steps, ""
    yield "Rows compared", f"{compared.rows:,}" if tables else "none", ""
    yield "Files compared", f"{compared.files:,}" if seen.halves.objects else "none", ""
    yield "Side by side for", _age(compared), "" if compared.minutes is not None else "warn"
    if seen.bill:
        so_far = seen.bill.so_far
        least = [tag("small", "at least ")] if so_far.at_least else []
        yield "Cost so far, at list prices", joined([*least, money(so_far.total)]), ""


def _age(compared: Seen) -> str:
    """Since both halves of the ghost were there."""
    if compared.minutes is None:
        return "not known"
    minutes = int(compared.minutes)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"


def _total(bill: Bill) -> str:
    return f"{'at least ' if bill.at_least else ''}{money(bill.total)}"


def _strong(sentence: str) -> Iterator[Markup]:
    """What is said before the names are listed."""
    said, colon, names = sentence.partition(": ")
    yield tag("strong", prose(said), colon.strip()) if colon else prose(said)
    yield joined([" ", prose(names)] if colon else [])


def _gate(verdict: Verdict) -> Iterator[Markup]:
    groups = (
        ("bad", "Not declared", verdict.failures),
        ("warn", "Cannot be told", verdict.doubts),
        ("", "Good to know", verdict.notes),
    )
    blocks = [_reasons(look, head, sentences) for look, head, sentences in groups if sentences]
    if blocks:
        yield section(f"Why: {VERDICTS[verdict.result][0].lower()}", *blocks)


def _reasons(look: str, head: str, sentences: Sequence[str]) -> Markup:
    first, others = sentences[:FEW], sentences[FEW:]
    rest = tag("details", tag("summary", f"and {len(others):,} more"), listed(map(prose, others)), class_="rest")
    inside = (tag("h3", f"{head} ({len(sentences):,})"), listed(map(prose, first)), *([rest] if others else []))
    return tag("div", *inside, class_=f"why {look}".strip())


def _declaring(seen: Observation) -> Iterator[Markup]:
    """What to paste, where the branch means what it does."""
    lines = list(declarations(each for each in seen.verdict.declared.differences if is_certain(each)))
    if lines:
        text = "\n".join(["expect:", *(f"  {line}" for line in lines)])
        place = joined([code("dbt_project.yml"), ", below ", code("vars: ghost: observe:")])
        yield section(
            "If that is what the branch means",
            tag("p", "Declare it in ", place, ", and say why in ", code("because:"), "."),
            tag("pre", *_kept_lines(text), tabindex=0, role="region", aria_label="Declaration to copy"),
        )


def _kept_lines(text: str) -> Iterator[Content]:
    """Each escaped for itself, so that the ends of lines stay what they are."""
    for number, line in enumerate(text.split("\n")):
        yield from ((Markup("\n"), line) if number else (line,))


def _proof(proof: RecordedProof | None) -> Iterator[Markup]:
    if proof is None:
        return
    said = f"Proved of the whole ghost before it was made, over all actions that AWS has ({proof.reference}):"
    not_proved = [tag("p", "Not proved, since IAM cannot see it:"), listed(map(prose, proof.not_proved))]
    yield section(
        "Proof: what the ghost cannot do to production",
        tag("p", said),
        tag("ul", *(tag("li", prose(each)) for each in proof.claims), class_="proved"),
        *(not_proved if proof.not_proved else []),
    )


def _cost(bill: Actual | None) -> Iterator[Markup]:
    if bill is None:
        return
    yield section(
        "What the ghost costs",
        *_bill(bill.so_far, f"From {time_of(bill.since)} until {time_of(bill.until)}"),
        *_bill(bill.a_month, "What keeping its data costs a month from now"),
        tag(
            "p", f"List prices of {bill.so_far.region} as of {bill.so_far.prices_as_of.isoformat()}; contracts differ."
        ),
    )


def _bill(bill: Bill, caption: str) -> Iterator[Markup]:
    rows = [(line.what, quantity_of(line), money(line.amount)) for line in bill.lines]
    yield table(f"{caption}: {_total(bill)}", ("What", "Quantity", "Cost"), rows)
    if bill.unknown:
        yield tag("p", "Not in it, since it is not known:")
        yield listed(bill.unknown)
