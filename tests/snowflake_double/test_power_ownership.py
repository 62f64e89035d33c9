"""GRANT OWNERSHIP in the double, as a ghost's owner needs it after a clone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.snowflake_double.actors import Company, company


@pytest.fixture
def account() -> Iterator[Company]:
    with company() as made:
        yield made


@pytest.fixture
def cloned(account: Company) -> Company:
    """GHOST may read prod and has cloned it."""
    for statement in ("usage on database prod", "usage on all schemas in database prod"):
        account.manager.do(f"grant {statement} to role ghost")
    for kind in ("tables", "views"):
        account.manager.do(f"grant select on all {kind} in database prod to role ghost")
    account.ghost.do("create database ghost_a clone prod")
    return account


TAKE = "grant ownership on {} to role ghost {} current grants"


def test_a_clone_s_children_belong_to_prod_s_role_until_they_are_transferred(cloned: Company) -> None:
    assert cloned.owner_of("database ghost_a") == "GHOST"
    assert cloned.owner_of("schema ghost_a.shop") == "TRANSFORMER"
    assert "3001 " in cloned.ghost.refusal("create or replace table ghost_a.shop.orders (id int)")
    for what in ("all schemas", "all tables", "all views"):
        cloned.manager.do(TAKE.format(f"{what} in database ghost_a", "revoke"))
    assert cloned.owner_of("schema ghost_a.shop") == cloned.owner_of("table ghost_a.shop.orders") == "GHOST"
    assert cloned.owner_of("table prod.shop.orders") == "TRANSFORMER"
    cloned.ghost.do("create or replace table ghost_a.shop.orders (id int)")


def test_a_role_without_manage_grants_cannot_take_what_is_not_below_it(cloned: Company) -> None:
    assert "3001 " in cloned.ghost.refusal(TAKE.format("all tables in database ghost_a", "revoke"))
    assert "3001 " in cloned.ghost.refusal(TAKE.format("table ghost_a.shop.orders", "revoke"))
    assert cloned.owner_of("table ghost_a.shop.orders") == "TRANSFORMER"


def test_a_role_above_the_owner_may(cloned: Company) -> None:
    cloned.accountadmin.do("grant role transformer to role ghost")
    cloned.ghost.do(TAKE.format("all tables in schema ghost_a.shop", "copy"))
    assert cloned.owner_of("table ghost_a.shop.orders") == "GHOST"
    assert cloned.owner_of("table ghost_a.closed.secrets") == "TRANSFORMER"


def test_the_owner_may_give_away_but_not_copy_grants_to_a_role_it_is_not_in(account: Company) -> None:
    account.transformer.do("grant select on table prod.shop.orders to role reader")
    assert "3001 " in account.transformer.refusal(TAKE.format("table prod.shop.orders", "copy"))
    account.transformer.do(TAKE.format("table prod.shop.orders", "revoke"))
    assert account.grants_on("table prod.shop.orders") == {("OWNERSHIP", "GHOST")}


def test_outbound_grants_block_a_transfer_that_neither_copies_nor_revokes(account: Company) -> None:
    account.transformer.do("grant ownership on table prod.shop.items to role ghost")
    account.transformer.do("grant select on table prod.shop.orders to role reader")
    refusal = account.manager.refusal("grant ownership on table prod.shop.orders to role ghost")
    assert "Dependent grant of privilege 'SELECT'" in refusal
    assert "Dependent" in account.manager.refusal("grant ownership on all tables in schema prod.shop to role reader")
    assert account.owner_of("table prod.shop.items") == "GHOST"


def test_copy_keeps_outbound_grants_in_the_new_owner_s_name(account: Company) -> None:
    account.transformer.do("grant select on table prod.shop.orders to role reader")
    account.manager.do(TAKE.format("table prod.shop.orders", "copy"))
    assert account.grants_on("table prod.shop.orders") == {("OWNERSHIP", "GHOST"), ("SELECT", "READER")}
    assert {row["granted_by"] for row in account.manager.rows("show grants on table prod.shop.orders")} == {"GHOST"}


def test_views_of_both_kinds_go_with_view(account: Company) -> None:
    assert "takes VIEW" in account.transformer.refusal(
        TAKE.format("all materialized views in schema prod.shop", "copy")
    )
    account.manager.do(TAKE.format("all views in schema prod.shop", "copy"))
    assert account.owner_of("view prod.shop.latest") == "GHOST"


def test_pipes_are_not_transferred_in_bulk(account: Company) -> None:
    assert "Bulk grants" in account.manager.refusal(TAKE.format("all pipes in database prod", "copy"))


def test_in_managed_access_objects_go_only_to_roles_below_the_schema_s_owner(account: Company) -> None:
    take = TAKE.format("table prod.closed.secrets", "revoke")
    assert "subordinate" in account.manager.refusal(take)
    account.manager.do(TAKE.format("schema prod.closed", "revoke"))
    account.manager.do(take)
    assert account.owner_of("table prod.closed.secrets") == "GHOST"


def test_future_ownership_hands_a_new_object_over(account: Company) -> None:
    account.manager.do("grant ownership on future tables in database prod to role ghost")
    account.transformer.do("create table prod.shop.later (id int); create table prod.closed.later (id int)")
    assert account.owner_of("table prod.shop.later") == "GHOST"
    assert account.owner_of("table prod.closed.later") == "TRANSFORMER"
    assert account.owner_of("table prod.shop.orders") == "TRANSFORMER"
    (row,) = account.manager.rows("show future grants in database prod")
    assert (row["privilege"], row["grantee_name"]) == ("OWNERSHIP", "GHOST")


def test_future_ownership_is_one_role_s_and_ends_with_its_revoke(account: Company) -> None:
    account.manager.do("grant ownership on future tables in schema prod.shop to role ghost")
    again = "grant ownership on future tables in schema prod.shop to role reader"
    assert "revoke it" in account.manager.refusal(again)
    account.manager.do("revoke ownership on future tables in schema prod.shop from role ghost")
    account.transformer.do("create table prod.shop.later (id int)")
    assert account.owner_of("table prod.shop.later") == "TRANSFORMER"
    account.manager.do(again)
    assert "does not go with FUTURE" in account.manager.refusal(again + " revoke current grants")


def test_future_ownership_in_a_managed_schema_stays_below_its_owner_and_holds_the_schema(account: Company) -> None:
    future = "grant ownership on future tables in schema prod.closed to role {}"
    assert "subordinate" in account.manager.refusal(future.format("ghost"))
    account.accountadmin.do("grant role reader to role transformer")
    account.manager.do(future.format("reader"))
    assert "Revoke the future grants" in account.manager.refusal(TAKE.format("schema prod.closed", "revoke"))
    account.transformer.do("create table prod.closed.later (id int)")
    assert account.owner_of("table prod.closed.later") == "READER"


def test_a_clone_carries_future_ownership_and_locks_the_ghost_out_of_its_own_tables(account: Company) -> None:
    account.manager.do("grant ownership on future tables in database prod to role transformer")
    account.manager.do("grant usage on database prod to role ghost")
    account.ghost.do(
        "create database ghost_a clone prod; create schema ghost_a.new; create table ghost_a.new.t (id int)"
    )
    assert account.owner_of("table ghost_a.new.t") == "TRANSFORMER"
    assert "2003 " in account.ghost.refusal("select * from ghost_a.new.t")
    account.manager.do("revoke ownership on future tables in database ghost_a from role transformer")
    account.ghost.do("create table ghost_a.new.u (id int)")
    assert account.owner_of("table ghost_a.new.u") == "GHOST"
