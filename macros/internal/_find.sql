{# What is at the ghost's place: {exists, provenance}. Refuses what is not this branch's ghost. #}
{% macro _find(run) %}
    {% set found = adapter.dispatch('find', 'dbt_ghost')(run) %}
    {% set provenance = found.provenance %}
    {% if found.exists and not provenance %}
        {% do dbt_ghost._refuse(
            run.operation,
            found.where ~ ' is there, and was not made by dbt-ghost (it has no valid provenance)',
            'look what it is, and move it away'
        ) %}
    {% endif %}
    {% if provenance and (provenance.project != run.project or provenance.branch != run.branch) %}
        {% do dbt_ghost._refuse(
            run.operation,
            found.where ~ ' is the ghost of branch ' ~ provenance.branch ~ ' of project ' ~ provenance.project,
            'rename the branch ' ~ run.branch ~ ', or drop the other ghost first'
        ) %}
    {% endif %}
    {{ return(found) }}
{% endmacro %}

{# Leaf: {exists, where, provenance}; provenance is none where there is none that is valid. #}
{% macro default__find(run) %}
    {% do dbt_ghost._not_built('look for ghosts') %}
{% endmacro %}

{% macro duckdb__find(run) %}
    {{ return(dbt_ghost._answer_of_plugin(run, 'find')) }}
{% endmacro %}

{% macro snowflake__find(run) %}
    {% set database = run.databases.get(run.database) %}
    {{ return({
        'exists': database is not none,
        'where': 'the database ' ~ run.database,
        'provenance': dbt_ghost._provenance_of(database.comment) if database else none,
    }) }}
{% endmacro %}


{# What a result says of a ghost. #}
{% macro _facts(provenance) %}
    {% set p = provenance or {} %}
    {{ return({
        'state': p.get('state'),
        't': {'snapshot': p.get('snapshot'), 'at': p.snapshot_at} if p.get('snapshot_at') else none,
        'created_at': p.get('created_at'),
        'expires_at': p.get('expires_at'),
    }) }}
{% endmacro %}
