"""Roles see, read and change what they have rights to, and nothing else."""

from __future__ import annotations

import pytest

from tests.snowflake_double.asking import all_of, refused, session_of, values
from tests.snowflake_double.server import Double
from tests.snowflake_double.session import Session


@pytest.fixture
def double() -> Double:
    made = Double()
    all_of(
        made.session(),
        """create database PROD
        create schema PROD.S
        create table PROD.S.T as select 1 as id
        create view PROD.S.V as select id from PROD.S.T
        create role READER
        grant usage on database PROD to role READER
        grant usage on schema PROD.S to role READER""",
    )
    return made


@pytest.fixture
def reader(double: Double) -> Session:
    return session_of(double, "READER")


def grant(double: Double, *grants: str, role: str = "READER") -> None:
    for privilege in grants:
        double.session().run(f"grant {privilege} to role {role}")


def test_a_table_without_a_privilege_does_not_exist(reader: Session) -> None:
    error = refused(reader, "select * from PROD.S.T")
    assert (error.errno, error.sqlstate) == (2003, "42S02")
    assert "'PROD.S.T' does not exist or not authorized" in error.message


def test_select_needs_usage_on_everything_around(double: Double, reader: Session) -> None:
    grant(double, "select on table PROD.S.T")
    assert values(reader, "select id from PROD.S.T") == [1]
    double.session().run("revoke usage on schema PROD.S from role READER")
    assert refused(reader, "select id from PROD.S.T").errno == 2003


def test_another_privilege_around_it_is_not_usage(double: Double, reader: Session) -> None:
    grant(double, "select on table PROD.S.T", "monitor on schema PROD.S")
    double.session().run("revoke usage on schema PROD.S from role READER")
    assert refused(reader, "select id from PROD.S.T").errno == 2003


def test_another_privilege_on_it_is_not_select(double: Double, reader: Session) -> None:
    grant(double, "insert on table PROD.S.T")
    assert refused(reader, "select id from PROD.S.T").errno == 3001


def test_manage_grants_sees_and_does_not_read(double: Double) -> None:
    session_of(double, "OWNER")
    double.session().run("grant ownership on table PROD.S.T to role OWNER")
    assert refused(double.session(), "select id from PROD.S.T").errno == 2003


@pytest.mark.parametrize(
    "statement",
    [
        "insert into PROD.S.T values (2)",
        "update PROD.S.T set id = 2",
        "delete from PROD.S.T",
        "truncate table PROD.S.T",
        "merge into PROD.S.T as t using (select 1 as id) as s on t.id = s.id when matched then update set id = 3",
        "drop table PROD.S.T",
        "alter table PROD.S.T add column x int",
        "create or replace table PROD.S.T as select 2 as id",
        "create table PROD.S.NEW (id int)",
        "create view PROD.S.NEW as select 1 as id",
        "create schema PROD.NEW",
        "create database NEW",
        "drop schema PROD.S",
        "drop database PROD",
        "comment on database PROD is 'x'",
        "alter database PROD set comment = 'x'",
    ],
)
def test_a_reader_changes_nothing(double: Double, reader: Session, statement: str) -> None:
    grant(double, "select on table PROD.S.T")
    error = refused(reader, statement)
    assert (error.errno, error.sqlstate) == (3001, "42501")
    assert values(reader, "select id from PROD.S.T") == [1]


def test_each_kind_of_change_needs_its_own_privilege(double: Double, reader: Session) -> None:
    grant(double, "select on table PROD.S.T", "insert on table PROD.S.T")
    reader.run("insert into PROD.S.T values (2)")
    assert refused(reader, "update PROD.S.T set id = 3").errno == 3001
    assert refused(reader, "insert overwrite into PROD.S.T values (3)").errno == 3001


def test_a_view_reads_with_its_owner_s_rights(double: Double, reader: Session) -> None:
    grant(double, "select on view PROD.S.V")
    assert values(reader, "select id from PROD.S.V") == [1]
    assert refused(reader, "select id from PROD.S.T").errno == 2003


def test_a_view_whose_owner_lost_its_rights_fails(double: Double, reader: Session) -> None:
    grant(double, "select on view PROD.S.V")
    session_of(double, "OTHER")
    double.session().run("grant ownership on view PROD.S.V to role OTHER copy current grants")
    error = refused(reader, "select id from PROD.S.V")
    assert error.errno == 2037
    assert "Failure during expansion of view 'V'" in error.message


def test_making_a_view_needs_the_rights_that_reading_it_needs(double: Double, reader: Session) -> None:
    grant(double, "create view on schema PROD.S")
    assert refused(reader, "create view PROD.S.MINE as select * from PROD.S.T").errno == 2003


def test_show_and_information_schema_list_what_the_role_sees(double: Double, reader: Session) -> None:
    double.session().run("create database OTHER")
    grant(double, "select on view PROD.S.V")
    assert [row["name"] for row in reader.run("show databases").dicts()] == ["PROD"]
    assert [row["name"] for row in reader.run("show objects in database PROD").dicts()] == ["V"]
    assert values(reader, "select table_name from PROD.information_schema.tables") == ["V"]
    assert refused(reader, "select 1 from OTHER.information_schema.tables").errno == 2003


def test_information_schema_does_not_honour_manage_grants_and_show_does(double: Double) -> None:
    session_of(double, "OWNER")
    double.session().run("grant ownership on table PROD.S.T to role OWNER")
    admin = double.session()
    assert [row["name"] for row in admin.run("show tables in schema PROD.S").dicts()] == ["T"]
    assert values(admin, "select table_name from PROD.information_schema.tables") == ["V"]


def test_secondary_roles_add_their_rights(double: Double, reader: Session) -> None:
    grant(double, "select on table PROD.S.T")
    session_of(double, "POOR", user="READER_USER")
    poor = double.session("READER_USER", "POOR", secondary="NONE")
    assert refused(poor, "select id from PROD.S.T").errno == 2003
    rich = double.session("READER_USER", "POOR", secondary="ALL")
    assert values(rich, "select id from PROD.S.T") == [1]
    assert values(rich, "select current_secondary_roles()") == ['{"roles":"READER","value":"ALL"}']


def test_an_owner_s_rights_body_has_its_owner_s_role_alone(double: Double, reader: Session) -> None:
    with reader.acting_as("ACCOUNTADMIN"):
        assert values(reader, "select id from PROD.S.T") == [1]
    assert reader.role == "READER"


def test_account_usage_needs_imported_privileges(double: Double, reader: Session) -> None:
    query = "select table_name from snowflake.account_usage.table_storage_metrics"
    double.account.usage["TABLE_STORAGE_METRICS"] = [{"TABLE_NAME": "T", "ACTIVE_BYTES": 5}]
    assert refused(reader, query).errno == 2003
    assert values(double.session(), query) == ["T"]


def test_a_temporary_table_is_its_session_s_alone(double: Double, reader: Session) -> None:
    grant(double, "select on table PROD.S.T")
    reader.run("create temporary table PROD.S.TMP as select id + 1 as id from PROD.S.T")
    assert values(reader, "select id from PROD.S.TMP") == [2]
    assert refused(double.session("READER_USER"), "select id from PROD.S.TMP").errno == 2003
    reader.run("insert into PROD.S.TMP values (3)")
    assert [row["rows"] for row in reader.run("show tables like 'TMP' in schema PROD.S").dicts()] == [2]


def test_a_role_that_is_not_granted_cannot_log_in(double: Double, reader: Session) -> None:
    with pytest.raises(Exception, match="not authorized"):
        double.session("READER_USER", "ACCOUNTADMIN")
