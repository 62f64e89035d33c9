"""AT(TIMESTAMP => ..): clones and queries see the account as it was."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest

from tests.snowflake_double.asking import all_of, refused, values
from tests.snowflake_double.catalog import Object
from tests.snowflake_double.server import Double
from tests.snowflake_double.session import Session


def moment() -> str:
    """Now, in SQL, with a little room on both sides."""
    time.sleep(0.005)
    text = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f +0000")
    time.sleep(0.005)
    return f"'{text}'::timestamp_tz"


@pytest.fixture
def admin() -> Session:
    session = Double().session()
    all_of(session, "create database PROD\ncreate table PROD.PUBLIC.T as select 1 as id")
    return session


def test_a_clone_at_a_moment_has_the_rows_and_tables_of_then(admin: Session) -> None:
    then = moment()
    all_of(
        admin,
        """insert into PROD.PUBLIC.T values (2)
        create table PROD.PUBLIC.LATER as select 1 as id
        create schema PROD.LATER""",
    )
    admin.run(f"create database GHOST clone PROD at(timestamp => {then})")
    assert values(admin, "select id from GHOST.PUBLIC.T") == [1]
    assert values(admin, "select table_name from GHOST.information_schema.tables") == ["T"]
    assert "LATER" not in admin.account.databases["GHOST"].schemas


def test_what_was_replaced_or_dropped_since_is_there_again(admin: Session) -> None:
    admin.run("create table PROD.PUBLIC.GONE as select 7 as id")
    then = moment()
    admin.run("create or replace table PROD.PUBLIC.T as select 5 as id")
    admin.run("drop table PROD.PUBLIC.GONE")
    admin.run(f"create schema PROD.COPY clone PROD.PUBLIC at(timestamp => {then})")
    assert values(admin, "select id from PROD.COPY.T") == [1]
    assert values(admin, "select id from PROD.COPY.GONE") == [7]


def test_a_query_at_a_moment_reads_the_rows_of_then(admin: Session) -> None:
    then = moment()
    admin.run("update PROD.PUBLIC.T set id = 9")
    assert values(admin, f"select id from PROD.PUBLIC.T at(timestamp => {then})") == [1]
    assert values(admin, "select id from PROD.PUBLIC.T") == [9]


def test_a_rollback_leaves_rows_and_their_past_as_they_were(admin: Session) -> None:
    all_of(admin, "begin\ninsert into PROD.PUBLIC.T values (2)")
    assert values(admin, "select count(*) from PROD.PUBLIC.T") == [2]
    admin.run("rollback")
    assert values(admin, "select count(*) from PROD.PUBLIC.T") == [1]
    admin.run("insert into PROD.PUBLIC.T values (3)")
    assert values(admin, "select id from PROD.PUBLIC.T order by id") == [1, 3]


def test_a_moment_before_the_source_was_made_is_refused(admin: Session) -> None:
    error = refused(admin, "create database GHOST clone PROD at(timestamp => '2020-01-01'::timestamp_tz)")
    assert error.errno == 707
    assert "GHOST" not in admin.account.databases


def test_a_table_out_of_reach_fails_the_clone_unless_it_is_to_be_ignored(admin: Session) -> None:
    admin.run("create table PROD.PUBLIC.OLD as select 1 as id")
    old = admin.account.databases["PROD"].schemas["PUBLIC"].get("TABLE", "OLD")
    assert old is not None
    old.properties["retention_reaches"] = False
    at = f"clone PROD at(timestamp => {moment()})"
    assert refused(admin, f"create database GHOST {at}").errno == 707
    admin.run(f"create database GHOST {at} ignore tables with insufficient data retention")
    assert values(admin, "select table_name from GHOST.information_schema.tables") == ["T"]


def test_a_schema_cloned_at_a_moment_has_no_tasks(admin: Session) -> None:
    home = admin.account.databases["PROD"].schemas["PUBLIC"]
    home.add(Object("TASK", "HOURLY", "ACCOUNTADMIN"))
    admin.run(f"create schema PROD.THEN clone PROD.PUBLIC at(timestamp => {moment()})")
    admin.run("create schema PROD.NOW clone PROD.PUBLIC")
    schemas = admin.account.databases["PROD"].schemas
    assert [bool(schemas[name].get("TASK", "HOURLY")) for name in ("THEN", "NOW")] == [False, True]


def test_a_timestamp_without_a_cast_is_refused(admin: Session) -> None:
    assert refused(admin, "create database GHOST clone PROD at(timestamp => 'yesterday')").errno == 9999


def test_an_open_transaction_is_its_session_s_own_until_it_commits(admin: Session) -> None:
    other = admin.double.session()
    all_of(admin, "begin\ninsert into PROD.PUBLIC.T values (2)\ninsert into PROD.PUBLIC.T values (3)")
    assert values(admin, "select count(*) from PROD.PUBLIC.T") == [3]
    assert values(other, "select count(*) from PROD.PUBLIC.T") == [1]
    assert [row["rows"] for row in other.run("show tables in schema PROD.PUBLIC").dicts()] == [1]
    admin.run("commit")
    assert values(other, "select count(*) from PROD.PUBLIC.T") == [3]


def test_a_second_writer_waits_for_the_first_one_s_commit(admin: Session) -> None:
    other = admin.double.session()
    all_of(admin, "begin\ninsert into PROD.PUBLIC.T values (2)")
    waiting = threading.Thread(target=other.run, args=("insert into PROD.PUBLIC.T values (3)",))
    waiting.start()
    time.sleep(0.1)
    assert waiting.is_alive()
    admin.run("commit")
    waiting.join(5)
    assert values(admin, "select id from PROD.PUBLIC.T order by id") == [1, 2, 3]
