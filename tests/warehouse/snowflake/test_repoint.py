"""What a clone still names of production is re-pointed, or dropped and reported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dbt_ghost.core.naming import GhostName
from tests.snowflake_double.server import Double
from tests.warehouse.snowflake.account import BRANCH, GHOST, Shop, make_shop, production
from tests.warehouse.snowflake.conftest import MakeShop
from tests.warehouse.snowflake.log import of_ghosts, refuse_strays, refuse_unparsable
from tests.warehouse.worker import DbtWorker

EU = f"{GHOST}_PROD_EU"
OWN_BUCKET = GhostName("shop", BRANCH).bucket("shop-landing")

MORE = (
    "create view PROD_DB.LEGACY.READS_IT as select * from PROD_DB.SECURED.OWN_CUSTOMERS",
    "create view PROD_DB.LEGACY.TAGGED as select * from PROD_DB.RAW.ORDERS",
    "alter view PROD_DB.LEGACY.TAGGED set tag PROD_DB.SECURED.SENSITIVE = 'yes'",
    "create table PROD_DB.RAW.GOES (ID int)",
    "create view PROD_DB.LEGACY.BROKEN as select ID from PROD_DB.RAW.GOES",
    "drop table PROD_DB.RAW.GOES",
    "create view PROD_DB.LEGACY.PLAIN as select ID from PROD_DB.RAW.ORDERS",
    "comment on view PROD_DB.LEGACY.PLAIN is 'said later, of PROD_DB'",
    "create function PROD_DB.LEGACY.ADDED(A int, \"b c\" varchar) returns int as 'select 1 from prod_eu.raw.orders'",
)


class Cloned:
    """A ghost, made once, and what `ghost_clone` said."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.result = shop.operation("ghost_clone")
        assert self.result["ok"], self.result

    def dropped(self) -> dict[str, str]:
        """{schema and name of what was dropped: why}."""
        return {entry["object"].split(".", 1)[1]: entry["why"] for entry in self.result["dropped"]}

    def views(self, database: str = GHOST) -> dict[str, dict[str, Any]]:
        return {view["name"]: view for view in self.shop.admin(f"show views in database {database}")}

    def names(self, what: str) -> set[str]:
        return {row["name"] for row in self.shop.admin(f"show {what} in database {GHOST}")}


@pytest.fixture(scope="module")
def cloned(worker: DbtWorker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloned]:
    with Double() as double:
        shop = make_shop(double, worker, Path(tmp_path_factory.mktemp("repoint")), production())
        shop.admin(*MORE, role="TRANSFORMER")
        shop.set_up()
        # Who clones sees streams, tasks and alerts only where it owns them.
        shop.admin("grant role TRANSFORMER to role GHOST_DEV_OWNER")
        yield Cloned(shop)
        refuse_strays(double.journal)


def test_what_is_sent_is_sql(cloned: Cloned) -> None:
    refuse_unparsable(of_ghosts(cloned.shop.double.journal))


def test_views_are_made_after_those_that_they_name_also_in_another_database(cloned: Cloned) -> None:
    chain = [f"{GHOST}.LEGACY.V1", f"{EU}.LEGACY.V2", f"{GHOST}.LEGACY.V Three", f"{EU}.LEGACY.V4"]
    views = [name.removeprefix("VIEW ") for name in cloned.result["repointed"]]
    assert [name for name in views if name in chain] == chain


def test_views_read_the_ghost(cloned: Cloned) -> None:
    cloned.shop.admin(f"insert into {GHOST}.RAW.ORDERS (ID) values (9)", role="GHOST_DEV")
    assert cloned.shop.admin(f"select count(*) as N from {EU}.LEGACY.V4", role="GHOST_DEV") == [{"N": 3}]
    assert cloned.shop.admin("select count(*) as N from PROD_EU.LEGACY.V4", role="TRANSFORMER") == [{"N": 2}]


def test_a_view_keeps_all_but_its_names(cloned: Cloned) -> None:
    assert cloned.views()["PLAIN"]["comment"] == "said later, of PROD_DB"
    assert str(cloned.views(EU)["V4"]["is_secure"]).lower() == "true"
    assert cloned.views(EU)["V4"]["comment"] == "the end of the chain"
    assert "-- reads PROD_EU, through PROD_DB.LEGACY.V1" in cloned.views()["V Three"]["text"]


def test_views_that_do_not_reach_production_are_left_as_they_are(cloned: Cloned) -> None:
    prod = cloned.views("PROD_DB")
    for name in ("NAMES_IT", "LOCAL_ONLY"):
        assert cloned.views()[name]["text"] == prod[name]["text"]
        assert f"VIEW {GHOST}.LEGACY.{name}" not in cloned.result["repointed"]


def test_a_view_with_a_policy_or_a_tag_is_dropped_and_so_is_what_reads_it(cloned: Cloned) -> None:
    assert "policy or a tag" in cloned.dropped()["SECURED.OWN_CUSTOMERS"]
    assert "policy or a tag" in cloned.dropped()["LEGACY.TAGGED"]
    assert "could not be made again" in cloned.dropped()["LEGACY.READS_IT"]
    assert not {"OWN_CUSTOMERS", "TAGGED", "READS_IT"} & set(cloned.views())


def test_a_view_that_cannot_be_made_is_dropped_and_the_others_go_on(cloned: Cloned) -> None:
    assert "could not be made again" in cloned.dropped()["LEGACY.BROKEN"]
    assert "BROKEN" not in cloned.views() and "PLAIN" in cloned.views()
    assert any(line.startswith("dropped: VIEW") and "BROKEN" in line for line in cloned.result["lines"])


def test_materialized_views_and_code_that_names_production_are_dropped(cloned: Cloned) -> None:
    dropped = cloned.dropped()
    assert "materialized" in dropped["LEGACY.ORDERS_MV"]
    assert "names PROD_DB" in dropped["LEGACY.COUNT_ORDERS()"]
    assert [why for name, why in dropped.items() if name.startswith("LEGACY.ADDED(")] == ["its code names PROD_EU"]
    assert [why for name, why in dropped.items() if name.startswith("LEGACY.PURGE(")] == ["its code names PROD_DB"]
    assert cloned.names("procedures") & {"PURGE", "HARMLESS"} == {"HARMLESS"}
    assert cloned.names("user functions") & {"ADDED", "COUNT_ORDERS", "DOUBLED"} == {"DOUBLED"}


def test_stages_of_the_feed_get_the_ghosts_bucket_and_others_go(cloned: Cloned) -> None:
    (stage,) = cloned.shop.admin(f"show stages in database {GHOST}")
    assert (stage["name"], stage["url"]) == ("LANDING", f"s3://{OWN_BUCKET}/orders/")
    assert stage["storage_integration"] == "GHOST_DEV_S3"
    assert f"STAGE {GHOST}.RAW.LANDING" in cloned.result["repointed"]
    assert "s3://shop-exports/" in cloned.dropped()["RAW.EXPORTS"]


def test_what_runs_by_itself_is_suspended_and_reported(cloned: Cloned) -> None:
    suspended = {entry["object"].split(".", 1)[1]: entry["names"] for entry in cloned.result["suspended"]}
    assert suspended == {"LEGACY.ORDERS_DT": ["PROD_DB"], "RAW.NIGHTLY": ["PROD_DB"], "RAW.NO_ORDERS": ["PROD_DB"]}
    (table,) = cloned.shop.admin(f"show dynamic tables in database {GHOST}")
    assert table["scheduling_state"] == "SUSPENDED"
    assert {task["state"] for task in cloned.shop.admin(f"show tasks in database {GHOST}")} == {"suspended"}
    assert {entry["kind"] for entry in cloned.result["kept"]} == {"MASKING POLICY", "ROW ACCESS POLICY"}


def test_streams_pipes_and_iceberg_tables_are_dropped(cloned: Cloned) -> None:
    assert "PROD_DB.RAW.ORDERS" in cloned.dropped()["RAW.ORDERS_STREAM"]
    assert "PROD_LAKE" in cloned.dropped()["RAW.LAKE_ORDERS"]
    assert not cloned.names("streams") | cloned.names("iceberg tables") | cloned.names("pipes")


def test_what_was_not_cloned_is_reported_with_the_reason(cloned: Cloned) -> None:
    missing = {entry["object"]: entry["why"] for entry in cloned.result["not_cloned"]}
    assert "external tables" in missing["PROD_DB.RAW.LANDED"]
    assert "named by" in missing["PROD_DB.ANALYTICS"]
    assert not [name for name in missing if ".LEGACY." in name]
    assert cloned.result["cloned"]["TABLE"] >= 5
    assert any(" objects of PROD_DB are not in " in line for line in cloned.result["lines"])


def test_cloned_table_by_table_the_views_are_made_from_productions_text(shop_of: MakeShop) -> None:
    shop = shop_of(clone={"strategy": "tables"})
    result = Cloned(shop).result

    assert shop.admin(f"select count(*) as N from {EU}.LEGACY.V4", role="GHOST_DEV") == [{"N": 2}]
    assert not [entry for entry in result["not_cloned"] if entry["kind"] == "VIEW"]
    assert "clones tables alone" in {entry["kind"]: entry["why"] for entry in result["not_cloned"]}["FUNCTION"]
    assert shop.operation("ghost_prove")["references"] == []


def test_a_dropped_view_that_dbt_builds_is_named_to_be_rebuilt(shop: Shop) -> None:
    assert shop.dbt("build", target="prod")["ok"]
    shop.admin("alter view PROD_DB.ANALYTICS.STG_PAID set tag PROD_DB.SECURED.SENSITIVE = 'yes'", role="TRANSFORMER")
    result = Cloned(shop).result

    assert sorted(result["rebuild"]) == ["model.shop.stg_named", "model.shop.stg_paid"]  # the one reads the other
    assert f"VIEW {GHOST}.ANALYTICS.STG_ORDERS" in result["repointed"]
