"""`ghost_feed` on Snowflake: the ghost's bucket comes into the ghost, each file once, and production stays as it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dbt_ghost.core.naming import GhostName
from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import PROD_ACCOUNT, REGION
from tests.snowflake_double import pipes
from tests.snowflake_double.journal import Entry
from tests.snowflake_double.server import Double
from tests.warehouse.conftest import made_buckets
from tests.warehouse.snowflake.account import BRANCH, GHOST, Shop, production
from tests.warehouse.snowflake.conftest import shop_on
from tests.warehouse.snowflake.log import assert_golden, of_ghosts, refuse_unparsable
from tests.warehouse.snowflake.statements import changing_targets, inner_statements
from tests.warehouse.worker import DbtWorker

EU = f"{GHOST}_PROD_EU"
PROD_BUCKET = "shop-landing"
BUCKET = GhostName("shop", BRANCH).bucket(PROD_BUCKET)
ORDERS = {"bucket": PROD_BUCKET, "prefix": "orders/", "table": "raw.orders", "format": "csv", "key": ["_FILE"]}
JSON = {**ORDERS, "prefix": "json/", "format": "json", "key": "_file"}
OF_EU = {**ORDERS, "prefix": "eu/", "format": "parquet", "table": "Prod_EU.raw.orders"}
CLONED = [(1, "orders/1.csv"), (2, "orders/1.csv")]


class Bucket:
    def __init__(self, client: Any) -> None:
        self._client = client
        self.changed_at = 0.0

    def put(self, key: str, content: str | bytes, bucket: str = BUCKET) -> None:
        self._client.put_object(Bucket=bucket, Key=key, Body=content)
        self.changed_at = time.time()

    def files(self, bucket: str) -> dict[str, str]:
        listed = self._client.list_objects_v2(Bucket=bucket).get("Contents", [])
        return {each["Key"]: each["ETag"] for each in listed}


@pytest.fixture(scope="module")
def bucket(aws_server: LocalStack) -> Bucket:
    made = Bucket(made_buckets(aws_server, PROD_BUCKET, BUCKET))
    made.put("orders/1.csv", "id,country\n1,US\n2,DE\n", PROD_BUCKET)
    made.put("orders/before.csv", "id\n66\n")
    return made


@pytest.fixture(scope="module")
def shop(aws_server: LocalStack, bucket: Bucket, worker: DbtWorker, folder: Path) -> Iterator[Shop]:
    """One ghost for all of these tests, in their order."""
    double = Double(s3=aws_server.url, key=PROD_ACCOUNT)
    with shop_on(double, worker, folder, production()) as shop:
        while time.time() < bucket.changed_at + 2:  # S3 dates files to the second
            time.sleep(0.1)
        assert shop.operation("ghost_clone")["ok"]
        bucket.put("orders/2.csv", 'id,country,other\n7,"x, y",z\n8,,z\n')
        bucket.put("elsewhere/2.csv", "id\n67\n")
        yield shop


@pytest.fixture(autouse=True)
def productions_own(shop: Shop, bucket: Bucket) -> Iterator[None]:
    """Production's tables, stages, pipes and bucket are after each test what they were before it."""

    def look() -> list[object]:
        rows = [shop.admin(f"select * from {database}.RAW.ORDERS order by ID") for database in ("PROD_DB", "PROD_EU")]
        held = [shop.admin(f"show {kind} in database PROD_DB") for kind in ("stages", "pipes")]
        pipe = shop.double.account.databases["PROD_DB"].schemas["RAW"].objects[("PIPE", "ORDERS_PIPE")]
        return [rows, held, dict(pipe.properties), bucket.files(PROD_BUCKET)]

    before = look()
    yield
    assert look() == before


def rows(shop: Shop, database: str = GHOST) -> list[tuple[Any, ...]]:
    found = shop.admin(f"select ID, _FILE from {database}.RAW.ORDERS order by ID, _FILE", role="GHOST_DEV")
    return [tuple(row.values()) for row in found]


def changes(shop: Shop, since: int) -> list[str]:
    texts = [text for entry in of_ghosts(shop.double.journal, since) for text in inner_statements(entry.text)]
    return [text for text in texts if changing_targets(text)]


def feeds_pipes(shop: Shop) -> set[str]:
    held = [pipe for name in (GHOST, EU) for pipe in shop.admin(f"show pipes in database {name}")]
    return {f"{pipe['database_name']}.{pipe['name']}" for pipe in held if pipe["comment"].startswith("dbt-ghost feed ")}


def test_the_first_feed_connects_the_ghosts_bucket_and_loads_what_came_since_t(shop: Shop) -> None:
    since = len(shop.double.journal)
    result = shop.operation("ghost_feed")

    assert result["ok"] and result["changed"], result
    (pipe,) = result["pipes"]
    assert pipe["pipe"].startswith(f"{GHOST}.RAW.GHOST_FEED_ORDERS_")
    assert (pipe["table"], pipe["bucket"], pipe["prefix"]) == (f"{GHOST}.RAW.ORDERS", BUCKET, "orders/")
    assert pipe["notification_channel"].startswith(f"arn:aws:sqs:{REGION}:")
    assert f"s3://{BUCKET}/ must notify {pipe['notification_channel']}" in result["lines"]
    assert result["message"] == "1 pipe connected: the buckets' notifications must go to their channels"
    assert rows(shop) == [*CLONED, (7, "orders/2.csv"), (8, "orders/2.csv")]
    sent = of_ghosts(shop.double.journal, since)
    refuse_unparsable(sent)
    assert_golden("feed_first", sent)


def test_the_second_feed_only_refreshes(shop: Shop) -> None:
    since, before = len(shop.double.journal), rows(shop)
    channel = shop.admin(f"show pipes like 'GHOST_FEED_%' in database {GHOST}")[0]["notification_channel"]
    result = shop.operation("ghost_feed")

    assert result["ok"] and not result["changed"]
    assert result["message"] == "nothing to connect: every pipe is there, and was refreshed"
    assert [pipe["notification_channel"] for pipe in result["pipes"]] == [channel]
    assert rows(shop) == before
    assert_golden("feed_second", of_ghosts(shop.double.journal, since))


def test_a_new_file_comes_by_notification_or_by_a_refresh_and_is_loaded_once(shop: Shop, bucket: Bucket) -> None:
    before = rows(shop)
    bucket.put("orders/3.csv", "ID\n9\n")
    bucket.put("orders/4.csv", "ID\n10\n")
    (took,) = pipes.deliver(shop.double, f"s3://{BUCKET}/orders/3.csv")
    assert took.startswith(GHOST)
    shop.operation("ghost_feed")

    assert rows(shop) == [*before, (9, "orders/3.csv"), (10, "orders/4.csv")]


def test_a_ghost_cannot_be_fed_from_productions_bucket(shop: Shop) -> None:
    stage = f"create stage {GHOST}.RAW.PRODS url = 's3://{PROD_BUCKET}/orders/' storage_integration = GHOST_DEV_S3"
    with pytest.raises(Exception, match="not allowed by integration"):
        shop.admin(stage, role="GHOST_DEV")


def test_a_refreshed_clone_is_fed_again(shop: Shop, bucket: Bucket) -> None:
    put: list[Entry] = []

    def as_the_pipe_is_made(entry: Entry) -> None:
        if entry.text.startswith("create pipe") and not put:
            put.append(entry)
            bucket.put("orders/9.csv", "id\n20\n")

    shown = shop.operation("ghost_clone", refresh=True, dry_run=True)
    assert shown["plan"][-1] == "feed it again" and not shown["changed"]
    shop.double.before = as_the_pipe_is_made
    result = shop.operation("ghost_clone", refresh=True)

    assert result["ok"] and result["plan"][-1].startswith(f"connect s3://{BUCKET}/orders/ to {GHOST}.RAW.ORDERS")
    assert rows(shop) == [*CLONED, (20, "orders/9.csv")], "what was there before the new T is not loaded"


def test_without_a_ghost_that_is_ready_it_refuses(shop: Shop) -> None:
    none = shop.dbt("run-operation", "ghost_feed", "--args", "{branch: fix/none}")
    assert not none["ok"] and "there is no ghost of fix/none\n" in none["error"] and "ghost_clone" in none["error"]

    comment = shop.double.account.databases[GHOST].comment
    shop.admin(f"comment on database {GHOST} is '{comment.replace('ready', 'building')}'")
    building = shop.operation("ghost_feed")
    shop.admin(f"comment on database {GHOST} is '{comment}'")
    assert building["error"]["message"].endswith("yet: it is building") and not building["changed"]


def test_changed_entries_more_formats_and_a_second_database(shop: Shop, bucket: Bucket, tmp_path: Path) -> None:
    shop.ghost["feed"] = [{**ORDERS, "key": []}, JSON, OF_EU]
    bucket.put("json/5.json", '[{"id": 11, "more": {"a": 1}}, {"ID": 12}]')
    duckdb.sql("select 13 as id, 'ES' as \"Country\"").write_parquet(str(tmp_path / "6.parquet"))
    bucket.put("eu/6.parquet", (tmp_path / "6.parquet").read_bytes())
    since, before = len(shop.double.journal), rows(shop)

    shown = shop.operation("ghost_feed", dry_run=True)
    assert shown["ok"] and not shown["changed"] and not changes(shop, since) and rows(shop) == before
    assert shown["message"] == "dry run: nothing was changed, else 3 pipes connected"
    assert [bool(pipe["notification_channel"]) for pipe in shown["pipes"]] == [False, False, False]
    assert any(line.startswith("would connect anew, as its settings changed") for line in shown["lines"])

    done = shop.operation("ghost_feed")
    assert done["plan"] == shown["plan"] and done["changed"]
    assert "also those that the old pipe loaded" in done["plan"][0]
    loaded = [row for row in rows(shop) if row not in before]
    assert {row for row in loaded if row[1]} == {(11, "json/5.json"), (12, "json/5.json")}
    assert rows(shop, EU) == [(3, "orders/1.csv"), (13, "eu/6.parquet")]
    assert {pipe["table"] for pipe in done["pipes"]} == {f"{GHOST}.RAW.ORDERS", f"{EU}.RAW.ORDERS"}
    assert len({pipe["notification_channel"] for pipe in done["pipes"]} - {None}) == 1
    assert len(feeds_pipes(shop)) == 3
    refuse_unparsable(of_ghosts(shop.double.journal, since))


def test_of_a_ghost_older_than_a_week_only_the_last_week_can_be_refreshed(shop: Shop) -> None:
    comment = shop.double.account.databases[GHOST].comment
    at = shop.operation("ghost_status")["ghosts"][0]["t"]["at"]
    shop.admin(f"comment on database {GHOST} is '{comment.replace(at, '2020-01-01T00:00:00.000+00:00')}'")
    since = len(shop.double.journal)
    result = shop.operation("ghost_feed")
    shop.admin(f"comment on database {GHOST} is '{comment}'")

    assert result["ok"] and "the last 7 days, not of all the time since T (2020-01-01" in result["plan"][0]
    assert "drop and clone for the rest" in result["plan"][0]
    refreshes = [text for text in changes(shop, since) if text.startswith("alter pipe")]
    assert refreshes and all(text.endswith(" refresh") for text in refreshes)
    assert (66, None) in rows(shop), "what was there before T is now in the bucket's last 7 days"


@pytest.mark.parametrize(
    ("feed", "message", "hint"),
    [
        ([{**ORDERS, "table": "raw.nothing"}], "there is no such table in the ghost", "clone again"),
        ([{**ORDERS, "key": "_path"}], "there is no such column as _path in the ghost", "clone again"),
        ([{**ORDERS, "prefix": "x/orders"}], "the prefix x/orders must end in /", "prefix: x/"),
        ([ORDERS, {**ORDERS, "prefix": "orders/eu/"}], "two entries load the same files of shop-landing", "keep one"),
        ([{**ORDERS, "pattern": ".*"}], "unknown keys: pattern", "correct it"),
    ],
)
def test_an_entry_that_cannot_work_is_refused(shop: Shop, feed: list[dict[str, Any]], message: str, hint: str) -> None:
    shop.ghost["feed"] = feed
    since = len(shop.double.journal)
    result = shop.operation("ghost_feed")

    assert not result["ok"] and not result["changed"]
    assert message in result["error"]["message"] and "vars: ghost: feed: " in result["error"]["message"]
    assert hint in result["error"]["hint"]
    assert not changes(shop, since)


def test_entries_that_are_gone_lose_their_pipes_and_a_loading_step_is_named(shop: Shop) -> None:
    shop.ghost["feed"] = []
    shop.ghost["ingestion"] = {"steps": {"load": {"function": "f", "feeds": "prod_eu"}, "clean": {"function": "c"}}}
    before = rows(shop)
    result = shop.operation("ghost_feed")

    assert result["ok"] and result["changed"] and result["message"] == "0 pipes connected, 3 dropped"
    assert not feeds_pipes(shop) and rows(shop) == before
    assert not [row for row in shop.admin(f"show stages in database {GHOST}") if row["name"].startswith("GHOST_FEED")]
    assert result["pipes"] == [] and result["loaders"] == [{"step": "load", "database": EU}]
    assert any(line.startswith(f"the step load loads {EU} itself") for line in result["lines"])

    again = shop.operation("ghost_feed")
    assert not again["changed"] and again["message"] == "nothing to connect: the steps load the ghost themselves"
