"""SHOW and information_schema have Snowflake's columns and filters."""

from __future__ import annotations

import json

import pytest

from tests.snowflake_double.asking import all_of, refused, values
from tests.snowflake_double.server import Double
from tests.snowflake_double.session import Session


@pytest.fixture(scope="module")
def admin() -> Session:
    session = Double().session()
    all_of(
        session,
        """create database ONE comment = 'it''s one'
        create database ON_2
        create schema ONE.S with managed access
        create transient table ONE.S.T (id int not null, amount number(10,2) default 0, at timestamp_ntz comment 'when')
        insert into ONE.S.T (id) values (1), (2)
        create secure view ONE.S.V copy grants as select id from ONE.S.T
        create table ONE.S."mixed Case" (a int) cluster by (a)""",
    )
    return session


def shown(session: Session, command: str) -> list[str]:
    return [str(row["name"]) for row in session.run(command).dicts()]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ("like 'on_'", ["ONE"]),
        ("like 'ON%'", ["ONE", "ON_2"]),
        (r"like 'on\\_2'", ["ON_2"]),
        ("starts with 'ON'", ["ONE", "ON_2"]),
        ("starts with 'on'", []),
        ("like 'on%' limit 1", ["ONE"]),
        ("like 'on%' limit 5 from 'ONE'", ["ON_2"]),
    ],
)
def test_filters(admin: Session, filters: str, names: list[str]) -> None:
    assert shown(admin, f"show databases {filters}") == names


def test_show_databases(admin: Session) -> None:
    (row,) = admin.run("show databases like 'ONE'").dicts()
    assert (row["owner"], row["comment"], row["kind"], row["retention_time"]) == (
        "ACCOUNTADMIN",
        "it's one",
        "STANDARD",
        "1",
    )
    assert row["created_on"].tzinfo is not None


def test_show_schemas(admin: Session) -> None:
    rows = admin.run("show schemas in database ONE").dicts()
    assert [(row["name"], row["options"]) for row in rows] == [("PUBLIC", ""), ("S", "MANAGED ACCESS")]
    assert len(admin.run("show terse schemas in database ONE limit 1").columns) == 5


def test_show_views_has_the_text_as_it_was_sent(admin: Session) -> None:
    (row,) = admin.run("show views in schema ONE.S").dicts()
    assert row["text"] == "create secure view ONE.S.V copy grants as select id from ONE.S.T"
    assert (row["is_secure"], row["is_materialized"]) == ("true", "false")


def test_show_tables_and_objects(admin: Session) -> None:
    rows = {row["name"]: row for row in admin.run("show tables in ONE.S").dicts()}
    assert (rows["T"]["kind"], rows["T"]["rows"]) == ("TRANSIENT", 2)
    assert rows["mixed Case"]["cluster_by"] == "LINEAR(a)"
    objects = {row["name"]: row["kind"] for row in admin.run("show objects in ONE.S").dicts()}
    assert objects == {"T": "TABLE", "V": "VIEW", "mixed Case": "TABLE"}


def test_show_columns(admin: Session) -> None:
    rows = {row["column_name"]: row for row in admin.run("show columns in table ONE.S.T").dicts()}
    assert json.loads(rows["AMOUNT"]["data_type"]) == {"type": "FIXED", "precision": 10, "scale": 2, "nullable": True}
    assert (rows["ID"]["null?"], rows["AT"]["comment"]) == ("NOT_NULL", "when")


def test_show_in_a_place_that_is_missing_answers_2043(admin: Session) -> None:
    for command in ("show objects in ONE.NOPE", "show schemas in database NOPE", "use schema ONE.NOPE"):
        assert (refused(admin, command).errno, refused(admin, command).sqlstate) == (2043, "02000")


def test_information_schema_tables(admin: Session) -> None:
    found = admin.run(
        "select table_name, table_type, is_transient, row_count, is_dynamic from ONE.information_schema.tables "
        "where table_schema = 'S' order by table_name"
    )
    assert found.rows == [
        ("T", "BASE TABLE", "YES", 2, "NO"),
        ("V", "VIEW", "NO", None, "NO"),
        ("mixed Case", "BASE TABLE", "NO", 0, "NO"),
    ]


def test_information_schema_columns_views_schemata_and_databases(admin: Session) -> None:
    columns = "select column_name, data_type, numeric_scale, is_nullable from ONE.information_schema.columns"
    assert admin.run(f"{columns} where table_name = 'T' order by ordinal_position").rows == [
        ("ID", "NUMBER", 0, "NO"),
        ("AMOUNT", "NUMBER", 2, "YES"),
        ("AT", "TIMESTAMP_NTZ", None, "YES"),
    ]
    assert values(admin, "select table_name from ONE.information_schema.views where is_secure = 'YES'") == ["V"]
    assert values(admin, "select schema_name from ONE.information_schema.schemata where is_managed_access = 'YES'") == [
        "S"
    ]
    assert "ON_2" in values(admin, "select database_name from ONE.information_schema.databases")


def test_information_schema_without_a_database_is_the_session_s(admin: Session) -> None:
    admin.run("use database ON_2")
    assert values(admin, "select catalog_name from information_schema.schemata") == ["ON_2"]


def test_describe_table(admin: Session) -> None:
    rows = {row["name"]: row for row in admin.run("describe table ONE.S.T").dicts()}
    assert (rows["AMOUNT"]["type"], rows["AMOUNT"]["null?"], rows["AMOUNT"]["default"]) == ("NUMBER(10,2)", "Y", "0")
