alter session set query_tag = '{"dbt_ghost": {"branch": "feature/late-orders", "operation": "ghost_clone", "project": "shop"}}';

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
declare
said integer default 0;
begin
call "DBT_GHOST"."SHOP"."GHOST_MARK"('GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262', 'feature/late-orders', '{"branch": "feature/late-orders", "by": "GHOST_DEV_CI", "created_at": "<time>", "dbt_ghost": 1, "expires_at": "<time>", "lease": null, "project": "shop", "ready_at": "<time>", "snapshot_at": "<time>", "source": "PROD_DB", "state": "ready"}') into :said;
return object_construct('ok', true, 'in_procedures', said);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;
--   GHOST_DEV: call "DBT_GHOST"."SHOP"."GHOST_MARK"('GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262', 'feature/late-orders', '{"branch": "feature/late-orders", "by": "GHOST_DEV_CI", "created_at": "<time>", "dbt_ghost": 1, "expires_at": "<time>", "lease": null, "project": "shop", "ready_at": "<time>", "snapshot_at": "<time>", "source": "PROD_DB", "state": "ready"}')
--   GHOST_DEV_OWNER: show databases like 'GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262'
--   GHOST_DEV_OWNER: comment on database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262" is '{"branch": "feature/late-orders", "by": "GHOST_DEV_CI", "created_at": "<time>", "dbt_ghost": 1, "expires_at": "<time>", "lease": null, "project": "shop", "ready_at": "<time>", "snapshot_at": "<time>", "source": "PROD_DB", "state": "ready"}'
