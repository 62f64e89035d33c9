{# For the project's `generate_schema_name`, where it has none of its own: what dbt itself does. The ghost target has
   prod's `schema`, so names are prod's exactly; else dbt would build beside the cloned tables (F 9.4). #}
{% macro ghost_schema_name(custom_schema_name=none, node=none) %}
    {{ return(dbt.default__generate_schema_name(custom_schema_name, node) | trim) }}
{% endmacro %}
