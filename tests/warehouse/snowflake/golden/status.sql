alter session set query_tag = '{"dbt_ghost": {"branch": "feature/late-orders", "operation": "ghost_status", "project": "shop"}}';

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

execute immediate $$
begin
let said variant := (select array_agg(answer) from (
select object_construct('database', table_catalog, 'bytes', sum(active_bytes + time_travel_bytes + failsafe_bytes)) as answer
from snowflake.account_usage.table_storage_metrics
where table_catalog in ('GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262', 'GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU') and catalog_dropped is null
group by table_catalog
) as answers);
return object_construct('ok', true, 'answers', said);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;

execute immediate $$
begin
let said variant := (select array_agg(answer) from (
select object_construct('branch', branch, 'credits', sum(credits)) as answer
from (
    select try_parse_json(query_tag):dbt_ghost:project::varchar as project,
        try_parse_json(query_tag):dbt_ghost:branch::varchar as branch,
        start_time, credits_attributed_compute as credits
    from snowflake.account_usage.query_attribution_history
) as queries
where project = 'shop' and (branch = 'feature/late-orders' and start_time >= '<time>'::timestamp_tz)
group by branch
) as answers);
return object_construct('ok', true, 'answers', said);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;
