"""Blocks and procedures of the double, through the connector: what they answer, with whose rights, in the journal."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from tests.snowflake_double.actors import Company, company


@pytest.fixture
def account() -> Iterator[Company]:
    with company() as made:
        yield made


def made(account: Company, body: str, arguments: str = "()", rights: str = "owner") -> None:
    """TRANSFORMER makes prod.shop.p and lets READER call it."""
    create = f"create or replace procedure prod.shop.p{arguments} returns varchar language sql"
    account.transformer.rows(f"{create} execute as {rights} as $${body}$$")
    types = "(varchar)" if arguments != "()" else "()"
    account.transformer.do(
        "grant usage on database prod to role reader; grant usage on schema prod.shop to role reader"
    )
    account.transformer.do(f"grant usage on procedure prod.shop.p{types} to role reader")


def test_a_block_answers_one_row_under_anonymous_block(account: Company) -> None:
    assert account.reader.rows("execute immediate $$ begin return 1 + 1; end; $$") == [{"anonymous block": 2}]
    assert account.reader.rows("execute immediate 'begin let a := ''x''; return a; end'") == [{"anonymous block": "x"}]
    assert account.reader.rows("begin let a := 1; end") == [{"anonymous block": None}]


def test_a_block_returns_an_object_as_json_text(account: Company) -> None:
    text = "begin let n := 2; return object_construct('n', n, 'who', current_role()); end"
    assert json.loads(account.reader.value(f"execute immediate $${text}$$")) == {"n": 2, "who": "READER"}


def test_dynamic_text_may_be_a_plain_statement(account: Company) -> None:
    assert account.reader.rows("execute immediate 'select 1 as one'") == [{"ONE": 1}]
    assert "does not model" in account.reader.refusal("execute immediate 'select ' || '1'")


def test_a_block_reads_and_writes_through_variables(account: Company) -> None:
    text = """
        declare found int default 0;
        begin
            let target := 'PROD.SHOP.ITEMS';
            insert into identifier(:target) values (1), (2);
            let rs resultset := (select id from prod.shop.items order by id);
            for row in rs do found := found * 10 + row.id; end for;
            let shown resultset := (show tables in schema prod.shop);
            for row in shown do found := found + 100; end for;
            return found + (select count(*) from prod.shop.items);
        end"""
    assert account.transformer.value(f"execute immediate $${text}$$") == 12 + 200 + 2


def test_a_block_knows_how_many_rows_its_last_dml_changed(account: Company) -> None:
    text = """begin let before := sqlrowcount; insert into prod.shop.items values (1), (2); select 1;
        return iff(before is null, 'none', 'some') || sqlrowcount || sqlfound || sqlnotfound; end"""
    assert account.transformer.value(f"execute immediate $${text}$$") == "none2truefalse"


def test_a_failing_statement_keeps_its_number_through_a_block(account: Company) -> None:
    refusal = account.reader.refusal("begin\n  drop table prod.shop.orders;\nend")
    assert refusal.startswith("2003 ")
    assert "Uncaught exception of type 'STATEMENT_ERROR' on line 2 at position 2" in refusal
    caught = account.reader.value(
        "begin select * from prod.shop.orders; exception when statement_error then return sqlcode || sqlstate; end"
    )
    assert caught == "200342S02"


def test_the_journal_tells_what_a_block_ran(account: Company) -> None:
    start = len(account.double.journal)
    account.reader.rows("begin execute immediate 'begin drop role if exists a; end'; drop role if exists b; end")
    block, inner, first, second = account.double.journal.since(start)
    assert (first.text, first.parent, second.text, second.parent) == (
        *("drop role if exists a", inner.index),
        *("drop role if exists b", block.index),
    )
    assert (inner.parent, block.parent, {entry.role for entry in (block, inner, first)}) == (
        block.index,
        None,
        {"READER"},
    )


def test_async_statements_of_a_block_overlap(account: Company) -> None:
    account.double.delay = 0.3
    children = " ".join(f"async (create table prod.shop.t{n} (id int));" for n in range(4))
    start = time.monotonic()
    account.transformer.rows(f"execute immediate $$begin {children} await all; end$$")
    taken = time.monotonic() - start
    account.double.delay = 0.0
    assert 0.5 < taken < 1.2
    entries = [entry for entry in account.double.journal.entries if entry.text.startswith("create table prod.shop.t")]
    assert len({entry.parent for entry in entries}) == 1
    assert account.transformer.rows("select * from prod.shop.t3") == []


def test_a_procedure_of_its_owner_runs_with_the_owner_s_role_alone(account: Company) -> None:
    made(account, "begin create table made_here (id int); return current_role() || current_schema(); end")
    assert account.reader.rows("call prod.shop.p()") == [{"P": "TRANSFORMERSHOP"}]
    assert account.owner_of("table prod.shop.made_here") == "TRANSFORMER"
    assert account.reader.value("select current_role()") == "READER"
    assert "3001 " in account.reader.refusal("create table prod.shop.mine (id int)")


def test_a_procedure_of_its_caller_runs_with_the_caller_s_role(account: Company) -> None:
    made(account, "begin create table prod.shop.made_here (id int); end", rights="caller")
    assert "3001 " in account.reader.refusal("call prod.shop.p()")


def test_a_call_needs_usage_on_the_procedure_the_schema_and_the_database(account: Company) -> None:
    made(account, "begin return 'done'; end")
    assert account.reader.value("call prod.shop.p()") == "done"
    for what in ("procedure prod.shop.p()", "schema prod.shop", "database prod"):
        account.transformer.do(f"revoke usage on {what} from role reader")
        refusal = account.reader.refusal("call prod.shop.p()")
        assert "does not exist" in refusal or "Unknown" in refusal
        account.transformer.do(f"grant usage on {what} to role reader")
    assert account.reader.value("call prod.shop.p()") == "done"


def test_an_owner_s_procedure_shows_what_its_owner_sees(account: Company) -> None:
    body = "begin let n := 0; let rs resultset := (show tables in schema prod.shop);"
    made(account, f"{body} for row in rs do n := n + 1; end for; return n; end")
    assert account.reader.rows("show tables in schema prod.shop") == []
    assert account.reader.value("call prod.shop.p()") in (2, "2")


@pytest.mark.parametrize(
    "text",
    (
        "alter session set query_tag = 'x'",
        "use role reader",
        "use secondary roles all",
        "use database prod",
        "show grants",
    ),
)
def test_an_owner_s_procedure_leaves_the_session_alone(account: Company, text: str) -> None:
    refusal = f"begin {text.replace(chr(39), chr(39) * 2)}; end"
    made(account, f"begin {text}; end")
    assert "Unsupported statement type" in account.reader.refusal("call prod.shop.p()")
    made(account, f"begin execute immediate '{refusal.replace(chr(39) * 2, chr(39) * 4)}'; end")
    assert "Unsupported statement type" in account.reader.refusal("call prod.shop.p()")


def test_a_caller_s_procedure_may_set_the_session(account: Company) -> None:
    made(account, "begin alter session set query_tag = 'mine'; end", rights="caller")
    account.reader.rows("call prod.shop.p()")
    account.reader.rows("select 1")
    assert account.double.journal.entries[-1].query_tag == "mine"


def test_a_procedure_takes_arguments_by_place_by_name_and_by_default(account: Company) -> None:
    made(account, "begin return a; end", "(a varchar default 'none')")
    assert account.reader.value("call prod.shop.p()") == "none"
    assert account.reader.value("call prod.shop.p('it''s')") == "it's"
    assert account.reader.value("call prod.shop.p(a => upper('x'))") == "X"
    assert "Unknown" in account.reader.refusal("call prod.shop.p('a', 'b')")
    assert "Unknown" in account.reader.refusal("call prod.shop.p(b => 'b')")


def test_a_block_keeps_what_a_procedure_answers(account: Company) -> None:
    made(account, "begin return 'done'; end")
    text = "begin let rs resultset := (call prod.shop.p()); for row in rs do return row.p; end for; end"
    assert account.reader.value(f"execute immediate $${text}$$") == "done"


def test_an_error_inside_a_procedure_reaches_its_caller(account: Company) -> None:
    made(account, "declare no exception (-20001, 'Not so.'); begin raise no; end")
    assert account.reader.refusal("call prod.shop.p()").startswith("-20001 ")
    caught = "begin call prod.shop.p(); exception when other then return sqlcode || ' ' || sqlerrm; end"
    assert "Not so." in account.reader.value(f"execute immediate $${caught}$$")


def test_procedures_are_told_apart_by_the_types_of_their_arguments(account: Company) -> None:
    account.transformer.do("use schema prod.shop")
    for types in ("()", "(a int)", "(a int, b string(5))"):
        account.transformer.rows(
            f"create procedure p{types} returns varchar language sql as 'begin return ''{types}''; end'"
        )
    assert account.transformer.value("call p(1)") == "(a int)"
    assert "2002 " in account.transformer.refusal(
        "create procedure p(x number(3, 0)) returns varchar language sql as 'begin return 1; end'"
    )
    account.transformer.rows("drop procedure p(number, varchar)")
    assert "Unknown" in account.transformer.refusal("call p(1, 'x')")
    account.transformer.rows("drop procedure if exists p(number, varchar)")


def test_only_the_owner_reads_the_body_of_an_owner_s_procedure(account: Company) -> None:
    made(account, "begin return 1; end")
    described = {row["property"]: row["value"] for row in account.transformer.rows("desc procedure prod.shop.p()")}
    assert described["body"] == "begin return 1; end"
    assert (described["execute as"], described["signature"], described["language"]) == ("OWNER", "()", "SQL")
    assert "body" not in {row["property"] for row in account.reader.rows("desc procedure prod.shop.p()")}


def test_functions_and_other_languages_exist_but_do_not_run(account: Company) -> None:
    account.transformer.rows("create function prod.shop.twice(x int) returns int as $$ x * 2 $$")
    account.transformer.rows(
        "create procedure prod.shop.py() returns int language python runtime_version = '3.11' "
        "packages = ('snowflake-snowpark-python') handler = 'run' as $$def run(session): return 1$$"
    )
    assert "does not model" in account.transformer.refusal("call prod.shop.py()")
    account.transformer.rows("drop function prod.shop.twice(number)")
    assert "does not exist" in account.transformer.refusal("drop function prod.shop.twice(number)")
