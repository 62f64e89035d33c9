{# Load into the clone what the ghost's ingestion wrote: each file once, a changed one in place of its old rows. #}
{% macro ghost_feed(branch=none, dry_run=false) %}
    {% set run = dbt_ghost._start('ghost_feed', branch, dry_run) %}
    {% set ghost = dbt_ghost._find(run).provenance %}
    {% if not ghost or ghost.state != 'ready' %}
        {% do dbt_ghost._refuse(
            run.operation,
            'there is no ghost of ' ~ run.branch ~ (' yet: it is ' ~ ghost.state if ghost else ''),
            'dbt run-operation ghost_clone --target ' ~ target.name ~ ' --args \'{branch: ' ~ run.branch ~ '}\''
        ) %}
    {% endif %}
    {% if not run.config.feed %}
        {% do dbt_ghost._refuse(
            run.operation, 'vars: ghost: feed: is empty, so there is nothing to load from',
            'feed: [{bucket: prod-bucket, prefix: flights/, table: raw.flights, key: [_file]}]'
        ) %}
    {% endif %}

    {% set plan = dbt_ghost._feed_plan(run) %}
    {% set answers = dbt_ghost._carry_out(run, plan) %}

    {% set files = plan | selectattr('file') | map(attribute='file') | list %}
    {% set count = files | length ~ ' file' ~ ('' if files | length == 1 else 's') %}
    {% if not files %}
        {% set message = 'nothing to load: the ghost has every file of its buckets' %}
    {% elif dry_run %}
        {% set message = 'dry run: ' ~ count ~ ' to load, nothing was changed' %}
    {% else %}
        {% set message = count ~ ' loaded, ' ~ answers | map(attribute='rows') | sum ~ ' rows' %}
    {% endif %}
    {% do dbt_ghost._done(run, message, changed=files | length > 0 and not dry_run, more={
        'files': files,
        'rows': answers | map(attribute='rows') | sum,
        'added_columns': plan | sum(attribute='added', start=[]),
        'plan': plan | map(attribute='text') | list,
    }) %}
{% endmacro %}


{# Leaf: one action for each file that the ghost does not have yet. #}
{% macro _feed_plan(run) %}
    {{ return(adapter.dispatch('feed_plan', 'dbt_ghost')(run)) }}
{% endmacro %}

{% macro default__feed_plan(run) %}
    {% do dbt_ghost._not_built('feed a ghost') %}
{% endmacro %}

{% macro duckdb__feed_plan(run) %}
    {% set plan, types, loads = [], {}, {} %}
    {% for feed in run.config.feed %}
        {% set feed = dbt_ghost._checked_feed(run, feed) %}
        {% for action in dbt_ghost._embedded_feed(run, feed, types.setdefault(feed.table | string, {})) %}
            {% set place = feed.table ~ ' ' ~ action.file %}
            {% if loads.get(place, feed.bucket) != feed.bucket %}
                {% do dbt_ghost._refuse(
                    run.operation, 'the buckets ' ~ loads[place] ~ ' and ' ~ feed.bucket ~ ' both have ' ~ action.file
                        ~ ' for ' ~ feed.table ~ ': the one would replace the rows of the other',
                    'feed them into two tables, or narrow `prefix`'
                ) %}
            {% endif %}
            {% do plan.append(action) if place not in loads %}
            {% do loads.update({place: feed.bucket}) %}
        {% endfor %}
    {% endfor %}
    {{ return(plan) }}
{% endmacro %}
