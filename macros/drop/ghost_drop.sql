{# Remove a branch's clone with all that is in it. Production is not looked at. #}
{% macro ghost_drop(branch=none, dry_run=false, take_over=false) %}
    {% do dbt_ghost._checked_switch('ghost_drop', 'take_over', take_over) %}
    {% set run = dbt_ghost._start('ghost_drop', branch, dry_run) %}
    {% do run.update(take_over=take_over) %}
    {% set found = dbt_ghost._find(run) %}

    {% set plan = dbt_ghost._drop_plan(run, found) %}
    {% do dbt_ghost._carry_out(run, plan) %}

    {% if not plan %}
        {% set message = 'nothing to drop: there is no ghost of ' ~ run.branch %}
    {% elif dry_run %}
        {% set message = 'dry run: nothing was changed' %}
    {% else %}
        {% set message = 'the ghost of ' ~ run.branch ~ ' is gone' %}
    {% endif %}
    {% do dbt_ghost._done(
        run, message, changed=plan | length > 0 and not dry_run, more={'plan': plan | map(attribute='text') | list}
    ) %}
{% endmacro %}


{# Leaf: the actions that remove what was found. #}
{% macro _drop_plan(run, found) %}
    {{ return(adapter.dispatch('drop_plan', 'dbt_ghost')(run, found)) }}
{% endmacro %}

{% macro default__drop_plan(run, found) %}
    {% do dbt_ghost._not_built('drop') %}
{% endmacro %}

{# Without a ghost too: an interrupted beginning may have left an empty folder. #}
{% macro duckdb__drop_plan(run, found) %}
    {{ return([{'op': 'drop', 'text': 'remove ' ~ found.where}] if found.exists or found.leftover else []) }}
{% endmacro %}
