{# Leaf: adds `size_bytes` and `credits` to the ghosts where the warehouse tells them, none for what is not known.
   Returns notes: how old the figures are, what they leave out, and why one is missing. #}
{% macro _add_costs(run, ghosts) %}
    {{ return(adapter.dispatch('add_costs', 'dbt_ghost')(run, ghosts)) }}
{% endmacro %}

{% macro default__add_costs(run, ghosts) %}
    {{ return([]) }}
{% endmacro %}

{% macro snowflake__add_costs(run, ghosts) %}
    {% set size = dbt_ghost._ask_caught(run, dbt_ghost._sizes_sql(ghosts)) %}
    {% set credits = dbt_ghost._ask_caught(run, dbt_ghost._credits_sql(run, ghosts)) %}
    {% set bytes, spent = {}, {} %}
    {% for row in size.answers or [] %}
        {% do bytes.update({row.database: row.bytes | int}) %}
    {% endfor %}
    {% for row in credits.answers or [] %}
        {% do spent.update({row.branch: row.credits | float}) %}
    {% endfor %}
    {% for ghost in ghosts %}
        {% set known = [] %}
        {% for name in ghost.databases if name in bytes %}
            {% do known.append(bytes[name]) %}
        {% endfor %}
        {% set whole = known | length == ghost.databases | length %}
        {% do ghost.update(size_bytes=known | sum if whole else none, credits=spent.get(ghost.branch)) %}
    {% endfor %}
    {{ return([
        dbt_ghost._cost_note('size', size, 'bytes that only the ghost has; up to 90 minutes old, no hybrid tables'),
        dbt_ghost._cost_note('credits', credits, 'of the queries that carry the branch in their tag; up to 8 hours old,'
            ~ ' without idle time, cloud services, serverless features, storage, adaptive warehouses, and queries'
            ~ ' under 100 ms'),
    ]) }}
{% endmacro %}


{% macro _cost_note(figure, answer, meaning) %}
    {% if answer.error %}
        {{ return(
            figure ~ ': unknown: ' ~ answer.error | replace('\n', ' ')
            ~ ' (what lets the role read it: grant database role snowflake.usage_viewer to role ' ~ target.role ~ ')'
        ) }}
    {% endif %}
    {{ return(figure ~ ': ' ~ meaning ~ '; unknown until Snowflake has written it') }}
{% endmacro %}


{# What the ghosts' tables own (F 8.12); not what an earlier ghost of the same name left behind. #}
{% macro _sizes_sql(ghosts) %}
    {% set names = [] %}
    {% for ghost in ghosts %}
        {% for name in ghost.databases %}
            {% do names.append(dbt_ghost._text(name)) %}
        {% endfor %}
    {% endfor %}
    {{ return(
        'select object_construct(\'database\', table_catalog, \'bytes\','
        ~ ' sum(active_bytes + time_travel_bytes + failsafe_bytes)) as answer\n'
        ~ 'from snowflake.account_usage.table_storage_metrics\n'
        ~ 'where table_catalog in (' ~ names | join(', ') ~ ') and catalog_dropped is null\ngroup by table_catalog'
    ) }}
{% endmacro %}


{# Since each ghost was made (F 8.11). #}
{% macro _credits_sql(run, ghosts) %}
    {% set theirs = [] %}
    {% for ghost in ghosts %}
        {% set since = ' and start_time >= ' ~ dbt_ghost._text(ghost.created_at) ~ '::timestamp_tz' %}
        {% do theirs.append('branch = ' ~ dbt_ghost._text(ghost.branch) ~ (since if ghost.created_at else '')) %}
    {% endfor %}
    {{ return(
        'select object_construct(\'branch\', branch, \'credits\', sum(credits)) as answer\nfrom (\n'
        ~ '    select try_parse_json(query_tag):dbt_ghost:project::varchar as project,\n'
        ~ '        try_parse_json(query_tag):dbt_ghost:branch::varchar as branch,\n'
        ~ '        start_time, credits_attributed_compute as credits\n'
        ~ '    from snowflake.account_usage.query_attribution_history\n) as queries\n'
        ~ 'where project = ' ~ dbt_ghost._text(run.project) ~ ' and (' ~ theirs | join(' or ') ~ ')\ngroup by branch'
    ) }}
{% endmacro %}
