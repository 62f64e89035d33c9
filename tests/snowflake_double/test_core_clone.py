"""What CREATE .. CLONE copies, for whom, and what a clone shares with its source."""

from __future__ import annotations

import time

import pytest

from tests.snowflake_double.asking import all_of, refused, session_of, values
from tests.snowflake_double.catalog import FutureGrant, Grant, Object
from tests.snowflake_double.server import Double
from tests.snowflake_double.session import Session

PROD = """
    create database PROD
    create schema PROD.S
    create table PROD.S.T (id int not null, name varchar(20) default 'new')
    insert into PROD.S.T values (1, 'a'), (2, 'b')
    create view PROD.S.FULL as select * from PROD.S.T
    create view PROD.S.BARE as select * from T
"""


@pytest.fixture
def double() -> Double:
    made = Double()
    all_of(made.session(), PROD)
    return made


@pytest.fixture
def admin(double: Double) -> Session:
    return double.session()


def cloner(double: Double, *grants: str) -> Session:
    """A session of a role that may make databases and use PROD, with these grants too."""
    session = session_of(double, "CLONER")
    wanted = ("create database on account", "usage on database PROD", "usage on schema PROD.S", *grants)
    for grant in wanted:
        double.session().run(f"grant {grant} to role CLONER")
    return session


def put(double: Double, kind: str, name: str, **properties: object) -> Object:
    """An object in PROD.S that SYSADMIN owns."""
    schema = double.account.databases["PROD"].schemas["S"]
    return schema.add(Object(kind, name, "SYSADMIN", properties=dict(properties)))


def names(double: Double, database: str) -> set[str]:
    return {item.name for item in double.account.databases[database].schemas["S"].of_kind()}


def test_writes_to_a_clone_and_to_its_source_do_not_meet(admin: Session) -> None:
    admin.run("create database GHOST clone PROD")
    admin.run("insert into GHOST.S.T values (3, 'c')")
    admin.run("delete from PROD.S.T where id = 1")
    assert values(admin, "select id from GHOST.S.T order by id") == [1, 2, 3]
    assert values(admin, "select id from PROD.S.T order by id") == [2]


def test_a_clone_keeps_columns_with_their_defaults_and_constraints(admin: Session) -> None:
    admin.run("create database GHOST clone PROD")
    admin.run("insert into GHOST.S.T (id) values (9)")
    assert values(admin, "select name from GHOST.S.T where id = 9") == ["new"]
    assert refused(admin, "insert into GHOST.S.T (name) values ('x')").errno == 100072
    assert values(admin, "describe table GHOST.S.T") == ["ID", "NAME"]


def test_a_cloned_view_reads_what_its_text_names(admin: Session) -> None:
    admin.run("create database GHOST clone PROD")
    admin.run("delete from GHOST.S.T")
    assert values(admin, "select count(*) from GHOST.S.FULL") == [2]
    assert values(admin, "select count(*) from GHOST.S.BARE") == [0]


def test_the_new_database_becomes_the_session_s(admin: Session) -> None:
    admin.run("use schema PROD.S")
    admin.run("create database GHOST clone PROD")
    assert admin.run("select current_database(), current_schema()").rows == [("GHOST", "PUBLIC")]


def test_the_cloning_role_owns_the_database_and_the_children_stay_with_their_owners(double: Double) -> None:
    cloner(double, "select on all tables in schema PROD.S").run("create database GHOST clone PROD")
    ghost = double.account.databases["GHOST"]
    assert ghost.owner == "CLONER"
    assert {ghost.schemas["S"].owner, ghost.schemas["S"].get("TABLE", "T").owner} == {"ACCOUNTADMIN"}  # type: ignore[union-attr]


def test_what_the_cloning_role_may_not_read_is_left_out_in_silence(double: Double, admin: Session) -> None:
    for kind in ("PIPE", "STREAM", "TASK", "ALERT", "SEQUENCE", "FILE FORMAT"):
        put(double, kind, f"A_{kind.split()[0]}", stage=None)
    session = cloner(double, "select on view PROD.S.BARE", "usage on sequence PROD.S.A_SEQUENCE")
    double.account.databases["PROD"].schemas["S"].get("TASK", "A_TASK").owner = "CLONER"  # type: ignore[union-attr]
    admin.run("create schema PROD.HIDDEN")
    session.run("create database GHOST clone PROD")
    assert names(double, "GHOST") == {"BARE", "A_SEQUENCE", "A_TASK"}
    assert "HIDDEN" not in double.account.databases["GHOST"].schemas


def test_some_kinds_are_never_cloned(double: Double, admin: Session) -> None:
    put(double, "EXTERNAL TABLE", "EXT")
    put(double, "HYBRID TABLE", "HYB")
    put(double, "STAGE", "INTERNAL", url="")
    put(double, "STAGE", "EXTERNAL", url="s3://b/")
    put(double, "PIPE", "FROM_INTERNAL", stage=("PROD", "S", "INTERNAL"), copy="copy into T from @INTERNAL")
    for item in double.account.databases["PROD"].schemas["S"].of_kind():
        item.owner = "ACCOUNTADMIN"
    admin.run("create database GHOST clone PROD")
    assert names(double, "GHOST") == {"T", "FULL", "BARE", "EXTERNAL"}


def test_nothing_runs_in_a_clone(double: Double, admin: Session) -> None:
    place = {"stage": ("PROD", "S", "LAKE"), "table": ("PROD", "S", "T")}
    put(double, "STAGE", "LAKE", url="s3://b/")
    put(double, "PIPE", "AUTO", state="RUNNING", auto_ingest=True, load_history={"f": 1}, copy="copy into T", **place)
    put(double, "PIPE", "MANUAL", state="RUNNING", auto_ingest=False, copy="copy into PROD.S.T from @LAKE", **place)
    put(double, "TASK", "EVERY_HOUR", state="started")
    put(double, "DYNAMIC TABLE", "DYN", scheduling_state="RUNNING")
    for item in double.account.databases["PROD"].schemas["S"].of_kind():
        item.owner = "ACCOUNTADMIN"
    admin.run("create database GHOST clone PROD")
    ghost = {item.name: item.properties for item in double.account.databases["GHOST"].schemas["S"].of_kind()}
    assert (ghost["AUTO"]["state"], ghost["MANUAL"]["state"]) == ("STOPPED_CLONED", "PAUSED")
    assert ghost["AUTO"]["load_history"] == {}
    assert (ghost["EVERY_HOUR"]["state"], ghost["DYN"]["scheduling_state"]) == ("suspended", "SUSPENDED")
    assert ghost["AUTO"]["table"] == ("GHOST", "S", "T")
    assert ghost["MANUAL"]["table"] == ("PROD", "S", "T"), "a name in full keeps its meaning"


def test_grants_on_children_and_future_grants_come_along_and_those_on_the_database_do_not(double: Double) -> None:
    admin = double.session()
    session_of(double, "READER")
    prod = double.account.databases["PROD"]
    prod.future_grants = [FutureGrant("SELECT", "TABLE", "READER")]
    admin.run("grant usage on database PROD to role READER")
    admin.run("grant select on table PROD.S.T to role READER")
    admin.run("create database GHOST clone PROD")
    ghost = double.account.databases["GHOST"]
    assert [grant.privilege for grant in ghost.schemas["S"].get("TABLE", "T").grants] == ["SELECT"]  # type: ignore[union-attr]
    assert ghost.future_grants == prod.future_grants
    assert ghost.future_grants[0] is not prod.future_grants[0]
    assert ghost.grants == []


def test_a_cloned_pipe_belongs_to_the_cloning_role_and_has_no_grants(double: Double) -> None:
    put(double, "STAGE", "LAKE", url="s3://b/")
    pipe = put(double, "PIPE", "P", stage=("PROD", "S", "LAKE"), copy="copy into T from @LAKE")
    pipe.grants = [Grant("MONITOR", "PUBLIC")]
    session = session_of(double, "CLONER")
    double.session().run("grant role SYSADMIN to role CLONER")
    cloner(double).run("create database GHOST clone PROD")
    twin = double.account.databases["GHOST"].schemas["S"].get("PIPE", "P")
    assert twin is not None
    assert (twin.owner, twin.grants) == (session.role, [])


def test_a_cloned_table_belongs_to_the_cloning_role(double: Double) -> None:
    session = cloner(double, "select on table PROD.S.T")
    double.session().run("grant create table on schema PROD.S to role CLONER")
    session.run("create transient table PROD.S.MINE clone PROD.S.T")
    mine = double.account.databases["PROD"].schemas["S"].get("TABLE", "MINE")
    assert mine is not None
    assert mine.owner == "CLONER"
    assert values(session, "select id from PROD.S.MINE order by id") == [1, 2]


def test_a_missing_source_and_a_taken_name_are_refused(admin: Session) -> None:
    assert refused(admin, "create database GHOST clone NOWHERE").errno == 2003
    assert refused(admin, "create database PROD clone PROD").errno == 2002
    assert "GHOST" not in values(admin, "select database_name from PROD.information_schema.databases")


@pytest.mark.parametrize(
    "statement",
    [
        "create database GHOST clone PROD comment = 'x' data_retention_time_in_days = 0",
        "create or replace database if not exists GHOST clone PROD",
        "create database GHOST clone PROD ignore hybrid tables ignore tables with insufficient data retention",
    ],
)
def test_the_grammar_s_order_holds(admin: Session, statement: str) -> None:
    assert refused(admin, statement).errno in (1003, 9999)


def test_a_thousand_tables_clone_in_seconds(double: Double) -> None:
    database = double.account.databases["PROD"]
    source = database.schemas["S"].get("TABLE", "T")
    assert source is not None
    for number in range(50):
        double.session().run(f"create schema PROD.S{number}")
        for other in range(20):
            twin = database.schemas[f"S{number}"].add(Object("TABLE", f"T{other}", "ACCOUNTADMIN"))
            double.store.share(twin, source.storage)
    started = time.monotonic()
    double.session().run("create database GHOST clone PROD")
    assert time.monotonic() - started < 3
    assert values(double.session(), "select count(*) from GHOST.information_schema.tables") == [1003]
