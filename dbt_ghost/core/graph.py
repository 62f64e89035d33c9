"""Production's chain as a graph: prod bucket -> step -> bucket -> ... -> feed, to be read by people. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.flow import output_buckets
from dbt_ghost.core.markup import printable
from dbt_ghost.core.resources import BucketEvent
from dbt_ghost.core.topology import ProdMapping, ProdRule, ProdSubscription, Topology, Trigger

Kind = Literal["bucket", "topic", "queue", "rule", "step", "feed"]

ALL_CREATED = ("s3:ObjectCreated:*",)
SHAPES: Mapping[Kind, tuple[str, str]] = {
    "bucket": ("[(", ")]"),
    "topic": ("{{", "}}"),
    "queue": ("[/", "/]"),
    "rule": (">", "]"),
    "step": ("[", "]"),
    "feed": ("([", "])"),
}
"""How Mermaid draws each kind."""

HARMLESS = set(" ._-/*:+=,")
"""Characters besides letters and digits that mean nothing to Mermaid within quotes."""


@dataclass(frozen=True, order=True)
class Node:
    kind: Kind
    name: str


@dataclass(frozen=True, order=True)
class Edge:
    """`label` is what of the events passes, and how; empty for all of them as they are."""

    source: Node
    target: Node
    label: str = ""


@dataclass(frozen=True)
class Feed:
    """A last hop, into a table or database: from a bucket's prefix, or by a step that loads."""

    name: str
    bucket: str = ""
    prefix: str = ""
    step: str = ""


@dataclass(frozen=True)
class Graph:
    """`nodes` in the order of the steps. `unfollowed` is what else starts a step, as (step, in words)."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    unfollowed: tuple[tuple[str, str], ...] = ()


def graph_of(topology: Topology, outputs: Mapping[str, tuple[str, ...]], feeds: Iterable[Feed] = ()) -> Graph:
    """`outputs` maps every step to its output buckets."""
    edges: dict[Edge, None] = {}  # a set that keeps its order
    nodes: dict[Node, None] = {}
    for step in topology.steps:
        found = Node("step", step.name)
        for trigger in step.triggers:
            edges |= dict.fromkeys(_hops(trigger, found))
        edges |= dict.fromkeys(Edge(found, Node("bucket", bucket)) for bucket in outputs[step.name])
        nodes |= dict.fromkeys((found, *(node for edge in edges for node in (edge.source, edge.target))))
    for feed in feeds:
        source = Node("step", feed.step) if feed.step else Node("bucket", feed.bucket)
        edge = Edge(source, Node("feed", feed.name), f"{feed.prefix}*" if feed.prefix else "")
        edges[edge] = None
        nodes |= {edge.source: None, edge.target: None}
    unfollowed = tuple((step.name, each) for step in topology.steps for each in step.unfollowed)
    return Graph(tuple(nodes), tuple(edges), unfollowed)


def graph_of_project(topology: Topology, config: GhostConfig) -> Graph:
    """With the outputs and feeds that are configured. Raises Refused where an output's variable is not set."""
    steps = config.ingestion.steps
    outputs = {step.name: output_buckets(step, steps[step.name].outputs) for step in topology.steps}
    feeds = [
        *(Feed(feed.table, bucket=feed.bucket, prefix=feed.prefix) for feed in config.feed),
        *(Feed(step.feeds, step=name) for name, step in steps.items() if step.feeds),
    ]
    return graph_of(topology, outputs, feeds)


def graph_text(graph: Graph) -> str:
    """Indented; what was shown before is not shown again. Characters that a terminal would obey are written out."""
    shown: set[Node] = set()
    lines: list[str] = []
    into = {edge.target for edge in graph.edges}
    for node in (*(node for node in graph.nodes if node not in into), *graph.nodes):
        if node not in shown:  # in the second round: what only feeds itself
            lines += _tree(graph, node, "", 0, shown)
    lines += [f"not followed: {step}: {what}" for step, what in graph.unfollowed]
    return "\n".join(printable(line) for line in lines) or "no steps are configured"


def graph_mermaid(graph: Graph) -> str:
    """A Mermaid flowchart. Ids are numbers, so that no name can be taken for syntax."""
    ids = {node: f"n{number}" for number, node in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    for node, identity in ids.items():
        before, after = SHAPES[node.kind]
        lines.append(f'  {identity}{before}"{_escaped(_called(node))}"{after}')
    for edge in graph.edges:
        label = f'|"{_escaped(edge.label)}"|' if edge.label else ""
        lines.append(f"  {ids[edge.source]} -->{label} {ids[edge.target]}")
    lines += [f"  %% not followed: {_escaped(f'{step}: {what}')}" for step, what in graph.unfollowed]
    return "\n".join(lines)


def graph_json(graph: Graph) -> dict[str, Any]:
    ids = {node: number for number, node in enumerate(graph.nodes)}
    return {
        "nodes": [{"id": number, "kind": node.kind, "name": node.name} for node, number in ids.items()],
        "edges": [{"from": ids[edge.source], "to": ids[edge.target], "label": edge.label} for edge in graph.edges],
        "not_followed": [{"step": step, "what": what} for step, what in graph.unfollowed],
    }


def _hops(trigger: Trigger, step: Node) -> Iterator[Edge]:
    """From the bucket, or the rule on other events, to the step."""
    way: list[tuple[Node, str]] = []  # each with the label of what leads on from it
    if trigger.bucket:
        way.append((Node("bucket", trigger.bucket), _of_entry(trigger.entry)))
    if trigger.rule:
        way.append((Node("rule", _rule_name(trigger.rule)), "with an input of its own" if trigger.rule.given else ""))
    if trigger.subscription:
        way.append((Node("topic", _last(trigger.subscription.topic_arn)), _of_subscription(trigger.subscription)))
    if trigger.mapping:
        way.append((Node("queue", _last(trigger.mapping.queue_arn)), _of_mapping(trigger.mapping)))
    targets = [*(node for node, _ in way[1:]), step]
    yield from (Edge(node, target, label) for (node, label), target in zip(way, targets, strict=True))


def _of_entry(entry: BucketEvent | None) -> str:
    if entry is None:
        return "EventBridge"
    keys = f"{entry.prefix}*{entry.suffix}" if entry.prefix or entry.suffix else ""
    events = ", ".join(entry.events) if entry.events != ALL_CREATED else ""
    return " ".join(filter(None, (keys, events)))


def _of_subscription(subscription: ProdSubscription) -> str:
    return ", ".join((["raw"] if subscription.raw else []) + (["filtered"] if subscription.filter_policy else []))


def _of_mapping(mapping: ProdMapping) -> str:
    filtered = ", filtered" if mapping.filters else ""
    partial = ", partial failures" if mapping.partial_failures else ""
    return f"batches of {mapping.batch_size}{filtered}{partial}"


def _rule_name(rule: ProdRule) -> str:
    return rule.name if rule.bus == "default" else f"{rule.bus}/{rule.name}"


def _tree(graph: Graph, node: Node, label: str, depth: int, shown: set[Node]) -> list[str]:
    arrow = "-> " if depth else ""
    line = f"{'  ' * depth}{arrow}{_called(node)}{f'  ({label})' if label else ''}"
    onward = [edge for edge in graph.edges if edge.source == node]
    if node in shown:
        return [line + ("  ..." if onward else "")]
    shown.add(node)
    return [line, *(each for e in onward for each in _tree(graph, e.target, e.label, depth + 1, shown))]


def _called(node: Node) -> str:
    return f"{node.kind} {node.name}"


def _escaped(text: str) -> str:
    """Everything that could mean something to Mermaid as a numeric entity; letters of all scripts stay."""
    harmless = (each if each.isalnum() or each in HARMLESS else f"#{ord(each)};" for each in printable(text))
    return "".join(harmless)


def _last(arn: str) -> str:
    return arn.rpartition(":")[2]
