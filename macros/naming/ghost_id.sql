{# The ghost's own name, which all its AWS names start with. #}
{% macro ghost_id(branch=none) %}
    {% set config = dbt_ghost._config() %}
    {{ return(dbt_ghost._id_name(config.project, dbt_ghost._branch(none, branch, config.protected))) }}
{% endmacro %}
