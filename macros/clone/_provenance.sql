{# The record of a ghost on Snowflake: JSON in the comment of its first database. The comments of its other databases
   name the first one in `of`. #}
{% macro _provenance_of(comment) %}
    {% set provenance = fromjson(comment or '{}', {}) %}
    {% if provenance is not mapping or provenance.get('dbt_ghost') != 1 or provenance.get('project') is not string
        or provenance.get('branch', '') is not string %}
        {{ return(none) }}
    {% endif %}
    {% set lease = provenance.get('lease') %}
    {% if lease and (lease is not mapping or lease.get('holder') is not string or lease.get('until') is not string) %}
        {% do provenance.update(lease={'holder': 'a record that was edited', 'until': '9999'}) %}
    {% endif %}
    {{ return(provenance) }}
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
        'snapshot_at': run.t, 'frozen': part.frozen,
    }, sort_keys=true)) }}
{% endmacro %}


{# Change the record: {result} or {error}. `ready_at` is when the clone had ended: what changes a table later is the branch. #}
{% macro _mark(run, changes) %}
    {% set provenance = dict(run.provenance, **changes) %}
    {% do provenance.update(ready_at=dbt_ghost._by_now(run)) if changes.get('state') == 'ready' %}
    {% set answer = dbt_ghost._write_record(run, provenance) %}
    {% do run.update(provenance=provenance) if not answer.error %}
    {{ return(answer) }}
{% endmacro %}


{# Before the first of several databases goes: half a ghost must not count as ready. #}
{% macro _doom(run) %}
    {% set record = dbt_ghost._provenance_of(run.databases[run.database].comment) %}
    {% set lease = {'holder': dbt_ghost._holder(), 'until': dbt_ghost._later(run.session.now, '1h')} %}
    {{ return(dbt_ghost._write_record(run, dict(record, state='dropping', lease=lease))) }}
{% endmacro %}


{% macro _write_record(run, provenance) %}
    {% set comment = tojson(provenance, sort_keys=true) %}
    {% if run.config.clone.ownership == 'procedure' %}
        {% set statement = dbt_ghost._call_sql(run, 'GHOST_MARK', [run.database, run.branch, comment]) %}
    {% else %}
        {% set statement = 'comment on database ' ~ dbt_ghost._quoted([run.database]) ~ ' is '
            ~ dbt_ghost._text(comment) %}
    {% endif %}
    {% set answer = dbt_ghost._send(run, [statement]) %}
    {% if not answer.error %}
        {% do run.databases.update({run.database: dict(run.databases[run.database], comment=comment)}) %}
    {% endif %}
    {{ return(answer) }}
{% endmacro %}
