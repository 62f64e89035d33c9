{# Leaf: carry out one action. Returns {result} or {error: {message, hint}}. #}
{% macro _perform(run, action) %}
    {{ return(adapter.dispatch('perform', 'dbt_ghost')(run, action)) }}
{% endmacro %}

{% macro default__perform(run, action) %}
    {% do dbt_ghost._not_built('carry out ' ~ run.operation) %}
{% endmacro %}

{% macro duckdb__perform(run, action) %}
    {{ return(dbt_ghost._ask_plugin(run, action.op, action.get('arguments', {}))) }}
{% endmacro %}

{% macro snowflake__perform(run, action) %}
    {% if action.op == 'create' %}
        {{ return(dbt_ghost._perform_creation(run, action.part)) }}
    {% elif action.op == 'repoint' %}
        {{ return(dbt_ghost._perform_repoint(run, action.part)) }}
    {% elif action.op == 'compare' %}
        {{ return(dbt_ghost._perform_comparison(run, action.part)) }}
    {% elif action.op == 'drop' %}
        {{ return(dbt_ghost._perform_drop(run, action.database)) }}
    {% elif action.op == 'doom' %}
        {{ return(dbt_ghost._doom(run)) }}
    {% elif action.op == 'mark' %}
        {% set moved = dbt_ghost._moved_templates(run) if action.changes.get('state') == 'ready' else none %}
        {{ return(moved or dbt_ghost._mark(run, action.changes)) }}
    {% endif %}
    {{ return(dbt_ghost._send(run, action.statements)) }}
{% endmacro %}
