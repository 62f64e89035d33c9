"""Streams, tasks, policies, tags, warehouses and the rest of the double: made, shown, kept from who has no rights."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.snowflake_double.actors import Actor, Company, company

WAREHOUSE = "create warehouse wh warehouse_size = xsmall auto_suspend = 60 initially_suspended = true"
VOLUME = (
    "create external volume lake storage_locations = ((name = 'a' storage_provider = 'S3' "
    "storage_base_url = 's3://lake/' storage_aws_role_arn = 'arn:aws:iam::111111111111:role/r'))"
)
EACH = {
    "streams": "create stream prod.shop.made on table prod.shop.orders append_only = true comment = 'c'",
    "tasks": "create task prod.shop.made warehouse = wh schedule = '5 minute' when true as select 1",
    "alerts": "create alert prod.shop.made warehouse = wh schedule = '1 minute' "
    "if (exists (select 1)) then delete from prod.shop.orders",
    "dynamic tables": "create dynamic table prod.shop.made target_lag = '1 hour' warehouse = wh "
    "as select id from prod.shop.orders",
    "iceberg tables": "create iceberg table prod.shop.made (id int) external_volume = 'lake' "
    "catalog = 'SNOWFLAKE' base_location = 'made'",
    "hybrid tables": "create hybrid table prod.shop.made (id int primary key)",
    "external tables": "create external table prod.shop.made (c varchar as (value:c1::varchar)) "
    "location = @prod.shop.files/x/ file_format = (type = csv)",
    "event tables": "create event table prod.shop.made",
    "sequences": "create sequence prod.shop.made start 5 increment 2",
    "file formats": "create file format prod.shop.made type = json strip_outer_array = true",
    "masking policies": "create masking policy prod.shop.made as (v varchar) returns varchar -> '*'",
    "row access policies": "create row access policy prod.shop.made as (v int) returns boolean -> v > 1",
    "tags": "create tag prod.shop.made allowed_values 'a', 'b'",
    "user functions": "create function prod.shop.made(a int) returns int as 'a + 1'",
    "user procedures": "create procedure prod.shop.made(a int) returns int as 'begin return a; end'",
}


@pytest.fixture
def account() -> Iterator[Company]:
    with company() as made:
        made.accountadmin.rows(WAREHOUSE)
        made.accountadmin.rows(VOLUME)
        made.accountadmin.do("grant usage on warehouse wh to role transformer")
        made.accountadmin.do("grant usage on external volume lake to role transformer")
        made.transformer.do("create stage prod.shop.files url = 's3://files/'")
        yield made


def kind_of(plural: str) -> str:
    words = plural.removeprefix("user ")
    return words.replace("policies", "policy").removesuffix("s")


@pytest.mark.parametrize("plural", EACH)
def test_a_kind_is_made_shown_and_dropped_by_its_owner_alone(account: Company, plural: str) -> None:
    account.transformer.rows(EACH[plural])
    (row,) = account.transformer.rows(f"show {plural} like 'mad%' in database prod")
    assert row["name"] == "MADE"
    assert row.get("owner", "TRANSFORMER") == "TRANSFORMER"
    assert account.transformer.rows(f"show {plural} like 'x%' in account") == []
    assert account.transformer.rows(f"show {plural} in schema prod.closed") == []
    assert account.reader.rows(f"show {plural}") == []
    said = kind_of(plural).removeprefix("hybrid ").removeprefix("event ")  # which are dropped as tables
    drop = f"drop {said} prod.shop.made{'(int)' if plural.startswith('user') else ''}"
    assert account.reader.refusal(drop)[:5] in ("2003 ", "2043 ")
    account.transformer.do("grant usage on database prod to role ghost; grant usage on schema prod.shop to role ghost")
    account.transformer.do("grant select on table prod.shop.orders to role ghost")
    account.transformer.do("grant usage on stage prod.shop.files to role ghost")
    account.accountadmin.do(
        "grant usage on warehouse wh to role ghost; grant usage on external volume lake to role ghost"
    )
    assert "3001 " in account.ghost.refusal(EACH[plural])
    kind = kind_of(plural)
    account.transformer.do(f"grant create {kind} on schema prod.shop to role ghost")
    assert "2002 " in account.ghost.refusal(EACH[plural])
    account.transformer.rows(drop)
    assert account.transformer.rows(f"show {plural} in account") == []


@pytest.mark.parametrize("plural", EACH)
def test_what_is_there_is_replaced_or_left_only_when_that_is_said(account: Company, plural: str) -> None:
    account.transformer.rows(EACH[plural])
    assert "2002 " in account.transformer.refusal(EACH[plural])
    account.transformer.rows(EACH[plural].replace("create", "create or replace", 1))
    kind = kind_of(plural)
    again = EACH[plural].replace(f"create {kind} ", f"create {kind} if not exists ", 1)
    assert "already exists" in account.transformer.rows(again)[0]["status"]
    assert len(account.transformer.rows(f"show {plural} in account")) == 1


def test_a_task_starts_suspended_and_keeps_its_text(account: Company) -> None:
    account.transformer.rows(
        "create task prod.shop.nightly warehouse = wh schedule = 'using cron 0 1 * * * UTC' as "
        "begin delete from prod.shop.orders; return 'done'; end"
    )
    account.transformer.rows("create task prod.shop.then_this after prod.shop.nightly as select 1")
    first, second = account.transformer.rows("show tasks in database prod")
    assert (first["state"], first["warehouse"]) == ("suspended", "WH")
    assert first["definition"] == "begin delete from prod.shop.orders; return 'done'; end"
    assert second["predecessors"] == '["PROD.SHOP.NIGHTLY"]'
    account.transformer.do("alter task prod.shop.nightly resume")
    assert account.transformer.rows("show tasks like 'nightly'")[0]["state"] == "started"
    account.transformer.do("grant usage on database prod to role ghost; grant usage on schema prod.shop to role ghost")
    account.transformer.do("grant monitor on task prod.shop.nightly to role ghost")
    assert "3001 " in account.ghost.refusal("alter task prod.shop.nightly suspend")
    account.transformer.do("grant operate on task prod.shop.nightly to role ghost")
    account.ghost.do("alter task prod.shop.nightly suspend")
    assert "3001 " in account.ghost.refusal("alter task prod.shop.nightly set schedule = '1 minute'")


def test_a_warehouse_that_may_not_be_used_runs_no_task(account: Company) -> None:
    account.accountadmin.do("revoke usage on warehouse wh from role transformer")
    assert "2043 " in account.transformer.refusal(EACH["tasks"])
    account.accountadmin.do("grant monitor on warehouse wh to role transformer")
    assert "3001 " in account.transformer.refusal(EACH["tasks"])


def test_a_dynamic_table_has_its_rows_and_gets_new_ones_by_hand(account: Company) -> None:
    account.transformer.do(EACH["dynamic tables"])
    account.transformer.do("insert into prod.shop.orders values (1), (2)")
    assert account.transformer.value("select count(*) from prod.shop.made") == 0
    account.transformer.do("alter dynamic table prod.shop.made refresh")
    assert account.transformer.value("select count(*) from prod.shop.made") == 2
    account.transformer.do("alter dynamic table prod.shop.made suspend")
    (row,) = account.transformer.rows("show dynamic tables in schema prod.shop")
    assert (row["scheduling_state"], row["text"]) == ("SUSPENDED", EACH["dynamic tables"])


def test_an_iceberg_table_is_read_and_written_and_says_where_it_is(account: Company) -> None:
    account.transformer.do(EACH["iceberg tables"] + "; insert into prod.shop.made values (7)")
    assert account.transformer.value("select id from prod.shop.made") == 7
    (row,) = account.transformer.rows("show iceberg tables in database prod")
    assert (row["external_volume_name"], row["base_location"], row["iceberg_table_type"]) == ("LAKE", "made", "MANAGED")
    assert "9999 " in account.transformer.refusal(
        "create iceberg table prod.shop.other external_volume = 'lake' catalog = 'glue' base_location = 'x'"
    )


def test_an_external_table_exists_and_cannot_be_read(account: Company) -> None:
    account.transformer.rows(EACH["external tables"])
    (row,) = account.transformer.rows("show external tables in account")
    assert (row["stage"], row["location"], row["file_format_type"]) == (
        *("PROD.SHOP.FILES", "@prod.shop.files/x/", "CSV"),
    )
    assert "9999 " in account.transformer.refusal("select * from prod.shop.made")


def references(account: Company, name: str, domain: str = "table") -> set[tuple[object, object]]:
    rows = account.transformer.rows(
        "select policy_name, ref_column_name from table(prod.information_schema.policy_references("
        f"ref_entity_name => '{name}', ref_entity_domain => '{domain}'))"
    )
    return {(row["POLICY_NAME"], row["REF_COLUMN_NAME"]) for row in rows}


def test_policies_are_attached_once_and_cannot_go_while_they_are(account: Company) -> None:
    account.transformer.rows("create masking policy prod.shop.mask as (v int) returns int -> 0")
    account.transformer.rows("create row access policy prod.shop.some as (v int) returns boolean -> v > 1")
    mask = "alter table prod.shop.orders modify column id set masking policy prod.shop.mask"
    account.transformer.do(f"{mask}; alter view prod.shop.latest add row access policy prod.shop.some on (id)")
    assert references(account, "prod.shop.orders") == {("MASK", "ID")}
    assert {name for name, _ in references(account, "prod.shop.latest", "view")} == {"SOME"}
    assert "already has a masking policy" in account.transformer.refusal(mask)
    account.transformer.rows(f"{mask} force")
    for statement in ("drop masking policy prod.shop.mask", "drop row access policy prod.shop.some"):
        assert "associated with" in account.transformer.refusal(statement)
    account.transformer.do("alter table prod.shop.orders modify column id unset masking policy")
    account.transformer.do("alter view prod.shop.latest drop row access policy prod.shop.some")
    account.transformer.do("drop masking policy prod.shop.mask; drop row access policy prod.shop.some")
    assert references(account, "prod.shop.orders") == set()


def test_a_policy_is_attached_by_who_may_apply_it(account: Company) -> None:
    account.transformer.rows("create masking policy prod.shop.mask as (v int) returns int -> 0")
    account.transformer.do("grant usage on database prod to role ghost; grant usage on schema prod.shop to role ghost")
    account.transformer.do("grant select on table prod.shop.orders to role ghost")
    mask = "alter table prod.shop.orders modify column id set masking policy prod.shop.mask"
    assert account.ghost.refusal(mask)
    account.transformer.do("grant apply on masking policy prod.shop.mask to role ghost")
    assert "3001 " in account.ghost.refusal(mask)  # the table is not its own
    account.accountadmin.do("grant apply masking policy on account to role ghost")
    account.ghost.rows(mask)
    assert references(account, "prod.shop.orders") == {("MASK", "ID")}


def test_tags_are_set_on_tables_columns_and_databases(account: Company) -> None:
    account.transformer.rows(EACH["tags"])
    assert "allowed values" in account.transformer.refusal("alter table prod.shop.orders set tag prod.shop.made = 'c'")
    account.transformer.do("alter table prod.shop.orders set tag prod.shop.made = 'a'")
    account.transformer.do("alter table prod.shop.orders modify column id set tag prod.shop.made = 'b'")
    account.transformer.do("alter database prod set tag prod.shop.made = 'b'")
    prod = account.double.account.databases["PROD"]
    orders = prod.schemas["SHOP"].get("TABLE", "ORDERS")
    assert orders is not None
    assert [(use.value, use.column) for use in orders.tags] == [("a", None), ("b", "ID")]
    assert [use.value for use in prod.tags] == ["b"]
    account.transformer.do("alter table prod.shop.orders unset tag prod.shop.made")
    assert [(use.value, use.column) for use in orders.tags] == [("b", "ID")]
    (row,) = account.transformer.rows("show tags in database prod")
    assert row["allowed_values"] == '["a","b"]'


def test_a_warehouse_is_watched_by_a_monitor_that_only_the_account_admin_makes(account: Company) -> None:
    monitor = (
        "create resource monitor cap with credit_quota = 10 triggers on 75 percent do notify on 90 percent do suspend"
    )
    assert "3001 " in account.transformer.refusal(monitor)
    account.accountadmin.rows(monitor)
    account.accountadmin.do("alter warehouse wh set resource_monitor = cap; alter warehouse wh resume if suspended")
    (row,) = account.accountadmin.rows("show resource monitors")
    assert (row["level"], row["notify_at"], row["suspend_at"]) == ("WAREHOUSE", "75", "90")
    (row,) = account.transformer.rows("show warehouses")
    assert (row["state"], row["size"], row["auto_suspend"], row["resource_monitor"]) == (
        "STARTED",
        "X-Small",
        60,
        "CAP",
    )
    assert "3001 " in account.transformer.refusal("alter warehouse wh set auto_suspend = 1")
    assert account.reader.rows("show warehouses") == []


def test_a_new_user_gets_a_role_and_logs_in_with_it(account: Company) -> None:
    user = "create user loader default_role = 'GHOST' default_secondary_roles = () default_warehouse = wh"
    assert "3001 " in account.transformer.refusal(user)
    account.accountadmin.do(f"{user}; grant role ghost to user loader")
    loader = Actor(account.double.connect(user="loader"))
    assert loader.value("select current_role()") == "GHOST"
    assert loader.value("select current_secondary_roles()") == '{"roles":"","value":""}'
    shown = {row["name"]: row for row in account.accountadmin.rows("show users")}
    assert (shown["LOADER"]["default_role"], shown["LOADER"]["default_secondary_roles"]) == ("GHOST", "[]")
    loader.connection.close()


def test_get_ddl_keeps_a_views_query_and_a_procedures_body(account: Company) -> None:
    account.transformer.rows(EACH["user procedures"])
    view = account.transformer.value("select get_ddl('view', 'prod.shop.latest', true)")
    assert view.startswith("create or replace view PROD.SHOP.LATEST(")
    assert view.endswith("as select id from prod.shop.orders;")
    procedure = account.transformer.value("select get_ddl('procedure', 'prod.shop.made(int)')")
    assert "RETURNS INT\nLANGUAGE SQL\nEXECUTE AS OWNER\nAS 'begin return a; end';" in procedure
    table = account.transformer.value("select get_ddl('table', 'prod.shop.orders')")
    assert table == "create or replace TABLE ORDERS (\n\tID NUMBER(38,0)\n);"
    assert "9999 " in account.transformer.refusal("select get_ddl('stage', 'prod.shop.files')")
    assert "2003 " in account.reader.refusal("select get_ddl('view', 'prod.shop.latest')")
    account.transformer.do(
        "grant usage on database prod to role reader; grant usage on schema prod.shop to role reader"
    )
    account.transformer.do("grant references on view prod.shop.latest to role reader")
    assert "3001 " in account.reader.refusal("select get_ddl('view', 'prod.shop.latest')")


def test_what_runs_by_itself_is_suspended_in_a_clone_and_keeps_prods_names(account: Company) -> None:
    for plural in ("streams", "alerts", "dynamic tables"):
        account.transformer.rows(EACH[plural].replace(".made", f".{plural.partition(' ')[0]}_one", 1))
    account.transformer.do("create database ghost clone prod")
    (stream,) = account.transformer.rows("show streams in database ghost")
    assert stream["table_name"] == "PROD.SHOP.ORDERS"
    (alert,) = account.transformer.rows("show alerts in database ghost")
    assert (alert["state"], alert["action"]) == ("suspended", "delete from prod.shop.orders")
    (dynamic,) = account.transformer.rows("show dynamic tables in database ghost")
    assert dynamic["scheduling_state"] == "SUSPENDED"
    assert "prod.shop.orders" in dynamic["text"]


@pytest.mark.parametrize(
    "statement",
    [
        "create task prod.shop.t warehouse = wh finalize = x as select 1",
        "create stream prod.shop.s on table prod.shop.orders at (offset => -60)",
        "create dynamic table prod.shop.d target_lag = '1 hour' warehouse = wh initialize = on_schedule as select 1",
        "create or replace warehouse wh",
        "create network policy n allowed_ip_list = ('1.1.1.1')",
        "create share s",
        "execute task prod.shop.t",
        "alter sequence prod.shop.q set increment 3",
        "show notebooks",
    ],
)
def test_what_is_not_modelled_is_refused(account: Company, statement: str) -> None:
    account.transformer.do("create sequence prod.shop.q")
    assert account.transformer.refusal(statement).startswith("9999 ")
