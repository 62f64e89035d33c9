{# What a status says of one ghost. `expired` is none where nobody knows. #}
{% macro _ghost_facts(run, provenance) %}
    {% set database = dbt_ghost._database_name(run.project, provenance.branch) %}
    {% set now, created = dbt_ghost._now(run), dbt_ghost._moment(provenance.get('created_at')) %}
    {% set expires = dbt_ghost._moment(provenance.get('expires_at')) %}
    {{ return(dict(
        branch=provenance.branch,
        database=database,
        databases=dbt_ghost._databases_of(run, provenance.branch, database),
        source=provenance.get('source'),
        owner=(run.get('databases') or {}).get(database, {}).get('owner'),
        by=provenance.get('by'),
        lease=dbt_ghost._lease_of(provenance),
        pinned=provenance.get('pinned') is true,
        age_hours=((now - created).total_seconds() / 3600) | round(1) if created else none,
        expired=expires < now if expires else none,
        **dbt_ghost._facts(provenance)
    )) }}
{% endmacro %}


{# The ghost's databases that are there, the first one first. #}
{% macro _databases_of(run, branch, first) %}
    {% set names = [first] %}
    {% for name, database in (run.get('databases') or {}).items() | sort if name.startswith(first ~ '_') %}
        {% set provenance = dbt_ghost._provenance_of(database.comment) or {} %}
        {% do names.append(name) if provenance.get('project') == run.project and provenance.get('branch') == branch %}
    {% endfor %}
    {{ return(names) }}
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


{% macro _ghost_line(ghost) %}
    {% set said = [
        ghost.state or 'of unknown state', 'as of ' ~ (ghost.t.at if ghost.t else '?'),
        'until ' ~ (ghost.expires_at or '?') ~ (' (expired)' if ghost.expired else '')
    ] %}
    {% do said.append(ghost.age_hours ~ ' hours old') if ghost.age_hours is not none %}
    {% do said.append('by ' ~ ghost.by) if ghost.by %}
    {% do said.append('held by ' ~ ghost.lease.holder ~ ' until ' ~ ghost.lease.until) if ghost.lease %}
    {% if 'size_bytes' in ghost %}
        {% set size = ghost.size_bytes | filesizeformat if ghost.size_bytes is not none else 'unknown bytes' %}
        {% do said.append(size ~ ' of its own') %}
        {% do said.append((ghost.credits | round(3) if ghost.credits is not none else 'unknown') ~ ' credits') %}
    {% endif %}
    {{ return(ghost.branch ~ ': ' ~ said | join(', ')) }}
{% endmacro %}


{# The warehouse's clock where it was asked, else this machine's. #}
{% macro _now(run) %}
    {{ return(dbt_ghost._moment(run.session.now) if run.get('session') else run_started_at) }}
{% endmacro %}


{# A time as a record has it, or none for what is no time. #}
{% macro _moment(text) %}
    {% set written = (text or '') | string | replace('Z', '+00:00') | replace(' ', 'T') %}
    {% set pattern = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{3}|\\.\\d{6})?[+-]\\d\\d:\\d\\d' %}
    {% if not modules.re.fullmatch(pattern, written) %}
        {{ return(none) }}
    {% endif %}
    {{ return(modules.datetime.datetime.fromisoformat(written)) }}
{% endmacro %}
