"""Graphs to draw: of any shape, and those that people have."""

from __future__ import annotations

from hypothesis import strategies as st

from dbt_ghost.core.graph import Edge, Graph, Kind, Node

KINDS: tuple[Kind, ...] = ("bucket", "topic", "queue", "rule", "step", "feed")
NAMES = st.text(max_size=70) | st.from_regex(r"[a-z][a-z0-9.-]{2,62}", fullmatch=True)
LABELS = st.just("") | st.text(max_size=60) | st.just("batches of 5, filtered, partial failures")


def bucket(name: str) -> Node:
    return Node("bucket", name)


def step(name: str) -> Node:
    return Node("step", name)


def graph_of_edges(*edges: Edge) -> Graph:
    return Graph(tuple(dict.fromkeys(node for edge in edges for node in (edge.source, edge.target))), edges)


@st.composite
def graphs(draw: st.DrawFn, circles: bool) -> Graph:
    """With nodes that nothing joins; of one edge there may be several, by their labels."""
    nodes = draw(st.lists(st.builds(Node, st.sampled_from(KINDS), NAMES), min_size=1, max_size=12, unique=True))
    place = st.integers(0, len(nodes) - 1)
    pairs = draw(st.lists(st.tuples(place, place, LABELS), max_size=20))
    edges = [
        Edge(nodes[one], nodes[other], label)
        for first, second, label in pairs
        for one, other in [(first, second) if circles else sorted((first, second))]
        if circles or one != other
    ]
    shuffled = draw(st.permutations(nodes))
    return Graph(tuple(shuffled), tuple(dict.fromkeys(edges)))


def long_chain(count: int) -> Graph:
    """bucket -> queue -> step -> bucket -> topic -> step -> ... with labels as they are found."""
    edges: list[Edge] = []
    for number in range(count):
        before, after = bucket(f"shop-stage-{number}-landing"), bucket(f"shop-stage-{number + 1}-landing")
        between = Node("topic" if number % 2 else "queue", f"shop-step-{number}")
        edges += [
            Edge(before, between, "in/*.csv s3:ObjectCreated:Put"),
            Edge(between, step(f"step-{number}"), "batches of 5, filtered, partial failures"),
            Edge(step(f"step-{number}"), after),
        ]
    return graph_of_edges(*edges)


def fan(count: int) -> Graph:
    """One bucket that starts so many steps, each with an output of its own, which one step joins."""
    raw = bucket("shop-raw")
    return graph_of_edges(
        *(Edge(raw, step(f"load-{number}"), f"in/{number}/*") for number in range(count)),
        *(Edge(step(f"load-{number}"), bucket(f"shop-out-{number}")) for number in range(count)),
        *(Edge(bucket(f"shop-out-{number}"), step("join")) for number in range(count)),
    )
