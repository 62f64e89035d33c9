"""Boxes and arrows: what must hold for a graph of any shape, and how those of real chains come out."""

from __future__ import annotations

from itertools import combinations, pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.core.drawing import Arrow, Box, Drawing, Label, Measures, Point, drawn
from dbt_ghost.core.drawing.measures import LABEL_CELL, LABEL_LINE, NAME_CELL, PAD
from dbt_ghost.core.drawing.pieces import pieces, within
from dbt_ghost.core.drawing.text import cells, wrapped
from dbt_ghost.core.graph import Edge, Graph, Node
from tests.core.drawn_graphs import bucket, fan, graph_of_edges, graphs, long_chain, step

SIZES = st.builds(Measures, width=st.floats(1, 1300), name=st.integers(4, 24), label=st.integers(4, 24))
PHONE = Measures(440, 16, 12)
Area = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def area(box: Box) -> Area:
    return box.x, box.y, box.x + box.width, box.y + box.height


def label_area(label: Label) -> Area:
    return label.x, label.y - 3 - LABEL_LINE * len(label.lines), label.x + label.width, label.y


def meet(one: Area, other: Area) -> bool:
    inside = 0.01  # what only touches does not meet
    return all(one[side] < other[side + 2] - inside and other[side] < one[side + 2] - inside for side in (0, 1))


def stretches(arrow: Arrow) -> list[Area]:
    """Its parts, each by what it is within: a bend stays between the two points that it joins."""
    ends = pairwise(arrow.points)
    return [(min(a.x, b.x), min(a.y, b.y), max(a.x, b.x), max(a.y, b.y)) for a, b in ends]


def boxes(drawing: Drawing) -> dict[Node, Box]:
    return {box.node: box for box in drawing.boxes}


def is_on(point: Point, box: Box) -> bool:
    left, top, right, bottom = area(box)
    upright = point.x in (left, right) and top <= point.y <= bottom
    level = point.y in (top, bottom) and left <= point.x <= right
    return upright or level


@given(graphs(circles=True), SIZES)
def test_no_two_boxes_or_labels_are_on_each_other(graph: Graph, sizes: Measures) -> None:
    drawing = drawn(graph, sizes)
    areas = [*map(area, drawing.boxes), *(label_area(each.label) for each in drawing.arrows if each.label)]
    assert not [pair for pair in combinations(areas, 2) if meet(*pair)]


@given(graphs(circles=True), SIZES)
def test_every_node_has_a_box_and_every_edge_an_arrow_that_touches_both_of_its(graph: Graph, sizes: Measures) -> None:
    drawing = drawn(graph, sizes)
    found = boxes(drawing)
    assert list(found) == list(graph.nodes)
    assert {arrow.edge for arrow in drawing.arrows} == set(graph.edges)
    for arrow in drawing.arrows:
        assert is_on(arrow.points[0], found[arrow.edge.source])
        assert is_on(arrow.points[-1], found[arrow.edge.target])


@given(graphs(circles=True), SIZES)
def test_no_arrow_runs_through_a_box(graph: Graph, sizes: Measures) -> None:
    drawing = drawn(graph, sizes)
    through = [
        (arrow.edge, box.node)
        for arrow in drawing.arrows
        for box in drawing.boxes
        if any(meet(_thick(stretch), area(box)) for stretch in stretches(arrow))
    ]
    assert through == []


def _thick(stretch: Area) -> Area:
    """A straight line has no inside of its own; ends that touch a box stay outside of it."""
    left, top, right, bottom = stretch
    across, along = (0.05, 0.0) if left != right else (0.0, 0.05)
    return left - along, top - across, right + along, bottom + across


@given(graphs(circles=False), SIZES)
def test_without_a_circle_all_arrows_lead_to_the_right_or_into_a_band_below(graph: Graph, sizes: Measures) -> None:
    drawing = drawn(graph, sizes)
    found = boxes(drawing)
    for edge in graph.edges:
        source, target = found[edge.source], found[edge.target]
        if source.band == target.band:
            assert source.x + source.width < target.x
        else:
            assert source.band < target.band and source.y + source.height < target.y


@given(graphs(circles=True), SIZES)
def test_all_is_within_the_drawing(graph: Graph, sizes: Measures) -> None:
    drawing = drawn(graph, sizes)
    areas = [area(box) for box in drawing.boxes] + [each for arrow in drawing.arrows for each in stretches(arrow)]
    areas += [label_area(arrow.label) for arrow in drawing.arrows if arrow.label]
    for left, top, right, bottom in areas:
        assert 0 <= left <= right <= drawing.width
        assert 0 <= top <= bottom <= drawing.height


@given(graphs(circles=True), SIZES)
def test_names_and_labels_fit_into_their_room(graph: Graph, sizes: Measures) -> None:
    drawing = drawn(graph, sizes)
    for box in drawing.boxes:
        assert max(cells(line) for line in box.lines) * NAME_CELL <= box.width - 2 * PAD + 0.01
    for arrow in drawing.arrows:
        if arrow.label:
            assert max(cells(line) for line in arrow.label.lines) * LABEL_CELL <= arrow.label.width + 0.01


@given(graphs(circles=True), SIZES)
def test_pieces_cover_the_drawing_and_cut_no_box(graph: Graph, sizes: Measures) -> None:
    drawing = drawn(graph, sizes)
    found = pieces(drawing)
    assert [bottom for _, bottom in found[:-1]] == [top for top, _ in found[1:]]
    assert (found[0][0], found[-1][1]) == (0, drawing.height)
    seen = [box for top, bottom in found for box in within(drawing, top, bottom)[1]]
    assert sorted(seen, key=area) == sorted(drawing.boxes, key=area)


def test_a_tall_drawing_is_in_pieces_that_fit_on_a_page() -> None:
    drawing = drawn(long_chain(50))
    assert drawing.height > 900
    assert all(bottom - top <= 400 for top, bottom in pieces(drawing))


@pytest.mark.parametrize("sizes", [Measures(), PHONE])
def test_a_chain_of_fifty_steps_goes_on_below_and_stays_as_wide_as_the_window(sizes: Measures) -> None:
    drawing = drawn(long_chain(50), sizes)
    assert drawing.width <= sizes.width
    bands = [box.band for box in drawing.boxes]
    assert max(bands) > 10


def test_a_fan_of_forty_stands_in_one_column_and_fits_into_the_window() -> None:
    drawing = drawn(fan(40))
    loads = [box for box in drawing.boxes if box.node.name.startswith("load-")]
    assert len({box.x for box in loads}) == 1
    assert drawing.width <= Measures().width


def test_on_a_phone_a_fan_is_not_led_around_the_end_of_a_band() -> None:
    assert {box.band for box in drawn(fan(40), PHONE).boxes} == {0}


def test_a_straight_chain_is_one_straight_line() -> None:
    chain = graph_of_edges(Edge(bucket("raw"), step("clean"), "in/*"), Edge(step("clean"), bucket("a-longer-name-mid")))
    assert len({point.y for arrow in drawn(chain).arrows for point in arrow.points}) == 1


def test_arrows_that_need_not_cross_do_not() -> None:
    """`both` hears the two buckets, and stands between the steps that hear one each."""
    ends = {"both": "ab", "only-a": "a", "only-b": "b"}
    edges = [Edge(bucket(one), step(name)) for name, heard in ends.items() for one in heard]
    found = boxes(drawn(graph_of_edges(*edges)))
    heights = [(found[edge.source].y, found[edge.target].y) for edge in edges]
    crossing = [pair for pair in combinations(heights, 2) if (pair[0][0] - pair[1][0]) * (pair[0][1] - pair[1][1]) < 0]
    assert crossing == []


def test_what_nothing_leads_to_stands_right_before_what_it_leads_to() -> None:
    line = [Edge(bucket("raw"), step("a")), Edge(step("a"), bucket("mid")), Edge(bucket("mid"), step("b"))]
    queue = Node("queue", "q")
    found = boxes(drawn(graph_of_edges(*line, Edge(bucket("other"), queue), Edge(queue, step("b")))))
    assert found[queue].x == found[bucket("mid")].x
    assert found[bucket("other")].x == found[step("a")].x


def test_what_closes_a_circle_leads_back_to_the_left() -> None:
    there, back = Edge(bucket("raw"), step("clean")), Edge(step("clean"), bucket("raw"))
    drawing = drawn(graph_of_edges(there, back))
    forward, backward = (next(arrow for arrow in drawing.arrows if arrow.edge == edge) for edge in (there, back))
    assert forward.points[0].x < forward.points[-1].x
    assert backward.points[0].x > backward.points[-1].x
    assert set(forward.points[1:-1]).isdisjoint(backward.points), "each is seen for itself"


@pytest.mark.parametrize("nodes", list(permutations([bucket("raw"), step("a"), bucket("mid")])))
def test_what_leads_into_a_circle_stands_before_it_however_it_is_written(nodes: tuple[Node, ...]) -> None:
    edges = (Edge(step("a"), bucket("mid")), Edge(bucket("mid"), step("a")), Edge(bucket("raw"), step("a")))
    found = boxes(drawn(Graph(nodes, edges)))
    assert found[bucket("raw")].x < found[step("a")].x < found[bucket("mid")].x


def test_nothing_is_drawn_of_nothing() -> None:
    assert drawn(Graph((), ())) == Drawing(0, 0)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("shop-raw", ("shop-raw",)),
        ("shop-raw-landing-zone", ("shop-raw-", "landing-", "zone")),
        ("abcdefghijklmnop", ("abcdefghij", "klmnop")),
        ("日本語日本語", ("日本語日本", "語")),
        ("a, b and, c, and more, and more", ("a, b and,", "c, and", "more, and…")),
        ("", ("",)),
    ],
)
def test_a_name_is_broken_where_it_has_its_joints(text: str, lines: tuple[str, ...]) -> None:
    assert wrapped(text, 10, 3) == lines


def test_the_longest_bucket_name_is_shown_in_full() -> None:
    name = "ghost-shop-" + "x" * 52
    (box,) = drawn(Graph((bucket(name),), ())).boxes
    assert "".join(box.lines) == name
