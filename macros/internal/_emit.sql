{# The one machine line, which every operation ends with; docs/reference/ghost_result.schema.json describes it. #}
{% macro _emit(result) %}
    {% do log('GHOST_RESULT ' ~ tojson(dict(ghost_result=1, **result), sort_keys=true), info=true) %}
{% endmacro %}


{# The result of an operation that went well. `more` is what only this operation has to say. #}
{% macro _done(run, message, changed, more={}) %}
    {% do log(message, info=true) %}
    {% do dbt_ghost._emit(dict(
        operation=run.operation,
        ok=true,
        changed=changed,
        dry_run=run.dry_run,
        project=run.project,
        branch=run.branch,
        database=run.database,
        message=message,
        **dict(dbt_ghost._cost(run), **more)
    )) %}
{% endmacro %}


{# What the operation cost a warehouse that charges by the statement; nothing elsewhere. #}
{% macro _cost(run) %}
    {{ return(run.cost if run.cost.statements else {}) }}
{% endmacro %}
