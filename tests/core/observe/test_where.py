"""Whose the place is where a node resolves: the ghost's, production's, or neither's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.observe.where import GROUPS, Names, Node, Row, Target, counted, exit_code, names_of, rows_of

GHOST = GhostName("shop", "Feature/Ünï--x")
FIRST, SECOND = GHOST.database(), GHOST.database("Marts")
DATABASES = ("PROD_DB", "Marts")
SNOWFLAKE = names_of(GHOST, DATABASES, Target("snowflake", FIRST))
LAKE = names_of(GhostName("flights", "fix/x"), ("lake", "marts"), Target("duckdb", "lake", "ghost"))

MODEL = Node("model.shop.orders", "model", FIRST, f"{FIRST}.a.orders", "table")
SOURCE = Node("source.shop.raw.orders", "source", "PROD_RAW", "PROD_RAW.raw.orders", declared="PROD_RAW")


def row(node: Node, names: Names = SNOWFLAKE) -> Row:
    (found,) = rows_of([node], names)
    return found


@pytest.mark.parametrize(("database", "prod"), [(FIRST, "PROD_DB"), (SECOND, "Marts"), (SECOND.lower(), "Marts")])
def test_a_model_in_a_clone_of_the_branch_is_built_in_the_ghost(database: str, prod: str) -> None:
    found = row(replace(MODEL, database=database))

    assert (found.does, found.resolves_to, found.is_problem) == ("build", "ghost", False)
    assert f"the ghost's clone of {prod}" in found.why


@pytest.mark.parametrize("kind", ["model", "seed", "snapshot", "function", "test"])
@pytest.mark.parametrize("database", ["PROD_DB", "prod_db", "MARTS"])
def test_what_would_be_written_into_production_is_a_problem(kind: str, database: str) -> None:
    found = row(replace(MODEL, kind=kind, database=database))  # type: ignore[arg-type]

    assert (found.resolves_to, found.is_problem) == ("prod", True)
    assert found.why == f"its database {database} is production's: dbt WRITES there"
    assert exit_code([found]) == 1


def test_a_target_whose_database_is_productions_is_named_as_the_reason() -> None:
    names = names_of(GHOST, DATABASES, Target("snowflake", "PROD_DB"))

    assert row(replace(MODEL, database="PROD_DB"), names).why.startswith("the target's database PROD_DB")


@pytest.mark.parametrize("database", ["SANDBOX", GhostName("shop", "other").database(), f"{FIRST}__BASE"])
def test_what_would_be_written_to_no_clone_of_the_branch_is_a_problem_too(database: str) -> None:
    found = row(replace(MODEL, database=database))

    assert (found.resolves_to, found.is_problem, exit_code([found])) == ("elsewhere", True, 1)
    assert database in found.why


def test_another_branchs_ghost_is_not_taken_for_this_ones() -> None:
    other = GhostName("shop", "feature/Uni--x").database()

    for declared in (None, other):
        found = row(replace(SOURCE, database=other, declared=declared))
        assert found.resolves_to == "elsewhere", "a database of that name is no production's, whoever declares it"
        assert found.why.startswith(f"{other} is the database of another ghost")


def test_a_source_in_a_database_that_is_not_cloned_reads_production_and_is_told_not_refused() -> None:
    found = row(SOURCE)

    assert (found.does, found.resolves_to, exit_code([found])) == ("read", "prod", 0)
    assert found.why == ("it is declared with database PROD_RAW, which is not cloned: the ghost READS production here")


def test_a_source_that_names_a_cloned_database_and_is_not_sent_to_the_clone_is_told_with_the_cure() -> None:
    found = row(replace(SOURCE, database="marts", declared="marts"))

    assert (found.resolves_to, exit_code([found])) == ("prod", 0)
    assert found.why.endswith("let the project's `source` macro call ghost_source")


def test_a_source_that_the_project_sends_to_the_clone_is_read_from_the_ghost() -> None:
    found = row(replace(SOURCE, database=SECOND, declared="Marts"))

    assert (found.resolves_to, found.why) == (
        "ghost",
        "it is declared with database Marts, and the project sends it to the ghost's clone",
    )


def test_a_source_without_a_database_follows_the_target() -> None:
    assert row(replace(SOURCE, database=FIRST, declared=None)).why == (
        "the target's database is the ghost's clone of PROD_DB"
    )


@pytest.mark.parametrize("declared", [None, "{{ var('raw') }}"])
def test_where_a_declaration_does_not_say_it_production_is_not_assumed(declared: str | None) -> None:
    assert row(replace(SOURCE, declared=declared)).resolves_to == "elsewhere"


def test_on_the_embedded_warehouse_the_one_name_is_the_ghosts() -> None:
    assert row(replace(MODEL, database="lake"), LAKE).why == "the target opens the ghost's catalogue as lake"
    assert row(replace(MODEL, database="lake"), LAKE).resolves_to == "ghost"
    assert row(replace(MODEL, database="Marts"), LAKE).resolves_to == "prod", "attached beside it, under prod's name"


@pytest.mark.parametrize(("side", "told"), [("prod", "has `side: prod`"), ("", "does not have dbt-ghost's plugin")])
def test_on_the_embedded_warehouse_nothing_is_the_ghosts_unless_the_plugin_opens_it(side: str, told: str) -> None:
    names = names_of(GHOST, ("lake",), Target("duckdb", "lake", side))

    written, read = row(replace(MODEL, database="lake"), names), row(replace(SOURCE, database="lake"), names)

    assert (written.resolves_to, written.is_problem) == ("prod", True)
    assert told in written.why
    assert read.resolves_to == "prod"


def test_the_side_of_the_plugin_says_nothing_about_a_warehouse_that_is_not_embedded() -> None:
    assert names_of(GHOST, DATABASES, Target("snowflake", FIRST, "ghost")).ghost.keys() == {
        FIRST.lower(),
        SECOND.lower(),
    }


@pytest.mark.parametrize(
    ("node", "resolves_to"),
    [
        (replace(MODEL, database=None), "unknown"),
        (replace(MODEL, unsaid="dbt fails"), "unknown"),
        (replace(SOURCE, unsaid="dbt fails"), "unknown"),
        (replace(MODEL, external=True), "unknown"),
        (replace(SOURCE, external=True), "elsewhere"),
        (replace(MODEL, materialized="ephemeral"), "nowhere"),
        (replace(MODEL, does="read", deferred=True, database="PROD_DB"), "deferred"),
    ],
)
def test_what_a_database_does_not_decide_is_not_the_ghosts_for_having_one(node: Node, resolves_to: str) -> None:
    assert row(node).resolves_to == resolves_to
    assert exit_code([row(node)]) == (3 if resolves_to == "unknown" else 0)


def test_what_has_no_relation_shows_none() -> None:
    assert row(replace(MODEL, materialized="ephemeral")).relation == ""


def test_an_unselected_model_that_is_read_from_production_is_no_problem() -> None:
    found = row(replace(MODEL, does="read", database="PROD_DB"))

    assert (found.does, found.resolves_to, found.is_problem) == ("read", "prod", False)


def test_a_problem_outweighs_what_is_unknown() -> None:
    assert exit_code(rows_of([replace(MODEL, unsaid="?"), replace(MODEL, database="PROD_DB")], SNOWFLAKE)) == 1


def test_problems_come_first_and_each_group_is_in_the_order_of_names() -> None:
    nodes = [
        *(SOURCE, replace(MODEL, id="model.b"), replace(MODEL, id="model.a")),
        *(replace(MODEL, id="model.z", unsaid="?"), replace(MODEL, id="model.y", database="SANDBOX")),
        replace(MODEL, id="seed.x", kind="seed", database="PROD_DB"),
    ]

    rows = rows_of(nodes, SNOWFLAKE)

    assert [each.node for each in rows] == ["seed.x", "model.y", "model.z", "model.a", "model.b", SOURCE.id]
    assert list(counted(rows)) == [
        ("build", "prod", {"seed": 1}),
        ("build", "elsewhere", {"model": 1}),
        ("build", "unknown", {"model": 1}),
        ("build", "ghost", {"model": 2}),
        ("read", "prod", {"source": 1}),
    ]


def test_every_place_that_a_row_can_have_is_in_some_group() -> None:
    states = [{}, {"unsaid": "?"}, {"materialized": "ephemeral"}, {"external": True}, {"deferred": True}]
    places = [None, FIRST, "PROD_DB", "SANDBOX"]
    read = [replace(node, does="read") for node in (MODEL, SOURCE)]
    nodes = [
        replace(node, database=place, **state)  # type: ignore[arg-type]
        for node in (MODEL, SOURCE, *read)
        for place in places
        for state in states
        if not (state.get("deferred") and node.does == "build" and node.kind != "source")
    ]

    assert {(each.does, each.resolves_to) for each in rows_of(nodes, SNOWFLAKE)} <= set(GROUPS)
