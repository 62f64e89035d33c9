"""A ghost's whole life on Snowflake, through dbt: production is built, cloned, proved, built in the ghost as its role,
fed from the ghost's bucket, looked at, dropped; and production is as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dbt_ghost.core.naming import GhostName
from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import PROD_ACCOUNT
from tests.snowflake_double.catalog import Account
from tests.snowflake_double.server import Double
from tests.warehouse.conftest import made_buckets
from tests.warehouse.snowflake.account import BRANCH, GHOST, Shop, production
from tests.warehouse.snowflake.conftest import shop_on
from tests.warehouse.worker import DbtWorker

EU = f"{GHOST}_PROD_EU"
BUCKET = GhostName("shop", BRANCH).bucket("shop-landing")
LANDED = b"ID,COUNTRY,AMOUNT,ORDERED_AT\n9,US,90,2026-11-20 10:00:00\n"


@dataclass
class Life:
    shop: Shop
    before: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)


def everything_of_prod(account: Account) -> dict[str, Any]:
    """Owner, text, grants and comment of every object of production."""
    return {
        f"{item.kind} {item.full_name}": (
            item.owner,
            item.comment,
            sorted(map(str, item.grants)),
            item.properties.copy(),
        )
        for item in account.securables()
        if item.full_name.split(".")[0].strip('"') in ("PROD_DB", "PROD_EU")
    }


def live(life: Life, s3: Any) -> None:
    """In the order of a branch's days; what each step said is kept."""
    shop, said = life.shop, life.said
    built = shop.dbt("build", target="prod")
    assert built["ok"], built["error"]
    life.before = everything_of_prod(shop.double.account)
    life.rows["prod"] = shop.admin("select sum(REVENUE) as N from PROD_DB.ANALYTICS.REVENUE", role="TRANSFORMER")

    said["clone"] = shop.operation("ghost_clone")
    said["prove"] = shop.operation("ghost_prove")
    said["feed"] = shop.operation("ghost_feed")
    s3.put_object(Bucket=BUCKET, Key="orders/9.csv", Body=LANDED)
    said["fed"] = shop.operation("ghost_feed")
    said["build"] = shop.dbt("build")
    said["built again"] = shop.dbt("build")
    said["prove built"] = shop.operation("ghost_prove")
    life.rows["ghost"] = shop.admin(f"select sum(REVENUE) as N from {GHOST}.ANALYTICS.REVENUE", role="GHOST_DEV")
    life.rows["history"] = shop.admin(f"select count(*) as N from {GHOST}.ANALYTICS.ORDER_HISTORY", role="GHOST_DEV")
    life.rows["eu"] = shop.admin(f"select count(*) as N from {EU}.ANALYTICS.EU_REVENUE", role="GHOST_DEV")
    said["status"] = shop.operation("ghost_status")
    said["drop"] = shop.operation("ghost_drop")


@pytest.fixture(scope="module")
def life(aws_server: LocalStack, worker: DbtWorker, folder: Path) -> Iterator[Life]:
    client = made_buckets(aws_server, BUCKET)
    double = Double(s3=aws_server.url, key=PROD_ACCOUNT, secret="test")
    with shop_on(double, worker, folder, production()) as shop:
        life = Life(shop)
        live(life, client)
        yield life


def test_two_databases_with_forty_objects_are_cloned(life: Life) -> None:
    clone = life.said["clone"]
    assert clone["ok"], clone
    assert len(life.before) >= 40
    assert sum(clone["cloned"].values()) + len(clone["dropped"]) >= 40
    assert {each["kind"] for each in clone["not_cloned"]} >= {"EXTERNAL TABLE"}


def test_the_fresh_ghost_and_the_built_one_are_proved(life: Life) -> None:
    for when in ("prove", "prove built"):
        assert life.said[when]["proved"], (when, life.said[when])
        assert life.said[when]["references"] == life.said[when]["grants"] == []


def test_the_feed_loads_what_the_ghosts_bucket_gets(life: Life) -> None:
    assert life.said["feed"]["ok"] and life.said["fed"]["ok"], (life.said["feed"], life.said["fed"])
    assert life.said["feed"]["pipes"][0]["notification_channel"].startswith("arn:aws:sqs:")


def test_every_kind_of_node_is_built_in_the_ghost_by_its_role(life: Life) -> None:
    for build in ("build", "built again"):
        assert life.said[build]["ok"], life.said[build]["error"]
    assert life.rows["eu"] == [{"N": 2}]
    assert life.rows["history"] == [{"N": 4}]  # three of production's orders, and the branch's one


def test_only_the_ghost_has_what_was_fed(life: Life) -> None:
    assert life.rows["ghost"][0]["N"] == life.rows["prod"][0]["N"] + 90


def test_production_is_as_it_was_before_the_ghost(life: Life) -> None:
    assert everything_of_prod(life.shop.double.account) == life.before


def test_nothing_is_left(life: Life) -> None:
    assert life.said["status"]["ok"] and life.said["drop"]["ok"]
    assert not [name for name in life.shop.double.account.databases if name.startswith("GHOST_")]


def test_the_ghosts_role_cannot_write_production(life: Life) -> None:
    for statement in (
        "insert into PROD_DB.RAW.ORDERS (ID) values (1)",
        "delete from PROD_EU.RAW.ORDERS",
        "create table PROD_DB.RAW.MINE (ID int)",
        "create or replace view PROD_DB.LEGACY.V1 as select 1 as ID, 2 as AMOUNT",
        "drop table PROD_DB.RAW.ORDERS",
        "alter pipe PROD_DB.RAW.ORDERS_PIPE refresh",
        "drop database PROD_DB",
        "grant select on table PROD_DB.RAW.ORDERS to role PUBLIC",
    ):
        with pytest.raises(Exception, match=r"Insufficient privileges|not authorized"):
            life.shop.double.session("GHOST_DEV_CI", "GHOST_DEV").run(statement)
    del life.shop.double.journal.entries[-8:]  # attempts by hand, all refused
