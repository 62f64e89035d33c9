{# Leaf: a JSON object of SQL expressions, NULLs included. #}
{% macro _object_sql(entries) %}
    {% set parts = [] %}
    {% for name, value in entries.items() %}
        {% do parts.append(dbt_ghost._text(name) ~ ', ' ~ value) %}
    {% endfor %}
    {{ return(adapter.dispatch('object_sql', 'dbt_ghost')(parts | join(', '))) }}
{% endmacro %}

{% macro default__object_sql(parts) %}
    {{ return('object_construct_keep_null(' ~ parts ~ ')') }}
{% endmacro %}

{% macro duckdb__object_sql(parts) %}
    {{ return('json_object(' ~ parts ~ ')') }}
{% endmacro %}


{# Leaf: JSON objects of a group as a list, in an order, without those that are NULL. #}
{% macro _list_sql(value, order) %}
    {{ return(adapter.dispatch('list_sql', 'dbt_ghost')(value, order)) }}
{% endmacro %}

{% macro default__list_sql(value, order) %}
    {{ return('array_agg(' ~ value ~ ') within group (order by ' ~ order ~ ')') }}
{% endmacro %}

{% macro duckdb__list_sql(value, order) %}
    {{ return('array_agg(' ~ value ~ ' order by ' ~ order ~ ') filter (where ' ~ value ~ ' is not null)') }}
{% endmacro %}
