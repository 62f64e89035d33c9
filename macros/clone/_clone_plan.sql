{# Leaf: the actions that make the ghost, `building` first and `ready` last. #}
{% macro _clone_plan(run) %}
    {{ return(adapter.dispatch('clone_plan', 'dbt_ghost')(run)) }}
{% endmacro %}

{% macro default__clone_plan(run) %}
    {% do dbt_ghost._not_built('clone') %}
{% endmacro %}

{% macro duckdb__clone_plan(run) %}
    {% if run.config.databases != [target.database] %}
        {% do dbt_ghost._refuse(
            run.operation,
            'vars: ghost: databases is ' ~ run.config.databases | join(', ') ~ ', and the warehouse has '
                ~ target.database,
            'the embedded warehouse is one database: databases: [' ~ target.database ~ ']'
        ) %}
    {% endif %}
    {% set prod = dbt_ghost._answer_of_plugin(run, 'prod') %}
    {{ return([
        {'op': 'begin', 'text': 'take ' ~ prod.folder ~ ', marked as building'},
        {'op': 'copy', 'text': 'copy the catalog of prod as of snapshot ' ~ prod.snapshot ~ ' (' ~ prod.snapshot_at
            ~ ') and hard-link its data files'},
        {'op': 'ready', 'text': 'mark it as ready'},
    ]) }}
{% endmacro %}


{# Leaf: the action that lets a ghost live for another `ttl`. #}
{% macro _renew_plan(run) %}
    {{ return(adapter.dispatch('renew_plan', 'dbt_ghost')(run)) }}
{% endmacro %}

{% macro default__renew_plan(run) %}
    {% do dbt_ghost._not_built('clone') %}
{% endmacro %}

{% macro duckdb__renew_plan(run) %}
    {{ return([{'op': 'renew', 'text': 'keep the ghost for another ' ~ run.config.ttl}]) }}
{% endmacro %}
