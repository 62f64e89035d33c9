{# What there is of a branch's ghost, and what it costs; of every ghost of the project where nothing names a branch. #}
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
        {% do ghosts.append(dbt_ghost._ghost_facts(run, provenance)) %}
    {% endfor %}
    {% set notes = dbt_ghost._add_costs(run, ghosts) if ghosts else [] %}
    {% for ghost in ghosts %}
        {% do log(dbt_ghost._ghost_line(ghost), info=true) %}
    {% endfor %}
    {% for note in notes %}
        {% do log(note, info=true) %}
    {% endfor %}
    {% if ghosts %}
        {% set message = ghosts | length ~ ' ghost' ~ ('' if ghosts | length == 1 else 's') %}
    {% else %}
        {% set message = 'there is no ghost' ~ (' of ' ~ run.branch if run.branch else '') %}
    {% endif %}
    {% do dbt_ghost._done(run, message, changed=false, more={'ghosts': ghosts, 'notes': notes}) %}
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

{# A ghost's record is in its first database; the others point to that one. Oldest first; a record may lack its date. #}
{% macro snowflake__list(run) %}
    {% set found, sorted = {}, [] %}
    {% for name, database in run.databases.items() if name.startswith(dbt_ghost._ghost_prefix(run.project)) %}
        {% set provenance = dbt_ghost._provenance_of(database.comment) or {} %}
        {% if provenance.get('project') == run.project and provenance.get('branch') and not provenance.get('of')
            and name == dbt_ghost._database_name(run.project, provenance.branch) %}
            {% do found.update({provenance.get('created_at') ~ ' ' ~ name: provenance}) %}
        {% endif %}
    {% endfor %}
    {% for _, provenance in found.items() | sort %}
        {% do sorted.append(provenance) %}
    {% endfor %}
    {{ return(sorted) }}
{% endmacro %}
