"""What is asked of dbt to say where nodes resolve, and what is made of its answers and of its failures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.observe.where import Row
from dbt_ghost.operations import where as asking
from dbt_ghost.operations.where import REFS_AT_ONCE, Asked, where
from dbt_ghost.providers.dbt_project import DbtRun

GHOST = GhostName("shop", "fix/x")
DATABASE = GHOST.database()
WINDOWS_LINE = 32_767
STATE = ("--state", "/prod")
TARGET = {"type": "snowflake", "database": DATABASE, "side": "", "home": ""}


def said(*documents: Mapping[str, Any], error: str = "", marked: bool = True) -> DbtRun:
    lines = [("GHOST_WHERE " if marked else "") + json.dumps(document) for document in documents]
    return DbtRun(not error, None, ("Running with dbt", *lines, '{"not": "a node"}', "{no json"), error)


def listed(*nodes: Mapping[str, Any]) -> DbtRun:
    return said(*nodes, marked=False)


def model(name: str, *parents: str, **more: Any) -> dict[str, Any]:
    relation = f"{DATABASE}.a.{name}"
    named = {"unique_id": f"model.shop.{name}", "resource_type": "model", "package_name": "shop", "name": name}
    nodes = [f"model.shop.{parent}" for parent in parents]
    return {**named, "database": DATABASE, "relation_name": relation, "depends_on": {"nodes": nodes}, **more}


def source(name: str, **more: Any) -> dict[str, Any]:
    named = {"unique_id": f"source.shop.raw.{name}", "resource_type": "source", "package_name": "shop", "name": name}
    return {**named, "database": "PROD_DB", "relation_name": f"PROD_DB.raw.{name}", **more}


def gives(name: str, **more: Any) -> dict[str, Any]:
    """What `source()` gives, routed to the ghost unless said otherwise."""
    told = {"id": f"source.shop.raw.{name}", "name": f"raw.{name}", "external": False}
    return {**told, "database": DATABASE, "relation": f"{DATABASE}.raw.{name}", **more}


@dataclass
class Dbt:
    """Answers the commands that `where` gives; any other is refused. `listings` are by selection."""

    listings: Mapping[tuple[str, ...], DbtRun]
    sources: DbtRun = field(default_factory=lambda: said(TARGET))
    refs: DbtRun | None = None
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def __call__(self, *words: str) -> DbtRun:
        self.asked.append(words)
        if words[: len(asking.LISTING)] == asking.LISTING:
            return self.listings[words[len(asking.LISTING) :]]
        if words == (*asking.OFFLINE, asking.SOURCES):
            return self.sources
        assert words[:2] == ("compile", "--no-introspect"), words
        assert words[2:-2] == ("--defer", *STATE), words
        assert self.refs is not None, "nothing is to be looked up"
        return self.refs


def rows(dbt: Dbt, asked: Asked | None = None) -> dict[str, Row]:
    return {row.node: row for row in where(dbt, GHOST, ("PROD_DB",), asked or Asked()).rows}


def test_a_source_is_where_the_projects_own_source_macro_says() -> None:
    found = rows(Dbt({(): listed(source("orders"))}, said(TARGET, gives("orders"))))

    assert found["source.shop.raw.orders"].resolves_to == "ghost"
    assert found["source.shop.raw.orders"].relation == f"{DATABASE}.raw.orders"


def test_where_the_source_macro_fails_its_sources_are_unknown_and_models_are_not() -> None:
    failed = said(TARGET, gives("a"), error="Encountered an error:\nCompilation Error\n  no such thing")
    found = rows(Dbt({(): listed(source("a"), source("b"), model("m"))}, failed))

    assert [row.resolves_to for row in found.values()] == ["unknown", "ghost", "ghost"]
    assert found["source.shop.raw.b"].why == "`source()` fails on the target of ghosts: Compilation Error"


def test_a_source_macro_that_gives_no_relation_leaves_its_source_unknown() -> None:
    found = rows(Dbt({(): listed(source("a"))}, said(TARGET, gives("a", database=None, relation="x.y"))))

    assert found["source.shop.raw.a"].resolves_to == "unknown"
    assert found["source.shop.raw.a"].why == "the project's `source` macro gives a text that is no relation"


def test_a_name_that_two_packages_have_is_unknown_where_the_answer_may_be_for_the_other() -> None:
    one, other = source("a"), source("a", unique_id="source.package.raw.a", relation_name="PROD_DB.package.a")
    answers = [gives("a", database="PROD_DB", relation=one["relation_name"])]
    answers += [{**answers[0], "id": "source.package.raw.a"}]

    found = rows(Dbt({(): listed(one, other)}, said(TARGET, *answers)))

    assert found["source.shop.raw.a"].resolves_to == "prod", "what dbt declares and what it gives are one"
    assert found["source.package.raw.a"].why == "two packages have a source raw.a"


def test_a_source_of_files_is_not_in_the_ghost_for_having_its_database() -> None:
    found = rows(Dbt({(): listed(source("a"))}, said(TARGET, gives("a", external=True, relation="'s3://prod/a'"))))

    assert (found["source.shop.raw.a"].resolves_to, found["source.shop.raw.a"].relation) == (
        "elsewhere",
        "'s3://prod/a'",
    )


def test_a_selection_is_handed_to_dbt_as_it_is_given() -> None:
    selection = ("--select", "state:modified+ tag:nightly", "--exclude", "a", "--selector", "s", *STATE)
    dbt = Dbt({selection: listed(model("m"))})

    assert list(rows(dbt, Asked(selection))) == ["model.shop.m"]
    assert len(dbt.asked) == 2, "and nothing else is run"


def test_of_tests_only_those_are_shown_that_store_their_failures_and_nothing_that_has_no_relation() -> None:
    test = {"resource_type": "test", "database": "PROD_DB", "relation_name": None, "package_name": "shop", "name": "t"}
    stored = {**test, "unique_id": "test.shop.stored", "config": {"store_failures": True}}
    exposure = model("e", resource_type="exposure")
    found = rows(Dbt({(): listed({**test, "unique_id": "test.shop.t"}, stored, exposure)}))

    assert list(found) == ["test.shop.stored"]
    assert found["test.shop.stored"].is_problem


@pytest.mark.parametrize(("materialized", "place"), [("ephemeral", "nowhere"), ("external", "unknown"), ("x", "ghost")])
def test_how_a_model_is_materialized_may_take_it_out_of_its_database(materialized: str, place: str) -> None:
    found = rows(Dbt({(): listed(model("m", config={"materialized": materialized}))}))

    assert found["model.shop.m"].resolves_to == place


def test_without_defer_what_is_not_selected_is_not_shown() -> None:
    assert list(rows(Dbt({("--select", "a"): listed(model("a", "b"))}, said(TARGET)), Asked(("--select", "a")))) == [
        "model.shop.a"
    ]


def test_with_defer_what_the_selected_read_is_deferred_where_ref_says_another_place() -> None:
    """`a` is selected and reads `b`, and `d` through the ephemeral `c`; `e` is read by nothing that is selected."""
    a, b, d, e = model("a", "b", "c"), model("b", "e"), model("d"), model("e")
    c = model("c", "d", config={"materialized": "ephemeral"})
    refs = said(
        {"id": "model.shop.b", "database": "PROD_DB", "relation": "PROD_DB.a.b"},
        {"id": "model.shop.d", "database": DATABASE, "relation": d["relation_name"]},
    )
    dbt = Dbt({("--select", "a"): listed(a), (): listed(a, b, c, d, e)}, said(TARGET), refs)

    found = rows(dbt, Asked(("--select", "a"), ("--defer", *STATE)))

    assert {node: (row.does, row.resolves_to) for node, row in found.items()} == {
        "model.shop.a": ("build", "ghost"),
        "model.shop.b": ("read", "deferred"),
        "model.shop.d": ("read", "ghost"),
    }
    assert found["model.shop.b"].relation == "PROD_DB.a.b"


def test_with_defer_what_several_read_is_looked_up_once_and_what_is_selected_not_at_all() -> None:
    nodes = [model("a", "b", "c"), model("b", "c"), model("c")]
    refs = said({"id": "model.shop.c", "database": "PROD_DB", "relation": "PROD_DB.a.c"})
    dbt = Dbt({("--select", "a b"): listed(*nodes[:2]), (): listed(*nodes)}, said(TARGET), refs)

    shown = where(dbt, GHOST, ("PROD_DB",), Asked(("--select", "a b"), ("--defer", *STATE))).rows

    assert [row.node for row in shown] == ["model.shop.a", "model.shop.b", "model.shop.c"]
    assert [dbt.asked[-1][-1].count(f"model.shop.{name}") for name in "abc"] == [0, 0, 1]


def test_with_defer_and_no_ghost_what_dbt_cannot_look_up_is_unknown_with_its_words() -> None:
    a, b = model("a", "b"), model("b")
    failed = said(error="Encountered an error:\nthere is no ghost of branch 'fix/x'.\nghost_clone makes it")
    dbt = Dbt({("--select", "a"): listed(a), (): listed(a, b)}, said(TARGET), failed)

    found = rows(dbt, Asked(("--select", "a"), ("--defer", *STATE)))

    assert found["model.shop.a"].resolves_to == "ghost"
    assert found["model.shop.b"].why == "`ref()` fails on the target of ghosts: there is no ghost of branch 'fix/x'"


def test_many_refs_are_looked_up_a_few_at_a_time() -> None:
    parents = [model(f"p{n}") for n in range(2 * REFS_AT_ONCE + 1)]
    a = model("a", *(parent["name"] for parent in parents))
    dbt = Dbt({("--select", "a"): listed(a), (): listed(a, *parents)}, said(TARGET), said())

    rows(dbt, Asked(("--select", "a"), ("--defer", *STATE)))

    assert [words[-1].count("model.shop.p") for words in dbt.asked[3:]] == [REFS_AT_ONCE, REFS_AT_ONCE, 1]
    assert max(len(words[-1]) for words in dbt.asked) < WINDOWS_LINE


def test_a_project_that_does_not_compile_is_an_error_with_the_first_lines_of_dbts_own_words() -> None:
    said_by_dbt = "\n".join(f"line {n}" for n in range(1, 20))

    with pytest.raises(GhostError) as raised:
        rows(Dbt({(): DbtRun(False, None, (), said_by_dbt)}))

    assert raised.value.message.splitlines() == ["dbt cannot list the project:", *said_by_dbt.splitlines()[:8]]


def test_without_an_answer_about_the_target_nothing_is_guessed() -> None:
    with pytest.raises(GhostError, match=r"dbt cannot say what the target of ghosts is:\nout of order"):
        rows(Dbt({(): listed(model("m"))}, DbtRun(False, None, (), "out of order")))


def test_where_dbt_is_not_installed_the_error_says_so() -> None:
    words = "python: Error while finding module specification (ModuleNotFoundError: No module named 'dbt')"

    with pytest.raises(GhostError, match="dbt is not installed") as raised:
        rows(Dbt({(): DbtRun(False, None, (), words)}))

    assert "install dbt-core and your adapter" in raised.value.hint
