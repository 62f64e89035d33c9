"""The interpreter of Snowflake Scripting, over a database that only notes what it is asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import duckdb
import pytest

from tests.snowflake_double import scripting_run as scripting
from tests.snowflake_double.errors import SnowflakeError
from tests.snowflake_double.scripting_parser import is_block


@dataclass
class Answer:
    columns: list[str]
    rows: list[tuple[object, ...]]


@dataclass
class Sql:
    """Answers expressions with DuckDB, `show` with two rows, `bad` with an error, and anything else with nothing."""

    duck: duckdb.DuckDBPyConnection
    seen: list[str] = field(default_factory=list)

    def __call__(self, text: str) -> Answer | None:
        if text.startswith("select"):
            found = self.duck.execute(text)
            return Answer([column[0].upper() for column in found.description or []], found.fetchall())
        self.seen.append(text)
        if text.startswith("show"):
            return Answer(["name", "KIND"], [("A", "table"), ("B", "view")])
        if text.startswith("bad"):
            raise SnowflakeError(2003, "42S02", f"SQL compilation error:\n{text} does not exist or not authorized.")
        if text.startswith("new"):
            raise SnowflakeError(9999, "99999", "the Snowflake double does not model: news")
        return None

    def run(self, text: str, arguments: Mapping[str, object] | None = None) -> object:
        return scripting.run(text, self, arguments=arguments)


@pytest.fixture
def sql() -> Iterator[Sql]:
    with duckdb.connect() as duck:
        duck.execute("create macro parse_json(x) as x::json")
        yield Sql(duck)


RETURNS = {
    "begin return 1; end": 1,
    "begin let a := 1; end": None,
    "begin let a := 2; let b int := a * 21; return b; end;": 42,
    "begin return 'it''s ' || 'a\\\\b'; end": "it's a\\b",
    "begin let a varchar := 7; return a || '!'; end": "7!",
    "begin let a varchar(2) := 'long'::varchar(4); return :a; end": "long",
    "declare a int; b int default 3; begin a := b + 1; return a; end": 4,
    "declare a int default 1; begin begin let a := 5; end; return a; end": 1,
    "declare a int default 1; begin begin a := 5; end; return a; end": 5,
    "declare a int default 1; begin declare a int default 5; begin a := 6; end; return a; end": 1,
    "begin let n int := '7'; return n; end": 7,
    "begin if (1 > 2) then return 'a'; elseif (2 > 1) then return 'b'; else return 'c'; end if; end": "b",
    "begin if (null) then return 'a'; else return 'c'; end if; end": "c",
    "begin let s := ''; for i in 1 to 3 do s := s || i; end for; return s; end": "123",
    "begin let s := ''; for i in reverse 1 to 3 do s := s || i; end for; return s; end": "321",
    "begin let s := ''; for i in 3 to 1 do s := s || i; end for; return s; end": "",
    "begin let n := 0; while (n < 5) do n := n + 1; end while; return n; end": 5,
    "begin let n := 0; while (true) do n := n + 1; if (n = 3) then break; end if; end while; return n; end": 3,
    "begin let s := ''; for i in 1 to 3 do if (i = 2) then continue; end if; s := s || i; end for; return s; end": "13",
    "begin let a := 3; return (select max(x) from (values (1), (2)) as t(x) where x < :a); end": 2,
    "begin let x := 9; return (select max(x) from (values (1), (2)) as t(x)); end": 2,
    "begin let a := true; return not a; end": False,
    "begin return case when 1 = 1 then 'x' else 'y' end; end": "x",
    "begin null; return 'a -- no comment; begin'; -- return 'b';\n end": "a -- no comment; begin",
    "begin let v := parse_json('{\"a\": 1}'); return v; end": '{\n  "a": 1\n}',
    "begin let v variant := '[1]'; return v; end": "[\n  1\n]",
    "begin let a array := '[]'; a := array_append(a, 1); a := array_append(:a, 2); return a; end": "[\n  1,\n  2\n]",
    "begin let o object := '{}'; o := object_insert(o, 'k', parse_json('[]')); return o; end": '{\n  "k": []\n}',
    "begin return array_cat(parse_json('[1]'), array_prepend(parse_json('[3]'), 1 + 1)); end": "[\n  1,\n  2,\n  3\n]",
    "begin let a array := null; return array_append(a, 1); end": None,
}


@pytest.mark.parametrize("text", RETURNS)
def test_a_block_returns_what_snowflake_returns(sql: Sql, text: str) -> None:
    value = sql.run(text)
    assert value == RETURNS[text]
    assert type(value) is type(RETURNS[text])


def test_arguments_are_variables(sql: Sql) -> None:
    assert sql.run("begin return name || :more; end", {"NAME": "a", "MORE": "b"}) == "ab"


def test_rows_are_read_by_the_exact_name_of_their_column(sql: Sql) -> None:
    loop = "begin let s := ''; let rs resultset := (show tables); for row in rs do s := s || {}; end for; return s; end"
    assert sql.run(loop.format("""row."name" || row.kind""")) == "AtableBview"
    with pytest.raises(SnowflakeError, match=r"invalid identifier 'ROW\.NAME'"):
        sql.run(loop.format("row.name"))


def test_a_cursor_reads_a_result_that_exists_and_runs_a_query_that_does_not(sql: Sql) -> None:
    body = "let n := 0; for row in c do n := n + 1; end for; return n; end"
    assert sql.run(f"begin let rs resultset := (show tables); let c cursor for rs; {body}") == 2
    assert sql.run(f"begin let c cursor for show views; {body}") == 2
    assert sql.seen == ["show tables", "show views"]


def test_a_result_set_is_assigned_dynamically(sql: Sql) -> None:
    text = """declare rs resultset; begin let q := 'show ' || 'stages'; rs := (execute immediate :q);
        for row in rs do return row."name"; end for; end"""
    assert sql.run(text) == "A"
    assert sql.seen == ["show stages"]


def test_variables_reach_statements_as_literals_and_as_names(sql: Sql) -> None:
    sql.run("""begin let t := 'D.S."t"'; let v := 'it''s'; let n := -1; let b := null::int;
        insert into identifier(:t) values (:v, :n, :b, a:path, 'b:v'::text, v); end""")
    assert sql.seen == ["insert into D.S.\"t\" values ('it''s', (-1), null, a:path, 'b:v'::text, v)"]


def test_dynamic_text_sees_no_variables_and_is_one_statement(sql: Sql) -> None:
    sql.run(
        "begin let t := 'drop x;'; execute immediate :t; execute immediate t; execute immediate 'drop ' || ':t'; end"
    )
    assert sql.seen == ["drop x", "drop x", "drop :t"]
    with pytest.raises(SnowflakeError, match="takes one statement"):
        sql.run("begin execute immediate 'drop x; drop y'; end")


def test_a_block_inside_dynamic_text_is_passed_on_whole(sql: Sql) -> None:
    sql.run("begin execute immediate 'begin drop a; drop b; end;'; end")
    assert sql.seen == ["begin drop a; drop b; end;"]


HANDLERS = ("when other then", "when statement_error then", "when mine or statement_error then")


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_handler_learns_what_went_wrong(sql: Sql, handler: str) -> None:
    found = sql.run(
        f"begin bad table; drop x; exception {handler} return sqlcode || '/' || sqlstate || '/' || sqlerrm; end"
    )
    assert found == "2003/42S02/SQL compilation error:\nbad table does not exist or not authorized."
    assert sql.seen == ["bad table"]


def test_a_handler_of_another_exception_does_not_catch(sql: Sql) -> None:
    with pytest.raises(SnowflakeError) as caught:
        sql.run("begin\n  bad table;\nexception when mine then return 1; end")
    assert (caught.value.errno, caught.value.sqlstate) == (2003, "42S02")
    assert caught.value.message.startswith("Uncaught exception of type 'STATEMENT_ERROR' on line 2 at position 2 : SQL")


def test_a_declared_exception_is_raised_and_caught_by_name(sql: Sql) -> None:
    declared = "declare mine exception (-20002, 'Not so.'); begin raise mine; "
    caught = "exception when mine then return sqlcode || sqlstate || sqlerrm; end"
    assert sql.run(declared + caught) == "-20002P0001Not so."
    with pytest.raises(SnowflakeError, match=r"exception of type 'MINE' on line 1 at position 50 : Not so\.") as e:
        sql.run(declared + "end")
    assert (e.value.errno, e.value.sqlstate) == (-20002, "P0001")


def test_an_inner_handler_lets_the_outer_block_go_on(sql: Sql) -> None:
    sql.run("begin begin bad a; drop a; exception when other then drop b; end; drop c; end")
    assert sql.seen == ["bad a", "drop b", "drop c"]


def test_a_handler_raises_the_same_again(sql: Sql) -> None:
    with pytest.raises(SnowflakeError, match="bad a does not exist"):
        sql.run("begin bad a; exception when other then drop b; raise; end")
    assert sql.seen == ["bad a", "drop b"]


def test_a_handler_sees_declared_variables_but_none_of_let(sql: Sql) -> None:
    assert sql.run("declare a int default 1; begin a := 2; bad x; exception when other then return a; end") == 2
    with pytest.raises((SnowflakeError, duckdb.Error)):
        sql.run("begin let a := 2; bad x; exception when other then return a; end")


def test_no_handler_swallows_what_the_double_does_not_model(sql: Sql) -> None:
    with pytest.raises(SnowflakeError, match="does not model: news"):
        sql.run("begin new thing; exception when other then return 'fine'; end")


@dataclass
class Meeting:
    """Statements that wait for one another: they only end when all of them run at once."""

    barrier: threading.Barrier
    seen: list[str] = field(default_factory=list)

    def __call__(self, text: str) -> Answer | None:
        if "child" in text:
            self.barrier.wait(timeout=10)
        self.seen.append(text)
        if text.startswith("bad"):
            raise SnowflakeError(2003, "42S02", "no such child")
        return Answer(["N"], [(text[-1],)]) if text.startswith("show") else None


def test_async_statements_run_at_once() -> None:
    database = Meeting(threading.Barrier(3))
    text = """begin let p := 'x'; async (create child :p); async (call child_2());
        let rs resultset := async (show child 3); await all; drop z; for row in rs do return row.n; end for; end"""
    assert scripting.run(text, database) == "3"
    assert sorted(database.seen) == ["call child_2()", "create child 'x'", "drop z", "show child 3"]
    assert database.seen[-1] == "drop z"


def test_the_error_of_a_child_is_raised_where_it_is_awaited() -> None:
    database = Meeting(threading.Barrier(2))
    text = """begin async (bad child); async (good child); drop x; await all; drop y;
        exception when other then return sqlerrm; end"""
    assert scripting.run(text, database) == "no such child"
    assert sorted(database.seen) == ["bad child", "drop x", "good child"]


REFUSED = {
    "begin return table(rs); end": "RETURN TABLE",
    "begin select * from table(result_scan(last_query_id())); end": "RESULT_SCAN",
    "begin select 1 into :a; end": "INTO",
    "begin loop drop x; end loop; end": "LOOP",
    "begin open c; end": "OPEN",
    "begin execute immediate 'x' using (a); end": "USING",
    "begin async (drop x); end": "awaits",
    "begin async (drop x); return 1; end": "awaits",
    "begin bad x; exception when other continue then drop y; end": "CONTINUE",
    "begin let rs resultset := (show t); for row in rs do drop :row.name; end for; end": "row's field",
    "begin let rs resultset := (show t); return rs; end": "RESULTSET",
    "declare p procedure() returns int as begin return 1; end; begin call p(); end": "a procedure inside a block",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_modelled_is_refused(sql: Sql, text: str) -> None:
    with pytest.raises(SnowflakeError, match=f"does not model: .*{REFUSED[text]}") as caught:
        sql.run(text)
    assert caught.value.errno == 9999


WRONG = {
    "begin return object_insert(parse_json('{\"a\": 1}'), 'a', 2); end": "Duplicate field key 'a'",
    "begin return array_append(parse_json('[]')); end": "not enough or too many arguments",
    "begin drop x end": "wanted ;",
    "begin drop x;": "the end, wanted EXCEPTION or END",
    "begin if 1 = 1 then drop x; end if; end": r"wanted \(",
    "begin if (1 = 1) then drop x; end; end": "wanted IF",
    "begin let a; end": "wanted :=",
    "begin a := 1; end": "'A' must be declared",
    "begin drop :a; end": "Bind variable :A not set",
    "begin raise mine; end": "'MINE' must be declared",
    "begin raise; end": "outside a handler",
    "declare e exception (-1, 'x'); begin raise e; end": "exception number -1 is not valid",
    "begin let rs resultset := (show t); for row in rs do let x := row.kind; end for; end": "type inferred",
    "begin drop x; end; begin drop y; end": "nothing after it",
    "begin return 'open; end": "has no end",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_snowflake_cannot_compile_is_an_error(sql: Sql, text: str) -> None:
    with pytest.raises(SnowflakeError, match=WRONG[text]):
        sql.run(text)


IS: dict[str, Callable[[object], bool]] = {"a block": bool, "no block": lambda found: not found}
BLOCKS = {
    "begin drop x; end": "a block",
    " declare a int; begin end": "a block",
    "begin": "no block",
    "begin;": "no block",
    "begin transaction": "no block",
    "select 'begin drop x; end'": "no block",
}


@pytest.mark.parametrize("text", BLOCKS)
def test_a_transaction_is_no_block(text: str) -> None:
    assert IS[BLOCKS[text]](is_block(text))
