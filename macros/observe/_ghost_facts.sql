{# What a status says of one ghost. `expired` is none where nobody knows. #}
{% macro _ghost_facts(run, provenance) %}
    {% set database = dbt_ghost._database_name(run.project, provenance.branch) %}
    {% set now, created = dbt_ghost._now(run), dbt_ghost._moment(provenance.get('created_at')) %}
    {% set expires = dbt_ghost._moment(provenance.get('expires_at')) %}
    {{ return(dict(
        branch=provenance.branch,
        database=database,
        databases=dbt_ghost._ghost_databases(run, provenance.branch, database) | list or [database],
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
