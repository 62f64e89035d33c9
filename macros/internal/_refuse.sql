{# One error: what and where, then how to fix it. `operation` is none outside of a run-operation. #}
{% macro _refuse(operation, message, hint='', changed=false) %}
    {% if operation is not none %}
        {% do dbt_ghost._emit({
            'operation': operation,
            'ok': false,
            'changed': changed,
            'error': {'message': message, 'hint': hint},
        }) %}
    {% endif %}
    {% do exceptions.raise_compiler_error(message ~ ('\n' ~ hint if hint else '')) %}
{% endmacro %}


{# What an adapter's leaf says where it is not built. #}
{% macro _not_built(what) %}
    {% do exceptions.raise_compiler_error(
        'dbt-ghost cannot ' ~ what ~ ' on ' ~ adapter.type() ~ ' yet\n'
        ~ 'it can on dbt-snowflake' ~ ('' if what == 'prove a ghost' else ' and on dbt-duckdb with DuckLake')
    ) %}
{% endmacro %}
