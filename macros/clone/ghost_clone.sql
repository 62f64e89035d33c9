{# Clone the production databases for a branch; keep the clone there is, unless it is to be refreshed. #}
{% macro ghost_clone(branch=none, dry_run=false, refresh=false, take_over=false) %}
    {% do dbt_ghost._checked_switch('ghost_clone', 'refresh', refresh) %}
    {% do dbt_ghost._checked_switch('ghost_clone', 'take_over', take_over) %}
    {% set run = dbt_ghost._start('ghost_clone', branch, dry_run) %}
    {% do run.update(take_over=take_over) %}
    {% set found = dbt_ghost._find(run) %}
    {% set before = found.provenance %}
    {% set there = before and before.state == 'ready' and not refresh %}

    {% if there %}
        {% do dbt_ghost._refuse_misfit(run) %}
        {% set plan = dbt_ghost._renew_plan(run) %}
    {% elif refresh and before %}
        {% set plan = dbt_ghost._refresh_plan(run, found) %}
    {% else %}
        {% set plan = dbt_ghost._clone_plan(run) %}
    {% endif %}
    {% do dbt_ghost._carry_out(run, plan) %}
    {% if refresh and run.config.feed %}
        {% set plan = plan + dbt_ghost._feed_again(run) %}
    {% endif %}

    {% set ghost = before if dry_run else dbt_ghost._find(run).provenance %}
    {% if there %}
        {% set message = 'nothing to clone: the ghost of ' ~ run.branch ~ ' is there, as of ' ~ before.snapshot_at %}
    {% elif dry_run %}
        {% set message = 'dry run: nothing was changed' %}
    {% else %}
        {% set message = 'the ghost of ' ~ run.branch ~ ' is ready, as of ' ~ ghost.snapshot_at %}
    {% endif %}
    {% do dbt_ghost._done(
        run, message, changed=not there and not dry_run,
        more=dict(plan=plan | map(attribute='text') | list, **dict(run.report or {}, **dbt_ghost._facts(ghost)))
    ) %}
{% endmacro %}


{# Leaf: the actions that make a ghost anew under the same name. Never a swap: text inside the clone would then name the one
   that it was. #}
{% macro _refresh_plan(run, found) %}
    {{ return(adapter.dispatch('refresh_plan', 'dbt_ghost')(run, found)) }}
{% endmacro %}

{% macro default__refresh_plan(run, found) %}
    {{ return(dbt_ghost._drop_plan(run, found) + dbt_ghost._clone_plan(run)) }}
{% endmacro %}

{# Its plan of a clone drops what is there. #}
{% macro snowflake__refresh_plan(run, found) %}
    {{ return(dbt_ghost._clone_plan(run)) }}
{% endmacro %}


{# What is to be loaded depends on the new clone, so a dry run can only say that it would be. #}
{% macro _feed_again(run) %}
    {% if run.dry_run %}
        {% do log('would feed it again', info=true) %}
        {{ return([{'text': 'feed it again'}]) }}
    {% endif %}
    {% set plan = dbt_ghost._feed_plan(run) %}
    {% do dbt_ghost._carry_out(run, plan) %}
    {{ return(plan) }}
{% endmacro %}
