{# The databases of one branch's ghost among those that the look saw: {name: record}, the first one first. A name alone
   says nothing: the ghost of another branch, or somebody's own database, may have one that begins like it. #}
{% macro _ghost_databases(run, branch, first) %}
    {% set found = {} %}
    {% for name, database in (run.get('databases') or {}).items() | sort
        if name == first or name.startswith(first ~ '_') %}
        {% set record = dbt_ghost._provenance_of(database.comment) or {} %}
        {% do found.update({name: record}) if record.get('project') == run.project and record.get('branch') == branch %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
