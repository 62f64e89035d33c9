"""A policy decides what is read, also through views and in clones."""

from __future__ import annotations

import pytest

from tests.snowflake_double.asking import all_of, session_of, values
from tests.snowflake_double.server import Double
from tests.snowflake_double.session import Session


@pytest.fixture
def double() -> Double:
    made = Double()
    all_of(
        made.session(),
        """create database PROD
        create schema PROD.S
        create table T (id int, mail varchar)
        insert into T values (1, 'a@x'), (2, 'b@x')
        create masking policy HIDE as (val varchar) returns varchar -> iff(current_role() = 'READER', '***', val)
        create row access policy FIRST as (i int) returns boolean -> current_role() <> 'READER' or i = 1
        alter table T modify column mail set masking policy HIDE
        create view V as select * from T
        create role READER
        grant usage on database PROD to role READER
        grant usage on schema PROD.S to role READER
        grant select on all tables in schema PROD.S to role READER
        grant select on all views in schema PROD.S to role READER""",
    )
    return made


@pytest.fixture
def reader(double: Double) -> Session:
    return session_of(double, "READER")


@pytest.mark.parametrize("name", ["T", "V"])
def test_a_masked_column_reads_as_the_policy_says(double: Double, reader: Session, name: str) -> None:
    assert values(reader, f"select x.mail from PROD.S.{name} x order by x.id") == ["***", "***"]
    assert values(double.session(), f"select mail from PROD.S.{name} order by id") == ["a@x", "b@x"]


def test_a_row_access_policy_hides_rows(double: Double, reader: Session) -> None:
    double.session().run("alter table PROD.S.T add row access policy PROD.S.FIRST on (id)")
    assert values(reader, "select id from PROD.S.T") == [1]
    assert values(double.session(), "select id from PROD.S.T order by id") == [1, 2]


def test_a_clone_has_the_policy_of_its_own_and_the_rows_unmasked(double: Double, reader: Session) -> None:
    admin = double.session()
    admin.run("create database GHOST clone PROD")
    admin.run("grant usage on database GHOST to role READER")
    assert values(reader, "select mail from GHOST.S.T") == ["***", "***"]
    (use,) = admin.get("TABLE", "GHOST.S.T").policies
    assert use.policy is admin.get("MASKING POLICY", "GHOST.S.HIDE")
    admin.run("alter table GHOST.S.T modify column mail unset masking policy")
    assert values(reader, "select mail from GHOST.S.T order by id") == ["a@x", "b@x"]


def test_policy_references_list_the_uses(double: Double) -> None:
    call = "policy_references(ref_entity_name => 'PROD.S.T', ref_entity_domain => 'table')"
    found = double.session().run(
        f"select policy_name, policy_kind, ref_entity_name, ref_column_name from table(PROD.information_schema.{call})"
    )
    assert found.rows == [("HIDE", "MASKING_POLICY", "T", "MAIL")]
