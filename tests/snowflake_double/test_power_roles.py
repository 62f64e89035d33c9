"""Roles of the double: who takes them, who inherits what, who hands them out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.snowflake_double.actors import Actor, Company, Refused, company
from tests.snowflake_double.catalog import User


@pytest.fixture
def account() -> Iterator[Company]:
    with company() as made:
        yield made


def test_a_user_takes_the_roles_it_was_granted_and_no_other(account: Company) -> None:
    account.accountadmin.do("create role stranger")
    account.ghost.do("use role reader")
    assert account.ghost.value("select current_role()") == "READER"
    assert "3013 " in account.ghost.refusal("use role stranger")
    assert "2043 " in account.ghost.refusal("use role nobody")


def test_a_role_above_inherits_and_a_role_below_does_not(account: Company) -> None:
    account.transformer.do("grant usage on database prod to role ghost; grant usage on schema prod.shop to role ghost")
    account.transformer.do("grant select on table prod.shop.orders to role reader")
    account.transformer.do("grant usage on database prod to role reader")
    assert "2003 " in account.ghost.refusal("select * from prod.shop.orders")
    account.accountadmin.do("grant role reader to role ghost")
    assert account.ghost.rows("select * from prod.shop.orders") == []
    assert account.reader.refusal("select * from prod.shop.orders")
    account.accountadmin.do("revoke role reader from role ghost")
    assert "2003 " in account.ghost.refusal("select * from prod.shop.orders")


def test_the_system_roles_stand_above_one_another(account: Company) -> None:
    assert account.accountadmin.rows("select * from prod.shop.orders") == []
    account.accountadmin.do("grant role securityadmin to user admin; grant role sysadmin to user admin")
    assert account.sysadmin.rows("select * from prod.shop.orders") == []
    assert account.securityadmin.refusal("select * from prod.shop.orders")


def test_everybody_has_public(account: Company) -> None:
    grants = ("database prod", "schema prod.shop", "table prod.shop.orders")
    for what, privilege in zip(grants, ("usage", "usage", "select"), strict=True):
        account.transformer.do(f"grant {privilege} on {what} to role public")
    assert account.reader.rows("select * from prod.shop.orders") == []


def test_secondary_roles_add_every_role_of_the_user(account: Company) -> None:
    account.double.account.users["DEV"] = User(name="DEV", default_role="GHOST", default_secondary_roles="ALL")
    account.accountadmin.do("grant role ghost to user dev; grant role transformer to user dev")
    dev = Actor(account.double.connect(user="dev"))
    assert dev.rows("select * from prod.shop.orders") == []
    dev.do("use secondary roles none")
    assert "2003 " in dev.refusal("select * from prod.shop.orders")
    dev.do("use secondary roles all")
    assert dev.rows("select * from prod.shop.orders") == []
    dev.connection.close()


def test_only_create_role_makes_roles(account: Company) -> None:
    assert "3001 " in account.ghost.refusal("create role mine")
    account.accountadmin.do("grant create role on account to role ghost")
    account.ghost.do("create role mine comment = 'for me'; create role if not exists mine")
    assert "2002 " in account.ghost.refusal("create role mine")
    (row,) = account.ghost.rows("show roles like 'm_ne'")
    assert (row["name"], row["owner"], row["comment"]) == ("MINE", "GHOST", "for me")


def test_the_owner_of_a_role_or_manage_grants_hands_it_out(account: Company) -> None:
    account.accountadmin.do("grant create role on account to role ghost")
    account.ghost.do("create role mine; grant role mine to role reader")
    assert "3001 " in account.reader.refusal("grant role mine to role transformer")
    account.manager.do("grant role mine to role transformer; revoke role mine from role reader")
    assert [row["grantee_name"] for row in account.reader.rows("show grants of role mine")] == ["TRANSFORMER"]


def test_roles_form_no_circle(account: Company) -> None:
    account.accountadmin.do("grant role reader to role ghost")
    assert "cycle" in account.accountadmin.refusal("grant role ghost to role reader")
    assert "cycle" in account.accountadmin.refusal("grant role ghost to role ghost")


def test_a_dropped_role_leaves_its_objects_to_who_dropped_it_and_no_grants(account: Company) -> None:
    account.transformer.do("grant usage on database prod to role reader")
    assert "3001 " in account.ghost.refusal("drop role reader")
    assert "current primary role" in account.accountadmin.refusal("drop role accountadmin")
    account.accountadmin.do("drop role reader; drop role transformer; drop role if exists reader")
    assert account.grants_on("database prod") == {("OWNERSHIP", "ACCOUNTADMIN")}
    assert account.accountadmin.rows("show roles like 'reader'") == []


def test_show_roles_says_what_is_inherited_and_current(account: Company) -> None:
    rows = {row["name"]: row for row in account.accountadmin.rows("show roles")}
    flags = {name: (row["is_default"], row["is_current"], row["is_inherited"]) for name, row in rows.items()}
    assert flags["ACCOUNTADMIN"] == ("Y", "Y", "N")
    assert flags["TRANSFORMER"] == ("N", "N", "Y")
    assert flags["GHOST"] == ("N", "N", "N")
    assert (rows["TRANSFORMER"]["assigned_to_users"], rows["TRANSFORMER"]["granted_to_roles"]) == (1, 1)


def test_a_login_with_a_role_of_somebody_else_fails(account: Company) -> None:
    account.double.account.users["DEV"] = User(name="DEV", default_role="GHOST")
    account.accountadmin.do("grant role ghost to user dev")
    with pytest.raises(Refused, match="TRANSFORMER"):
        account.double.connect(user="dev", role="TRANSFORMER")
