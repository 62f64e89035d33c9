--   GHOST_DEV: create database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262" data_retention_time_in_days = 1 comment = '{"branch": "feature/late-orders", "by": "GHOST_DEV_CI", "created_at": "<time>", "dbt_ghost": 1, "expires_at": "<time>", "lease": {"holder": "CI_PIPELINE_ID=1", "until": "<time>"}, "project": "shop", "snapshot_at": "<time>", "source": "PROD_DB", "state": "building"}'
--   GHOST_DEV: create database "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU" data_retention_time_in_days = 1 comment = '{"branch": "feature/late-orders", "dbt_ghost": 1, "frozen": false, "of": "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262", "project": "shop", "snapshot_at": "<time>", "source": "PROD_EU"}'
--   GHOST_DEV: create or replace schema "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."LEGACY" clone "PROD_DB_TEMPLATE"."LEGACY" ignore tables with insufficient data retention ignore hybrid tables
--   GHOST_DEV: create or replace schema "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."PUBLIC" clone "PROD_DB_TEMPLATE"."PUBLIC" ignore tables with insufficient data retention ignore hybrid tables
--   GHOST_DEV: create or replace schema "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW" clone "PROD_DB_TEMPLATE"."RAW" ignore tables with insufficient data retention ignore hybrid tables
--   GHOST_DEV: create or replace schema "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."SECURED" clone "PROD_DB_TEMPLATE"."SECURED" ignore tables with insufficient data retention ignore hybrid tables
--   GHOST_DEV: create or replace schema "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU"."LEGACY" clone "PROD_EU_TEMPLATE"."LEGACY" ignore tables with insufficient data retention ignore hybrid tables
--   GHOST_DEV: create or replace schema "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU"."PUBLIC" clone "PROD_EU_TEMPLATE"."PUBLIC" ignore tables with insufficient data retention ignore hybrid tables
--   GHOST_DEV: create or replace schema "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262_PROD_EU"."RAW" clone "PROD_EU_TEMPLATE"."RAW" ignore tables with insufficient data retention ignore hybrid tables

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
