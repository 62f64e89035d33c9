{# For the test that holds the macros against their twins in Python: what the macros make of [[project, branch], ...] in
   NAMES_0, NAMES_1, ... and of the references in REFERENCES, and what both must know. #}
{% macro log_twins(parts) %}
    {% set names = [] %}
    {% for n in range(parts) %}
        {% for project, branch in fromjson(env_var('NAMES_' ~ n)) %}
            {% do names.append([
                dbt_ghost._id_name(project, branch),
                dbt_ghost._bucket_name(project, branch, 'shop-' ~ branch),
                dbt_ghost._database_name(project, branch),
                dbt_ghost._database_name(project, branch, 'prod_db')
            ]) %}
        {% endfor %}
    {% endfor %}
    {% set short = [] %}
    {% for reference in fromjson(env_var('REFERENCES')) %}
        {% do short.append(dbt_ghost._short_branch(reference)) %}
    {% endfor %}
    {% do log('TWINS ' ~ tojson({
        'names': names,
        'short': short,
        'keys': dbt_ghost._config_keys(),
        'branch_variables': dbt_ghost._branch_variables(),
        'tag_variables': dbt_ghost._tag_variables()
    }), info=true) %}
{% endmacro %}
