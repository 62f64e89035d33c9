{# Leaf: the three states of each cloned database: [{database, prod, ghost, base, touched, note}]. `database` is production's
   name of it; the others are databases that this session reads, `base` is none where production as of T is not to be had.
   `touched` says for prod and ghost which tables changed since T, as {lower-case schema.name: when last, or none}, or is none
   where nobody knows. #}
{% macro _diff_sides(run, ghost) %}
    {{ return(adapter.dispatch('diff_sides', 'dbt_ghost')(run, ghost)) }}
{% endmacro %}

{% macro default__diff_sides(run, ghost) %}
    {% do dbt_ghost._not_built('compare a ghost with production') %}
{% endmacro %}

{# Production's catalog is copied, so that a comparison neither waits for its writers nor keeps them out. #}
{% macro duckdb__diff_sides(run, ghost) %}
    {% set beside = dbt_ghost._answer_of_plugin(run, 'beside', {'database': target.database}) %}
    {{ return([{
        'database': target.database, 'prod': beside.prod, 'ghost': target.database, 'base': beside.base,
        'touched': beside.touched, 'note': beside.note,
    }]) }}
{% endmacro %}


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


{# Leaf: ask several statements, each with one column `answer` of JSON: for each {answers} or {error}, in order. #}
{% macro _ask_all(run, statements) %}
    {{ return(adapter.dispatch('ask_all', 'dbt_ghost')(run, statements) if statements else []) }}
{% endmacro %}

{% macro default__ask_all(run, statements) %}
    {% do dbt_ghost._not_built('compare a ghost with production') %}
{% endmacro %}

{% macro duckdb__ask_all(run, statements) %}
    {{ return(dbt_ghost._answer_of_plugin(run, 'ask', {'statements': statements})) }}
{% endmacro %}
