{# For the project's `source`, only where sources name their `database:` (dbt leaves those on production, F 9.3). A
   source in a database that is not cloned is read where it is. #}
{% macro ghost_source(source_name, table_name) %}
    {% set relation = builtins.source(source_name, table_name) %}
    {% set config = dbt_ghost._config() %}
    {% if target.name == config.target and relation.database | lower in config.databases | map('lower') | list %}
        {{ return(relation.incorporate(path={'database': dbt_ghost._clone_of(relation.database, config)})) }}
    {% endif %}
    {{ return(relation) }}
{% endmacro %}
