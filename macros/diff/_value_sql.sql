{# Leaf: a column as it is compared, so that what means the same is equal: -0.0 and 0.0, one instant in two zones, one JSON
   document written in two ways as far as the warehouse can tell. #}
{% macro _value_sql(name, type) %}
    {{ return(adapter.dispatch('value_sql', 'dbt_ghost')(name, type)) }}
{% endmacro %}

{% macro default__value_sql(name, type) %}
    {{ return(name) }}
{% endmacro %}

{# Spaces do not matter, the order of keys does: DuckDB has nothing that sorts them. #}
{% macro duckdb__value_sql(name, type) %}
    {{ return('cast(json(' ~ name ~ ') as varchar)' if type == 'JSON' else name) }}
{% endmacro %}


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


{# Leaf: a statement with one row {n, side, rows, hash}: equal hashes, equal rows in any order, doubles included. #}
{% macro _fingerprint_sql(n, side, relation, values) %}
    {{ return(adapter.dispatch('fingerprint_sql', 'dbt_ghost')(n, side, relation, values)) }}
{% endmacro %}

{% macro default__fingerprint_sql(n, side, relation, values) %}
    {% do dbt_ghost._not_built('compare a ghost with production') %}
{% endmacro %}

{# The exclusive or alone would lose what is there twice, the sum alone is easier to meet by chance. #}
{% macro duckdb__fingerprint_sql(n, side, relation, values) %}
    {{ return(
        'select ' ~ dbt_ghost._object_sql({
            'n': n, 'side': dbt_ghost._text(side), 'rows': 'count(*)',
            'hash': "concat(bit_xor(h), ' ', sum(h))",
        }) ~ ' as answer\nfrom (select hash(' ~ (values | join(', ') or '1') ~ ') as h from ' ~ relation ~ ') as hashed'
    ) }}
{% endmacro %}
