"""`ghost_prove`: what it finds in a ghost and among its role's grants, and that it fails where anything is found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dbt_ghost.core.naming import GhostName
from tests.snowflake_double.server import Double
from tests.warehouse.snowflake.account import BRANCH, GHOST, Shop, make_shop, production, settings
from tests.warehouse.snowflake.counting import statements
from tests.warehouse.snowflake.log import of_ghosts, refuse_strays, refuse_unparsable
from tests.warehouse.worker import DbtWorker

EU = f"{GHOST}_PROD_EU"
OWN_BUCKET = GhostName("shop", BRANCH).bucket("shop-landing")

BAD = (
    f"create view {GHOST}.LEGACY.READS as select ID from prod_db.RAW.ORDERS",
    f'create view {EU}.LEGACY.QUOTED as select ID from "PROD_DB".RAW.ORDERS',
    f"create view {GHOST}.LEGACY.ALLOWED as select ID from PROD_DB.RAW.ORDERS",
    f"create procedure {GHOST}.LEGACY.HIDES(A varchar) returns varchar language sql as "
    "$$ begin execute immediate 'delete from PROD_DB.RAW.' || A; return 'ok'; end $$",
    f"create function {GHOST}.LEGACY.COUNTS() returns int as 'select count(*) from PROD_EU.RAW.ORDERS'",
    f"create task {GHOST}.RAW.RUNS warehouse = GHOST_DEV_WH schedule = '60 minute' as call PROD_DB.LEGACY.HARMLESS()",
    f"create task {GHOST}.RAW.SLEEPS warehouse = GHOST_DEV_WH schedule = '60 minute' as call PROD_DB.LEGACY.HARMLESS()",
    f"create dynamic table {GHOST}.RAW.LIVES target_lag = '1 hour' warehouse = GHOST_DEV_WH "
    "as select ID from PROD_DB.RAW.ORDERS",
    f"create dynamic table {GHOST}.RAW.AT_HOME target_lag = '1 hour' warehouse = GHOST_DEV_WH "
    f"as select ID from {GHOST}.RAW.ORDERS",
    f"create stage {GHOST}.RAW.PROD_BUCKET url = 's3://shop-landing/orders/'",
    f"create pipe {GHOST}.RAW.FROM_PROD as copy into {GHOST}.RAW.ORDERS from @{GHOST}.RAW.PROD_BUCKET",
    f"create stage {GHOST}.RAW.OWN url = 's3://{OWN_BUCKET}/orders/' storage_integration = GHOST_DEV_S3",
    f"create pipe {GHOST}.RAW.FROM_OWN as copy into {GHOST}.RAW.ORDERS from @{GHOST}.RAW.OWN",
    f"create stream {GHOST}.RAW.ON_GHOST on table {GHOST}.RAW.ORDERS",
    f"create view {GHOST}.LEGACY.SAYS as select 'PROD_DB.RAW.ORDERS' as A, ID from {GHOST}.RAW.ORDERS -- prod_eu",
    f"create view {GHOST}.LEGACY.ALIAS as select RAW.ID from {GHOST}.RAW.ORDERS as RAW",
)
BY_ADMIN = (
    f"create stream {GHOST}.RAW.ON_PROD on table PROD_DB.RAW.ORDERS",
    f"grant select on stream {GHOST}.RAW.ON_PROD to role GHOST_DEV",
    f"create iceberg table {GHOST}.RAW.ICE (ID int) catalog = 'SNOWFLAKE' external_volume = 'PROD_LAKE' "
    "base_location = 'ice/'",
    f"grant select on iceberg table {GHOST}.RAW.ICE to role GHOST_DEV",
    "grant execute task on account to role GHOST_DEV",
    f"alter task {GHOST}.RAW.RUNS resume",
    "revoke execute task on account from role GHOST_DEV",
)
ASKED = "execute immediate $$\nbegin\nlet said variant := (select"
GRANTS = (
    "create role WRITER",
    "create role HOLDER",
    "grant insert on table PROD_DB.RAW.ORDERS to role WRITER",
    "grant role WRITER to role HOLDER",
    "grant role HOLDER to role GHOST_DEV",
    "grant update on future tables in database PROD_EU to role HOLDER",
    "grant usage on procedure PROD_DB.LEGACY.PURGE(varchar) to role PUBLIC",
    "grant create schema on database PROD_DB to role GHOST_DEV",
    "grant create database on account to role GHOST_DEV",
    "grant operate on warehouse PROD_WH to role GHOST_DEV",
    "grant usage on integration PROD_S3 to role GHOST_DEV",
    "grant select on stream PROD_DB.RAW.ORDERS_STREAM to role GHOST_DEV",
    "grant usage on sequence PROD_DB.RAW.IDS to role GHOST_DEV",
    "grant usage on stage PROD_DB.RAW.LANDING to role GHOST_DEV",
)


def found(entries: list[dict[str, Any]]) -> set[str]:
    return {entry["object"].split(".", 1)[1] for entry in entries}


@pytest.fixture(scope="module")
def shop(worker: DbtWorker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A ghost for all of these tests, in their order: fresh, then with bad objects, then with bad grants too."""
    with Double() as double:
        shop = make_shop(double, worker, Path(tmp_path_factory.mktemp("prove")), production())
        shop.ghost = settings(prove={"allowed": ["legacy.allowed"]})
        shop.set_up()
        assert shop.operation("ghost_clone")["ok"]
        yield shop
        refuse_strays(double.journal)


def test_without_a_ghost_it_refuses(shop: Shop) -> None:
    result = shop.operation("ghost_prove", branch="feature/none")
    assert not result["ok"] and "there is no ghost" in result["error"]["message"]


def test_a_fresh_ghost_is_proved_and_nothing_is_changed(shop: Shop) -> None:
    before = len(shop.double.journal)
    result = shop.operation("ghost_prove")

    assert result["grants"] == [] and result["references"] == []
    assert result["ok"] and result["proved"] and result["dbt_ok"] and not result["changed"]
    assert found(result["mentions"]) >= {"LEGACY.NAMES_IT", "LEGACY.ORDERS_DT", "SECURED.MASK_EMAIL"}
    assert "looked at 2 databases" in result["message"]
    entries = of_ghosts(shop.double.journal, before)
    refuse_unparsable(entries)
    reads = ("show ", "select ", "alter session ", "execute immediate 'show ", 'call "DBT_GHOST"."SHOP"."GHOST_FIND"(')
    assert [each.text for each in statements(entries) if not each.text.startswith((*reads, ASKED))] == []


def test_what_would_reach_production_fails_it(shop: Shop) -> None:
    shop.admin(*BAD, role="GHOST_DEV")
    shop.admin(*BY_ADMIN)
    result = shop.operation("ghost_prove")

    assert result["ok"] and not result["proved"] and not result["dbt_ok"]
    assert found(result["references"]) == {
        *("LEGACY.READS", "LEGACY.QUOTED", "LEGACY.HIDES(A VARCHAR)", "LEGACY.COUNTS()", "RAW.RUNS", "RAW.LIVES"),
        *("RAW.PROD_BUCKET", "RAW.FROM_PROD", "RAW.ON_PROD", "RAW.ICE"),
    }
    assert found(result["allowed"]) == {"LEGACY.ALLOWED"}
    assert found(result["mentions"]) >= {"LEGACY.SAYS", "RAW.SLEEPS"}
    for harmless in ("RAW.AT_HOME", "RAW.OWN", "RAW.FROM_OWN", "RAW.ON_GHOST", "LEGACY.ALIAS"):
        assert harmless not in found(result["mentions"])
    assert any("not proved: 10 objects" in line for line in result["lines"])


def test_grants_to_write_elsewhere_are_found_through_roles_public_and_the_future(shop: Shop) -> None:
    shop.admin(*GRANTS)
    result = shop.operation("ghost_prove")

    assert result["ok"], result
    grants = {(grant["role"], grant["privilege"], grant["kind"], grant["object"]) for grant in result["grants"]}
    assert grants == {
        ("WRITER", "INSERT", "TABLE", "PROD_DB.RAW.ORDERS"),
        ("HOLDER", "UPDATE", "TABLE", "PROD_EU.<TABLE>"),
        ("PUBLIC", "USAGE", "PROCEDURE", "PROD_DB.LEGACY.PURGE(VARCHAR)"),
        ("GHOST_DEV", "CREATE SCHEMA", "DATABASE", "PROD_DB"),
        ("GHOST_DEV", "CREATE DATABASE", "ACCOUNT", "DOUBLE"),
        ("GHOST_DEV", "OPERATE", "WAREHOUSE", "PROD_WH"),
        ("GHOST_DEV", "USAGE", "INTEGRATION", "PROD_S3"),
        ("GHOST_DEV", "SELECT", "STREAM", "PROD_DB.RAW.ORDERS_STREAM"),
        ("GHOST_DEV", "USAGE", "SEQUENCE", "PROD_DB.RAW.IDS"),
        ("GHOST_DEV", "USAGE", "STAGE", "PROD_DB.RAW.LANDING"),
    }
    assert not result["proved"] and not result["dbt_ok"]


def test_active_secondary_roles_count(shop: Shop) -> None:
    shop.admin(
        "grant role TRANSFORMER to user GHOST_DEV_CI", "alter user GHOST_DEV_CI set default_secondary_roles = ('ALL')"
    )
    result = shop.operation("ghost_prove")

    assert {"role": "TRANSFORMER", "privilege": "OWNERSHIP", "kind": "DATABASE", "object": "PROD_DB"}.items() <= next(
        grant for grant in result["grants"] if grant["role"] == "TRANSFORMER" and grant["kind"] == "DATABASE"
    ).items()
