{# What there is of a branch's ghost; of every ghost of the project where nothing names a branch. #}
{% macro ghost_status(branch=none) %}
    {% set run = dbt_ghost._start('ghost_status', branch) %}
    {% if run.branch %}
        {% set provenance = dbt_ghost._find(run).provenance %}
        {% set found = [provenance] if provenance else [] %}
    {% else %}
        {% set found = dbt_ghost._list(run) %}
    {% endif %}

    {% set ghosts = [] %}
    {% for provenance in found %}
        {% set database = dbt_ghost._database_name(run.project, provenance.branch) %}
        {% do ghosts.append(dict(branch=provenance.branch, database=database, **dbt_ghost._facts(provenance))) %}
        {% do log(
            provenance.branch ~ ': ' ~ provenance.state ~ ', as of ' ~ (provenance.snapshot_at or '?') ~ ', until '
            ~ provenance.expires_at, info=true
        ) %}
    {% endfor %}
    {% if ghosts %}
        {% set message = ghosts | length ~ ' ghost' ~ ('' if ghosts | length == 1 else 's') %}
    {% else %}
        {% set message = 'there is no ghost' ~ (' of ' ~ run.branch if run.branch else '') %}
    {% endif %}
    {% do dbt_ghost._done(run, message, changed=false, more={'ghosts': ghosts}) %}
{% endmacro %}


{# Leaf: the provenance of every ghost of the project. #}
{% macro _list(run) %}
    {{ return(adapter.dispatch('list', 'dbt_ghost')(run)) }}
{% endmacro %}

{% macro default__list(run) %}
    {% do dbt_ghost._not_built('list ghosts') %}
{% endmacro %}

{% macro duckdb__list(run) %}
    {{ return(dbt_ghost._answer_of_plugin(run, 'list')) }}
{% endmacro %}
