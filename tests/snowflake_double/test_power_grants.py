"""Privileges of the double: granted on one, on all, on what is to come; revoked; shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.snowflake_double.actors import Company, company


@pytest.fixture
def account() -> Iterator[Company]:
    with company() as made:
        yield made


OPEN = "grant usage on database prod to role {0}; grant usage on schema prod.shop to role {0}"


def test_reading_takes_the_table_the_schema_and_the_database(account: Company) -> None:
    query = "select * from prod.shop.orders"
    for statement in (
        "grant select on table prod.shop.orders to role reader",
        "grant usage on schema prod.shop to role reader",
    ):
        account.transformer.do(statement)
        assert "2003 " in account.reader.refusal(query)
    account.transformer.do("grant usage on database prod to role reader")
    assert account.reader.rows(query) == []
    assert "3001 " in account.reader.refusal("insert into prod.shop.orders values (1)")
    account.transformer.do("revoke usage on schema prod.shop from role reader")
    assert "2003 " in account.reader.refusal(query)


def test_dbt_grants_without_saying_table_or_role(account: Company) -> None:
    account.transformer.do("grant select on prod.shop.orders to reader; grant select on PROD.SHOP.LATEST to READER")
    shown = {row["grantee_name"] for row in account.transformer.rows("show grants on prod.shop.latest")}
    assert shown == {"TRANSFORMER", "READER"}
    account.transformer.do('revoke select on prod.shop.latest from "READER"')
    assert account.grants_on("view prod.shop.latest") == {("OWNERSHIP", "TRANSFORMER")}


def test_only_the_owner_or_manage_grants_grants(account: Company) -> None:
    account.transformer.do(OPEN.format("ghost") + "; grant select on table prod.shop.orders to role ghost")
    assert "3001 " in account.ghost.refusal("grant select on table prod.shop.orders to role reader")
    assert "2003 " in account.ghost.refusal("grant select on table prod.shop.items to role reader")
    account.manager.do("grant select on table prod.shop.orders to role reader")
    (row,) = (r for r in account.manager.rows("show grants on table prod.shop.orders") if r["grantee_name"] == "READER")
    assert (row["privilege"], row["granted_by"], row["grant_option"]) == ("SELECT", "TRANSFORMER", "false")


def test_the_grant_option_passes_on_and_revoking_it_needs_cascade(account: Company) -> None:
    account.transformer.do(OPEN.format("ghost"))
    account.transformer.do("grant select on table prod.shop.orders to role ghost with grant option")
    account.ghost.do("grant select on table prod.shop.orders to role reader")
    assert "Dependent" in account.transformer.refusal("revoke select on table prod.shop.orders from role ghost")
    account.transformer.do("revoke select on table prod.shop.orders from role ghost cascade")
    assert account.grants_on("table prod.shop.orders") == {("OWNERSHIP", "TRANSFORMER")}


def test_the_grant_option_alone_is_taken_back(account: Company) -> None:
    account.transformer.do(OPEN.format("ghost"))
    account.transformer.do("grant select on table prod.shop.orders to role ghost with grant option")
    account.transformer.do("revoke grant option for select on table prod.shop.orders from role ghost")
    assert account.ghost.rows("select * from prod.shop.orders") == []
    assert "3001 " in account.ghost.refusal("grant select on table prod.shop.orders to role reader")


def test_all_privileges_are_those_of_the_kind(account: Company) -> None:
    account.transformer.do("grant all privileges on view prod.shop.latest to role reader")
    assert account.grants_on("view prod.shop.latest") - {("OWNERSHIP", "TRANSFORMER")} == {
        ("SELECT", "READER"),
        ("REFERENCES", "READER"),
    }
    account.transformer.do("revoke all on view prod.shop.latest from role reader")
    assert account.grants_on("view prod.shop.latest") == {("OWNERSHIP", "TRANSFORMER")}


def test_grants_on_all_objects_reach_those_of_the_kind_that_exist(account: Company) -> None:
    account.transformer.do("grant select on all tables in schema prod.shop to role reader")
    account.transformer.do("create table prod.shop.later (id int)")
    for name in ("orders", "items"):
        assert ("SELECT", "READER") in account.grants_on(f"table prod.shop.{name}")
    for name in ("view prod.shop.latest", "table prod.shop.later", "table prod.closed.secrets"):
        assert ("SELECT", "READER") not in account.grants_on(name)
    account.transformer.do("grant select on all tables in database prod to role ghost")
    assert ("SELECT", "GHOST") in account.grants_on("table prod.closed.secrets")
    account.transformer.do("grant usage on all schemas in database prod to role ghost")
    assert ("USAGE", "GHOST") in account.grants_on("schema prod.closed")
    account.transformer.do("revoke select on all tables in schema prod.shop from role reader")
    assert ("SELECT", "READER") not in account.grants_on("table prod.shop.orders")
    assert "IN SCHEMA" in account.transformer.refusal("revoke select on all tables in database prod from role ghost")


def test_in_managed_access_the_schema_s_owner_decides_not_the_table_s(account: Company) -> None:
    account.manager.do("grant usage on database prod to role ghost; grant usage on schema prod.closed to role ghost")
    account.manager.do("grant create table on schema prod.closed to role ghost")
    account.ghost.do("create table prod.closed.mine (id int)")
    assert "3001 " in account.ghost.refusal("grant select on table prod.closed.mine to role reader")
    account.transformer.do("grant select on table prod.closed.mine to role reader")
    assert ("SELECT", "READER") in account.grants_on("table prod.closed.mine")
    assert "3001 " in account.ghost.refusal("revoke select on table prod.closed.mine from role reader")
    account.transformer.do("revoke select on table prod.closed.mine from role reader")
    assert account.grants_on("table prod.closed.mine") == {("OWNERSHIP", "GHOST")}


def test_a_revoke_ignores_what_another_role_granted(account: Company) -> None:
    account.transformer.do(OPEN.format("ghost") + "; grant select on table prod.shop.orders to role reader")
    account.transformer.do("grant insert on table prod.shop.orders to role ghost")
    account.ghost.do("revoke select on table prod.shop.orders from role reader")
    assert ("SELECT", "READER") in account.grants_on("table prod.shop.orders")


def test_future_grants_fire_when_an_object_is_made(account: Company) -> None:
    account.manager.do("grant select, insert on future tables in database prod to role reader")
    account.transformer.do("create table prod.shop.later (id int); create view prod.shop.seen as select 1 as one")
    wanted = {("OWNERSHIP", "TRANSFORMER"), ("SELECT", "READER"), ("INSERT", "READER")}
    assert account.grants_on("table prod.shop.later") == wanted
    assert account.grants_on("view prod.shop.seen") == {("OWNERSHIP", "TRANSFORMER")}
    assert account.grants_on("table prod.shop.orders") == {("OWNERSHIP", "TRANSFORMER")}


def test_future_grants_of_the_schema_replace_those_of_the_database_for_their_kind(account: Company) -> None:
    account.manager.do("grant select on future tables in database prod to role reader")
    account.manager.do("grant select on future views in database prod to role reader")
    account.manager.do("grant insert on future tables in schema prod.shop to role ghost")
    account.transformer.do("create table prod.shop.later (id int); create view prod.shop.seen as select 1 as one")
    assert account.grants_on("table prod.shop.later") == {("OWNERSHIP", "TRANSFORMER"), ("INSERT", "GHOST")}
    assert ("SELECT", "READER") in account.grants_on("view prod.shop.seen")


def test_a_schema_to_come_gets_future_grants_too(account: Company) -> None:
    account.manager.do("grant usage on future schemas in database prod to role reader")
    account.transformer.do("create schema prod.later")
    assert ("USAGE", "READER") in account.grants_on("schema prod.later")


def test_future_grants_need_manage_grants_or_the_owner_of_a_managed_schema(account: Company) -> None:
    for where in ("database prod", "schema prod.shop"):
        assert "3001 " in account.transformer.refusal(f"grant select on future tables in {where} to role reader")
    account.transformer.do("grant select on future tables in schema prod.closed to role reader")
    assert "3001 " in account.transformer.refusal("revoke select on future tables in schema prod.shop from role reader")
    account.transformer.do("revoke select on future tables in schema prod.closed from role reader")
    assert account.manager.rows("show future grants in schema prod.closed") == []


def test_future_grants_are_shown_and_revoked(account: Company) -> None:
    account.manager.do("grant select, insert on future tables in database prod to role reader")
    account.manager.do("grant select on future views in schema prod.shop to role reader")
    shown = account.manager.rows("show future grants in database prod")
    assert [tuple(row.values())[1:] for row in shown] == [
        ("INSERT", "TABLE", "PROD.<TABLE>", "ROLE", "READER", "false"),
        ("SELECT", "TABLE", "PROD.<TABLE>", "ROLE", "READER", "false"),
    ]
    assert list(shown[0]) == [
        *("created_on", "privilege", "grant_on", "name", "grant_to", "grantee_name", "grant_option"),
    ]
    (row,) = account.manager.rows("show future grants in schema prod.shop")
    assert row["name"] == "PROD.SHOP.<VIEW>"
    assert len(account.manager.rows("show future grants to role reader")) == 3
    account.manager.do("revoke insert on future tables in database prod from role reader")
    assert [row["privilege"] for row in account.manager.rows("show future grants in database prod")] == ["SELECT"]
    account.manager.do("revoke all on future tables in database prod from role reader")
    assert account.manager.rows("show future grants in database prod") == []


def test_the_shared_database_opens_by_imported_privileges_only(account: Company) -> None:
    query = "select * from snowflake.account_usage.table_storage_metrics"
    assert "2003 " in account.ghost.refusal(query)
    assert "IMPORTED PRIVILEGES" in account.accountadmin.refusal("grant usage on database snowflake to role ghost")
    account.accountadmin.do("grant imported privileges on database snowflake to role ghost")
    assert account.ghost.rows(query) == []
    account.accountadmin.do("revoke imported privileges on database snowflake from role ghost")
    assert "2003 " in account.ghost.refusal(query)


def test_what_a_role_holds_is_shown(account: Company) -> None:
    account.transformer.do(OPEN.format("ghost"))
    account.accountadmin.do("grant role reader to role ghost")
    rows = account.accountadmin.rows("show grants to role ghost")
    assert {(row["privilege"], row["granted_on"], row["name"]) for row in rows} == {
        ("USAGE", "DATABASE", "PROD"),
        ("USAGE", "SCHEMA", "PROD.SHOP"),
        ("CREATE DATABASE", "ACCOUNT", "DOUBLE"),
        ("USAGE", "ROLE", "READER"),
    }
    assert ("OWNERSHIP", "PROD.SHOP.LATEST") in {
        (row["privilege"], row["name"]) for row in account.accountadmin.rows("show grants to role transformer")
    }


REFUSED = (
    "grant select on table prod.shop.orders to share s",
    "grant select on table prod.shop.orders to user admin",
    "grant select on table prod.shop.orders to database role prod.r",
    "grant database role prod.r to role reader",
    "grant usage on notebook prod.shop.n to role reader",
)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_modelled_is_refused(account: Company, text: str) -> None:
    assert "does not model" in account.transformer.refusal(text)


WRONG = {
    "grant usage on table prod.shop.orders to role reader": "Invalid object type 'TABLE' for privilege 'USAGE'",
    "grant fly on database prod to role reader": "Invalid object type 'DATABASE' for privilege 'FLY'",
    "grant select on table prod.shop.orders to role nobody": "2003 ",
    "grant select on view prod.shop.orders to role reader": "does not exist",
    "grant monitor on all pipes in database prod to role reader": "Bulk grants",
    "grant apply on all masking policies in schema prod.shop to role reader": "Bulk grants",
    "revoke ownership on table prod.shop.orders from role transformer": "OWNERSHIP cannot be revoked",
    "show grants on all tables in schema prod.shop": "one object",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_snowflake_refuses_is_refused(account: Company, text: str) -> None:
    assert WRONG[text] in account.transformer.refusal(text)
