{# Leaf: refuse a ghost that is ready and not of the databases that the settings name: models would be built in the clone of
   another database, or in one that somebody took away. #}
{% macro _refuse_misfit(run) %}
    {% do adapter.dispatch('refuse_misfit', 'dbt_ghost')(run) %}
{% endmacro %}

{% macro default__refuse_misfit(run) %}
{% endmacro %}

{% macro snowflake__refuse_misfit(run) %}
    {% for part in dbt_ghost._parts(run) %}
        {% set there = dbt_ghost._provenance_of(run.databases.get(part.ghost, {}).get('comment')) or {} %}
        {% if there.get('project') != run.project or there.get('branch') != run.branch
            or there.get('source') != part.prod %}
            {% do dbt_ghost._refuse(
                run.operation,
                'the ghost of ' ~ run.branch ~ ' does not fit vars: ghost: databases: ' ~ part.ghost
                    ~ (' is not this ghost\'s clone of ' if part.ghost in run.databases else ' is missing, the clone of ')
                    ~ part.prod,
                'ghost_clone with refresh: true makes it anew; what the branch built in it is lost'
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}
