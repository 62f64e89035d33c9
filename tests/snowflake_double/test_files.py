"""Stages, pipes and COPY of the double: what is loaded, once each, and by whom."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from dbt_ghost.providers.local_stack import LocalStack
from tests.snowflake_double import pipes
from tests.snowflake_double.actors import Company
from tests.snowflake_double.buckets import BUCKET, Bucket, landing

CSV = "file_format = (type = csv parse_header = true field_optionally_enclosed_by = '\"')"
BY_NAME = "match_by_column_name = case_insensitive include_metadata = (file = METADATA$FILENAME)"
PIPE = (
    "create pipe prod.shop.feed auto_ingest = true as "
    f"copy into prod.shop.landing from @prod.shop.raw/orders/ {CSV} {BY_NAME}"
)


@pytest.fixture
def loaded(aws: LocalStack) -> Iterator[tuple[Company, Bucket]]:
    with landing(aws) as made:
        yield made


@pytest.fixture
def account(loaded: tuple[Company, Bucket]) -> Company:
    return loaded[0]


@pytest.fixture
def bucket(loaded: tuple[Company, Bucket]) -> Bucket:
    return loaded[1]


def status(account: Company, pipe: str = "prod.shop.feed") -> dict[str, object]:
    found: dict[str, object] = json.loads(account.transformer.value(f"select system$pipe_status('{pipe}')"))
    return found


def landed(account: Company) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in account.transformer.rows("select * from prod.shop.landing order by id")]


def test_a_pipe_loads_each_path_once_by_name_and_with_its_file(account: Company, bucket: Bucket) -> None:
    bucket.put("in/orders/a.csv", 'NAME,ID,extra\n"x, y",1,!\n,2,!\n"",3,!\n')
    bucket.put("in/other/b.csv", "NAME,ID\nno,9\n")
    account.transformer.do(PIPE)
    assert account.transformer.rows("alter pipe prod.shop.feed refresh") == [{"File": "orders/a.csv", "Status": "SENT"}]
    name = "in/orders/a.csv"
    assert landed(account) == [(1, "x, y", name), (2, None, name), (3, "", name)]
    bucket.put("in/orders/a.csv", "NAME,ID\nchanged,4\n")  # a pipe looks at the path alone
    assert account.transformer.rows("alter pipe prod.shop.feed refresh") == []
    assert len(landed(account)) == 3


def test_a_refresh_takes_a_prefix_and_files_from_a_moment_on(account: Company, bucket: Bucket) -> None:
    for key in ("orders/d1/a.csv", "orders/d2/b.csv"):
        bucket.put(f"in/{key}", "ID\n1\n")
    account.transformer.do(PIPE)
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert account.transformer.rows(f"alter pipe prod.shop.feed refresh modified_after = '{later}'") == []
    earlier = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    refresh = f"alter pipe prod.shop.feed refresh prefix = 'd2/' modified_after = '{earlier}'"
    assert account.transformer.rows(refresh) == [{"File": "orders/d2/b.csv", "Status": "SENT"}]


def test_copy_loads_a_changed_file_again_and_an_old_one_only_by_force(account: Company, bucket: Bucket) -> None:
    copy = f"copy into prod.shop.landing from @prod.shop.raw {CSV} {BY_NAME}"
    bucket.put("in/a.csv", "id,name\n1,x\n")
    (row,) = account.transformer.rows(copy)
    assert (row["file"], row["status"], row["rows_loaded"]) == (f"s3://{BUCKET}/in/a.csv", "LOADED", 1)
    assert account.transformer.rows(copy) == [{"status": "Copy executed with 0 files processed."}]
    bucket.put("in/a.csv", "id,name\n2,y\n")
    assert len(account.transformer.rows(copy)) == len(account.transformer.rows(f"{copy} force = true")) == 1
    assert [row[0] for row in landed(account)] == [1, 2, 2]


def test_csv_is_positional_without_names(account: Company, bucket: Bucket) -> None:
    bucket.put("in/a.csv", "whatever\n1;x;'f'\n")
    options = "type = csv skip_header = 1 field_delimiter = ';'"
    account.transformer.rows(f"copy into prod.shop.landing from @prod.shop.raw file_format = ({options})")
    assert landed(account) == [(1, "x", "'f'")]
    bucket.put("in/b.csv", "1,x\n")
    refusal = account.transformer.refusal("copy into prod.shop.landing from @prod.shop.raw/b file_format = (type=csv)")
    assert "100080 " in refusal


def test_json_and_parquet_come_by_name_or_as_one_variant(account: Company, bucket: Bucket, tmp_path: Path) -> None:
    bucket.put("in/a.json", '{"ID": 1, "name": "x", "more": [1]}\n{"id": 2}\n')
    duckdb.sql("select 3 as id, 'p' as \"Name\"").write_parquet(str(tmp_path / "b.parquet"))
    bucket.put("in/b.parquet", (tmp_path / "b.parquet").read_bytes())
    for file, kind in (("a.json", "json"), ("b.parquet", "parquet")):
        copy = f"from @prod.shop.raw/{file} file_format = (type = {kind})"
        account.transformer.do(f"copy into prod.shop.landing {copy} {BY_NAME}")
        account.transformer.do(f"copy into prod.shop.payloads {copy}")
    assert landed(account) == [(1, "x", "in/a.json"), (2, None, "in/a.json"), (3, "p", "in/b.parquet")]
    names = account.transformer.rows("select body:name::string as name from prod.shop.payloads order by 1")
    assert [row["NAME"] for row in names] == ["x", None, None]
    refusal = account.transformer.refusal(
        "copy into prod.shop.landing from @prod.shop.raw/a.json file_format = (type = json) force = true"
    )
    assert "2019 " in refusal


def test_a_copy_transforms_with_a_select(account: Company, bucket: Bucket) -> None:
    bucket.put("in/a.json", '{"o": {"id": 7}, "n": "x"}')
    account.transformer.do(
        "copy into prod.shop.landing (id, name, file) from "
        "(select t.$1:o.id::int, upper($1:n::string), metadata$filename from @prod.shop.raw t) "
        "file_format = (type = json)"
    )
    assert landed(account) == [(7, "X", "in/a.json")]


def test_a_bad_file_stops_a_copy_whole_and_a_pipe_passes_over_it(account: Company, bucket: Bucket) -> None:
    bucket.put("in/orders/a.csv", "id\n1\n")
    bucket.put("in/orders/b.csv", "id\nnone\n")
    copy = f"copy into prod.shop.landing from @prod.shop.raw {CSV} {BY_NAME}"
    assert "100038 " in account.transformer.refusal(copy)
    assert landed(account) == []
    account.transformer.do(PIPE)
    account.transformer.rows("alter pipe prod.shop.feed refresh")
    assert [row[0] for row in landed(account)] == [1]
    assert "none" in str(status(account)["error"])


def test_a_stage_keeps_to_what_its_integration_allows(account: Company, bucket: Bucket) -> None:
    stage = f"create stage prod.shop.{{}} url = 's3://{BUCKET}/{{}}' storage_integration = {{}}"
    assert "not allowed by integration" in account.transformer.refusal(stage.format("s", "out/", "s3_prod"))
    assert "does not exist" in account.transformer.refusal(stage.format("s", "in/", "nobody"))
    bucket.put("in/a.csv", "id\n1\n")
    account.accountadmin.do(f"alter integration s3_prod set storage_blocked_locations = ('s3://{BUCKET}/in/')")
    assert "not allowed" in account.transformer.refusal(
        f"copy into prod.shop.landing from @prod.shop.raw {CSV} {BY_NAME}"
    )
    assert "3001 " in account.transformer.refusal("alter integration s3_prod set enabled = false")


def test_loading_needs_insert_on_the_table_and_usage_of_the_stage(account: Company, bucket: Bucket) -> None:
    bucket.put("in/a.csv", "id\n1\n")
    copy = f"copy into prod.shop.landing from @prod.shop.raw {CSV} {BY_NAME}"
    account.transformer.do("grant usage on database prod to role ghost; grant usage on schema prod.shop to role ghost")
    account.transformer.do("grant select on table prod.shop.landing to role ghost")
    assert "2003 " in account.ghost.refusal(copy)
    account.transformer.do("grant usage on stage prod.shop.raw to role ghost")
    assert "3001 " in account.ghost.refusal(copy)
    account.transformer.do("grant insert on table prod.shop.landing to role ghost")
    account.ghost.rows(copy)
    assert len(landed(account)) == 1
    assert "3001 " in account.ghost.refusal(PIPE)


def test_a_notification_feeds_the_pipes_on_its_path(account: Company, bucket: Bucket) -> None:
    account.transformer.do(PIPE)
    bucket.put("in/orders/a.csv", "id\n1\n")
    bucket.put("in/other/a.csv", "id\n2\n")
    url = f"s3://{BUCKET}/in/"
    assert pipes.deliver(account.double, f"{url}other/a.csv") == []
    assert pipes.deliver(account.double, f"{url}orders/a.csv") == ["PROD.SHOP.FEED"]
    assert pipes.deliver(account.double, f"{url}orders/a.csv") == []
    assert [row[0] for row in landed(account)] == [1]


def test_a_paused_pipe_keeps_what_came_until_it_is_resumed(account: Company, bucket: Bucket) -> None:
    account.transformer.do(PIPE + "; alter pipe prod.shop.feed set pipe_execution_paused = true")
    bucket.put("in/orders/a.csv", "id\n1\n")
    pipes.deliver(account.double, f"s3://{BUCKET}/in/orders/a.csv")
    assert (status(account)["executionState"], status(account)["pendingFileCount"]) == ("PAUSED", 1)
    assert landed(account) == []
    account.transformer.do("alter pipe prod.shop.feed set pipe_execution_paused = false")
    assert [row[0] for row in landed(account)] == [1]


def test_a_channel_belongs_to_the_buckets_region(account: Company) -> None:
    account.double.account.properties["bucket_regions"] = {"elsewhere": "us-east-1"}
    account.transformer.do(PIPE)
    account.transformer.do("create stage prod.shop.far url = 's3://elsewhere/x/'")
    copy = "as copy into prod.shop.landing from"
    account.transformer.do(f"create pipe prod.shop.far auto_ingest = true {copy} @prod.shop.far")
    account.transformer.do("create stage prod.shop.near url = 's3://another/x/'")
    account.transformer.do(f"create pipe prod.shop.near auto_ingest = true {copy} @prod.shop.near")
    account.transformer.do(f"create pipe prod.shop.manual {copy} @prod.shop.raw/y")
    rows = account.transformer.rows("show pipes in schema prod.shop")
    channels = {row["name"]: row["notification_channel"] for row in rows}
    assert channels["NEAR"] == channels["FEED"] == status(account)["notificationChannelName"]
    assert channels["FEED"].startswith("arn:aws:sqs:eu-west-1:999999999999:sf-snowpipe-")
    assert channels["FAR"].split(":")[3] == "us-east-1"
    assert channels["MANUAL"] is None


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ("drop stage prod.shop.raw", "STOPPED_STAGE_DROPPED"),
        (f"alter stage prod.shop.raw set url = 's3://{BUCKET}/in/x/'", "STOPPED_STAGE_ALTERED"),
        ("create or replace table prod.shop.landing (id int)", "STOPPED_MISSING_TABLE"),
        ("alter stage prod.shop.raw set comment = 'the same place'", "RUNNING"),
    ],
)
def test_a_pipe_is_bound_to_the_stage_and_the_table_it_was_made_with(account: Company, change: str, state: str) -> None:
    account.transformer.do(f"{PIPE}; {change}")
    assert status(account)["executionState"] == state
    assert (state == "RUNNING") or "cannot be refreshed" in account.transformer.refusal(
        "alter pipe prod.shop.feed refresh"
    )


def test_a_cloned_pipe_is_stopped_whatever_became_of_its_stage(account: Company) -> None:
    account.transformer.do(f"{PIPE}; create database ghost clone prod; drop stage prod.shop.raw")
    assert status(account, "ghost.shop.feed")["executionState"] == "STOPPED_CLONED"


def test_a_cloned_pipe_is_stopped_and_if_it_is_resumed_its_text_still_means_prod(
    account: Company, bucket: Bucket
) -> None:
    bucket.put("in/orders/a.csv", "id\n1\n")
    account.transformer.do(f"{PIPE}; create database ghost clone prod")
    assert status(account, "ghost.shop.feed")["executionState"] == "STOPPED_CLONED"
    assert pipes.deliver(account.double, f"s3://{BUCKET}/in/orders/a.csv") == ["PROD.SHOP.FEED"]
    account.transformer.do("truncate table prod.shop.landing; select system$pipe_force_resume('ghost.shop.feed')")
    bucket.put("in/orders/b.csv", "id\n2\n")
    account.transformer.rows("alter pipe ghost.shop.feed refresh")
    assert 2 in [row[0] for row in landed(account)]
    assert account.transformer.rows("select * from ghost.shop.landing") == []


@pytest.mark.parametrize(
    "statement",
    [
        "copy into @prod.shop.raw from prod.shop.landing",
        "copy into prod.shop.landing from @prod.shop.raw on_error = continue",
        "copy into prod.shop.landing from @prod.shop.raw purge = true",
        "copy into prod.shop.landing from @~/x",
        "create pipe prod.shop.p integration = 'N' as copy into prod.shop.landing from @prod.shop.raw",
        "create stage prod.shop.s url = 'azure://x/y'",
        "create file format prod.shop.f type = csv binary_format = hex",
        "create file format prod.shop.f type = csv encoding = 'latin1'",
        "put file:///x @prod.shop.raw",
        "alter pipe prod.shop.feed set error_integration = x",
        "create notification integration n type = queue",
    ],
)
def test_what_is_not_modelled_is_refused(account: Company, statement: str) -> None:
    account.transformer.do(PIPE)
    assert account.transformer.refusal(statement).startswith("9999 ")


def test_show_lists_the_true_columns_of_what_the_role_sees(account: Company) -> None:
    account.transformer.do(PIPE)
    (row,) = account.transformer.rows("show pipes like 'FE%' in database prod")
    assert list(row) == [
        *("created_on", "name", "database_name", "schema_name", "definition", "owner", "notification_channel"),
        *("comment", "integration", "pattern", "error_integration", "owner_role_type", "invalid_reason", "kind"),
    ]
    assert row["definition"] == PIPE.partition(" as ")[2]
    (stage,) = account.transformer.rows("show stages in schema prod.shop")
    shown = (stage["url"], stage["type"], stage["storage_integration"], stage["region"])
    assert shown == (f"s3://{BUCKET}/in/", "EXTERNAL", "S3_PROD", "eu-west-1")
    for kind in ("pipes", "stages", "file formats", "integrations"):
        assert account.reader.rows(f"show {kind}") == []
    assert "2003 " in account.reader.refusal("desc pipe prod.shop.feed")


def test_a_named_format_is_used_and_described(account: Company, bucket: Bucket) -> None:
    account.transformer.do("create file format prod.shop.names type = csv parse_header = true")
    account.transformer.do(
        "create stage prod.shop.named url = 's3://prod-raw/in/' storage_integration = s3_prod "
        "file_format = (format_name = 'prod.shop.names')"
    )
    bucket.put("in/a.csv", "id\n5\n")
    account.transformer.do(f"copy into prod.shop.landing from @prod.shop.named {BY_NAME}")
    assert [row[0] for row in landed(account)] == [5]
    properties = {
        row["property"]: row["property_value"] for row in account.transformer.rows("desc stage prod.shop.named")
    }
    assert (properties["URL"], properties["STORAGE_INTEGRATION"]) == ('["s3://prod-raw/in/"]', "S3_PROD")
    described = {row["property"]: row["property_value"] for row in account.transformer.rows("desc integration s3_prod")}
    assert described["STORAGE_ALLOWED_LOCATIONS"] == "s3://prod-raw/in/"
