"""What the macros read out of SQL text, and how they rewrite it: all cases through one call of dbt."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.project import command, make_warehouse, run_many

MAPPING = {"PROD_DB": "GHOST_1", "PROD": "GHOST_2", "RAW$": "GHOST_3"}

REWRITTEN = {
    "prod_db.s.t": "GHOST_1.s.t",
    "Prod_Db.S.T as x": "GHOST_1.S.T as x",
    '"PROD_DB"."s"."t"': '"GHOST_1"."s"."t"',
    '"PROD_DB".s.t.column': '"GHOST_1".s.t.column',
    "PROD..t": "GHOST_2..t",
    "PROD . s . t": "GHOST_2 . s . t",
    "PROD\n  .s\n  .t": "GHOST_2\n  .s\n  .t",
    "PROD /* of x.y */ . -- and z.\n s.t": "GHOST_2 /* of x.y */ . -- and z.\n s.t",
    "raw$.s.f(prod.s.g(1))": "GHOST_3.s.f(GHOST_2.s.g(1))",
    "@prod.s.stage/path": "@GHOST_2.s.stage/path",
    "{'k': PROD.s.f(1)}": "{'k': GHOST_2.s.f(1)}",
    "x::prod.s.type": "x::GHOST_2.s.type",
    "prod.s.t.c:prod.a.b": "GHOST_2.s.t.c:prod.a.b",
    "-1/PROD.s.one": "-1/GHOST_2.s.one",
    "'a' || PROD.s.f() || 'b'": "'a' || GHOST_2.s.f() || 'b'",
    "'it''s' || PROD.s.f()": "'it''s' || GHOST_2.s.f()",
    "'back\\\\' || PROD.s.f()": "'back\\\\' || GHOST_2.s.f()",
    "/* it's */ PROD.s.t": "/* it's */ GHOST_2.s.t",
    "-- it's\nPROD.s.t": "-- it's\nGHOST_2.s.t",
    '"it\'s" || PROD.s.f()': '"it\'s" || GHOST_2.s.f()',
}
UNTOUCHED = (
    "prod_db.column",
    "prod_db",
    '"PROD_DB"."column"',
    '"prod_db".s.t',
    '"Prod".s.t',
    "PROD_EU.s.t",
    "PROD_DB_OLD.s.t",
    "MY_PROD.s.t",
    "PROD$.s.t",
    "x.PROD.y.z",
    "x . PROD.y.z",
    '"x".PROD.y.z',
    "f(x).PROD.y.z",
    "v:PROD.a.b",
    "v[0]:PROD.a.b",
    "f(v):PROD.a.b",
    "$1:PROD.a.b",
    "t.$1:PROD.a.b",
    "v:a::object:PROD.b.c",
    "'PROD.s.t'",
    "'it''s PROD.s.t'",
    "'it\\' PROD.s.t'",
    "$$PROD.s.t$$",
    "$$ it's PROD.s.t $$",
    "-- PROD.s.t",
    "// PROD.s.t",
    "/* PROD.s.t\n PROD.s.t */",
    '"a PROD.s.t b"',
    '"a""PROD.s.t"',
)
FRAGMENTS = [*REWRITTEN.items(), *((text, text) for text in UNTOUCHED)]

NAMED = {
    "select * from PROD.s.t": (["PROD"], []),
    "select * from prod_eu.s.t, prod_db.s.u, PROD_DB.s.v": (["PROD_DB"], []),
    "select 'PROD.x' -- prod_db\n": ([], ["PROD", "PROD_DB"]),
    "select $$use raw$$$ from PROD.s.t": (["PROD"], []),
    "select 'in (PROD)', 'PROD_EU', 'xPROD', 'PROD$'": ([], ["PROD"]),
    "select 'PROD_EU', 'xPROD', 'PROD$'": ([], []),
    "select prod.a from x as prod": ([], []),
    "": ([], []),
}

SIGNATURES = {
    "()": "()",
    "(A NUMBER, B VARCHAR)": "(NUMBER, VARCHAR)",
    '(A NUMBER(38,0) DEFAULT 1, "b, c" VARCHAR)': "(NUMBER(38,0), VARCHAR)",
    "(b c VARCHAR, default NUMBER)": "(VARCHAR, NUMBER)",
    "(A VECTOR(FLOAT, 3), B OBJECT(x NUMBER(1,0), y ARRAY(NUMBER)))": (
        "(VECTOR(FLOAT, 3), OBJECT(x NUMBER(1,0), y ARRAY(NUMBER)))"
    ),
}

HEADS = {
    "create view v as select 1": "create or replace view PLACE as select 1",
    "CREATE OR REPLACE VIEW Prod.S.V\n as (\n select * from PROD.S.T\n);": (
        "create or replace view PLACE\n as (\n select * from GHOST_2.S.T\n)"
    ),
    '-- top\ncreate or alter secure recursive view "S"."a b"(x, y comment \'PROD.s.t\') copy grants as select 1': (
        "-- top\ncreate or replace secure recursive view PLACE(x, y comment 'PROD.s.t') copy grants as select 1"
    ),
    "create view if not exists prod..v comment = 'x' as select 1 -- end": (
        "create or replace view PLACE comment = 'x' as select 1 -- end"
    ),
    "create materialized view v as select 1": None,
    "create temporary view v as select 1": None,
    "create table v as select 1": None,
    "select 1": None,
    "": None,
}

GUARDED = (
    "create or replace secure view G.S.V(A WITH MASKING POLICY #UNKNOWN_POLICY) as select 1",
    "create or replace view G.S.V(A, B WITH MASKING POLICY P.S.M USING (B, A)) as select 1",
    "create or replace view G.S.V(A WITH PROJECTION POLICY P.S.M) as select 1",
    "create or replace view G.S.V(A) with row access policy P.S.R on (A) as select 1",
    "create or replace view G.S.V(A) with row access policy #UNKNOWN_POLICY comment='x' as select 1",
    "create or replace view G.S.V(A) with aggregation policy P.S.R as select 1",
    "create or replace view G.S.V(A) join policy P.S.R as select 1",
    "create or replace view G.S.V(A) WITH TAG (G.S.COST='x') as select 1",
    "create or replace view G.S.V(A WITH TAG (G.S.COST='x', G.S.OWNER='y')) as select 1",
    "create or replace view G.S.V(A) WITH TAG (#UNKNOWN_TAG='#UNKNOWN_VALUE') as select 1",
)
UNGUARDED = (
    "create or replace view G.S.V(A) as select 1",
    "create or replace view G.S.POLICY(\n\tTAG,\n\tPOLICY COMMENT 'masking policy'\n) as select tag, policy from t",
    "create or replace view G.S.V(A) comment='with tag (a=b)' as select 'row access policy', tag(1)",
    "create or replace view G.S.V(A) as select a from x join policy on x.a = policy.a -- masking policy",
)

PLACES = {
    "s3://bucket/a/b/": ("s3://", "bucket", "/a/b/"),
    "s3gov://bucket": ("s3gov://", "bucket", ""),
    "azure://account/container/": ("", "", ""),
    "": ("", "", ""),
}


def views(**bodies: str) -> list[dict[str, str]]:
    made = []
    for name, body in bodies.items():
        place = f'"G"."S"."{name}"'
        made.append(
            {"database": "G", "schema": "S", "name": name, "place": place, "sql": f"create view {place} {body}"}
        )
    return made


CHAIN = views(
    D="as select * from G.S.C",
    C="as select * from b, other.s.d -- D",
    B="as select 'D' from s.a join G..D on 1 = 1",
    A="as select * from t",
)
CIRCLE = views(Z="as select y from x", Y="as select z as a from t", W="as select * from z")
LONG = {
    "an open string": "select '" + "a''b\\'" * 30_000,
    "an open comment": "select /*" + "* /" * 30_000,
    "open dollars": "select $$" + "$ '" * 30_000,
    "an open name": 'select "' + 'a"" ' * 30_000,
    "many names": "select " + "a . b /* c */ . d, " * 10_000,
    "dots": "select a" + " . " * 30_000,
    "brackets": "select " + "(" * 30_000 + "PROD.s.t",
}


def mixed(number: int) -> tuple[str, str]:
    """Some fragments one after the other, and what is to come out."""
    chosen = random.Random(number).choices(FRAGMENTS, k=12)
    return "select " + "\n, ".join(a for a, _ in chosen), "select " + "\n, ".join(b for _, b in chosen)


Answers = dict[tuple[str, Any], Any]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """{(macro, its first argument as JSON): what it returned}."""
    names = list(MAPPING)
    cases: list[list[Any]] = [["_rewritten", text, MAPPING] for text, _ in FRAGMENTS]
    cases += [["_rewritten", mixed(number)[0], MAPPING] for number in range(100)]
    cases += [["_rewritten", text + " PROD.s.t", MAPPING] for text in LONG.values()]
    cases += [["_rewritten", "select PROD.s.t from PROD_DB.s.t", {}]]
    cases += [["_named_in", text, names] for text in NAMED]
    cases += [["_argument_types", text] for text in SIGNATURES]
    cases += [["_view_sql", {"text": text, "secure": False}, "PLACE", MAPPING] for text in HEADS]
    cases += [["_view_sql", {"text": "create view v as select 1", "secure": True}, "PLACE", MAPPING]]
    cases += [["_guard_in", text] for text in (*GUARDED, *UNGUARDED)]
    cases += [["_place_of", text] for text in PLACES]
    cases += [["_in_order", CHAIN], ["_in_order", CIRCLE]]
    folder = Path(tmp_path_factory.mktemp("rewriting"))
    warehouse = make_warehouse(folder)
    (warehouse.folder / "macros/probe.sql").write_text(
        "{% macro probe(cases) %}{% for case in cases %}"
        "{% do log('SAID ' ~ tojson(context['dbt_ghost'][case[0]](*case[1:])), info=true) %}"
        "{% endfor %}{% endmacro %}"
    )
    words = ("run-operation", "probe", "--args", json.dumps({"cases": cases}))
    (answer,) = run_many(warehouse, [command(warehouse, "prod", words, {})], folder)
    assert answer["ok"], answer["error"]
    lines = [json.loads(line.removeprefix("SAID ")) for line in answer["lines"] if line.startswith("SAID ")]
    return {(case[0], json.dumps(case[1])): line for case, line in zip(cases, lines, strict=True)}


def ask(said: Answers, macro: str, argument: Any) -> Any:
    return said[macro, json.dumps(argument)]


@pytest.mark.parametrize(("text", "expected"), FRAGMENTS)
def test_only_the_database_part_of_a_name_is_rewritten(said: Answers, text: str, expected: str) -> None:
    assert ask(said, "_rewritten", text) == expected


def test_fragments_do_not_disturb_each_other(said: Answers) -> None:
    for number in range(100):
        text, expected = mixed(number)
        assert ask(said, "_rewritten", text) == expected


@pytest.mark.parametrize("kind", LONG)
def test_long_and_broken_text_is_read_to_its_end_without_loss(said: Answers, kind: str) -> None:
    text = LONG[kind] + " PROD.s.t"
    open_end = kind in ("an open string", "an open comment", "open dollars", "an open name", "dots")
    expected = text if open_end else text.replace("PROD.", "GHOST_2.")
    assert ask(said, "_rewritten", text) == expected


def test_without_names_nothing_is_rewritten(said: Answers) -> None:
    assert ask(said, "_rewritten", "select PROD.s.t from PROD_DB.s.t") == "select PROD.s.t from PROD_DB.s.t"


@pytest.mark.parametrize("text", NAMED)
def test_names_in_code_are_told_from_those_in_strings_and_comments(said: Answers, text: str) -> None:
    code, literals = NAMED[text]
    assert ask(said, "_named_in", text) == {"code": code, "literals": literals}


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_function_is_dropped_by_its_types(said: Answers, signature: str) -> None:
    assert ask(said, "_argument_types", signature) == SIGNATURES[signature]


@pytest.mark.parametrize("text", HEADS)
def test_a_plain_view_is_made_again_at_its_place_and_nothing_else_is(said: Answers, text: str) -> None:
    assert ask(said, "_view_sql", {"text": text, "secure": False}) == HEADS[text]


def test_a_view_that_was_made_secure_later_stays_secure(said: Answers) -> None:
    made = ask(said, "_view_sql", {"text": "create view v as select 1", "secure": True})
    assert made == "create or replace secure view PLACE as select 1"


@pytest.mark.parametrize("ddl", GUARDED)
def test_policies_and_tags_are_seen_in_the_ddl(said: Answers, ddl: str) -> None:
    assert "policy or a tag" in ask(said, "_guard_in", ddl)


@pytest.mark.parametrize("ddl", UNGUARDED)
def test_words_and_tables_called_policy_are_no_policies(said: Answers, ddl: str) -> None:
    assert ask(said, "_guard_in", ddl) == ""


@pytest.mark.parametrize("url", PLACES)
def test_a_place_in_s3_is_read_as_bucket_and_path(said: Answers, url: str) -> None:
    assert tuple(ask(said, "_place_of", url).values()) == PLACES[url]


def test_a_view_comes_after_those_it_names(said: Answers) -> None:
    assert [view["name"] for view in ask(said, "_in_order", CHAIN)] == ["A", "B", "C", "D"]


def test_what_looks_like_a_circle_keeps_every_view(said: Answers) -> None:
    order = [view["name"] for view in ask(said, "_in_order", CIRCLE)]
    assert sorted(order) == ["W", "Y", "Z"]
    assert order.index("Z") < order.index("W")
