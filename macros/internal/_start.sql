{# How every operation begins: its settings, its branch and its names, or one clear error. #}
{% macro _start(operation, branch, dry_run=false) %}
    {% set config = dbt_ghost._config(operation) %}
    {% do dbt_ghost._checked_switch(operation, 'dry_run', dry_run) %}
    {% if target.name != config.target %}
        {% do dbt_ghost._refuse(
            operation,
            operation ~ ' runs on the target ' ~ config.target ~ ', not on ' ~ target.name,
            'dbt run-operation ' ~ operation ~ ' --target ' ~ config.target
        ) %}
    {% endif %}
    {% set all_ghosts = operation == 'ghost_gc'
        or operation == 'ghost_status' and not dbt_ghost._named_branch(operation, branch).name %}
    {% set name = none if all_ghosts else dbt_ghost._branch(operation, branch, config.protected) %}
    {% set run = dict(
        operation=operation,
        dry_run=dry_run,
        config=config,
        project=config.project,
        branch=name,
        database=dbt_ghost._database_name(config.project, name) if name else none,
        cost={'statements': 0, 'in_procedures': 0, 'round_trips': 0},
        report={},
        take_over=false,
        provenance=none
    ) %}
    {% do dbt_ghost._open(run) %}
    {{ return(run) }}
{% endmacro %}


{# `"false"` in quotes is text, and text counts as true. #}
{% macro _checked_switch(operation, name, value) %}
    {% if value is not boolean %}
        {% do dbt_ghost._refuse(
            operation, name ~ ' must be true or false, not ' ~ value, 'write ' ~ name ~ ': true, without quotes'
        ) %}
    {% endif %}
{% endmacro %}
