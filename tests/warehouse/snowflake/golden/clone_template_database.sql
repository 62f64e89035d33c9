alter session set query_tag = '{"dbt_ghost": {"branch": "feature/late-orders", "operation": "ghost_clone", "project": "shop"}}';

execute immediate $$
begin
let said variant := (select array_agg(answer) from (
select object_construct('user', current_user(), 'role', current_role(), 'secondary_roles', current_secondary_roles(), 'now', to_char(convert_timezone('UTC', current_timestamp()), 'YYYY-MM-DD"T"HH24:MI:SS.FF3"+00:00"'), 't', to_char(convert_timezone('UTC', current_timestamp()), 'YYYY-MM-DD"T"HH24:MI:SS.FF3"+00:00"'), 'name', d.database_name, 'owner', d.database_owner, 'type', d.type, 'comment', d.comment) as answer
from (select 1 as one) as session
left join "PROD_DB".information_schema.databases as d
    on d.database_name in ('PROD_DB', 'PROD_EU', 'PROD_DB_TEMPLATE', 'PROD_EU_TEMPLATE')
    or startswith(d.database_name, 'GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262')
) as answers);
return object_construct('ok', true, 'answers', said);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;

select to_json(object_construct('kind', kind, 'schema', schema_name, 'name', name, 'transient', transient = 'YES')) as answer
from (
    select 'SCHEMA' as kind, schema_name as schema_name, schema_name as name, 'NO' as transient from "PROD_DB_TEMPLATE".information_schema.schemata
    union all select case when is_iceberg = 'YES' then 'ICEBERG TABLE' when is_dynamic = 'YES' then 'DYNAMIC TABLE' when is_hybrid = 'YES' then 'HYBRID TABLE' when table_type = 'BASE TABLE' then 'TABLE' else table_type end as kind, table_schema as schema_name, table_name as name, is_transient as transient from "PROD_DB_TEMPLATE".information_schema.tables
    union all select 'SEQUENCE' as kind, sequence_schema as schema_name, sequence_name as name, 'NO' as transient from "PROD_DB_TEMPLATE".information_schema.sequences
    union all select 'FILE FORMAT' as kind, file_format_schema as schema_name, file_format_name as name, 'NO' as transient from "PROD_DB_TEMPLATE".information_schema.file_formats
    union all select stage_type as kind, stage_schema as schema_name, stage_name as name, 'NO' as transient from "PROD_DB_TEMPLATE".information_schema.stages
    union all select 'PIPE' as kind, pipe_schema as schema_name, pipe_name as name, 'NO' as transient from "PROD_DB_TEMPLATE".information_schema.pipes
    union all select 'FUNCTION' as kind, function_schema as schema_name, function_name || argument_signature as name, 'NO' as transient from "PROD_DB_TEMPLATE".information_schema.functions
    union all select 'PROCEDURE' as kind, procedure_schema as schema_name, procedure_name || argument_signature as name, 'NO' as transient from "PROD_DB_TEMPLATE".information_schema.procedures
) as objects
where schema_name <> 'INFORMATION_SCHEMA';

select to_json(object_construct('kind', kind, 'schema', schema_name, 'name', name, 'transient', transient = 'YES')) as answer
from (
    select 'SCHEMA' as kind, schema_name as schema_name, schema_name as name, 'NO' as transient from "PROD_EU_TEMPLATE".information_schema.schemata
    union all select case when is_iceberg = 'YES' then 'ICEBERG TABLE' when is_dynamic = 'YES' then 'DYNAMIC TABLE' when is_hybrid = 'YES' then 'HYBRID TABLE' when table_type = 'BASE TABLE' then 'TABLE' else table_type end as kind, table_schema as schema_name, table_name as name, is_transient as transient from "PROD_EU_TEMPLATE".information_schema.tables
    union all select 'SEQUENCE' as kind, sequence_schema as schema_name, sequence_name as name, 'NO' as transient from "PROD_EU_TEMPLATE".information_schema.sequences
    union all select 'FILE FORMAT' as kind, file_format_schema as schema_name, file_format_name as name, 'NO' as transient from "PROD_EU_TEMPLATE".information_schema.file_formats
    union all select stage_type as kind, stage_schema as schema_name, stage_name as name, 'NO' as transient from "PROD_EU_TEMPLATE".information_schema.stages
    union all select 'PIPE' as kind, pipe_schema as schema_name, pipe_name as name, 'NO' as transient from "PROD_EU_TEMPLATE".information_schema.pipes
    union all select 'FUNCTION' as kind, function_schema as schema_name, function_name || argument_signature as name, 'NO' as transient from "PROD_EU_TEMPLATE".information_schema.functions
    union all select 'PROCEDURE' as kind, procedure_schema as schema_name, procedure_name || argument_signature as name, 'NO' as transient from "PROD_EU_TEMPLATE".information_schema.procedures
) as objects
where schema_name <> 'INFORMATION_SCHEMA';

execute immediate $$
begin
create database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262" clone "PROD_DB_TEMPLATE" ignore tables with insufficient data retention ignore hybrid tables data_retention_time_in_days = 1 comment = '{"branch": "feature/late-orders", "by": "GHOST_DEV_CI", "created_at": "<time>", "dbt_ghost": 1, "expires_at": "<time>", "lease": {"holder": "CI_PIPELINE_ID=1", "until": "<time>"}, "project": "shop", "snapshot_at": "<time>", "source": "PROD_DB", "state": "building"}';
return object_construct('ok', true);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;
--   GHOST_DEV: create database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262" clone "PROD_DB_TEMPLATE" ignore tables with insufficient data retention ignore hybrid tables data_retention_time_in_days = 1 comment = '{"branch": "feature/late-orders", "by": "GHOST_DEV_CI", "created_at": "<time>", "dbt_ghost": 1, "expires_at": "<time>", "lease": {"holder": "CI_PIPELINE_ID=1", "until": "<time>"}, "project": "shop", "snapshot_at": "<time>", "source": "PROD_DB", "state": "building"}'

execute immediate $$
begin
create database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU" clone "PROD_EU_TEMPLATE" ignore tables with insufficient data retention ignore hybrid tables data_retention_time_in_days = 1 comment = '{"branch": "feature/late-orders", "dbt_ghost": 1, "frozen": false, "of": "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262", "project": "shop", "snapshot_at": "<time>", "source": "PROD_EU"}';
return object_construct('ok', true);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;
--   GHOST_DEV: create database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU" clone "PROD_EU_TEMPLATE" ignore tables with insufficient data retention ignore hybrid tables data_retention_time_in_days = 1 comment = '{"branch": "feature/late-orders", "dbt_ghost": 1, "frozen": false, "of": "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262", "project": "shop", "snapshot_at": "<time>", "source": "PROD_EU"}'

show views in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262";

show pipes in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262";

show stages in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262";

show iceberg tables in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262";

show streams in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262";

show tasks in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262";

show alerts in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262";

show dynamic tables in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262";

show external tables in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262";

show masking policies in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262";

show row access policies in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262";

select to_json(object_construct('kind', kind, 'schema', schema_name, 'name', name, 'arguments', arguments, 'owner', owner, 'text', text)) as answer
from (
    select 'FUNCTION' as kind, function_schema as schema_name, function_name as name, argument_signature as arguments, function_owner as owner, function_definition as text from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262".information_schema.functions
    union all select 'PROCEDURE' as kind, procedure_schema as schema_name, procedure_name as name, argument_signature as arguments, procedure_owner as owner, procedure_definition as text from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262".information_schema.procedures
) as code;

execute immediate $$
declare
notes array default array_construct();
begin
begin
drop stage "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."EXPORTS";
exception
when other then
notes := array_append(notes, object_construct('at', 0, 'message', sqlerrm, 'left', true));
end;
begin
alter stage "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."LANDING" set url = 's3://ghost-shop-feature-4ca262-143a/orders/' storage_integration = "GHOST_DEV_S3";
exception
when other then
notes := array_append(notes, object_construct('at', 1, 'message', sqlerrm, 'left', false));
begin
drop stage "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."LANDING";
exception
when other then
notes := array_append(notes, object_construct('at', 1, 'message', sqlerrm, 'left', true));
end;
end;
begin
drop function "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."LEGACY"."COUNT_ORDERS"();
exception
when other then
notes := array_append(notes, object_construct('at', 5, 'message', sqlerrm, 'left', true));
end;
begin
drop procedure "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."LEGACY"."PURGE"(VARCHAR);
exception
when other then
notes := array_append(notes, object_construct('at', 6, 'message', sqlerrm, 'left', true));
end;
return object_construct('ok', true, 'notes', notes);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;
--   GHOST_DEV: drop stage "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."EXPORTS"
--   GHOST_DEV: alter stage "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."LANDING" set url = 's3://ghost-shop-feature-4ca262-143a/orders/' storage_integration = "GHOST_DEV_S3"
--   GHOST_DEV: drop function "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."LEGACY"."COUNT_ORDERS"()
--   GHOST_DEV: drop procedure "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."LEGACY"."PURGE"(VARCHAR)

show views in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU";

show pipes in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU";

show stages in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU";

show iceberg tables in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU";

show streams in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU";

show tasks in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU";

show alerts in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU";

show dynamic tables in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU";

show external tables in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU";

show masking policies in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU";

show row access policies in database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU";

select to_json(object_construct('kind', kind, 'schema', schema_name, 'name', name, 'arguments', arguments, 'owner', owner, 'text', text)) as answer
from (
    select 'FUNCTION' as kind, function_schema as schema_name, function_name as name, argument_signature as arguments, function_owner as owner, function_definition as text from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU".information_schema.functions
    union all select 'PROCEDURE' as kind, procedure_schema as schema_name, procedure_name as name, argument_signature as arguments, procedure_owner as owner, procedure_definition as text from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU".information_schema.procedures
) as code;

execute immediate $$
declare
notes array default array_construct();
begin
begin
notes := array_append(notes, object_construct('at', 0, 'ddl', get_ddl('VIEW', '"GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."SECURED"."OWN_CUSTOMERS"', true)));
exception
when other then
notes := array_append(notes, object_construct('at', 0, 'message', sqlerrm));
end;
begin
notes := array_append(notes, object_construct('at', 1, 'ddl', get_ddl('VIEW', '"GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."LEGACY"."V Three"', true)));
exception
when other then
notes := array_append(notes, object_construct('at', 1, 'message', sqlerrm));
end;
begin
notes := array_append(notes, object_construct('at', 2, 'ddl', get_ddl('VIEW', '"GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."LEGACY"."V1"', true)));
exception
when other then
notes := array_append(notes, object_construct('at', 2, 'message', sqlerrm));
end;
begin
notes := array_append(notes, object_construct('at', 3, 'ddl', get_ddl('VIEW', '"GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU"."LEGACY"."V2"', true)));
exception
when other then
notes := array_append(notes, object_construct('at', 3, 'message', sqlerrm));
end;
begin
notes := array_append(notes, object_construct('at', 4, 'ddl', get_ddl('VIEW', '"GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU"."LEGACY"."V4"', true)));
exception
when other then
notes := array_append(notes, object_construct('at', 4, 'message', sqlerrm));
end;
return object_construct('ok', true, 'notes', notes);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;

execute immediate $$
declare
notes array default array_construct();
begin
begin
drop materialized view "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."LEGACY"."ORDERS_MV";
exception
when other then
notes := array_append(notes, object_construct('at', 0, 'message', sqlerrm, 'left', true));
end;
begin
drop view "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."SECURED"."OWN_CUSTOMERS";
exception
when other then
notes := array_append(notes, object_construct('at', 1, 'message', sqlerrm, 'left', true));
end;
begin
execute immediate 'create or replace view "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."LEGACY"."V1" as select ID, AMOUNT from GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262.RAW.ORDERS';
exception
when other then
notes := array_append(notes, object_construct('at', 2, 'message', sqlerrm, 'left', false));
begin
drop view "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."LEGACY"."V1";
exception
when other then
notes := array_append(notes, object_construct('at', 2, 'message', sqlerrm, 'left', true));
end;
end;
begin
execute immediate 'create or replace view "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU"."LEGACY"."V2" as select v1.ID, v1.AMOUNT, eu.COUNTRY from GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262.LEGACY.V1 as v1 left join GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU.RAW.ORDERS as eu on eu.ID = v1.ID';
exception
when other then
notes := array_append(notes, object_construct('at', 3, 'message', sqlerrm, 'left', false));
begin
drop view "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU"."LEGACY"."V2";
exception
when other then
notes := array_append(notes, object_construct('at', 3, 'message', sqlerrm, 'left', true));
end;
end;
begin
execute immediate 'create or replace view "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."LEGACY"."V Three" as select * from GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU.legacy.v2 -- reads PROD_EU, through PROD_DB.LEGACY.V1';
exception
when other then
notes := array_append(notes, object_construct('at', 4, 'message', sqlerrm, 'left', false));
begin
drop view "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."LEGACY"."V Three";
exception
when other then
notes := array_append(notes, object_construct('at', 4, 'message', sqlerrm, 'left', true));
end;
end;
begin
execute immediate 'create or replace secure view "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU"."LEGACY"."V4" (ID, AMOUNT) comment = ''the end of the chain'' as select ID, AMOUNT from GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262.LEGACY."V Three"';
exception
when other then
notes := array_append(notes, object_construct('at', 5, 'message', sqlerrm, 'left', false));
begin
drop view "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU"."LEGACY"."V4";
exception
when other then
notes := array_append(notes, object_construct('at', 5, 'message', sqlerrm, 'left', true));
end;
end;
return object_construct('ok', true, 'notes', notes);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;
--   GHOST_DEV: drop materialized view "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."LEGACY"."ORDERS_MV"
--   GHOST_DEV: drop view "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."SECURED"."OWN_CUSTOMERS"
--   GHOST_DEV: create or replace view "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."LEGACY"."V1" as select ID, AMOUNT from GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262.RAW.ORDERS
--   GHOST_DEV: create or replace view "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU"."LEGACY"."V2" as select v1.ID, v1.AMOUNT, eu.COUNTRY from GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262.LEGACY.V1 as v1 left join GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU.RAW.ORDERS as eu on eu.ID = v1.ID
--   GHOST_DEV: create or replace view "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."LEGACY"."V Three" as select * from GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU.legacy.v2 -- reads PROD_EU, through PROD_DB.LEGACY.V1
--   GHOST_DEV: create or replace secure view "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU"."LEGACY"."V4" (ID, AMOUNT) comment = 'the end of the chain' as select ID, AMOUNT from GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262.LEGACY."V Three"

select to_json(object_construct('kind', kind, 'schema', schema_name, 'name', name, 'transient', transient = 'YES')) as answer
from (
    select 'SCHEMA' as kind, schema_name as schema_name, schema_name as name, 'NO' as transient from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262".information_schema.schemata
    union all select case when is_iceberg = 'YES' then 'ICEBERG TABLE' when is_dynamic = 'YES' then 'DYNAMIC TABLE' when is_hybrid = 'YES' then 'HYBRID TABLE' when table_type = 'BASE TABLE' then 'TABLE' else table_type end as kind, table_schema as schema_name, table_name as name, is_transient as transient from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262".information_schema.tables
    union all select 'SEQUENCE' as kind, sequence_schema as schema_name, sequence_name as name, 'NO' as transient from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262".information_schema.sequences
    union all select 'FILE FORMAT' as kind, file_format_schema as schema_name, file_format_name as name, 'NO' as transient from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262".information_schema.file_formats
    union all select stage_type as kind, stage_schema as schema_name, stage_name as name, 'NO' as transient from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262".information_schema.stages
    union all select 'PIPE' as kind, pipe_schema as schema_name, pipe_name as name, 'NO' as transient from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262".information_schema.pipes
    union all select 'FUNCTION' as kind, function_schema as schema_name, function_name || argument_signature as name, 'NO' as transient from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262".information_schema.functions
    union all select 'PROCEDURE' as kind, procedure_schema as schema_name, procedure_name || argument_signature as name, 'NO' as transient from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262".information_schema.procedures
) as objects
where schema_name <> 'INFORMATION_SCHEMA';

select to_json(object_construct('kind', kind, 'schema', schema_name, 'name', name, 'transient', transient = 'YES')) as answer
from (
    select 'SCHEMA' as kind, schema_name as schema_name, schema_name as name, 'NO' as transient from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU".information_schema.schemata
    union all select case when is_iceberg = 'YES' then 'ICEBERG TABLE' when is_dynamic = 'YES' then 'DYNAMIC TABLE' when is_hybrid = 'YES' then 'HYBRID TABLE' when table_type = 'BASE TABLE' then 'TABLE' else table_type end as kind, table_schema as schema_name, table_name as name, is_transient as transient from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU".information_schema.tables
    union all select 'SEQUENCE' as kind, sequence_schema as schema_name, sequence_name as name, 'NO' as transient from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU".information_schema.sequences
    union all select 'FILE FORMAT' as kind, file_format_schema as schema_name, file_format_name as name, 'NO' as transient from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU".information_schema.file_formats
    union all select stage_type as kind, stage_schema as schema_name, stage_name as name, 'NO' as transient from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU".information_schema.stages
    union all select 'PIPE' as kind, pipe_schema as schema_name, pipe_name as name, 'NO' as transient from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU".information_schema.pipes
    union all select 'FUNCTION' as kind, function_schema as schema_name, function_name || argument_signature as name, 'NO' as transient from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU".information_schema.functions
    union all select 'PROCEDURE' as kind, procedure_schema as schema_name, procedure_name || argument_signature as name, 'NO' as transient from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU".information_schema.procedures
) as objects
where schema_name <> 'INFORMATION_SCHEMA';

execute immediate $$
begin
let said variant := (select array_agg(answer) from (
select object_construct('user', current_user(), 'role', current_role(), 'secondary_roles', current_secondary_roles(), 'now', to_char(convert_timezone('UTC', current_timestamp()), 'YYYY-MM-DD"T"HH24:MI:SS.FF3"+00:00"'), 't', to_char(convert_timezone('UTC', current_timestamp()), 'YYYY-MM-DD"T"HH24:MI:SS.FF3"+00:00"'), 'name', d.database_name, 'owner', d.database_owner, 'type', d.type, 'comment', d.comment) as answer
from (select 1 as one) as session
left join "PROD_DB".information_schema.databases as d
    on d.database_name in ('PROD_DB', 'PROD_EU', 'PROD_DB_TEMPLATE', 'PROD_EU_TEMPLATE')
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
comment on database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262" is '{"branch": "feature/late-orders", "by": "GHOST_DEV_CI", "created_at": "<time>", "dbt_ghost": 1, "expires_at": "<time>", "lease": null, "project": "shop", "ready_at": "<time>", "snapshot_at": "<time>", "source": "PROD_DB", "state": "ready"}';
return object_construct('ok', true);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;
--   GHOST_DEV: comment on database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262" is '{"branch": "feature/late-orders", "by": "GHOST_DEV_CI", "created_at": "<time>", "dbt_ghost": 1, "expires_at": "<time>", "lease": null, "project": "shop", "ready_at": "<time>", "snapshot_at": "<time>", "source": "PROD_DB", "state": "ready"}'
