"""What a plan does with each part of production's chain. Pure."""

from __future__ import annotations

from dbt_ghost.core.drawing.measures import Mark
from dbt_ghost.core.graph import Graph, Node
from dbt_ghost.core.plan import Plan


def marks_of(plan: Plan, graph: Graph) -> dict[Node, Mark]:
    """Of every step, and of the buckets in whose place the ghost has one."""
    stood_in = {bucket for hop in plan.flow for bucket, _ in hop.writes}
    stood_in |= {arrival.bucket for arrival in plan.arrivals if arrival.kind == "bucket"}  # copied there first
    found: dict[Node, Mark] = {node: "untouched" for node in graph.nodes if node.kind == "step"}
    found |= {node: "own" for node in graph.nodes if node.kind == "bucket" and node.name in stood_in}
    for hop in plan.flow:
        found[Node("step", hop.step)] = "shared" if hop.shared else "changed" if hop.changed else "copied"
    return found
