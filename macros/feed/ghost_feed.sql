{# Bring into the clone what the ghost's ingestion writes: loaded here, or by what is connected here. #}
{% macro ghost_feed(branch=none, dry_run=false) %}
    {% set run = dbt_ghost._start('ghost_feed', branch, dry_run) %}
    {% set ghost = dbt_ghost._ready_ghost(run) %}
    {% set loaders = dbt_ghost._loaders(run) %}
    {% if not run.config.feed and not loaders %}
        {% do dbt_ghost._refuse(
            run.operation, 'vars: ghost: feed: is empty, so there is nothing to load from',
            'feed: [{bucket: prod-bucket, prefix: flights/, table: raw.flights, key: [_file]}]'
        ) %}
    {% endif %}
    {% do run.update(provenance=ghost) %}

    {% set plan = dbt_ghost._feed_plan(run) %}
    {% set answers = dbt_ghost._carry_out(run, plan) %}
    {% for loader in loaders %}
        {% do log('the step ' ~ loader.step ~ ' loads ' ~ loader.database ~ ' itself: ghost-ingest gives its fork that'
            ~ ' database, and a credential of its own', info=true) %}
    {% endfor %}

    {% set outcome = dbt_ghost._feed_outcome(run, plan, answers) %}
    {% do dbt_ghost._done(run, outcome.message, changed=outcome.changed and not dry_run, more=dict({
        'files': [], 'rows': 0, 'added_columns': [], 'loaders': loaders, 'plan': plan | map(attribute='text') | list
    }, **outcome.more)) %}
{% endmacro %}


{# Leaf: the actions that load files, or connect what will load them. #}
{% macro _feed_plan(run) %}
    {% set feeds = [] %}
    {% for feed in run.config.feed %}
        {% do feeds.append(dbt_ghost._checked_feed(run, feed)) %}
    {% endfor %}
    {{ return(adapter.dispatch('feed_plan', 'dbt_ghost')(run, feeds)) }}
{% endmacro %}

{% macro default__feed_plan(run, feeds) %}
    {% do dbt_ghost._not_built('feed a ghost') %}
{% endmacro %}


{# Leaf: what the plan came to, {message, changed, more}; `more` goes into the result. #}
{% macro _feed_outcome(run, plan, answers) %}
    {{ return(adapter.dispatch('feed_outcome', 'dbt_ghost')(run, plan, answers)) }}
{% endmacro %}

{% macro default__feed_outcome(run, plan, answers) %}
    {% do dbt_ghost._not_built('feed a ghost') %}
{% endmacro %}
