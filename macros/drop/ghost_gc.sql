{# Drop the ghosts that three witnesses give up: the record says that we made it, its time has passed, its branch is
   gone. Two of them are a warning. One ghost that cannot be dropped does not keep the others. #}
{% macro ghost_gc(branches=none, pins=[], dry_run=true) %}
    {% set run = dbt_ghost._start('ghost_gc', none, dry_run) %}
    {% set branches = dbt_ghost._checked_branches(run, 'branches', branches) %}
    {% set pins = dbt_ghost._checked_branches(run, 'pins', pins) %}

    {% set kept, doomed = [], [] %}
    {% for provenance in dbt_ghost._list(run) %}
        {% set why = dbt_ghost._why_kept(run, provenance, branches, pins) %}
        {% do log(('warning: ' if why.warn else '') ~ provenance.branch ~ ' is kept: ' ~ why.text, info=true) if why %}
        {% do kept.append({'branch': provenance.branch, 'why': why.text}) if why %}
        {% do doomed.append(provenance) if not why %}
    {% endfor %}
    {% for left in dbt_ghost._leftovers(run) %}
        {% do log('warning: ' ~ left.branch ~ ' is kept: ' ~ left.why, info=true) %}
        {% do kept.append(left) %}
    {% endfor %}

    {% set plan, dropped, failed = [], [], [] %}
    {% for provenance in doomed %}
        {% set error = dbt_ghost._sweep(run, provenance, plan) %}
        {% do failed.append({'branch': provenance.branch, 'why': error}) if error %}
        {% do dropped.append(provenance.branch) if not error %}
    {% endfor %}

    {% set lists = {'dropped': dropped, 'kept': kept, 'failed': failed, 'plan': plan} %}
    {% do dbt_ghost._fail_sweep(run, lists) if failed %}
    {% set count = dropped | length ~ ' ghost' ~ ('' if dropped | length == 1 else 's') %}
    {% if not dropped %}
        {% set message = 'nothing to drop: ' ~ kept | length ~ ' kept' %}
    {% elif dry_run %}
        {% set message = 'dry run: ' ~ count ~ ' to drop, nothing was changed; drop with dry_run: false' %}
    {% else %}
        {% set message = count ~ ' dropped, ' ~ kept | length ~ ' kept' %}
    {% endif %}
    {% do dbt_ghost._done(run, message, changed=dropped | length > 0 and not dry_run, more=lists) %}
{% endmacro %}
