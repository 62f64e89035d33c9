alter session set query_tag = '{"dbt_ghost": {"branch": "feature/late-orders", "operation": "ghost_feed", "project": "shop"}}';

execute immediate $$
begin
let said variant := (select array_agg(answer) from (
select object_construct('user', current_user(), 'role', current_role(), 'secondary_roles', current_secondary_roles(), 'now', to_char(convert_timezone('UTC', current_timestamp()), 'YYYY-MM-DD"T"HH24:MI:SS.FF3"+00:00"'), 't', to_char(convert_timezone('UTC', current_timestamp()), 'YYYY-MM-DD"T"HH24:MI:SS.FF3"+00:00"'), 'name', d.database_name, 'owner', d.database_owner, 'type', d.type, 'comment', d.comment) as answer
from (select 1 as one) as session
left join "PROD_DB".information_schema.databases as d
    on d.database_name in ('PROD_DB', 'PROD_EU')
    or startswith(d.database_name, 'GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262')
) as answers);
return object_construct('ok', true, 'answers', said);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;

show pipes in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262";

show pipes in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU";

select to_json(object_construct('schema', table_schema, 'table', table_name, 'column', column_name)) as answer
from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262".information_schema.columns
where upper(table_schema || '.' || table_name) in ('RAW.ORDERS');

execute immediate $$
begin
create stage if not exists "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."GHOST_FEED_ORDERS_172F" url = 's3://ghost-shop-feature-4ca262-143a/orders/' storage_integration = "GHOST_DEV_S3";
create pipe if not exists "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."GHOST_FEED_ORDERS_172F" auto_ingest = true comment = 'dbt-ghost feed 62e28418c38ca54bb8737ae083541aeb' as copy into "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."ORDERS" from @"GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."GHOST_FEED_ORDERS_172F" file_format = (type = csv parse_header = true field_optionally_enclosed_by = '"' error_on_column_count_mismatch = false) match_by_column_name = case_insensitive include_metadata = (_FILE = metadata$filename);
alter pipe "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."GHOST_FEED_ORDERS_172F" refresh modified_after = '<time>';
return object_construct('ok', true);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;
--   GHOST_DEV: create stage if not exists "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."GHOST_FEED_ORDERS_172F" url = 's3://ghost-shop-feature-4ca262-143a/orders/' storage_integration = "GHOST_DEV_S3"
--   GHOST_DEV: create pipe if not exists "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."GHOST_FEED_ORDERS_172F" auto_ingest = true comment = 'dbt-ghost feed 62e28418c38ca54bb8737ae083541aeb' as copy into "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."ORDERS" from @"GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."GHOST_FEED_ORDERS_172F" file_format = (type = csv parse_header = true field_optionally_enclosed_by = '"' error_on_column_count_mismatch = false) match_by_column_name = case_insensitive include_metadata = (_FILE = metadata$filename)
--   GHOST_DEV: alter pipe "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."GHOST_FEED_ORDERS_172F" refresh modified_after = '<time>'

show pipes in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262";
