{# Databases of ghosts whose first one is gone, and with it the record: {branch, why} each. Until when they were to live
   nobody knows, so a sweep only reports them. #}
{% macro _leftovers(run) %}
    {% set names = {} %}
    {% for name, database in (run.get('databases') or {}).items() | sort %}
        {% set provenance = dbt_ghost._provenance_of(database.comment) or {} %}
        {% set first, branch = provenance.get('of'), provenance.get('branch') %}
        {% if first and branch and provenance.get('project') == run.project and first not in run.databases
            and first == dbt_ghost._database_name(run.project, branch) and name.startswith(first ~ '_') %}
            {% do names.setdefault(branch, []).append(name) %}
        {% endif %}
    {% endfor %}
    {% set left = [] %}
    {% for branch, databases in names.items() %}
        {% do left.append({'branch': branch, 'why': 'only ' ~ databases | join(', ') ~ ' is left of it, without its'
            ~ ' record: ghost_drop --args \'{branch: ' ~ branch ~ '}\' removes that'}) %}
    {% endfor %}
    {{ return(left) }}
{% endmacro %}
