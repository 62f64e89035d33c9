{# T for all databases: now, `clone: at`, or when the templates were made, which must then be one time. #}
{% macro _t_of(run, parts) %}
    {% if run.config.clone.ownership != 'template' %}
        {{ return(run.session.t) }}
    {% endif %}
    {% set times = [] %}
    {% for part in parts %}
        {% set made = dbt_ghost._provenance_of(run.databases[part.source].comment) or {} %}
        {% do times.append(made.get('snapshot_at') or part.source ~ ': unknown') %}
    {% endfor %}
    {% if times | unique | list | length != 1 or 'unknown' in times[0] or run.config.clone.at %}
        {% do dbt_ghost._refuse(
            run.operation,
            'the templates are not of one known time: ' ~ times | join(', ')
                ~ (' (and `clone: at` cannot reach behind a template)' if run.config.clone.at else ''),
            'let the admin\'s task GHOST_TEMPLATES make them anew'
        ) %}
    {% endif %}
    {{ return(times[0]) }}
{% endmacro %}


{# {error} where a template was made anew while its ghost was cloned: then its databases are not of one time. #}
{% macro _moved_templates(run) %}
    {% if run.config.clone.ownership != 'template' %}
        {{ return(none) }}
    {% endif %}
    {% set now = dbt_ghost._look(run).databases or {} %}
    {% for part in run.parts if (dbt_ghost._provenance_of(now.get(part.source, {}).get('comment')) or {}).get('snapshot_at')
        != run.t %}
        {{ return({'error': {
            'code': 2002,
            'message': 'the template ' ~ part.source ~ ' was made anew while it was cloned',
            'hint': 'run it again: the ghost is made of the new templates',
        }}) }}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}
