"""The statement checks themselves: what they see in a statement, and that they do not guess."""

from __future__ import annotations

import pytest

from tests.warehouse.snowflake.statements import (
    Unknown,
    changing_target,
    changing_targets,
    inner_statements,
    is_ghosts,
    parses,
)

TARGETS = {
    "create or replace transient table prod_db.s.t as (select 1)": ("create or replace table", "PROD_DB.S.T"),
    'create or replace temporary view "Ghost.1"."s".v as select 1': ("create or replace view", "Ghost.1.s.V"),
    "create transient database g clone prod_db at (timestamp => '1'::timestamp_tz)": ("create database", "G"),
    "create or replace database prod_db clone g": ("create or replace database", "PROD_DB"),
    "CREATE OR REPLACE /* ghost */ DATABASE\n-- GHOST_SHOP_X\nPROD_DB": ("create or replace database", "PROD_DB"),
    "/* drop table ghost_shop_x.a.b */ drop table if exists p.a.b cascade": ("drop table", "P.A.B"),
    "create schema if not exists g.s": ("create schema", "G.S"),
    "create or replace secure materialized view g.s.v as select 1": ("create or replace materialized view", "G.S.V"),
    "create dynamic table g.s.d target_lag = '1 hour' as select 1": ("create dynamic table", "G.S.D"),
    "create row access policy g.s.p as (a varchar) returns boolean -> true": ("create row access policy", "G.S.P"),
    "create stage g.s.st url = 's3://b/'": ("create stage", "G.S.ST"),
    "create pipe if not exists g.s.p auto_ingest = true as copy into g.s.t from @g.s.st": ("create pipe", "G.S.P"),
    "create pipe g.s.p as (copy into g.s.t from @g.s.st)": ("create pipe", "G.S.P"),
    "alter table if exists g.s.t add column x integer": ("alter table", "G.S.T"),
    "alter table g.s.t rename to u": ("rename table", "G.S.T"),
    "alter table g.s.t rename column a to b": ("alter table", "G.S.T"),
    "alter pipe g.s.p refresh modified_after = 'x'": ("alter pipe", "G.S.P"),
    "alter warehouse wh suspend": ("alter warehouse", "WH"),
    "undrop database g": ("undrop database", "G"),
    "drop function g.s.f(number, varchar)": ("drop function", "G.S.F"),
    "comment on database g is 'x'": ("comment on database", "G"),
    "comment on column g.s.t.c is 'x'": ("comment on column", "G.S.T.C"),
    "grant select on table g.s.t to role r": ("grant", "G.S.T"),
    "grant ownership on all tables in database g to role r revoke current grants": ("grant", "G"),
    "grant select, insert on future views in schema g.s to role r": ("grant", "G.S"),
    "grant manage grants on account to role r": ("grant", "<account>"),
    "grant usage on procedure d.s.p(varchar, varchar) to role r": ("grant", "D.S.P"),
    "revoke grant option for all privileges on view p.s.v from role r": ("revoke", "P.S.V"),
    "insert into g.s.t (a) select prod_db.s.t.a from prod_db.s.t": ("insert", "G.S.T"),
    "insert overwrite into p.s.t values (1)": ("insert", "P.S.T"),
    "update p.s.t set a = (select max(a) from g.s.t)": ("update", "P.S.T"),
    "delete from identifier('p.\"s\".t') where true": ("delete", "P.s.T"),
    "merge into p.s.t as ghost using g.s.t on true when matched then delete": ("merge", "P.S.T"),
    "truncate table if exists p.s.t": ("truncate", "P.S.T"),
    "copy into p.s.t from @g.s.st": ("copy", "P.S.T"),
    "copy into @p.s.st/path from g.s.t": ("unload", "P.S.ST"),
    "call p.s.anything('GHOST_SHOP_X')": ("call", "P.S.ANYTHING"),
    "call d.shop.ghost_clone('PROD_DB', 'GHOST_SHOP_X', 'now') into :said": ("call", "GHOST_SHOP_X"),
    "execute task p.s.t": ("execute task", "P.S.T"),
}


@pytest.mark.parametrize("sql", TARGETS)
def test_what_a_statement_changes_is_named_in_full(sql: str) -> None:
    found = changing_target(sql)
    assert found is not None
    assert (found[0], ".".join(found[1])) == TARGETS[sql]


@pytest.mark.parametrize(
    "sql",
    [
        "select * from prod_db.s.t",
        "-- drop database prod_db\n(select 1) union all select 'drop table p.s.t'",
        "with a as (select 1) select * from a",
        "show pipes in database prod_db",
        "describe table prod_db.s.t",
        "alter session set query_tag = 'drop database prod_db'",
        "use database prod_db",
        "begin transaction",
        "commit",
        "call system$wait(5)",
    ],
)
def test_what_only_reads_or_concerns_the_session_changes_nothing(sql: str) -> None:
    assert changing_target(sql) is None


@pytest.mark.parametrize(
    "sql",
    [
        "vacuum p.s.t",
        "create share s",
        "create alert g.s.a schedule = '1 minute' if (exists (select 1)) then drop table p.s.t",
        "alter account set x = 1",
        "drop table t",
        "create table s.t (a integer)",
        "drop table g.s.t, p.s.t",
        "drop table g.s.t; drop table p.s.t",
        "show tables ->> drop table p.s.t",
        "select system$pipe_force_resume('p.s.p')",
        "insert into g.s.t select p.s.numbers.nextval",
        "insert all into g.s.t values (1) into p.s.t values (1) select 1",
        "with run as procedure () returns integer language sql as 'x' call run()",
        "execute immediate 'drop table ' || name",
        "execute immediate $$ drop table p.s.t $$",
        "begin drop table p.s.t; end",
        "copy into 's3://prod/' from g.s.t",
        "rm @p.s.st",
        "put file:///etc/hosts @p.s.st",
        'drop table "g.s.t',
        "select 'a",
        'select 1 as "a',
        "select 1 /* drop",
        "alter table g.s.t rename to p.s.t",
        "alter database prod_db swap with ghost_shop_x",
        "create pipe g.s.p as copy into p.s.t from @g.s.st",
        "create task g.s.t schedule = '1 minute' as delete from p.s.t",
        "grant role prod_owner to role ghost_shop_x",
        "call d.shop.ghost_drop(:name)",
    ],
)
def test_what_is_not_known_or_reaches_over_two_places_is_an_error(sql: str) -> None:
    with pytest.raises(Unknown):
        changing_target(sql)


def test_a_statement_with_two_targets_has_both() -> None:
    assert changing_targets("alter table g.s.t rename to p.s.t") == [
        ("rename table", ("G", "S", "T")),
        ("rename table", ("P", "S", "T")),
    ]
    assert changing_targets("create pipe g.s.p as copy into p.s.t from @x")[1] == ("copy", ("P", "S", "T"))


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        (("GHOST_SHOP_A_123456", "S", "T"), True),
        (("PROD_DB",), False),
        (("GHOST_SHOPS_A", "S"), False),
        (("ghost_shop_a", "S"), False),
        (("GHOST_SHOP_", "S"), False),
        (("PROD_DB", "GHOST_SHOP_A"), False),
        (("GHOST_SHOP_A\n",), False),
    ],
)
def test_only_a_database_with_the_projects_prefix_is_a_ghosts(name: tuple[str, ...], ours: bool) -> None:
    assert is_ghosts(name, "shop") == ours


def test_a_statement_is_its_own_and_several_are_parted() -> None:
    assert inner_statements("-- x\n select ';' ; ") == ["select ';'"]
    assert inner_statements("begin; insert into a.b.c values (';'); commit;") == [
        "begin",
        "insert into a.b.c values (';')",
        "commit",
    ]
    assert inner_statements("/* nothing */") == []


def test_a_block_is_taken_apart() -> None:
    block = """
        declare
            gone exception (-20001, 'drop table x');
            rows_ resultset default (execute immediate 'show pipes in database "a;b"');
            c1 cursor for select 1;
            counted integer default 0;
        begin
            let tables resultset := (select value from table(flatten(input => parse_json(:list))));
            for row_ in tables do
                if (counted > (select max(a) from g.s.t)) then
                    execute immediate 'drop table ' || row_.name;
                elseif (true) then raise gone;
                else
                    create table g.s.t as select case when 1 = 1 then 2 else 3 end as a;
                end if;
                counted := counted + 1;
            end for;
            begin
                async (drop table g.s.a);
                async (execute immediate 'create table g.s.b as select ''x;y''');
                await all;
            exception
                when statement_error or gone then return 'no';
                when other then call d.s.p(1) into :counted;
            end;
            return object_construct('ok', true);
        end
    """
    expected = [
        """show pipes in database "a;b\"""",
        "select 1",
        "select value from table(flatten(input => parse_json(:list)))",
        "select max(a) from g.s.t",
        "execute immediate 'drop table ' || row_.name",
        "create table g.s.t as select case when 1 = 1 then 2 else 3 end as a",
        "drop table g.s.a",
        "create table g.s.b as select 'x;y'",
        "call d.s.p(1) into :counted",
    ]
    assert inner_statements(block) == expected
    assert inner_statements(f"execute immediate $${block}$$") == expected
    assert inner_statements("execute immediate '" + block.replace("'", "''") + "' using (a)") == expected


def test_what_runs_beside_the_others_may_be_a_block() -> None:
    assert inner_statements("begin async (begin select 1; select 2; end); await all; end") == ["select 1", "select 2"]


def test_a_procedure_is_followed_by_its_statements_unless_they_are_no_sql() -> None:
    made = "create or replace procedure d.s.p(a varchar)\nreturns integer language sql execute as owner as\n"
    sql = made + "$$begin\ndrop table g.s.t;\nreturn 1;\nend$$"
    assert inner_statements(sql) == [sql, "drop table g.s.t"]
    python = "create procedure d.s.p() returns integer language python handler = 'f' as $$begin\ndrop;\nend$$"
    assert inner_statements(python) == [python]


def test_an_unknown_step_of_a_block_is_no_statement_that_anybody_takes_for_harmless() -> None:
    (step,) = inner_statements("begin case (a) when 1 then drop table p.s.t; end case; end")
    with pytest.raises(Unknown):
        changing_target(step)


def test_grammar_errors_are_named() -> None:
    assert parses("create database g clone prod_db at (timestamp => '1'::timestamp_tz)") is None
    assert parses("alter pipe g.s.p refresh modified_after = 'x'") is None
    for wrong in ("create database g clones prod_db", "drop tabel g.s.t", "select {{ 1 }}", "", "-- only a comment"):
        assert parses(wrong), wrong


@pytest.mark.parametrize(
    ("sql", "wrong"),
    [
        ("SHOW DYNAMIC TABLES IN DATABASE g", "show dynamic table in database g"),
        ("show alerts in schema g.s", "show alert in schema g.s"),
        (
            "grant ownership on all event tables in database g to role r revoke current grants",
            "grant ownership on all event tables in database g revoke current grants",
        ),
        (
            "revoke select on future alerts in schema g.s from role r",
            "revoke select on future alerts in schema g.s to role r",
        ),
        ("drop event table if exists g.s.t", "drop event tables g.s.t"),
    ],
)
def test_what_sqlfluff_does_not_know_is_judged_by_its_form(sql: str, wrong: str) -> None:
    assert parses(sql) is None
    assert parses(wrong)
