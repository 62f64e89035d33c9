{# The name of a branch's clone; of the first configured database unless another one is named. #}
{% macro ghost_database(branch=none, prod_database=none) %}
    {% set config = dbt_ghost._config() %}
    {% set name = dbt_ghost._branch(none, branch, config.protected) %}
    {% set first = prod_database is none or prod_database | lower == config.databases[0] | lower %}
    {{ return(dbt_ghost._database_name(config.project, name, '' if first else prod_database)) }}
{% endmacro %}
