"""What people read of where nodes resolve."""

from __future__ import annotations

import click
import pytest

from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.observe.where import GROUPS, Node, Target, names_of, rows_of
from dbt_ghost.operations.where import Where
from ghost_cli.render_where import SAID, where_json, where_text

GHOST = GhostName("shop", "fix/x")
NAMES = names_of(GHOST, ("PROD_DB",), Target("snowflake", GHOST.database()))
MINE = GHOST.database()


def found(*nodes: Node) -> Where:
    return Where(rows_of(nodes, NAMES), NAMES, "")


def text(*nodes: Node, there: bool | None = True) -> list[str]:
    return click.unstyle(where_text(GHOST, found(*nodes), there)).splitlines()


def test_the_headline_counts_kinds_in_each_place() -> None:
    nodes = [Node(f"model.{n}", "model", MINE) for n in range(2)]
    nodes += [Node("seed.s", "seed", MINE), Node("snapshot.h", "snapshot", MINE)]
    nodes += [Node(f"source.{n}", "source", "PROD_DB") for n in range(3)]

    assert text(*nodes)[0] == (
        "fix/x: 2 models, 1 seed and 1 snapshot build in the ghost, 3 sources are read from production"
    )


def test_a_reason_that_a_whole_group_has_is_said_once_and_else_beside_each() -> None:
    declared = Node("source.a", "source", "PROD_DB", "P.A", declared="PROD_DB")
    undeclared = Node("source.bb", "source", "PROD_DB", "P.BBB")

    same, different = text(undeclared)[3:], text(declared, undeclared)[3:]

    reason = "its database PROD_DB is production's: the ghost READS production here"
    assert same == [f"  1 is read from production: {reason}", "    source  source.bb  P.BBB"]
    assert different[0] == "  2 are read from production"
    assert different[1].startswith("    source  source.a   P.A    it is declared with database PROD_DB: ")
    assert different[2] == f"    source  source.bb  P.BBB  {reason}"


def test_what_would_be_written_outside_the_ghost_is_said_before_all_else() -> None:
    lines = text(Node("model.a", "model", MINE), Node("model.z", "model", "PROD_DB", "PROD_DB.A.Z"))

    assert lines[0].startswith("fix/x: 1 model would WRITE INTO PRODUCTION, 1 model builds in the ghost")
    assert lines[2] == "  Do not build this branch on the target of ghosts before that is mended."
    assert lines[5].split() == ["model", "model.z", "PROD_DB.A.Z"]


@pytest.mark.parametrize(
    ("there", "told"),
    [
        (True, ""),
        (False, ": it is not there yet, and these are names only; `ghost-ingest up` makes it"),
        (None, " (not looked up)"),
    ],
)
def test_whether_the_ghost_is_there_is_told_and_what_nobody_looked_up_is_not_taken_for_there(
    there: bool | None, told: str
) -> None:
    assert text(Node("model.a", "model", MINE), there=there)[1] == f"  ghost  {MINE}{told}"
    assert where_json(GHOST, found(), there)["ghost"] == {"databases": [MINE], "there": there}


def test_a_selection_of_nothing_says_so() -> None:
    assert text()[0] == "fix/x: no model, seed, snapshot or source is selected"


def test_what_has_no_relation_has_null_in_json() -> None:
    rows = where_json(GHOST, found(Node("model.e", "model", MINE, "E", "ephemeral")), None)["nodes"]

    assert (rows[0]["resolves_to"], rows[0]["relation"]) == ("nowhere", None)


def test_there_are_words_for_every_group() -> None:
    assert set(SAID) == set(GROUPS)
