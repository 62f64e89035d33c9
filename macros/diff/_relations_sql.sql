{# Leaf: a statement with one row of JSON for each table and view of a database: {schema, table, kind, columns: [{name,
   type}]}, columns in their order. #}
{% macro _relations_sql(database) %}
    {{ return(adapter.dispatch('relations_sql', 'dbt_ghost')(database)) }}
{% endmacro %}

{% macro default__relations_sql(database) %}
    {% do dbt_ghost._not_built('compare a ghost with production') %}
{% endmacro %}

{# Without the schema of what dbt-ghost itself keeps in a ghost. A view that cannot be bound has no columns, but is there. #}
{% macro duckdb__relations_sql(database) %}
    {{ return(
        "select to_json({'schema': t.table_schema, 'table': t.table_name, 'kind': any_value(t.table_type),\n"
        ~ "    'columns': coalesce(list({'name': c.column_name, 'type': c.data_type} order by c.ordinal_position)"
        ~ ' filter (where c.column_name is not null), [])}) as answer\n'
        ~ 'from information_schema.tables as t\n'
        ~ 'left join information_schema.columns as c using (table_catalog, table_schema, table_name)\n'
        ~ 'where t.table_catalog = ' ~ dbt_ghost._text(database) ~ " and t.table_schema <> 'ghost'\n"
        ~ 'group by t.table_schema, t.table_name'
    ) }}
{% endmacro %}


{# `information_schema` calls text TEXT and leaves sizes to other columns. A clone has no external tables, so that their absence
   says nothing. #}
{% macro snowflake__relations_sql(database) %}
    {% set schema = dbt_ghost._quoted([database]) ~ '.information_schema' %}
    {{ return(
        "select object_construct('schema', t.table_schema, 'table', t.table_name, 'kind', any_value(t.table_type),\n"
        ~ "    'columns', array_agg(case when c.column_name is not null then object_construct('name', c.column_name, 'type',\n"
        ~ "        case c.data_type when 'NUMBER' then 'NUMBER(' || c.numeric_precision || ',' || c.numeric_scale || ')'\n"
        ~ "        when 'TEXT' then 'VARCHAR(' || c.character_maximum_length || ')' else c.data_type end) end)\n"
        ~ '    within group (order by c.ordinal_position)) as answer\n'
        ~ 'from ' ~ schema ~ '.tables as t\nleft join ' ~ schema ~ '.columns as c\n'
        ~ '    on c.table_schema = t.table_schema and c.table_name = t.table_name\n'
        ~ "where t.table_schema <> 'INFORMATION_SCHEMA' and t.table_type <> 'EXTERNAL TABLE'\n"
        ~ 'group by t.table_schema, t.table_name'
    ) }}
{% endmacro %}


{# Leaf: what a table of one side and a table of the other have in common if they are the same one. Not for people. #}
{% macro _pair_name(schema, table) %}
    {{ return(adapter.dispatch('pair_name', 'dbt_ghost')(schema, table)) }}
{% endmacro %}

{% macro default__pair_name(schema, table) %}
    {{ return((schema ~ '.' ~ table) | lower) }}
{% endmacro %}

{# ORDERS and "orders" are two tables. #}
{% macro snowflake__pair_name(schema, table) %}
    {% set plain = modules.re.fullmatch('[A-Z0-9_$]+[.][A-Z0-9_$]+', schema ~ '.' ~ table) is not none %}
    {{ return((schema ~ '.' ~ table) | lower if plain else dbt_ghost._quoted([schema, table])) }}
{% endmacro %}
