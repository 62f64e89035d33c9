"""`ghost_clone` on Snowflake: what it makes, what it costs, and what it does not touch."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dbt_ghost.core.naming import GhostName
from tests.snowflake_double.journal import Entry
from tests.warehouse.snowflake.account import GHOST, Shop
from tests.warehouse.snowflake.conftest import MakeShop
from tests.warehouse.snowflake.counting import clones, statements
from tests.warehouse.snowflake.log import assert_golden, of_ghosts, refuse_unparsable

EU = f"{GHOST}_PROD_EU"


def provenance(shop: Shop, database: str = GHOST) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(shop.double.account.databases[database].comment)
    return read


def sent(shop: Shop, since: int) -> list[Entry]:
    """What ran on the account for ghosts, without the blocks that only hold other statements."""
    return statements(of_ghosts(shop.double.journal, since))


def test_a_clone_of_two_databases(shop: Shop) -> None:
    result = shop.operation("ghost_clone")

    assert result["ok"] and result["changed"], result
    assert provenance(shop)["state"] == "ready"
    assert provenance(shop)["snapshot_at"] == provenance(shop, EU)["snapshot_at"] == result["t"]["at"]
    assert provenance(shop, EU)["of"] == GHOST


@pytest.mark.parametrize("strategy", ["database", "schema", "tables"])
def test_the_cost_that_is_said_is_the_cost(shop_of: MakeShop, strategy: str) -> None:
    shop = shop_of(clone={"strategy": strategy})
    result = shop.operation("ghost_clone")

    assert result["statements"] + result["in_procedures"] == len(sent(shop, 0))
    assert result["round_trips"] == len([entry for entry in of_ghosts(shop.double.journal) if entry.parent is None])


def test_a_second_clone_is_three_statements(shop: Shop) -> None:
    first = shop.operation("ghost_clone")
    before = len(shop.double.journal)
    again = shop.operation("ghost_clone")

    assert again["ok"] and not again["changed"]
    assert again["t"] == first["t"] and again["expires_at"] > first["expires_at"]
    assert again["round_trips"] == again["statements"] == 3
    assert_golden("clone_again", of_ghosts(shop.double.journal, before))


def test_prods_roles_have_nothing_in_the_clone(shop: Shop) -> None:
    shop.operation("ghost_clone")

    for database in (GHOST, EU):
        for role in ("TRANSFORMER", "ANALYST", "LOADER"):
            assert shop.double.account.databases[database].owner == "GHOST_DEV_OWNER"
            assert not shop.admin(f"show future grants in database {database}")
            with pytest.raises(Exception, match="does not exist or not authorized"):
                shop.admin(f"select * from {database}.RAW.ORDERS", role=role)


def test_a_dry_run_shows_the_same_plan_and_changes_nothing(shop: Shop) -> None:
    databases = set(shop.double.account.databases)
    shown = shop.operation("ghost_clone", dry_run=True)

    assert set(shop.double.account.databases) == databases
    done = shop.operation("ghost_clone")
    times = {shown["plan"][0].rsplit(" ", 1)[-1], done["plan"][0].rsplit(" ", 1)[-1]}
    for time in times:
        shown["plan"] = [text.replace(time, "T") for text in shown["plan"]]
        done["plan"] = [text.replace(time, "T") for text in done["plan"]]
    assert shown["plan"] == done["plan"]


@pytest.mark.parametrize("ownership", ["procedure", "template"])
@pytest.mark.parametrize("strategy", ["database", "schema", "tables"])
def test_every_strategy_has_the_same_rows(shop_of: MakeShop, strategy: str, ownership: str) -> None:
    templates = {"PROD_DB": "PROD_DB_TEMPLATE", "PROD_EU": "PROD_EU_TEMPLATE"} if ownership == "template" else {}
    shop = shop_of(clone={"strategy": strategy, "ownership": ownership, "templates": templates})
    result = shop.operation("ghost_clone")

    assert result["ok"], result
    for table in ("RAW.ORDERS", 'RAW."Order Items"', "SECURED.CUSTOMERS"):
        (cloned,) = shop.admin(f"select count(*) as N from {GHOST}.{table}", role="GHOST_DEV")
        (prod,) = shop.admin(f"select count(*) as N from PROD_DB.{table}", role="TRANSFORMER")
        assert cloned == prod
    refuse_unparsable(of_ghosts(shop.double.journal))
    entries = of_ghosts(shop.double.journal)
    side_by_side = sorted((entry for entry in statements(entries) if clones(entry)), key=lambda entry: entry.text)
    own = entries if strategy == "database" else side_by_side
    assert_golden(f"clone_{ownership}_{strategy}", own)


def test_branches_that_differ_in_punctuation_have_two_ghosts(shop: Shop) -> None:
    made = [shop.operation("ghost_clone", branch=branch) for branch in ("feature/a-b", "feature/a_b")]

    assert all(result["ok"] for result in made)
    assert made[0]["database"] != made[1]["database"]
    shop.operation("ghost_drop", branch="feature/a-b")
    assert made[1]["database"] in shop.double.account.databases


def test_a_database_with_the_ghosts_name_that_is_not_ours_is_left_alone(shop: Shop) -> None:
    shop.admin(f"create database {GHOST} comment = 'a table of mine'")
    for operation in ("ghost_clone", "ghost_drop"):
        result = shop.operation(operation)
        assert not result["ok"] and not result["changed"]
        assert "was not made by dbt-ghost" in result["error"]["message"]
    assert shop.double.account.databases[GHOST].comment == "a table of mine"


def test_a_ghost_of_another_branch_with_the_same_name_is_left_alone(shop: Shop) -> None:
    other = {"dbt_ghost": 1, "project": "shop", "branch": "feature/other", "state": "ready"}
    shop.admin(f"create database {GHOST} comment = '{json.dumps(other)}'")
    result = shop.operation("ghost_drop")

    assert "is the ghost of branch feature/other" in result["error"]["message"]
    assert GHOST in shop.double.account.databases


def test_a_name_that_only_starts_like_prods_is_not_prods(shop_of: MakeShop) -> None:
    """PROD_EU is not configured here, and starts with the name of what is."""
    shop = shop_of(databases=["PROD_DB"])
    result = shop.operation("ghost_clone")

    assert result["ok"] and EU not in shop.double.account.databases
    views = {view["name"]: view["text"] for view in shop.admin(f"show views in database {GHOST}")}
    assert "prod_eu.legacy.v2" in views["V Three"]


def test_what_a_ghost_cannot_see_is_said_loudly(shop: Shop) -> None:
    shop.admin("revoke usage on schema PROD_DB.RAW from role GHOST_DEV_READER")
    result = shop.operation("ghost_clone")

    missing = {each["object"]: each["why"] for each in result["not_cloned"]}
    assert "not seen by the role" in missing["PROD_DB.RAW"]
    assert "3 objects of PROD_DB are not in GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262" in result["lines"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"role": None}, "role is not set"),
        ({"role": "SYSADMIN"}, "must not be SYSADMIN"),
        ({"databases": ["PROD_DB", "PROD_EU", "PROD_UK"]}, "sees no database PROD_UK"),
        ({"clone": {"strategy": "fast"}}, "strategy: fast is not one of"),
        ({"ttl": "3 days"}, "ttl: '3 days' is no duration"),
        ({"ttl": "99999w"}, "ttl: '99999w' is no duration of at most a year"),
        ({"databases": ["PROD_UK", "PROD_DB", "PROD_EU"]}, "PROD_UK' does not exist or not authorized"),
        ({"clone": {"templates": {"PROD_DB": "PROD_EU"}}}, "the template none of them"),
        ({"clone": "auto"}, "keys with values"),
    ],
)
def test_settings_that_cannot_work_are_refused(shop: Shop, change: dict[str, Any], message: str) -> None:
    shop.ghost |= change
    result = shop.operation("ghost_clone")

    assert message in result["error"]["message"]
    assert not result["changed"] and GHOST not in shop.double.account.databases


def test_a_shared_database_is_refused_with_the_reason(shop: Shop) -> None:
    shop.double.account.databases["PROD_EU"].type = "IMPORTED DATABASE"
    result = shop.operation("ghost_clone")

    assert "another account shares" in result["error"]["message"]


def test_secondary_roles_and_another_role_are_refused(shop: Shop) -> None:
    shop.admin(
        "grant role ANALYST to user GHOST_DEV_CI", "alter user GHOST_DEV_CI set default_secondary_roles = ('ALL')"
    )
    for operation in ("ghost_clone", "ghost_drop"):
        result = shop.operation(operation)
        assert "secondary roles are active (ANALYST" in result["error"]["message"]
    shop.admin("alter user GHOST_DEV_CI set default_secondary_roles = ()")
    result = shop.operation("ghost_clone", DOUBLE_ROLE="ANALYST")
    assert "runs as ANALYST" in result["error"]["message"]


def test_a_frozen_base_stays_as_it_was_cloned(shop_of: MakeShop) -> None:
    shop = shop_of(clone={"frozen_base": True})
    assert shop.operation("ghost_clone")["ok"]

    base = f"{GHOST}__BASE"
    assert shop.admin(f"select count(*) as N from {base}.RAW.ORDERS", role="GHOST_DEV") == [{"N": 2}]
    with pytest.raises(Exception, match=r"Insufficient privileges|not authorized"):
        shop.admin(f"delete from {base}.RAW.ORDERS", role="GHOST_DEV")
    assert shop.operation("ghost_drop")["ok"]
    assert not [name for name in shop.double.account.databases if name.startswith("GHOST_")]


def test_names_of_ghosts_are_the_same_in_python(shop: Shop) -> None:
    assert (
        shop.operation("ghost_clone", branch="Fix/Überlänge 1")["database"]
        == GhostName("shop", "Fix/Überlänge 1").database()
    )


def test_a_variable_stands_in_for_a_setting(shop: Shop) -> None:
    result = shop.operation("ghost_clone", dry_run=True, GHOST_CLONE__STRATEGY="schema")
    assert "schema by schema" in result["plan"][0]
