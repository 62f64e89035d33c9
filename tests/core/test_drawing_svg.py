"""A drawing as SVG: what a viewer gets, whatever the names are."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.core.drawing import CALLED, Mark, Measures, drawn
from dbt_ghost.core.drawing.measures import CAPTION_CELL, ICON, PAD
from dbt_ghost.core.graph import Edge, Graph, Node
from dbt_ghost.core.markup import Markup, joined, number, printable, tag
from dbt_ghost.core.svg import COLOURS, described, graph_svg, svg
from tests.core.drawn_graphs import bucket, graph_of_edges, graphs, long_chain, step

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "<script>alert(1)</script>",
    "\"' onload='alert(1)",
    "]]><!-- & &lt;",
    "a\0b\x1b[31m\n\r\t",
    "\u202egpj.exe\u2066\u200b",
    "שלום עולם",
    "日本語 ✓ e\u0301",
    "lone \ud800 surrogate, \ufffe \uffff",
)
LINE = graph_of_edges(Edge(bucket("raw"), step("clean"), "in/*"), Edge(step("clean"), bucket("mid")))


def texts(root: ET.Element, class_: str | None = None) -> list[str]:
    return [each.text or "" for each in root.iter(f"{SVG}text") if each.get("class") == class_]


def parsed(graph: Graph) -> ET.Element:
    return ET.fromstring(graph_svg(graph))


def hostile(name: str) -> Graph:
    return replace(graph_of_edges(Edge(bucket(name), step(name), name)), unfollowed=((name, name),))


@given(graphs(circles=True))
def test_any_graph_is_well_formed(graph: Graph) -> None:
    assert len(list(parsed(graph).iter(f"{SVG}rect"))) == len(graph.nodes)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_and_nothing_else(name: str) -> None:
    harmless, found = parsed(hostile("x")), parsed(hostile(name))
    assert {each.tag for each in found.iter()} == {each.tag for each in harmless.iter()}
    assert {key for each in found.iter() for key in each.attrib} == {key for e in harmless.iter() for key in e.attrib}
    assert f"bucket {printable(name)}" in [title.text for title in found.iter(f"{SVG}title")]


@given(st.text() | st.sampled_from(HOSTILE))
def test_what_is_escaped_is_read_back_as_it_was_written(name: str) -> None:
    element = ET.fromstring(tag("p", name, tag("b", name), title=name).text)
    assert [element.get("title"), element.text or "", element[0].text or ""] == [printable(name)] * 3
    assert printable(name).isprintable()


def test_every_box_says_what_it_is_and_what_is_marked() -> None:
    marks: dict[Node, Mark] = {step("clean"): "changed", bucket("mid"): "own"}
    found = svg(drawn(LINE, Measures(marks=marks)), "t", "d").text
    assert re.findall(r'class="kind"[^>]*>(\w+)<', found) == ["bucket", "step", "bucket"]
    assert re.findall(r'class="mark"[^>]*>([^<]+)<', found) == ["changed", "ghost&#x27;s own"]
    assert 'class="step changed"' in found and 'class="bucket own"' in found
    assert re.findall(r'class="label"[^>]*>([^<]+)<', found) == ["in/*"]


@pytest.mark.parametrize("mark", CALLED)
def test_a_mark_is_written_out_and_fits_beside_the_kind(mark: Mark) -> None:
    node = Node("bucket", "b")
    drawing = drawn(Graph((node,), ()), Measures(marks={node: mark}))
    assert f">{CALLED[mark]}<".replace("'", "&#x27;") in svg(drawing, "t", "d").text
    letters = len(node.kind) + len(CALLED[mark])
    assert drawing.boxes[0].width >= 2 * PAD + ICON + letters * CAPTION_CELL


def test_an_arrow_ends_with_its_tip_at_its_last_point() -> None:
    drawing = drawn(LINE)
    tips = [each.get("d", "") for each in parsed(LINE).iter(f"{SVG}path") if each.get("class") == "tip"]
    ends = [f"M{number(arrow.points[-1].x)} {number(arrow.points[-1].y)}L" for arrow in drawing.arrows]
    assert [tip.startswith(end) for tip, end in zip(tips, ends, strict=True)] == [True, True]


def test_those_who_do_not_see_it_are_told_every_arrow() -> None:
    assert described(LINE) == "bucket raw to step clean (in/*); step clean to bucket mid"
    root = parsed(LINE)
    assert root.get("role") == "img"
    assert [each.text for each in root if each.tag in (f"{SVG}title", f"{SVG}desc")] == [
        "Production's chain",
        described(LINE),
    ]


def test_a_tall_one_is_in_pieces_of_which_one_speaks() -> None:
    found = ET.fromstring(tag("p", svg(drawn(long_chain(50)), "t", "d")).text)
    roles = [each.get("role") or each.get("aria-hidden") for each in found]
    assert len(roles) > 5
    assert roles == ["img", *["true"] * (len(roles) - 1)]
    tops = [(each.get("viewBox") or "").split()[1] for each in found]
    heights = [float(each.get("height") or 0) for each in found]
    assert [float(top) for top in tops] == pytest.approx([sum(heights[:place]) for place in range(len(heights))])


def test_what_is_not_followed_is_written_below_and_so_is_that_there_are_no_steps() -> None:
    unfollowed = parsed(replace(LINE, unfollowed=(("clean", "schedule nightly"),)))
    assert "not followed: clean: schedule nightly" in texts(unfollowed, "label")
    assert texts(parsed(Graph((), ())), "label") == ["no steps are configured"]
    assert float(unfollowed.get("height") or 0) > float(parsed(LINE).get("height") or 0) + 12


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("text", ["ink", "soft", "accent", "good", "warn"])
@pytest.mark.parametrize("ground", ["page", "card"])
def test_every_text_stands_out_from_its_ground(scheme: str, text: str, ground: str) -> None:
    """By the measure of WCAG 2.2, 1.4.3."""
    light, dark = COLOURS.split("@media screen and (prefers-color-scheme: dark)")
    colours = dict(re.findall(r"--(\w+): #(\w{6})", light if scheme == "light" else dark))
    high, low = sorted((_luminance(colours[text]), _luminance(colours[ground])), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= 4.5


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_only_what_is_given_as_markup_is_taken_for_it() -> None:
    assert tag("p", "<b>", Markup("<b/>"), class_="a", aria_label='"', title=None).text == (
        '<p class="a" aria-label="&quot;">&lt;b&gt;<b/></p>\n'
    )
    assert joined(["<", Markup("<br/>")]).text == "&lt;<br/>"
