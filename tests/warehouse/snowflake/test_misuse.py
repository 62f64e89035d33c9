"""What a clumsy or a hostile hand does to a ghost on Snowflake: it is noticed, or it does no harm."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.snowflake_double.errors import SnowflakeError
from tests.snowflake_double.journal import Entry
from tests.warehouse.snowflake.account import GHOST, SMALL, Shop
from tests.warehouse.snowflake.conftest import MakeShop

EU = f"{GHOST}_PROD_EU"
PRODUCTION = [*SMALL, "create view PROD_DB.RAW.BY_STRING as select * from identifier('PROD_DB.RAW.ORDERS')"]


@pytest.fixture
def small(shop_of: MakeShop) -> Shop:
    return shop_of(production=PRODUCTION, feed=[])


@pytest.fixture
def ghost(small: Shop) -> Shop:
    assert small.operation("ghost_clone")["ok"]
    return small


def record(shop: Shop, **changes: Any) -> None:
    """Somebody edits the record by hand."""
    database = shop.double.account.databases[GHOST]
    database.comment = json.dumps({**json.loads(database.comment), **changes})


def test_a_view_that_makes_a_name_of_a_string_does_not_stay(ghost: Shop) -> None:
    assert not ghost.admin(f"show views like 'BY_STRING' in database {GHOST}")
    ghost.admin(f"create view {GHOST}.RAW.AGAIN as select * from identifier('PROD_DB.RAW.ORDERS')", role="GHOST_DEV")
    proof = ghost.operation("ghost_prove")
    assert not proof["proved"] and [each["object"] for each in proof["references"]] == [f"{GHOST}.RAW.AGAIN"]


def test_half_a_ghost_is_not_ready(ghost: Shop) -> None:
    def only_one(entry: Entry) -> None:
        if entry.text == f'drop database "{GHOST}"':
            raise SnowflakeError(604, "57014", "SQL execution canceled")

    ghost.double.before = only_one
    ghost.operation("ghost_drop")
    ghost.double.before = lambda entry: None

    assert EU not in ghost.double.account.databases
    assert "it is dropping" in ghost.operation("ghost_prove")["error"]["message"]
    again = ghost.operation("ghost_clone")
    assert again["ok"] and again["changed"] and EU in ghost.double.account.databases


def test_a_ghost_of_other_databases_is_refused(ghost: Shop) -> None:
    for databases, missing in ((["PROD_EU", "PROD_DB"], "not this ghost's clone of PROD_EU"), (["PROD_DB"], "")):
        ghost.ghost["databases"] = databases
        result = ghost.operation("ghost_clone")
        assert result["ok"] if not missing else missing in result["error"]["message"], result
    ghost.ghost["databases"] = ["PROD_DB", "PROD_EU"]
    ghost.admin(f"drop database {EU}")
    assert "is missing, the clone of PROD_EU" in ghost.operation("ghost_clone")["error"]["message"]
    assert ghost.operation("ghost_clone", refresh=True)["ok"]


@pytest.mark.parametrize("lease", [{"holder": "me"}, "me", {"holder": "me", "until": 5}])
def test_a_lease_that_was_edited_is_held_until_it_is_taken_over(ghost: Shop, lease: Any) -> None:
    record(ghost, lease=lease, state="building")
    assert "take_over" in ghost.operation("ghost_drop")["error"]["hint"]
    assert ghost.operation("ghost_drop", take_over=True)["ok"] and GHOST not in ghost.double.account.databases


def test_a_record_that_was_broken_is_nobodys(ghost: Shop) -> None:
    record(ghost, branch=5)
    for operation in ("ghost_clone", "ghost_drop"):
        assert "was not made by dbt-ghost" in ghost.operation(operation)["error"]["message"]
    assert ghost.operation("ghost_gc", branches=["main"])["ok"]


def test_a_switch_in_quotes_is_refused(ghost: Shop) -> None:
    for switch in ("refresh", "take_over", "dry_run"):
        result = ghost.operation("ghost_clone", **{switch: "false"})
        assert f"{switch} must be true or false" in result["error"]["message"]


def test_a_time_that_is_none_does_not_keep_a_ghost_from_being_dropped(ghost: Shop) -> None:
    ghost.ghost["clone"] = {"at": "nonsense"}
    assert ghost.operation("ghost_drop")["ok"]
    assert not ghost.operation("ghost_clone")["ok"]


@pytest.mark.parametrize("branch", ['a\'b$$c\\d;"x"{{ 1/0 }}%s--/*', "\\';drop database PROD_DB;--", "Ünïcode/✓"])
def test_a_branch_of_any_name_lives_and_goes(small: Shop, branch: str) -> None:
    assert small.operation("ghost_clone", branch=branch)["ok"]
    assert small.operation("ghost_status", branch=branch)["ghosts"][0]["branch"] == branch
    assert small.operation("ghost_drop", branch=branch)["ok"]
    assert {name for name in small.double.account.databases if not name.startswith("GHOST_")} >= {"PROD_DB", "PROD_EU"}


def test_templates_that_are_made_anew_in_between_are_noticed(shop_of: MakeShop) -> None:
    templates = {"PROD_DB": "T_DB", "PROD_EU": "T_EU"}
    shop = shop_of(production=PRODUCTION, feed=[], clone={"ownership": "template", "templates": templates})
    done: list[Entry] = []

    def night(entry: Entry) -> None:
        if 'clone "T_EU"' in entry.text and entry.parent is not None and not done:
            done.append(entry)
            shop.double.session("ADMIN", "ACCOUNTADMIN").run('call "DBT_GHOST"."SHOP"."GHOST_TEMPLATES"()')

    shop.double.before = night
    result = shop.operation("ghost_clone")
    assert "made anew while it was cloned" in result["error"]["message"]
    assert shop.operation("ghost_clone")["ok"]


@pytest.mark.parametrize("strategy", ["schema", "tables"])
def test_a_frozen_base_can_be_read_and_not_written(shop_of: MakeShop, strategy: str) -> None:
    shop = shop_of(production=PRODUCTION, feed=[], clone={"frozen_base": True, "strategy": strategy})
    assert shop.operation("ghost_clone")["ok"]
    assert shop.admin(f"select * from {GHOST}__BASE.RAW.ORDERS", role="GHOST_DEV") == []
    with pytest.raises(Exception, match=r"Insufficient privileges|not authorized"):
        shop.admin(f"insert into {GHOST}__BASE.RAW.ORDERS values (1)", role="GHOST_DEV")
