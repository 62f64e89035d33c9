{# For the project's `source`, only where sources name their `database:` (dbt leaves those on production, F 9.3). A
   source in a database that is not cloned is read where it is. #}
{% macro ghost_source(source_name, table_name) %}
    {% set relation = builtins.source(source_name, table_name) %}
    {% if not dbt_ghost._on_ghost_target() %}
        {{ return(relation) }}
    {% endif %}
    {% set config = dbt_ghost._names_config() %}
    {% if relation.database | lower not in config.databases | map('lower') | list %}
        {{ return(relation) }}
    {% endif %}
    {{ return(relation.incorporate(path={'database': dbt_ghost._clone_of(relation.database, config)})) }}
{% endmacro %}
