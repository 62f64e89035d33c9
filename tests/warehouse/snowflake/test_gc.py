"""`ghost_gc` and `ghost_drop` on Snowflake: what three witnesses give up goes, all else stays and is explained."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dbt_ghost.core.naming import GhostName
from tests.snowflake_double.server import Double
from tests.warehouse.snowflake.account import BRANCH, GHOST, Shop, production
from tests.warehouse.snowflake.conftest import shop_on
from tests.warehouse.snowflake.log import assert_golden, of_ghosts, refuse_unparsable
from tests.warehouse.snowflake.statements import changing_targets, inner_statements
from tests.warehouse.worker import DbtWorker

EU = f"{GHOST}_PROD_EU"
EMPTY = production()[: production().index("create schema PROD_DB.RAW")]
"""Two databases without anything in them."""

BRANCHES = ["main", "refs/heads/fix/alive", "origin/fix/both", "refs/remotes/origin/fix/remote"]
PINS = ["origin/fix/pinned"]


def at(**later: float) -> str:
    return (datetime.now(UTC) + timedelta(**later)).isoformat(timespec="milliseconds")


PAST, FUTURE = at(hours=-1), at(hours=1)
ALIVE = {"expires_at": FUTURE}
HELD = {"state": "building", "lease": {"holder": "CI_PIPELINE_ID=7", "until": FUTURE}}
DEAD = {"state": "building", "lease": {"holder": "CI_PIPELINE_ID=7", "until": PAST}}
GHOSTS: dict[str, dict[str, Any]] = {
    **{"fix/stuck": {"created_at": at(days=-9)}, "fix/old": {}, "fix/alive": {}, "fix/remote": {}},
    **{"fix/fresh": ALIVE, "fix/both": ALIVE, "fix/pinned": {}, "fix/recorded": {"pinned": True}},
    **{"fix/never": {"expires_at": None, "created_at": None}, "fix/held": HELD, "fix/dead": DEAD},
}
"""What is different about each from a ghost that expired an hour ago."""

KEPT = {
    "fix/alive": f"it expired at {PAST}, but its branch is there",
    "fix/remote": f"it expired at {PAST}, but its branch is there",
    "fix/fresh": f"its branch is gone, but it lives until {FUTURE}",
    "fix/both": f"its branch is there, and it lives until {FUTURE}",
    "fix/pinned": "it is pinned",
    "fix/recorded": "it is pinned",
    "fix/never": "its record does not say until when it lives",
    "fix/held": f"it is building, held by CI_PIPELINE_ID=7 until {FUTURE}",
    "fix/left": f"only {GhostName('shop', 'fix/left').database()}_PROD_EU is left of it, without its record: "
    "ghost_drop --args '{branch: fix/left}' removes that",
}
NOT_OURS = ("GHOST_SHOP_NOBODYS", "GHOST_SHOP_RENAMED", GhostName("shop", "fix/shoe").database())


@dataclass
class Account:
    """An account full of ghosts, and what the sweep without arguments but the branches showed."""

    shop: Shop
    shown: dict[str, Any]
    sent: list[str]
    before: set[str]
    record: dict[str, Any]
    of_other: dict[str, Any]

    def databases(self) -> set[str]:
        return set(self.shop.double.account.databases)

    def sweep(self, **arguments: Any) -> dict[str, Any]:
        return self.shop.operation("ghost_gc", branches=BRANCHES, pins=PINS, **arguments)


def make(shop: Shop, name: str, record: dict[str, Any]) -> None:
    comment = json.dumps(record).replace("'", "''")
    shop.admin(
        f"create database {name} comment = '{comment}'", f"grant ownership on database {name} to role GHOST_DEV_OWNER"
    )


def changes(shop: Shop, since: int) -> list[str]:
    texts = [text for entry in of_ghosts(shop.double.journal, since) for text in inner_statements(entry.text)]
    return [text for text in texts if changing_targets(text)]


@pytest.fixture(scope="module")
def account(worker: DbtWorker, folder: Path) -> Iterator[Account]:
    """One account for all of these tests, in their order. One ghost is cloned, the others have its record, changed."""
    with shop_on(Double(), worker, folder, EMPTY) as shop:
        assert shop.operation("ghost_clone")["ok"]
        first, other = (shop.double.account.databases[name] for name in (GHOST, EU))
        record, of_other = {**json.loads(first.comment), "expires_at": PAST}, json.loads(other.comment)
        shop.admin(f"comment on database {GHOST} is '{json.dumps(record)}'")
        for branch, changed in GHOSTS.items():
            make(shop, GhostName("shop", branch).database(), {**record, "branch": branch, **changed})
        for branch in ("fix/old", "fix/left"):
            name = GhostName("shop", branch).database()
            make(shop, f"{name}_PROD_EU", {**of_other, "branch": branch, "of": name})
        make(shop, NOT_OURS[0], {"of": "somebody"})
        make(shop, NOT_OURS[1], {**record, "branch": "fix/renamed"})
        make(shop, NOT_OURS[2], {**record, "branch": "fix/shoe", "project": "shoe"})
        stuck = GhostName("shop", "fix/stuck").database()
        shop.admin(f"grant ownership on database {stuck} to role SYSADMIN copy current grants")
        shop.admin(f"grant usage on database {stuck} to role GHOST_DEV_OWNER")
        before, since = set(shop.double.account.databases), len(shop.double.journal)
        shown = shop.operation("ghost_gc", branches=BRANCHES, pins=PINS)
        yield Account(shop, shown, changes(shop, since), before, record, of_other)


def dropped(plan: list[str]) -> list[str]:
    return [text.removeprefix("drop the database ").partition(",")[0] for text in plan if text.startswith("drop ")]


def test_nothing_is_changed_unless_it_is_asked_for(account: Account) -> None:
    assert account.shown["ok"] and account.shown["dry_run"] and not account.shown["changed"], account.shown
    assert account.shown["message"] == "dry run: 4 ghosts to drop, nothing was changed; drop with dry_run: false"
    assert account.sent == [] and account.databases() == account.before


def test_what_the_record_the_time_and_the_branch_give_up_is_dropped(account: Account) -> None:
    """Oldest first; one whose making was killed, too, once its lease is over."""
    assert account.shown["dropped"][0] == "fix/stuck"
    assert set(account.shown["dropped"]) == {"fix/stuck", BRANCH, "fix/old", "fix/dead"}
    old = GhostName("shop", "fix/old").database()
    names = [
        text.removeprefix("drop the database ").partition(",")[0]
        for text in account.shown["plan"]
        if text.startswith("drop")
    ]
    assert set(names) >= {GHOST, EU, old, f"{old}_PROD_EU"} and len(names) == 6
    assert names.index(f"{old}_PROD_EU") < names.index(old), "the record goes last"
    assert f"would drop the database {old}, out of Time Travel too" in account.shown["lines"]


@pytest.mark.parametrize("branch", KEPT)
def test_everything_else_is_kept_and_told_why(account: Account, branch: str) -> None:
    kept = {each["branch"]: each["why"] for each in account.shown["kept"]}
    warning = "" if branch == "fix/both" else "warning: "  # the others, two witnesses gave up

    assert set(kept) == set(KEPT), "and what is not ours, or another project's, is not even named"
    assert kept[branch] == KEPT[branch]
    assert f"{warning}{branch} is kept: {KEPT[branch]}" in account.shown["lines"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "branches must be a list, not null"),
        ({"branches": []}, "branches is empty: then every branch would count as gone"),
        ({"branches": "main"}, 'branches must be a list, not "main"'),
        ({"branches": ["main", 12]}, "branches has 12, which is no branch's name"),
        ({"branches": ["main", " "]}, "which is no branch's name"),
        ({"branches": ["main"], "pins": "fix/old"}, 'pins must be a list, not "fix/old"'),
        ({"branches": ["main"], "dry_run": "no"}, "dry_run must be true or false, not no"),
    ],
)
def test_without_all_branches_nothing_is_gone(account: Account, arguments: dict[str, Any], message: str) -> None:
    result = account.shop.operation("ghost_gc", **{"dry_run": False, **arguments})

    assert not result["ok"] and message in result["error"]["message"] and not result["changed"]
    assert account.databases() == account.before


def test_one_that_cannot_be_dropped_does_not_keep_the_others_and_fails_the_sweep(account: Account) -> None:
    since, stuck = len(account.shop.double.journal), GhostName("shop", "fix/stuck").database()
    result = account.sweep(dry_run=False)

    assert not result["ok"] and not result["dbt_ok"] and result["changed"], result
    assert result["plan"] == account.shown["plan"] and result["kept"] == account.shown["kept"]
    assert set(result["dropped"]) == {BRANCH, "fix/old", "fix/dead"}
    ((branch, why),) = [each.values() for each in result["failed"]]
    assert branch == "fix/stuck" and "Insufficient privileges" in why
    assert result["error"]["message"].startswith("not dropped: fix/stuck: ")
    planned = {
        text.removeprefix("drop the database ").partition(",")[0] for text in result["plan"] if text.startswith("drop")
    }
    assert account.before - account.databases() == planned - {stuck}
    assert {*NOT_OURS, *(GhostName("shop", branch).database() for branch in KEPT if branch != "fix/left")} <= (
        account.databases()
    )
    sent = of_ghosts(account.shop.double.journal, since)
    refuse_unparsable(sent)
    assert_golden("gc", sent)


def test_what_was_mended_is_dropped_by_the_next_sweep(account: Account) -> None:
    stuck = GhostName("shop", "fix/stuck").database()
    account.shop.admin(f"grant ownership on database {stuck} to role GHOST_DEV_OWNER copy current grants")
    result = account.sweep(dry_run=False)
    assert result["ok"] and result["changed"] and result["message"] == "1 ghost dropped, 9 kept"
    assert stuck not in account.databases()

    again = account.sweep(dry_run=False)
    assert again["ok"] and not again["changed"] and again["message"] == "nothing to drop: 9 kept"


def test_what_a_sweep_reports_as_left_over_goes_with_a_drop(account: Account) -> None:
    left = GhostName("shop", "fix/left").database() + "_PROD_EU"
    assert left in account.databases()
    said = account.shop.dbt("run-operation", "ghost_drop", "--args", "{branch: fix/left}")
    assert said["ok"] and left not in account.databases()


def test_a_drop_takes_all_of_one_ghost_out_of_time_travel_too(account: Account) -> None:
    shop = account.shop
    make(shop, GHOST, account.record)
    make(shop, EU, account.of_other)
    before, since = account.databases(), len(shop.double.journal)
    shown = shop.operation("ghost_drop", dry_run=True)
    assert shown["ok"] and not shown["changed"] and not changes(shop, since) and account.databases() == before

    since = len(shop.double.journal)
    result = shop.operation("ghost_drop")
    assert result["ok"] and result["changed"] and result["plan"] == shown["plan"]
    assert before - account.databases() == {GHOST, EU}
    sent = of_ghosts(shop.double.journal, since)
    refuse_unparsable(sent)
    assert_golden("drop", sent)

    again = shop.operation("ghost_drop")
    assert again["ok"] and not again["changed"] and again["plan"] == []
