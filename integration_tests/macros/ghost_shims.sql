{# dbt asks the root project alone for these, not its packages. #}

{% macro generate_database_name(custom_database_name=none, node=none) %}
    {{ return(dbt_ghost.ghost_database_name(custom_database_name, node)) }}
{% endmacro %}

{% macro generate_schema_name(custom_schema_name=none, node=none) %}
    {{ return(dbt_ghost.ghost_schema_name(custom_schema_name, node)) }}
{% endmacro %}
