{# The name of a branch's clone; of the first configured database unless another one is named. #}
{% macro ghost_database(branch=none, prod_database=none) %}
    {% set config = dbt_ghost._config() %}
    {% set name = dbt_ghost._branch(none, branch, config.protected) %}
    {{ return(dbt_ghost._clone_name(config, name, config.databases[0] if prod_database is none else prod_database)) }}
{% endmacro %}
