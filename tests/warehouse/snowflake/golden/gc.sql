alter session set query_tag = '{"dbt_ghost": {"branch": null, "operation": "ghost_gc", "project": "shop"}}';

execute immediate $$
begin
let said variant := (select array_agg(answer) from (
select object_construct('user', current_user(), 'role', current_role(), 'secondary_roles', current_secondary_roles(), 'now', to_char(convert_timezone('UTC', current_timestamp()), 'YYYY-MM-DD"T"HH24:MI:SS.FF3"+00:00"'), 't', to_char(convert_timezone('UTC', current_timestamp()), 'YYYY-MM-DD"T"HH24:MI:SS.FF3"+00:00"'), 'name', d.database_name, 'owner', d.database_owner, 'type', d.type, 'comment', d.comment) as answer
from (select 1 as one) as session
left join "PROD_DB".information_schema.databases as d
    on d.database_name in ('PROD_DB', 'PROD_EU')
    or startswith(d.database_name, 'GHOST_SHOP_')
) as answers);
return object_construct('ok', true, 'answers', said);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;

execute immediate $$
declare
said varchar;
begin
call "DBT_GHOST"."SHOP"."GHOST_FIND"('GHOST_SHOP_') into :said;
return object_construct('ok', true, 'answers', said);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;
--   GHOST_DEV: call "DBT_GHOST"."SHOP"."GHOST_FIND"('GHOST_SHOP_')
--   GHOST_DEV_OWNER: show databases starts with 'GHOST_SHOP_'

execute immediate $$
declare
said integer default 0;
begin
call "DBT_GHOST"."SHOP"."GHOST_DROP"('GHOST_SHOP_FIX_STUCK_2C4387', 'fix/stuck') into :said;
return object_construct('ok', true, 'in_procedures', said);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;
--   GHOST_DEV: call "DBT_GHOST"."SHOP"."GHOST_DROP"('GHOST_SHOP_FIX_STUCK_2C4387', 'fix/stuck')
--   GHOST_DEV_OWNER: show databases like 'GHOST_SHOP_FIX_STUCK_2C4387'
--   GHOST_DEV_OWNER: alter database "GHOST_SHOP_FIX_STUCK_2C4387" set data_retention_time_in_days = 0

execute immediate $$
declare
said integer default 0;
begin
call "DBT_GHOST"."SHOP"."GHOST_MARK"('GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262', 'feature/late-orders', '{"branch": "feature/late-orders", "by": "GHOST_DEV_CI", "created_at": "<time>", "dbt_ghost": 1, "expires_at": "<time>", "lease": {"holder": "CI_PIPELINE_ID=1", "until": "<time>"}, "project": "shop", "ready_at": "<time>", "snapshot_at": "<time>", "source": "PROD_DB", "state": "dropping"}') into :said;
return object_construct('ok', true, 'in_procedures', said);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;
--   GHOST_DEV: call "DBT_GHOST"."SHOP"."GHOST_MARK"('GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262', 'feature/late-orders', '{"branch": "feature/late-orders", "by": "GHOST_DEV_CI", "created_at": "<time>", "dbt_ghost": 1, "expires_at": "<time>", "lease": {"holder": "CI_PIPELINE_ID=1", "until": "<time>"}, "project": "shop", "ready_at": "<time>", "snapshot_at": "<time>", "source": "PROD_DB", "state": "dropping"}')
--   GHOST_DEV_OWNER: show databases like 'GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262'
--   GHOST_DEV_OWNER: comment on database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262" is '{"branch": "feature/late-orders", "by": "GHOST_DEV_CI", "created_at": "<time>", "dbt_ghost": 1, "expires_at": "<time>", "lease": {"holder": "CI_PIPELINE_ID=1", "until": "<time>"}, "project": "shop", "ready_at": "<time>", "snapshot_at": "<time>", "source": "PROD_DB", "state": "dropping"}'

execute immediate $$
declare
said integer default 0;
begin
call "DBT_GHOST"."SHOP"."GHOST_DROP"('GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU', 'feature/late-orders') into :said;
return object_construct('ok', true, 'in_procedures', said);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;
--   GHOST_DEV: call "DBT_GHOST"."SHOP"."GHOST_DROP"('GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU', 'feature/late-orders')
--   GHOST_DEV_OWNER: show databases like 'GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU'
--   GHOST_DEV_OWNER: alter database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU" set data_retention_time_in_days = 0
--   GHOST_DEV_OWNER: drop database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU"

execute immediate $$
declare
said integer default 0;
begin
call "DBT_GHOST"."SHOP"."GHOST_DROP"('GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262', 'feature/late-orders') into :said;
return object_construct('ok', true, 'in_procedures', said);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;
--   GHOST_DEV: call "DBT_GHOST"."SHOP"."GHOST_DROP"('GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262', 'feature/late-orders')
--   GHOST_DEV_OWNER: show databases like 'GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262'
--   GHOST_DEV_OWNER: alter database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262" set data_retention_time_in_days = 0
--   GHOST_DEV_OWNER: drop database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"

execute immediate $$
declare
said integer default 0;
begin
call "DBT_GHOST"."SHOP"."GHOST_DROP"('GHOST_SHOP_FIX_DEAD_8B3AD5', 'fix/dead') into :said;
return object_construct('ok', true, 'in_procedures', said);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;
--   GHOST_DEV: call "DBT_GHOST"."SHOP"."GHOST_DROP"('GHOST_SHOP_FIX_DEAD_8B3AD5', 'fix/dead')
--   GHOST_DEV_OWNER: show databases like 'GHOST_SHOP_FIX_DEAD_8B3AD5'
--   GHOST_DEV_OWNER: alter database "GHOST_SHOP_FIX_DEAD_8B3AD5" set data_retention_time_in_days = 0
--   GHOST_DEV_OWNER: drop database "GHOST_SHOP_FIX_DEAD_8B3AD5"

execute immediate $$
declare
said integer default 0;
begin
call "DBT_GHOST"."SHOP"."GHOST_MARK"('GHOST_SHOP_FIX_OLD_07C3D2', 'fix/old', '{"branch": "fix/old", "by": "GHOST_DEV_CI", "created_at": "<time>", "dbt_ghost": 1, "expires_at": "<time>", "lease": {"holder": "CI_PIPELINE_ID=1", "until": "<time>"}, "project": "shop", "ready_at": "<time>", "snapshot_at": "<time>", "source": "PROD_DB", "state": "dropping"}') into :said;
return object_construct('ok', true, 'in_procedures', said);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;
--   GHOST_DEV: call "DBT_GHOST"."SHOP"."GHOST_MARK"('GHOST_SHOP_FIX_OLD_07C3D2', 'fix/old', '{"branch": "fix/old", "by": "GHOST_DEV_CI", "created_at": "<time>", "dbt_ghost": 1, "expires_at": "<time>", "lease": {"holder": "CI_PIPELINE_ID=1", "until": "<time>"}, "project": "shop", "ready_at": "<time>", "snapshot_at": "<time>", "source": "PROD_DB", "state": "dropping"}')
--   GHOST_DEV_OWNER: show databases like 'GHOST_SHOP_FIX_OLD_07C3D2'
--   GHOST_DEV_OWNER: comment on database "GHOST_SHOP_FIX_OLD_07C3D2" is '{"branch": "fix/old", "by": "GHOST_DEV_CI", "created_at": "<time>", "dbt_ghost": 1, "expires_at": "<time>", "lease": {"holder": "CI_PIPELINE_ID=1", "until": "<time>"}, "project": "shop", "ready_at": "<time>", "snapshot_at": "<time>", "source": "PROD_DB", "state": "dropping"}'

execute immediate $$
declare
said integer default 0;
begin
call "DBT_GHOST"."SHOP"."GHOST_DROP"('GHOST_SHOP_FIX_OLD_07C3D2_PROD_EU', 'fix/old') into :said;
return object_construct('ok', true, 'in_procedures', said);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;
--   GHOST_DEV: call "DBT_GHOST"."SHOP"."GHOST_DROP"('GHOST_SHOP_FIX_OLD_07C3D2_PROD_EU', 'fix/old')
--   GHOST_DEV_OWNER: show databases like 'GHOST_SHOP_FIX_OLD_07C3D2_PROD_EU'
--   GHOST_DEV_OWNER: alter database "GHOST_SHOP_FIX_OLD_07C3D2_PROD_EU" set data_retention_time_in_days = 0
--   GHOST_DEV_OWNER: drop database "GHOST_SHOP_FIX_OLD_07C3D2_PROD_EU"

execute immediate $$
declare
said integer default 0;
begin
call "DBT_GHOST"."SHOP"."GHOST_DROP"('GHOST_SHOP_FIX_OLD_07C3D2', 'fix/old') into :said;
return object_construct('ok', true, 'in_procedures', said);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;
--   GHOST_DEV: call "DBT_GHOST"."SHOP"."GHOST_DROP"('GHOST_SHOP_FIX_OLD_07C3D2', 'fix/old')
--   GHOST_DEV_OWNER: show databases like 'GHOST_SHOP_FIX_OLD_07C3D2'
--   GHOST_DEV_OWNER: alter database "GHOST_SHOP_FIX_OLD_07C3D2" set data_retention_time_in_days = 0
--   GHOST_DEV_OWNER: drop database "GHOST_SHOP_FIX_OLD_07C3D2"
