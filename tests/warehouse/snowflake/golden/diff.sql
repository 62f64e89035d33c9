alter session set query_tag = '{"dbt_ghost": {"branch": "feature/late-orders", "operation": "ghost_diff", "project": "shop"}}';

execute immediate $$
begin
let said variant := (select array_agg(answer) from (
select object_construct('user', current_user(), 'role', current_role(), 'secondary_roles', current_secondary_roles(), 'now', to_char(convert_timezone('UTC', current_timestamp()), 'YYYY-MM-DD"T"HH24:MI:SS.FF3"+00:00"'), 't', to_char(convert_timezone('UTC', current_timestamp()), 'YYYY-MM-DD"T"HH24:MI:SS.FF3"+00:00"'), 'name', d.database_name, 'owner', d.database_owner, 'type', d.type, 'comment', d.comment) as answer
from (select 1 as one) as session
left join "PROD_DB".information_schema.databases as d
    on d.database_name in ('PROD_DB')
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
select object_construct('n', 0, 'answer', answer) as answer from (
select object_construct_keep_null('schema', t.table_schema, 'table', t.table_name, 'at', case when t.table_type = 'BASE TABLE' and t.is_dynamic = 'NO' and t.is_iceberg = 'NO' and t.is_hybrid = 'NO' and t.last_altered > '<time>'::timestamp_tz then to_char(convert_timezone('UTC', t.last_altered), 'YYYY-MM-DD"T"HH24:MI:SS.FF6"+00:00"') end) as answer
from "PROD_DB".information_schema.tables as t
left join "PROD_DB".information_schema.schemata as s on s.schema_name = t.table_schema
left join "PROD_DB".information_schema.databases as d on d.database_name = t.table_catalog
where t.table_schema <> 'INFORMATION_SCHEMA' and (not (t.table_type = 'BASE TABLE' and t.is_dynamic = 'NO' and t.is_iceberg = 'NO' and t.is_hybrid = 'NO')
    or coalesce(t.last_altered > '<time>'::timestamp_tz, true)
    or coalesce(s.last_altered > '<time>'::timestamp_tz, true) or coalesce(d.last_altered > '<time>'::timestamp_tz, true))
) as q0
union all
select object_construct('n', 1, 'answer', answer) as answer from (
select object_construct_keep_null('schema', t.table_schema, 'table', t.table_name, 'at', case when t.table_type = 'BASE TABLE' and t.is_dynamic = 'NO' and t.is_iceberg = 'NO' and t.is_hybrid = 'NO' and t.last_altered > '<time>'::timestamp_tz then to_char(convert_timezone('UTC', t.last_altered), 'YYYY-MM-DD"T"HH24:MI:SS.FF6"+00:00"') end) as answer
from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262".information_schema.tables as t
where t.table_schema <> 'INFORMATION_SCHEMA' and (not (t.table_type = 'BASE TABLE' and t.is_dynamic = 'NO' and t.is_iceberg = 'NO' and t.is_hybrid = 'NO')
    or coalesce(t.last_altered > '<time>'::timestamp_tz, true))
) as q1
) as answers);
return object_construct('ok', true, 'answers', said);
exception
when other then
return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);
end
$$;

select object_construct('schema', t.table_schema, 'table', t.table_name, 'kind', any_value(t.table_type),
    'columns', array_agg(case when c.column_name is not null then object_construct('name', c.column_name, 'type',
        case c.data_type when 'NUMBER' then 'NUMBER(' || c.numeric_precision || ',' || c.numeric_scale || ')'
        when 'TEXT' then 'VARCHAR(' || c.character_maximum_length || ')' else c.data_type end) end)
    within group (order by c.ordinal_position)) as answer
from "PROD_DB".information_schema.tables as t
left join "PROD_DB".information_schema.columns as c
    on c.table_schema = t.table_schema and c.table_name = t.table_name
where t.table_schema <> 'INFORMATION_SCHEMA' and t.table_type <> 'EXTERNAL TABLE'
group by t.table_schema, t.table_name;

select object_construct('schema', t.table_schema, 'table', t.table_name, 'kind', any_value(t.table_type),
    'columns', array_agg(case when c.column_name is not null then object_construct('name', c.column_name, 'type',
        case c.data_type when 'NUMBER' then 'NUMBER(' || c.numeric_precision || ',' || c.numeric_scale || ')'
        when 'TEXT' then 'VARCHAR(' || c.character_maximum_length || ')' else c.data_type end) end)
    within group (order by c.ordinal_position)) as answer
from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262".information_schema.tables as t
left join "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262".information_schema.columns as c
    on c.table_schema = t.table_schema and c.table_name = t.table_name
where t.table_schema <> 'INFORMATION_SCHEMA' and t.table_type <> 'EXTERNAL TABLE'
group by t.table_schema, t.table_name;

select object_construct('schema', t.table_schema, 'table', t.table_name, 'kind', any_value(t.table_type),
    'columns', array_agg(case when c.column_name is not null then object_construct('name', c.column_name, 'type',
        case c.data_type when 'NUMBER' then 'NUMBER(' || c.numeric_precision || ',' || c.numeric_scale || ')'
        when 'TEXT' then 'VARCHAR(' || c.character_maximum_length || ')' else c.data_type end) end)
    within group (order by c.ordinal_position)) as answer
from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262__BASE".information_schema.tables as t
left join "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262__BASE".information_schema.columns as c
    on c.table_schema = t.table_schema and c.table_name = t.table_name
where t.table_schema <> 'INFORMATION_SCHEMA' and t.table_type <> 'EXTERNAL TABLE'
group by t.table_schema, t.table_name;

execute immediate $$
begin
let said variant := (select array_agg(answer) from (
select object_construct('n', 0, 'answer', answer) as answer from (
select object_construct_keep_null('n', 1, 'side', 'prod', 'rows', count(*), 'hash', cast(hash_agg("ID", "V", ("F" + 0::float), to_json("J"::variant), to_json("L"::variant), "Z", "N", "B") as varchar)) as answer
from "PROD_DB"."RAW"."BY_KEY"
) as q0
union all
select object_construct('n', 1, 'answer', answer) as answer from (
select object_construct_keep_null('n', 2, 'side', 'ghost', 'rows', count(*), 'hash', cast(hash_agg("ID", "V", ("F" + 0::float), to_json("J"::variant), to_json("L"::variant), "Z", "N", "B") as varchar)) as answer
from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."BY_KEY"
) as q1
union all
select object_construct('n', 2, 'answer', answer) as answer from (
select object_construct_keep_null('n', 1, 'side', 'prod', 'rows', count(*), 'hash', cast(hash_agg("ID", "V", ("F" + 0::float), to_json("J"::variant), to_json("L"::variant), "Z", "N", "B") as varchar)) as answer
from "PROD_DB"."RAW"."BY_ROWS"
) as q2
union all
select object_construct('n', 3, 'answer', answer) as answer from (
select object_construct_keep_null('n', 2, 'side', 'ghost', 'rows', count(*), 'hash', cast(hash_agg("ID", "V", ("F" + 0::float), to_json("J"::variant), to_json("L"::variant), "Z", "N", "B") as varchar)) as answer
from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."BY_ROWS"
) as q3
union all
select object_construct('n', 4, 'answer', answer) as answer from (
select object_construct_keep_null('n', 1, 'side', 'prod', 'rows', count(*), 'hash', cast(hash_agg("ID", "Z", "T", "V") as varchar)) as answer
from "PROD_DB"."RAW"."ZONES"
) as q4
union all
select object_construct('n', 5, 'answer', answer) as answer from (
select object_construct_keep_null('n', 2, 'side', 'ghost', 'rows', count(*), 'hash', cast(hash_agg("ID", "Z", "T", "V") as varchar)) as answer
from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."ZONES"
) as q5
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
select object_construct('n', 0, 'answer', answer) as answer from (
with prod_rows as (
select "ID" as k1, "V" as v1, ("F" + 0::float) as v2, to_json("J"::variant) as v3, to_json("L"::variant) as v4, "Z" as v5, "N" as v6, "B" as v7, true as there
from "PROD_DB"."RAW"."BY_KEY"
),
ghost_rows as (
select "ID" as k1, "V" as v1, ("F" + 0::float) as v2, to_json("J"::variant) as v3, to_json("L"::variant) as v4, "Z" as v5, "N" as v6, "B" as v7, true as there
from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."BY_KEY"
),
base_rows as (
select "ID" as k1, "V" as v1, ("F" + 0::float) as v2, to_json("J"::variant) as v3, to_json("L"::variant) as v4, "Z" as v5, "N" as v6, "B" as v7, true as there
from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262__BASE"."RAW"."BY_KEY"
),
pairs as (
select p.there as in_prod, g.there as in_ghost, coalesce(p.k1, g.k1) as k1, p.v1 as p1, g.v1 as g1, p.v2 as p2, g.v2 as g2, p.v3 as p3, g.v3 as g3, p.v4 as p4, g.v4 as g4, p.v5 as p5, g.v5 as g5, p.v6 as p6, g.v6 as g6, p.v7 as p7, g.v7 as g7
from prod_rows as p
full outer join ghost_rows as g on p.k1 = g.k1
where p.there is null or g.there is null or p.v1 is distinct from g.v1 or (p.v2 is distinct from g.v2 and not coalesce(abs(p.v2 - g.v2) <= 0.01, false)) or p.v3 is distinct from g.v3 or p.v4 is distinct from g.v4 or p.v5 is distinct from g.v5 or p.v6 is distinct from g.v6 or p.v7 is distinct from g.v7
),
judged as (
select pairs.*, case when in_prod is null then 'added' when in_ghost is null then 'removed' else 'changed' end as change,
    case when b.there is not distinct from in_ghost and b.v1 is not distinct from g1 and b.v2 is not distinct from g2 and b.v3 is not distinct from g3 and b.v4 is not distinct from g4 and b.v5 is not distinct from g5 and b.v6 is not distinct from g6 and b.v7 is not distinct from g7 then 'world'
    when b.there is not distinct from in_prod and b.v1 is not distinct from p1 and b.v2 is not distinct from p2 and b.v3 is not distinct from p3 and b.v4 is not distinct from p4 and b.v5 is not distinct from p5 and b.v6 is not distinct from p6 and b.v7 is not distinct from p7 then 'yours'
    when b.there is null and in_prod and in_ghost then 'yours' else 'both' end as whose
from pairs
left join base_rows as b on b.k1 = pairs.k1
)
select object_construct_keep_null('what', 'change', 'whose', whose, 'change', change, 'rows', count(*), 'columns', object_construct_keep_null('V', count_if(change = 'changed' and p1 is distinct from g1), 'F', count_if(change = 'changed' and (p2 is distinct from g2 and not coalesce(abs(p2 - g2) <= 0.01, false))), 'J', count_if(change = 'changed' and p3 is distinct from g3), 'L', count_if(change = 'changed' and p4 is distinct from g4), 'Z', count_if(change = 'changed' and p5 is distinct from g5), 'N', count_if(change = 'changed' and p6 is distinct from g6), 'B', count_if(change = 'changed' and p7 is distinct from g7)), 'samples', min_by(object_construct_keep_null('key', object_construct_keep_null('ID', left(cast(k1 as varchar), 200)), 'differs', object_construct_keep_null('V', (p1 is distinct from g1), 'F', ((p2 is distinct from g2 and not coalesce(abs(p2 - g2) <= 0.01, false))), 'J', (p3 is distinct from g3), 'L', (p4 is distinct from g4), 'Z', (p5 is distinct from g5), 'N', (p6 is distinct from g6), 'B', (p7 is distinct from g7)), 'prod', case when in_prod then object_construct_keep_null('V', left(cast(p1 as varchar), 200), 'F', left(cast(p2 as varchar), 200), 'J', left(cast(p3 as varchar), 200), 'L', left(cast(p4 as varchar), 200), 'Z', left(to_char(convert_timezone('UTC', p5), 'YYYY-MM-DD HH24:MI:SS.FF9'), 200), 'N', left(to_char(p6, 'YYYY-MM-DD HH24:MI:SS.FF9'), 200), 'B', left(cast(p7 as varchar), 200)) end, 'ghost', case when in_ghost then object_construct_keep_null('V', left(cast(g1 as varchar), 200), 'F', left(cast(g2 as varchar), 200), 'J', left(cast(g3 as varchar), 200), 'L', left(cast(g4 as varchar), 200), 'Z', left(to_char(convert_timezone('UTC', g5), 'YYYY-MM-DD HH24:MI:SS.FF9'), 200), 'N', left(to_char(g6, 'YYYY-MM-DD HH24:MI:SS.FF9'), 200), 'B', left(cast(g7 as varchar), 200)) end), hash(k1), 3)) as answer
from judged
group by whose, change
union all
select object_construct_keep_null('what', 'check', 'distinct_keys', count(distinct hash(k1)), 'null_keys', count_if(k1 is null)) as answer
from judged
union all
select object_construct_keep_null('what', 'total', 'side', 'prod', 'rows', count(*)) as answer
from prod_rows
union all
select object_construct_keep_null('what', 'total', 'side', 'ghost', 'rows', count(*)) as answer
from ghost_rows
union all
select answer from (select object_construct_keep_null('what', 'top', 'column', 'V', 'value', held, 'rows', rows_of_it) as answer
from (select cast(coalesce(g1, p1) as varchar) as held, count(*) as rows_of_it from judged where whose <> 'world' group by 1) as valued
order by rows_of_it desc, held limit 1) as topped
union all
select answer from (select object_construct_keep_null('what', 'top', 'column', 'B', 'value', held, 'rows', rows_of_it) as answer
from (select cast(coalesce(g7, p7) as varchar) as held, count(*) as rows_of_it from judged where whose <> 'world' group by 1) as valued
order by rows_of_it desc, held limit 1) as topped
) as q0
union all
select object_construct('n', 1, 'answer', answer) as answer from (
with prod_rows as (
select "ID" as k1, "Z" as v1, "T" as v2, "V" as v3, true as there
from "PROD_DB"."RAW"."ZONES"
),
ghost_rows as (
select "ID" as k1, "Z" as v1, "T" as v2, "V" as v3, true as there
from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."ZONES"
),
pairs as (
select p.there as in_prod, g.there as in_ghost, coalesce(p.k1, g.k1) as k1, p.v1 as p1, g.v1 as g1, p.v2 as p2, g.v2 as g2, p.v3 as p3, g.v3 as g3
from prod_rows as p
full outer join ghost_rows as g on p.k1 = g.k1
where p.there is null or g.there is null or p.v1 is distinct from g.v1 or p.v2 is distinct from g.v2 or p.v3 is distinct from g.v3
),
judged as (
select pairs.*, case when in_prod is null then 'added' when in_ghost is null then 'removed' else 'changed' end as change,
    'yours' as whose
from pairs
)
select object_construct_keep_null('what', 'change', 'whose', whose, 'change', change, 'rows', count(*), 'columns', object_construct_keep_null('Z', count_if(change = 'changed' and p1 is distinct from g1), 'T', count_if(change = 'changed' and p2 is distinct from g2), 'V', count_if(change = 'changed' and p3 is distinct from g3)), 'samples', min_by(object_construct_keep_null('key', object_construct_keep_null('ID', left(cast(k1 as varchar), 200)), 'differs', object_construct_keep_null('Z', (p1 is distinct from g1), 'T', (p2 is distinct from g2), 'V', (p3 is distinct from g3)), 'prod', case when in_prod then object_construct_keep_null('Z', left(to_char(convert_timezone('UTC', p1), 'YYYY-MM-DD HH24:MI:SS.FF9'), 200), 'T', left(to_char(p2, 'HH24:MI:SS.FF9'), 200), 'V', left(cast(p3 as varchar), 200)) end, 'ghost', case when in_ghost then object_construct_keep_null('Z', left(to_char(convert_timezone('UTC', g1), 'YYYY-MM-DD HH24:MI:SS.FF9'), 200), 'T', left(to_char(g2, 'HH24:MI:SS.FF9'), 200), 'V', left(cast(g3 as varchar), 200)) end), hash(k1), 3)) as answer
from judged
group by whose, change
union all
select object_construct_keep_null('what', 'check', 'distinct_keys', count(distinct hash(k1)), 'null_keys', count_if(k1 is null)) as answer
from judged
union all
select object_construct_keep_null('what', 'total', 'side', 'prod', 'rows', count(*)) as answer
from prod_rows
union all
select object_construct_keep_null('what', 'total', 'side', 'ghost', 'rows', count(*)) as answer
from ghost_rows
union all
select answer from (select object_construct_keep_null('what', 'top', 'column', 'V', 'value', held, 'rows', rows_of_it) as answer
from (select cast(coalesce(g3, p3) as varchar) as held, count(*) as rows_of_it from judged where whose <> 'world' group by 1) as valued
order by rows_of_it desc, held limit 1) as topped
) as q1
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
select object_construct('n', 0, 'answer', answer) as answer from (
with prod_rows as (
select hash("ID", "V", ("F" + 0::float), to_json("J"::variant), to_json("L"::variant), "Z", "N", "B") as h, count(*) as times
from "PROD_DB"."RAW"."BY_ROWS"
group by 1
),
ghost_rows as (
select hash("ID", "V", ("F" + 0::float), to_json("J"::variant), to_json("L"::variant), "Z", "N", "B") as h, count(*) as times
from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."BY_ROWS"
group by 1
),
base_rows as (
select hash("ID", "V", ("F" + 0::float), to_json("J"::variant), to_json("L"::variant), "Z", "N", "B") as h, count(*) as times
from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262__BASE"."RAW"."BY_ROWS"
group by 1
),
judged as (
select coalesce(p.h, g.h) as h, abs(coalesce(g.times, 0) - coalesce(p.times, 0)) as times,
    case when coalesce(g.times, 0) > coalesce(p.times, 0) then 'added' else 'removed' end as change,
    case when coalesce(g.times, 0) = coalesce(b.times, 0) and coalesce(p.times, 0) > coalesce(b.times, 0) then 'both'
    when coalesce(g.times, 0) = coalesce(b.times, 0) then 'world' when coalesce(p.times, 0) = coalesce(b.times, 0) then 'yours' else 'both' end as whose
from prod_rows as p
full outer join ghost_rows as g on p.h = g.h
left join base_rows as b on b.h = coalesce(p.h, g.h)
where coalesce(p.times, 0) <> coalesce(g.times, 0)
),
chosen as (
select * from judged
qualify row_number() over (partition by whose, change order by h) <= 3
),
prod_shown as (
select hash("ID", "V", ("F" + 0::float), to_json("J"::variant), to_json("L"::variant), "Z", "N", "B") as h, any_value(object_construct_keep_null('key', object_construct_keep_null(), 'differs', object_construct_keep_null(), 'prod', object_construct_keep_null('ID', left(cast("ID" as varchar), 200), 'V', left(cast("V" as varchar), 200), 'F', left(cast(("F" + 0::float) as varchar), 200), 'J', left(cast(to_json("J"::variant) as varchar), 200), 'L', left(cast(to_json("L"::variant) as varchar), 200), 'Z', left(to_char(convert_timezone('UTC', "Z"), 'YYYY-MM-DD HH24:MI:SS.FF9'), 200), 'N', left(to_char("N", 'YYYY-MM-DD HH24:MI:SS.FF9'), 200), 'B', left(cast("B" as varchar), 200)), 'ghost', null)) as shown
from "PROD_DB"."RAW"."BY_ROWS"
where hash("ID", "V", ("F" + 0::float), to_json("J"::variant), to_json("L"::variant), "Z", "N", "B") in (select h from chosen where change = 'removed')
group by 1
),
ghost_shown as (
select hash("ID", "V", ("F" + 0::float), to_json("J"::variant), to_json("L"::variant), "Z", "N", "B") as h, any_value(object_construct_keep_null('key', object_construct_keep_null(), 'differs', object_construct_keep_null(), 'prod', null, 'ghost', object_construct_keep_null('ID', left(cast("ID" as varchar), 200), 'V', left(cast("V" as varchar), 200), 'F', left(cast(("F" + 0::float) as varchar), 200), 'J', left(cast(to_json("J"::variant) as varchar), 200), 'L', left(cast(to_json("L"::variant) as varchar), 200), 'Z', left(to_char(convert_timezone('UTC', "Z"), 'YYYY-MM-DD HH24:MI:SS.FF9'), 200), 'N', left(to_char("N", 'YYYY-MM-DD HH24:MI:SS.FF9'), 200), 'B', left(cast("B" as varchar), 200)))) as shown
from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."BY_ROWS"
where hash("ID", "V", ("F" + 0::float), to_json("J"::variant), to_json("L"::variant), "Z", "N", "B") in (select h from chosen where change = 'added')
group by 1
)
select object_construct_keep_null('what', 'change', 'whose', j.whose, 'change', j.change, 'rows', cast(sum(j.times) as bigint), 'columns', object_construct_keep_null(), 'samples', array_agg(s.shown) within group (order by j.h)) as answer
from judged as j
left join (select * from prod_shown union all select * from ghost_shown) as s on s.h = j.h
group by j.whose, j.change
) as q0
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
select object_construct('n', 0, 'answer', answer) as answer from (
select object_construct_keep_null('rows', count_if(cast("B" as varchar) = 'false')) as answer
from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."BY_KEY"
) as q0
union all
select object_construct('n', 1, 'answer', answer) as answer from (
select object_construct_keep_null('rows', count_if(cast("V" as varchar) = 'mine')) as answer
from "GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262"."RAW"."BY_KEY"
) as q1
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
where table_catalog in ('GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262', 'GHOST_SHOP_FEATURE_LATE_ORDERS_4CA262__BASE') and catalog_dropped is null
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
