{% macro generate_database_name(custom_database_name=none, node=none) %}
    {{ return(dbt_ghost.ghost_database_name(custom_database_name, node)) }}
{% endmacro %}

{% macro generate_schema_name(custom_schema_name=none, node=none) %}
    {{ return(dbt_ghost.ghost_schema_name(custom_schema_name, node)) }}
{% endmacro %}

{% macro source(source_name, table_name) %}
    {{ return(dbt_ghost.ghost_source(source_name, table_name)) }}
{% endmacro %}
