{# The record of the branch's ghost, which must be there and whole. #}
{% macro _ready_ghost(run) %}
    {% set ghost = dbt_ghost._find(run).provenance %}
    {% if not ghost or ghost.state != 'ready' %}
        {% do dbt_ghost._refuse(
            run.operation,
            'there is no ghost of ' ~ run.branch ~ (' yet: it is ' ~ ghost.state if ghost else ''),
            'dbt run-operation ghost_clone --target ' ~ target.name ~ ' --args \'{branch: ' ~ run.branch ~ '}\''
        ) %}
    {% endif %}
    {{ return(ghost) }}
{% endmacro %}
