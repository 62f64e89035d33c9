"""`ghost_status` on Snowflake: what ghosts there are, what they cost as far as that is known, and who holds them."""

from __future__ import annotations

import json
from collections.abc import Iterator
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
KILLED = GhostName("shop", "fix/killed").database()
EMPTY = production()[: production().index("create schema PROD_DB.RAW")]
"""Two databases without anything in them."""


def ago(**time: float) -> datetime:
    return datetime.now(UTC) - timedelta(**time)


def storage(database: str, active: int, dropped: datetime | None = None) -> dict[str, Any]:
    size = {"ACTIVE_BYTES": active, "TIME_TRAVEL_BYTES": 20, "FAILSAFE_BYTES": 1, "RETAINED_FOR_CLONE_BYTES": 1000}
    return {"TABLE_CATALOG": database, "TABLE_NAME": "T", "CATALOG_DROPPED": dropped, **size}


def query(tag: str, credits: float, at: datetime | None = None) -> dict[str, Any]:
    return {"QUERY_TAG": tag, "CREDITS_ATTRIBUTED_COMPUTE": credits, "START_TIME": at or datetime.now(UTC)}


def tag(branch: str = BRANCH, project: str = "shop") -> str:
    return json.dumps({"dbt_ghost": {"project": project, "branch": branch, "operation": "ghost_clone"}})


def record(branch: str, **more: Any) -> str:
    kept = {"dbt_ghost": 1, "project": "shop", "branch": branch, "source": "PROD_DB", "by": "GHOST_DEV_CI"}
    at = {"created_at": ago(hours=30), "snapshot_at": ago(hours=30), "expires_at": ago(hours=-1)}
    times = {name: time.isoformat(timespec="milliseconds") for name, time in at.items()}
    return json.dumps({**kept, **times, "state": "ready", "lease": None, **more})


@pytest.fixture(scope="module")
def shop(worker: DbtWorker, folder: Path) -> Iterator[Shop]:
    """One ghost for all of these tests, in their order."""
    with shop_on(Double(), worker, folder, EMPTY) as shop:
        assert shop.operation("ghost_clone")["ok"]
        yield shop
        changing = [
            text
            for entry in of_ghosts(shop.double.journal)
            if '"operation": "ghost_status"' in entry.query_tag
            for text in inner_statements(entry.text)
            if changing_targets(text)
        ]
        assert not changing, "a status changes nothing"


def status(shop: Shop, **environment: str) -> dict[str, Any]:
    """{branch: ghost}, and the result itself."""
    result = shop.operation("ghost_status", **environment)
    assert result["ok"] and not result["changed"], result
    return {**{ghost["branch"]: ghost for ghost in result["ghosts"]}, "result": result}


def test_what_a_role_may_not_read_is_null_and_the_note_says_what_lets_it(shop: Shop) -> None:
    found = status(shop)

    assert list(found) == [BRANCH, "result"] and found["result"]["message"] == "1 ghost"
    assert found[BRANCH]["size_bytes"] is None and found[BRANCH]["credits"] is None
    for note in found["result"]["notes"]:
        assert ": unknown: SQL compilation error: " in note and "does not exist or not authorized" in note
        assert note.endswith("grant database role snowflake.usage_viewer to role GHOST_DEV)")
    assert any("unknown bytes of its own, unknown credits" in line for line in found["result"]["lines"])


def test_size_and_credits_of_one_branch(shop: Shop) -> None:
    shop.admin("grant imported privileges on database SNOWFLAKE to role GHOST_DEV")
    since = len(shop.double.journal)
    unwritten = status(shop)
    assert (unwritten[BRANCH]["size_bytes"], unwritten[BRANCH]["credits"]) == (None, None)

    usage = shop.double.account.usage
    usage["TABLE_STORAGE_METRICS"] = [storage(GHOST, 5000), storage(GHOST, 400), storage("PROD_DB", 10**9)]
    assert status(shop)[BRANCH]["size_bytes"] is None, "of its two databases one is not known yet"
    usage["TABLE_STORAGE_METRICS"] += [storage(EU, 30), storage(GHOST, 10**9, dropped=ago(days=1))]
    usage["QUERY_ATTRIBUTION_HISTORY"] = [
        *(query(tag(), 0.25), query(tag(), 0.5), query(tag(), 50, at=ago(hours=1))),
        *(query(tag(project="shoe"), 50), query(tag("fix/other"), 50), query("no json", 50)),
    ]
    asked = len(shop.double.journal)
    found = status(shop)

    assert (found[BRANCH]["size_bytes"], found[BRANCH]["credits"]) == (5430 + 3 * 21, 0.75)
    assert found[BRANCH]["databases"] == [GHOST, EU] and found[BRANCH]["owner"] == "GHOST_DEV_OWNER"
    assert (found[BRANCH]["state"], found[BRANCH]["expired"], found[BRANCH]["lease"]) == ("ready", False, None)
    assert found[BRANCH]["by"] == "GHOST_DEV_CI" and found[BRANCH]["age_hours"] < 1
    assert any(f"{BRANCH}: ready, as of " in line and "0.75 credits" in line for line in found["result"]["lines"])
    refuse_unparsable(of_ghosts(shop.double.journal, since))
    assert_golden("status", of_ghosts(shop.double.journal, asked))


def test_how_old_the_figures_may_be_is_said(shop: Shop) -> None:
    result = status(shop)["result"]
    size, credits = result["notes"]

    assert "up to 90 minutes old" in size and "bytes that only the ghost has" in size
    assert "up to 8 hours old" in credits and "without idle time" in credits and "under 100 ms" in credits
    assert {size, credits} <= set(result["lines"])


def test_the_lease_of_a_run_that_was_killed_is_told(shop: Shop) -> None:
    until = ago(hours=-1).isoformat(timespec="milliseconds")
    held = record("fix/killed", state="building", lease={"holder": "CI_PIPELINE_ID=7", "until": until})
    shop.admin(f"create database {KILLED} comment = '{held}'", f"grant ownership on database {KILLED} to role SYSADMIN")
    shop.admin(f"grant ownership on database {KILLED} to role GHOST_DEV_OWNER")
    said = shop.dbt("run-operation", "ghost_status", "--args", "{branch: fix/killed}")
    shop.admin(f"drop database {KILLED}")

    (line,) = [line for line in said["lines"] if line.startswith("GHOST_RESULT ")]
    (ghost,) = json.loads(line.removeprefix("GHOST_RESULT "))["ghosts"]
    assert ghost["state"] == "building" and ghost["lease"] == {"holder": "CI_PIPELINE_ID=7", "until": until}
    assert ghost["owner"] is None, "the ghosts' role does not see it yet: the owner's procedure finds it"
    assert any(f"held by CI_PIPELINE_ID=7 until {until}" in line for line in said["lines"])


def test_no_ghost_is_no_error(shop: Shop) -> None:
    said = shop.dbt("run-operation", "ghost_status", "--args", "{branch: fix/none}")
    assert said["ok"] and "there is no ghost of fix/none" in said["lines"]


def test_without_a_branch_all_ghosts_of_the_project_are_listed_the_oldest_first(shop: Shop) -> None:
    expired = {"expires_at": "2026-01-04T00:00:00.000+00:00", "pinned": True}
    others = {
        GhostName("shop", "fix/expired").database(): record("fix/expired", **expired),
        GhostName("shop", "fix/strange").database(): record("fix/strange", expires_at="soon", created_at=None),
        GhostName("shop", "fix/shoe").database(): record("fix/shoe", project="shoe"),
        "GHOST_SHOP_OTHERS_NAME": record("fix/renamed"),
        "GHOST_SHOP_NOBODYS": "somebody's notes",
    }
    for name, comment in others.items():
        shop.admin(f"create database {name} comment = '{comment.replace(chr(39), chr(39) * 2)}'")
    found = status(shop, GHOST_BRANCH="")
    for name in others:
        shop.admin(f"drop database {name}")

    assert list(found) == ["fix/expired", BRANCH, "fix/strange", "result"]
    assert found["result"]["branch"] is None and found["result"]["message"] == "3 ghosts"
    assert (found["fix/expired"]["expired"], found["fix/expired"]["pinned"]) == (True, True)
    assert 30 <= found["fix/expired"]["age_hours"] < 31 and found["fix/expired"]["size_bytes"] is None
    assert (found["fix/strange"]["expired"], found["fix/strange"]["age_hours"]) == (None, None)
    assert (found[BRANCH]["expired"], found[BRANCH]["credits"]) == (False, 0.75)
    assert any("(expired), 30" in line for line in found["result"]["lines"])
