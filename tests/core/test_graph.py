"""The graph of a chain, as values, as text and as Mermaid; names are whatever somebody gave."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.core.graph import Edge, Feed, Graph, Node, graph_json, graph_mermaid, graph_of, graph_text
from dbt_ghost.core.resources import BucketEvent
from dbt_ghost.core.topology import ProdMapping, ProdRule, ProdSubscription, Step, Topology, Trigger
from tests.prod_functions import ACCOUNT, prod_function

TOPIC, QUEUE = ACCOUNT.topic_arn("t"), ACCOUNT.queue_arn("q")
RAW, CLEAN = Node("bucket", "raw"), Node("step", "clean")


def step(name: str, *triggers: Trigger, unfollowed: tuple[str, ...] = ()) -> Step:
    return Step(name, prod_function(name), triggers, unfollowed)


def chain(*steps: Step) -> Topology:
    return Topology(ACCOUNT, steps, ())


def edges(*triggers: Trigger) -> tuple[Edge, ...]:
    return graph_of(chain(step("clean", *triggers)), {"clean": ()}).edges


def test_a_buckets_own_notification_goes_straight_to_the_step_with_its_filter() -> None:
    assert edges(Trigger("raw", BucketEvent("arn"))) == (Edge(RAW, CLEAN),)
    entry = BucketEvent("arn", ("s3:ObjectCreated:Put",), "in/", ".csv")
    assert edges(Trigger("raw", entry)) == (Edge(RAW, CLEAN, "in/*.csv s3:ObjectCreated:Put"),)


def test_topic_and_queue_are_on_the_way() -> None:
    trigger = Trigger(
        "raw",
        BucketEvent(TOPIC, suffix=".csv"),
        subscription=ProdSubscription(TOPIC, raw=True, filter_policy="{}"),
        mapping=ProdMapping(QUEUE, batch_size=5, filters="{}", partial_failures=True),
    )
    topic, queue = Node("topic", "t"), Node("queue", "q")
    assert edges(trigger) == (
        Edge(RAW, topic, "*.csv"),
        Edge(topic, queue, "raw, filtered"),
        Edge(queue, CLEAN, "batches of 5, filtered, partial failures"),
    )


def test_a_rule_is_on_the_way_or_where_it_begins() -> None:
    rule = ProdRule("r", "{}", given='{"InputPath":"$.detail"}')
    assert edges(Trigger("raw", rule=rule)) == (
        Edge(RAW, Node("rule", "r"), "EventBridge"),
        Edge(Node("rule", "r"), CLEAN, "with an input of its own"),
    )
    other = ProdRule("r", "{}", bus="orders")
    assert edges(Trigger("", rule=other)) == (Edge(Node("rule", "orders/r"), CLEAN),)


LINE = graph_of(
    chain(
        step("clean", Trigger("raw", BucketEvent("arn", prefix="in/"))),
        step("enrich", Trigger("mid", BucketEvent("arn")), unfollowed=("schedule nightly",)),
    ),
    {"clean": ("mid",), "enrich": ("out",)},
    [Feed("curated.flights", bucket="out", prefix="year/"), Feed("PROD", step="enrich")],
)


def test_a_chain_is_shown_from_its_first_bucket_to_its_feeds() -> None:
    assert graph_text(LINE) == (
        "bucket raw\n"
        "  -> step clean  (in/*)\n"
        "    -> bucket mid\n"
        "      -> step enrich\n"
        "        -> bucket out\n"
        "          -> feed curated.flights  (year/*)\n"
        "        -> feed PROD\n"
        "not followed: enrich: schedule nightly"
    )


def test_the_mermaid_flowchart_has_every_node_and_edge() -> None:
    assert graph_mermaid(LINE).splitlines() == [
        "flowchart LR",
        '  n0["step clean"]',
        '  n1[("bucket raw")]',
        '  n2[("bucket mid")]',
        '  n3["step enrich"]',
        '  n4[("bucket out")]',
        '  n5(["feed curated.flights"])',
        '  n6(["feed PROD"])',
        '  n1 -->|"in/*"| n0',
        "  n0 --> n2",
        "  n2 --> n3",
        "  n3 --> n4",
        '  n4 -->|"year/*"| n5',
        "  n3 --> n6",
        "  %% not followed: enrich: schedule nightly",
    ]


def test_the_json_joins_nodes_by_numbers() -> None:
    found = graph_json(LINE)
    assert found["nodes"][1] == {"id": 1, "kind": "bucket", "name": "raw"}
    assert found["edges"][0] == {"from": 1, "to": 0, "label": "in/*"}
    assert found["not_followed"] == [{"step": "enrich", "what": "schedule nightly"}]


def test_what_was_shown_is_not_shown_again() -> None:
    both = (Trigger("raw", BucketEvent("arn")), Trigger("other", BucketEvent("arn")))
    text = graph_text(graph_of(chain(step("clean", *both)), {"clean": ("out",)}))
    assert text == "bucket raw\n  -> step clean\n    -> bucket out\nbucket other\n  -> step clean  ..."


def test_a_chain_that_feeds_itself_is_shown_and_ends() -> None:
    text = graph_text(graph_of(chain(step("clean", Trigger("raw", BucketEvent("arn")))), {"clean": ("raw",)}))
    assert text == "step clean\n  -> bucket raw\n    -> step clean  ..."


def test_without_steps_that_is_said() -> None:
    assert graph_text(graph_of(chain(), {})) == "no steps are configured"


def test_a_step_that_nothing_triggers_is_shown_too() -> None:
    assert graph_text(graph_of(chain(step("clean")), {"clean": ()})) == "step clean"


@pytest.mark.parametrize(
    ("name", "escaped"),
    [
        ('a"b', "a#34;b"),
        ("a[b](c){d}", "a#91;b#93;#40;c#41;#123;d#125;"),
        ("a|b", "a#124;b"),
        ("a\nb", "a#92;nb"),
        ("Zürich ✓ 日本", "Zürich #10003; 日本"),
        ("`a` <b> #c; --> %%", "#96;a#96; #60;b#62; #35;c#59; --#62; #37;#37;"),
    ],
)
def test_labels_mean_nothing_to_mermaid(name: str, escaped: str) -> None:
    graph = Graph((RAW, CLEAN), (Edge(RAW, CLEAN, name),), (("clean", name),))
    assert graph_mermaid(graph).splitlines()[3:] == [
        f'  n0 -->|"{escaped}"| n1',
        f"  %% not followed: clean: {escaped}",
    ]


@given(st.text(), st.text())
def test_no_name_adds_a_line_or_a_control_character(name: str, label: str) -> None:
    graph = Graph((Node("rule", name), CLEAN), (Edge(Node("rule", name), CLEAN, label),), (("clean", label),))
    drawn = graph_mermaid(graph)
    assert len(drawn.splitlines()) == 5
    assert re.fullmatch(r'  n0>"[^"\n]*"\]', drawn.splitlines()[1])
    text = graph_text(graph)
    assert len(text.splitlines()) == 3
    assert all(line.isprintable() for line in text.splitlines())
