{# For the project's `generate_schema_name`: the same names as in production, on every target. With dbt's own, a ghost
   would build beside its cloned tables (F 9.4). #}
{% macro ghost_schema_name(custom_schema_name=none, node=none) %}
    {{ return((custom_schema_name or target.schema) | trim) }}
{% endmacro %}
