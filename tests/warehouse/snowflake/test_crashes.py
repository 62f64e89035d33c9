"""A clone that is interrupted anywhere, two at once, production changing under it: one ghost, or none and nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy

import pytest

from tests.snowflake_double.catalog import Account, Object
from tests.snowflake_double.errors import SnowflakeError, already_exists
from tests.snowflake_double.journal import Entry
from tests.warehouse.snowflake.account import GHOST, SMALL, Shop
from tests.warehouse.snowflake.conftest import MakeShop
from tests.warehouse.snowflake.statements import changing_targets, inner_statements
from tests.warehouse.worker import DbtWorker


def lost_after(count: int) -> Callable[[Entry], None]:
    """The ghosts' connections are lost after so many statements; the account stays as it is then."""
    left = [count]

    def before(entry: Entry) -> None:
        if entry.user == "GHOST_DEV_CI":
            left[0] -= 1
            if left[0] < 0:
                raise SnowflakeError(604, "57014", "SQL execution canceled")

    return before


def ghosts(shop: Shop) -> list[str]:
    return [name for name in shop.double.account.databases if name.startswith("GHOST_")]


def unharmed(shop: Shop) -> None:
    """Nothing was interrupted from here on."""
    shop.double.before = lambda entry: None


@pytest.fixture
def small(shop_of: MakeShop) -> Shop:
    """Every single statement of its clone can be a place to crash at."""
    view = "create view PROD_DB.RAW.ALL_ORDERS as select * from PROD_DB.RAW.ORDERS"
    return shop_of(production=[*SMALL, view], feed=[])


@pytest.fixture
def interrupted(small: Shop) -> list[Account]:
    """The account as it was before each change of a clone: what a crash there would leave."""
    left: list[Account] = []

    def before(entry: Entry) -> None:
        if entry.user == "GHOST_DEV_CI" and any(changing_targets(inner) for inner in inner_statements(entry.text)):
            left.append(deepcopy(small.double.account))
            for table in left[-1].objects():  # its rows are not to go with the last table of another copy
                for storage in (*(past for _, past in table.history), table.storage):
                    small.double.store.share(Object("TABLE", "KEPT"), storage)

    small.double.before = before
    assert small.operation("ghost_clone")["ok"]
    unharmed(small)
    return left


def test_after_a_crash_anywhere_a_drop_leaves_nothing_and_a_clone_converges(
    small: Shop, interrupted: list[Account], stride: int
) -> None:
    """Of the places the first and the last are always among them."""
    assert len(interrupted) > 40
    for number in sorted({*range(0, len(interrupted), stride), len(interrupted) - 1}):
        small.double.account = interrupted[number]
        if number % 4 == 1:
            again = small.operation("ghost_clone")
            assert again.get("ok") and again["state"] == "ready", (number, again)
        else:
            dropped = small.operation("ghost_drop")
            assert dropped.get("ok") and not ghosts(small), (number, dropped, ghosts(small))


def test_after_a_crash_of_a_drop_a_second_one_finishes_it(small: Shop, stride: int) -> None:
    for count in range(3, 10, stride):
        assert small.operation("ghost_clone")["ok"]
        small.double.before = lost_after(count)
        small.operation("ghost_drop")
        unharmed(small)
        assert small.operation("ghost_drop")["ok"] and not ghosts(small)


def test_another_run_waits_for_the_lease_of_one_that_was_killed(shop: Shop) -> None:
    shop.double.before = lost_after(12)
    shop.operation("ghost_clone", CI_PIPELINE_ID="1")
    unharmed(shop)

    held = shop.operation("ghost_clone", CI_PIPELINE_ID="2")
    assert "CI_PIPELINE_ID=1 holds it until" in held["error"]["message"]
    assert "take_over" in held["error"]["hint"]
    assert shop.operation("ghost_clone", CI_PIPELINE_ID="2", take_over=True)["ok"]


def test_a_run_that_fails_lets_go_of_the_ghost(shop: Shop) -> None:
    def not_the_second(entry: Entry) -> None:
        if 'clone "PROD_EU"' in entry.text and entry.parent is not None:
            raise SnowflakeError(3001, "42501", "Insufficient privileges")

    shop.double.before = not_the_second
    failed = shop.operation("ghost_clone", CI_PIPELINE_ID="1")
    unharmed(shop)

    assert not failed["ok"] and failed["changed"]
    record = json.loads(shop.double.account.databases[GHOST].comment)
    assert record["state"] == "building" and record["lease"] is None
    assert shop.operation("ghost_clone", CI_PIPELINE_ID="2")["ok"]


def test_two_clones_at_once_make_one(shop: Shop) -> None:
    with DbtWorker() as other, ThreadPoolExecutor(2) as pool:
        second = Shop(shop.double, other, shop.folder, shop.ghost)
        running = [
            pool.submit(each.operation, "ghost_clone", CI_PIPELINE_ID=str(number), DBT_TARGET_PATH=f"target/{number}")
            for number, each in enumerate((shop, second))
        ]
        results = [each.result() for each in running]

    assert sorted(ghosts(shop)) == [GHOST, f"{GHOST}_PROD_EU"]
    assert any(result["ok"] for result in results)
    for said in (result["error"]["message"] for result in results if not result["ok"]):
        assert "at the same time" in said or "holds it" in said


def test_a_build_of_production_in_between_is_tried_again(shop: Shop) -> None:
    raised: list[Entry] = []

    def a_table_is_replaced(entry: Entry) -> None:
        if 'clone "PROD_EU"' in entry.text and entry.parent is not None and not raised:
            raised.append(entry)
            raise already_exists("PROD_EU.RAW.ORDERS")

    shop.double.before = a_table_is_replaced
    result = shop.operation("ghost_clone")

    assert result["ok"] and raised
    assert [entry.outcome for entry in shop.double.journal.entries if "system$wait" in entry.text] == ["ok", "ok"]
    assert any("trying again" in line for line in result["lines"])


def test_a_build_of_production_that_never_ends_is_said(shop: Shop) -> None:
    def always(entry: Entry) -> None:
        if 'clone "PROD_EU"' in entry.text and entry.parent is not None:
            raise SnowflakeError(707, "02000", "Data is not available")

    shop.double.before = always
    result = shop.operation("ghost_clone")

    assert not result["ok"] and "between two builds" in result["error"]["hint"]
    unharmed(shop)
    assert shop.operation("ghost_drop")["ok"] and not ghosts(shop)
