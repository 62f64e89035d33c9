"""Queries, DML and DDL of tables: the SQL that dbt and the package send."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.snowflake_double.asking import all_of, refused, values
from tests.snowflake_double.server import Double
from tests.snowflake_double.session import Session


@pytest.fixture
def admin() -> Session:
    session = Double().session()
    all_of(
        session,
        """create database PROD
        create schema PROD.S
        create table T (id int, name varchar)
        insert into T values (1, 'a'), (2, 'b')""",
    )
    return session


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (
            "to_char('2024-01-02 03:04:05.678'::timestamp_ntz, 'YYYY-MM-DD\"T\"HH24:MI:SS.FF3\"Z\"')",
            "2024-01-02T03:04:05.678Z",
        ),
        ("startswith('abc', 'ab')", True),
        ("try_parse_json('{')", None),
        ('parse_json(\'{"a": {"b": 5}}\'):a.b::int', 5),
        ("object_construct('a', 1)", '{"a":1}'),
        ("iff(1 > 2, 'x', 'y')", "y"),
        ("current_account()", "DOUBLE"),
        ("current_secondary_roles()", '{"roles":"","value":""}'),
        ("current_warehouse()", None),
        ("datediff('day', '2024-01-01'::date, '2024-01-03'::date)", 2),
        (
            "convert_timezone('UTC', 'Europe/Berlin', '2024-01-01 00:00:00'::timestamp_ntz)::varchar",
            "2024-01-01 01:00:00",
        ),
    ],
)
def test_functions(admin: Session, expression: str, value: Any) -> None:
    assert values(admin, f"select {expression}") == [value]


def test_array_agg_and_hash_agg(admin: Session) -> None:
    assert json.loads(values(admin, "select array_agg(name) within group (order by id) from T")[0]) == ["a", "b"]
    admin.run("create table U as select * from T order by id desc")
    assert values(admin, "select hash_agg(*) from T") == values(admin, "select hash_agg(*) from U")
    admin.run("update U set name = 'z' where id = 1")
    assert values(admin, "select hash_agg(*) from T") != values(admin, "select hash_agg(*) from U")


def test_a_cte_hides_a_table_of_its_name_but_not_in_itself(admin: Session) -> None:
    assert values(admin, "with t as (select id from t where id > 1) select count(*) from t") == [1]
    assert values(admin, "with x as (select * from t), t as (select 7 as id) select id from t") == [7]


def test_names_in_full_may_stand_before_columns(admin: Session) -> None:
    assert values(admin, "select PROD.S.T.id from PROD.S.T where T.id = 2") == [2]
    assert values(admin, "select count(*) from identifier('prod.s.t')") == [2]


def test_quoted_names_are_other_names(admin: Session) -> None:
    admin.run('create table "t" ("Id" int)')
    assert values(admin, 'select count(*) from "t"') == [0]
    assert values(admin, "select count(*) from t") == [2]


def test_merge_in_dbt_s_form(admin: Session) -> None:
    admin.run("create temporary table T__dbt_tmp as select 2 as id, 'B' as name union all select 3, 'c'")
    done = admin.run(
        "merge into PROD.S.T as DBT_INTERNAL_DEST using PROD.S.T__dbt_tmp as DBT_INTERNAL_SOURCE "
        "on (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id) "
        'when matched then update set "NAME" = DBT_INTERNAL_SOURCE."NAME" '
        'when not matched then insert ("ID", "NAME") values ("ID", "NAME")'
    )
    assert done.dicts() == [{"number of rows inserted": 1, "number of rows updated": 1}]
    assert admin.run("select * from T order by id").rows == [(1, "a"), (2, "B"), (3, "c")]


def test_dml_counts_its_rows(admin: Session) -> None:
    assert admin.run("insert into T values (3, 'c'), (4, 'd')").affected == 2
    assert admin.run("update T set name = 'x' where id > 2").affected == 2
    assert admin.run("delete from T where id = 1").affected == 1
    assert admin.run("insert overwrite into T select 9, 'z'").affected == 1
    assert admin.run("select * from T").rows == [(9, "z")]


def test_alter_table(admin: Session) -> None:
    all_of(
        admin,
        """alter table T add column extra varchar(5), more number(4,1)
        alter table T drop column more
        alter table T alter "EXTRA" set data type varchar(50)
        alter table T rename column extra to other
        alter table T alter "OTHER" comment $$what's it$$
        alter table T rename to PROD.S.U""",
    )
    rows = admin.run("describe table U").dicts()
    assert [(row["name"], row["type"], row["comment"]) for row in rows][-1] == ("OTHER", "VARCHAR(50)", "what's it")
    assert refused(admin, "select * from T").errno == 2003


def test_create_table_refuses_a_taken_name_and_a_replaced_table_loses_its_grants(admin: Session) -> None:
    assert refused(admin, "create table T as select 1 as x").errno == 2002
    admin.run("create role R")
    table = admin.get("TABLE", "T")
    admin.run("grant select on table T to role R")
    admin.run("create or replace table T copy grants as select id, name from T")
    kept = admin.get("TABLE", "T")
    assert kept is not table
    assert [grant.role for grant in kept.grants] == ["R"]
    admin.run("create or replace table T as select id from T")
    assert admin.get("TABLE", "T").grants == []
    assert admin.run("create table if not exists T (x int)").rows == [("T already exists, statement succeeded.",)]


def test_tables_and_views_share_their_names(admin: Session) -> None:
    assert refused(admin, "create or replace view T as select 1 as x").errno == 2002
    assert "type 'TABLE'" in refused(admin, "drop view T").message


def test_two_statements_at_once_are_refused(admin: Session) -> None:
    assert refused(admin, "select 1; select 2").errno == 8
    assert values(admin, "select ';' ; -- only one") == [";"]


def test_a_database_renamed_keeps_everything(admin: Session) -> None:
    admin.run("alter database PROD rename to NEWPROD")
    assert values(admin, "select count(*) from NEWPROD.S.T") == [2]
    assert admin.database == "NEWPROD"
    assert refused(admin, "select * from PROD.S.T").errno == 2003
