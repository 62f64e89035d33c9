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

{# Times with a zone compare and hash as the instants that they are. What is made of parts is text, whose keys TO_JSON puts in
   an order of its own; HASH_AGG takes no GEOGRAPHY, and a VECTOR becomes no text. #}
{% macro snowflake__value_sql(name, type) %}
    {% set forms = {
        'FLOAT': '(# + 0::float)', 'VECTOR': 'to_json(#::array::variant)',
        'GEOGRAPHY': 'st_asewkb(#)', 'GEOMETRY': 'st_asewkb(#)',
    } %}
    {% do forms.update({type: 'to_json(#::variant)'}) if type in ['VARIANT', 'OBJECT', 'ARRAY', 'MAP'] %}
    {{ return(forms.get(type.split('(')[0], '#') | replace('#', name)) }}
{% endmacro %}


{# Leaf: what `_value_sql` made of a column of this type, as text. #}
{% macro _as_text_sql(value, type) %}
    {{ return(adapter.dispatch('as_text_sql', 'dbt_ghost')(value, type)) }}
{% endmacro %}

{% macro default__as_text_sql(value, type) %}
    {{ return('cast(' ~ value ~ ' as varchar)') }}
{% endmacro %}

{# Its own text of a time stops at milliseconds, and has the zone that the session happens to have. #}
{% macro snowflake__as_text_sql(value, type) %}
    {% set zoned = type in ['TIMESTAMP_TZ', 'TIMESTAMP_LTZ'] %}
    {% set value = "convert_timezone('UTC', " ~ value ~ ')' if zoned else value %}
    {% if zoned or type == 'TIMESTAMP_NTZ' %}
        {{ return('to_char(' ~ value ~ ", 'YYYY-MM-DD HH24:MI:SS.FF9')") }}
    {% endif %}
    {{ return('to_char(' ~ value ~ ", 'HH24:MI:SS.FF9')" if type == 'TIME' else 'cast(' ~ value ~ ' as varchar)') }}
{% endmacro %}
