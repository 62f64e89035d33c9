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

{# One pass; two unlike tables have like numbers once in 2^64. Of text, so that nothing rounds it on its way. #}
{% macro snowflake__fingerprint_sql(n, side, relation, values) %}
    {{ return(
        'select ' ~ dbt_ghost._object_sql({
            'n': n, 'side': dbt_ghost._text(side), 'rows': 'count(*)',
            'hash': 'cast(hash_agg(' ~ (values | join(', ') or '1') ~ ') as varchar)',
        }) ~ ' as answer\nfrom ' ~ relation
    ) }}
{% endmacro %}


{# Leaf: queries of how many rows the sides of a joined pair have, {what: total, side, rows}, where they may have changed since
   the hashes. #}
{% macro _totals_sql() %}
    {{ return(adapter.dispatch('totals_sql', 'dbt_ghost')()) }}
{% endmacro %}

{% macro default__totals_sql() %}
    {% set queries = [] %}
    {% for side in ['prod', 'ghost'] %}
        {% do queries.append('select ' ~ dbt_ghost._object_sql({
            'what': "'total'", 'side': dbt_ghost._text(side), 'rows': 'count(*)'
        }) ~ ' as answer\nfrom ' ~ side ~ '_rows') %}
    {% endfor %}
    {{ return(queries) }}
{% endmacro %}

{# What is compared stands still. #}
{% macro duckdb__totals_sql() %}
    {{ return([]) }}
{% endmacro %}
