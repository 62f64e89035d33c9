{# Clone the production databases for a branch; keep the clone there is. #}
{% macro ghost_clone(branch=none, dry_run=false) %}
    {% set run = dbt_ghost._start('ghost_clone', branch, dry_run) %}
    {% set before = dbt_ghost._find(run).provenance %}
    {% set there = before and before.state == 'ready' %}

    {% set plan = dbt_ghost._renew_plan(run) if there else dbt_ghost._clone_plan(run) %}
    {% do dbt_ghost._carry_out(run, plan) %}

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
        more=dict(plan=plan | map(attribute='text') | list, **dbt_ghost._facts(ghost))
    ) %}
{% endmacro %}
