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
alter pipe "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."GHOST_FEED_ORDERS_172F" refresh modified_after = '<time>';
return object_construct('ok', true);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;
--   GHOST_DEV: alter pipe "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."GHOST_FEED_ORDERS_172F" refresh modified_after = '<time>'
