{# For the project's `generate_database_name`. On the ghost target every configured production database becomes its
   clone, and any other is an error: dbt would write to it (F 9.1). On other targets it is what dbt does. #}
{% macro ghost_database_name(custom_database_name=none, node=none) %}
    {% set asked = (custom_database_name or target.database) | trim %}
    {% if not custom_database_name or not dbt_ghost._on_ghost_target() %}
        {{ return(asked) }}
    {% endif %}
    {% set config = dbt_ghost._config() %}
    {% if asked | lower not in config.databases | map('lower') | list %}
        {% do exceptions.raise_compiler_error(
            (node.unique_id ~ ': ' if node else '')
            ~ 'the database ' ~ asked ~ ' has no clone, so the ghost would write to it\n'
            ~ 'add it to `vars: ghost: databases:`, or take it out of the node\'s configuration'
        ) %}
    {% endif %}
    {{ return(dbt_ghost._clone_of(asked, config)) }}
{% endmacro %}


{# Leaf: the database that stands in for a production database. #}
{% macro _clone_of(database, config) %}
    {{ return(adapter.dispatch('clone_of', 'dbt_ghost')(database, config)) }}
{% endmacro %}

{% macro default__clone_of(database, config) %}
    {{ return(dbt_ghost.ghost_database(none, database)) }}
{% endmacro %}

{# One alias for prod and every ghost: the plugin opens the right catalog, and views and manifests stay valid. #}
{% macro duckdb__clone_of(database, config) %}
    {{ return(target.database) }}
{% endmacro %}
