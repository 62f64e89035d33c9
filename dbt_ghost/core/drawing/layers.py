"""Which nodes stand before which: layers from left to right, whatever circles there are. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dbt_ghost.core.graph import Edge, Graph, Node


@dataclass(frozen=True)
class Layers:
    """`of` has the layer of each node, from 0. `backward` are the edges that close a circle: they lead to the left."""

    of: Mapping[Node, int]
    backward: frozenset[Edge]


def layers(graph: Graph) -> Layers:
    """As far left as its sources let each node stand; what nothing leads to stands right before what it leads to."""
    after: dict[Node, list[Node]] = {node: [] for node in graph.nodes}
    for edge in graph.edges:
        after[edge.source].append(edge.target)
    targets = {edge.target for edge in graph.edges}
    starts = [*(node for node in graph.nodes if node not in targets), *graph.nodes]
    order, closing = _walked(after, starts)
    backward = frozenset(edge for edge in graph.edges if (edge.source, edge.target) in closing)
    onward = [edge for edge in graph.edges if edge not in backward]
    return Layers(_layered(order, onward), backward)


def _walked(after: Mapping[Node, Sequence[Node]], starts: Sequence[Node]) -> tuple[list[Node], set[tuple[Node, Node]]]:
    """Sources before targets, and what leads back to a node that the walk has not yet left. No recursion: chains are
    long."""
    done: dict[Node, bool] = {}  # False while the walk is below it
    left: list[Node] = []
    closing: set[tuple[Node, Node]] = set()
    for start in starts:
        trail = [] if start in done else [(start, iter(after[start]))]
        done.setdefault(start, False)
        while trail:
            node, targets = trail[-1]
            target = next(targets, None)
            if target is None:
                trail.pop()
                done[node] = True
                left.append(node)
            elif target not in done:
                done[target] = False
                trail.append((target, iter(after[target])))
            elif not done[target]:
                closing.add((node, target))
    return left[::-1], closing


def _layered(order: Sequence[Node], edges: Sequence[Edge]) -> dict[Node, int]:
    before: dict[Node, list[Node]] = {node: [] for node in order}
    after: dict[Node, list[Node]] = {node: [] for node in order}
    for edge in edges:
        before[edge.target].append(edge.source)
        after[edge.source].append(edge.target)
    found: dict[Node, int] = {}
    loose: set[Node] = set()  # a string of nodes that hangs on what follows it alone
    for node in order:
        found[node] = max((found[source] + 1 for source in before[node]), default=0)
        if all(source in loose and len(after[source]) == 1 for source in before[node]):
            loose.add(node)
    for node in reversed(order):
        if node in loose and after[node]:
            found[node] = min(found[target] for target in after[node]) - 1
    return found
