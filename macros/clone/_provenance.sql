{# The record of a ghost on Snowflake: JSON in the comment of its first database. The comments of its other databases
   name the first one in `of`. #}
{% macro _provenance_of(comment) %}
    {% set provenance = fromjson(comment or '{}', {}) %}
    {{ return(provenance if provenance is mapping and provenance.get('dbt_ghost') == 1 else none) }}
{% endmacro %}


{% macro _new_provenance(run) %}
    {{ return({
        'dbt_ghost': 1,
        'project': run.project,
        'branch': run.branch,
        'state': 'building',
        'source': run.parts[0].prod,
        'snapshot_at': run.t,
        'created_at': run.session.now,
        'expires_at': dbt_ghost._later(run.session.now, run.config.ttl),
        'by': run.session.user,
        'lease': {'holder': dbt_ghost._holder(), 'until': dbt_ghost._later(run.session.now, '1h')},
    }) }}
{% endmacro %}


{# The comment of one of the ghost's databases. #}
{% macro _comment_of(run, part) %}
    {% if part.ghost == run.database %}
        {{ return(tojson(run.provenance, sort_keys=true)) }}
    {% endif %}
    {{ return(tojson({
        'dbt_ghost': 1, 'project': run.project, 'branch': run.branch, 'of': run.database, 'source': part.prod,
        'snapshot_at': run.t,
    }, sort_keys=true)) }}
{% endmacro %}


{# Who builds. A CI run keeps its number when its jobs are run again, so that a second try may go on at once. #}
{% macro _holder() %}
    {% for name in ['GITHUB_RUN_ID', 'CI_PIPELINE_ID', 'BITBUCKET_BUILD_NUMBER', 'BUILDKITE_BUILD_ID',
        'CIRCLE_WORKFLOW_ID', 'BUILD_TAG', 'BUILD_BUILDID', 'DBT_CLOUD_RUN_ID'] if env_var(name, '') %}
        {{ return(name ~ '=' ~ env_var(name)) }}
    {% endfor %}
    {{ return(invocation_id) }}
{% endmacro %}


{# A ghost that somebody builds or drops at this moment is left to them until their lease ends. #}
{% macro _refuse_held(run) %}
    {% set provenance = dbt_ghost._find(run).provenance %}
    {% set lease = provenance.lease if provenance else none %}
    {% if lease and lease.until > run.session.now and lease.holder != dbt_ghost._holder() and not run.take_over %}
        {% do dbt_ghost._refuse(
            run.operation,
            'the ghost of ' ~ run.branch ~ ' is ' ~ provenance.state ~ ': ' ~ lease.holder ~ ' holds it until '
                ~ lease.until,
            'wait for it; if that run is gone, add take_over: true to the arguments'
        ) %}
    {% endif %}
{% endmacro %}


{# T for all databases: now, `clone: at`, or when the templates were made, which must then be one time. #}
{% macro _t_of(run, parts) %}
    {% if run.config.clone.ownership != 'template' %}
        {{ return(run.session.t) }}
    {% endif %}
    {% set times = [] %}
    {% for part in parts %}
        {% set made = dbt_ghost._provenance_of(run.databases[part.source].comment) or {} %}
        {% do times.append(made.get('snapshot_at') or part.source ~ ': unknown') %}
    {% endfor %}
    {% if times | unique | list | length != 1 or 'unknown' in times[0] or run.config.clone.at %}
        {% do dbt_ghost._refuse(
            run.operation,
            'the templates are not of one known time: ' ~ times | join(', ')
                ~ (' (and `clone: at` cannot reach behind a template)' if run.config.clone.at else ''),
            'let the admin\'s task GHOST_TEMPLATES make them anew'
        ) %}
    {% endif %}
    {{ return(times[0]) }}
{% endmacro %}


{# `when` (as Snowflake wrote it in the look) and a duration such as 3d, in the same form. #}
{% macro _later(when, duration) %}
    {% set units = {'m': 60, 'h': 3600, 'd': 86400, 'w': 604800} %}
    {% set seconds = duration[:-1] | int * units[duration[-1]] %}
    {% set moment = modules.datetime.datetime.fromisoformat(when) + modules.datetime.timedelta(seconds=seconds) %}
    {{ return(moment.isoformat(timespec='milliseconds')) }}
{% endmacro %}
