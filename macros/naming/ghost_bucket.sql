{# The ghost bucket that stands in for a prod bucket. #}
{% macro ghost_bucket(prod_bucket, branch=none) %}
    {% set config = dbt_ghost._config() %}
    {% set name = dbt_ghost._branch(none, branch, config.protected) %}
    {{ return(dbt_ghost._bucket_name(config.project, name, prod_bucket)) }}
{% endmacro %}
