{# An operation that failed half-way lets go of the ghost, so that the next try need not wait for the lease to end. #}
{% macro _let_go(run) %}
    {% do adapter.dispatch('let_go', 'dbt_ghost')(run) %}
{% endmacro %}

{% macro default__let_go(run) %}
{% endmacro %}

{% macro snowflake__let_go(run) %}
    {% set there = dbt_ghost._provenance_of(run.databases.get(run.database, {}).get('comment')) or {} %}
    {% if there.get('lease') and there.lease.holder == dbt_ghost._holder() and there.get('branch') == run.branch %}
        {% do dbt_ghost._write_record(run, dict(there, lease=none)) %}
    {% endif %}
{% endmacro %}


{# Who builds. A CI run keeps its number when its jobs are run again, so that a second try may go on at once. #}
{% macro _holder() %}
    {% for name in ['GITHUB_RUN_ID', 'CI_PIPELINE_ID', 'BITBUCKET_BUILD_NUMBER', 'BUILDKITE_BUILD_ID',
        'CIRCLE_WORKFLOW_ID', 'BUILD_TAG', 'BUILD_BUILDID', 'DBT_CLOUD_RUN_ID'] if env_var(name, '') %}
        {{ return(name ~ '=' ~ env_var(name)) }}
    {% endfor %}
    {{ return(invocation_id) }}
{% endmacro %}


{# {holder, until} of who builds or drops the ghost, or none. The embedded warehouse writes it in two fields. #}
{% macro _lease_of(provenance) %}
    {% if provenance.get('lease') %}
        {{ return(provenance.lease) }}
    {% endif %}
    {% if provenance.get('lease_until') and provenance.get('state') != 'ready' %}
        {{ return({'holder': provenance.get('owner'), 'until': provenance.lease_until}) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}


{# A ghost that somebody builds or drops at this moment is left to them until their lease ends. #}
{% macro _refuse_held(run) %}
    {% set provenance = dbt_ghost._find(run).provenance %}
    {% set lease = provenance.lease if provenance else none %}
    {% if lease and not run.take_over and lease.until > run.session.now and lease.holder != dbt_ghost._holder() %}
        {% do dbt_ghost._refuse(
            run.operation,
            'the ghost of ' ~ run.branch ~ ' is ' ~ provenance.state ~ ': ' ~ lease.holder ~ ' holds it until '
                ~ lease.until,
            'wait for it; if that run is gone, add take_over: true to the arguments'
        ) %}
    {% endif %}
{% endmacro %}
