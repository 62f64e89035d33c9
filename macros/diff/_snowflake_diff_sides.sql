{# Production as it is, the ghost, and the frozen clone if the ghost was made with one: dbt replaces tables, so Time Travel does
   not lead back to T. #}
{% macro snowflake__diff_sides(run, ghost) %}
    {% set sides, ghosts = [], dbt_ghost._ghost_databases(run, run.branch, run.database) %}
    {% for part in dbt_ghost._parts(run) if not part.frozen %}
        {% set missing = part.prod if part.prod not in run.databases else part.ghost if part.ghost not in ghosts else '' %}
        {% do dbt_ghost._refuse(
            run.operation, 'the role ' ~ run.session.role ~ ' sees no database ' ~ missing,
            'if it is new among vars: ghost: databases, ghost_drop and ghost_clone make the ghost anew; else an admin runs what'
                ~ ' ghost_setup_sql prints'
        ) if missing %}
        {% set frozen = ghosts.get(part.ghost ~ '__BASE', {}) %}
        {% set is_base = frozen.get('frozen') and frozen.get('snapshot_at') == ghost.snapshot_at %}
        {% do sides.append({
            'database': part.prod, 'prod': part.prod, 'ghost': part.ghost,
            'base': part.ghost ~ '__BASE' if is_base else none, 'touched': {'prod': none, 'ghost': none},
            'no_base_of_views': "whose that is, is not known: the frozen clone's view reads production as it is now" if is_base else '',
            'unseen': 'or the role ' ~ run.session.role ~ ' may not see it in production',
            'note': '' if is_base else 'there is no frozen clone of T: whose a difference is, is known only where one side did'
                ~ ' not change the table since; clone: {frozen_base: true} keeps one from the next ghost_clone on',
        }) %}
    {% endfor %}
    {% do dbt_ghost._fill_touched(run, sides, ghost.snapshot_at, ghost.get('ready_at') or ghost.snapshot_at) %}
    {{ return(sides) }}
{% endmacro %}


{# What changed since T, in one statement. Where it fails nobody knows. #}
{% macro _fill_touched(run, sides, t, ready_at) %}
    {% set asked, statements = [], [] %}
    {% for side in sides %}
        {% do asked.extend([[side, 'prod'], [side, 'ghost']]) %}
        {% do statements.extend([
            dbt_ghost._touched_sql(side.prod, t, dbt_ghost._an_hour_before(t), of_prod=true),
            dbt_ghost._touched_sql(side.ghost, ready_at, dbt_ghost._time_sql(ready_at)),
        ]) %}
    {% endfor %}
    {% for answer in dbt_ghost._ask_all(run, statements) %}
        {% set side, which = asked[loop.index0] %}
        {% set changed = {} %}
        {% for row in answer.answers or [] %}
            {% do changed.update({dbt_ghost._pair_name(row.schema, row.table): row.at}) %}
        {% endfor %}
        {% do side.touched.update({which: changed}) if not answer.error %}
    {% endfor %}
{% endmacro %}


{# Tables that may have changed after `since`. LAST_ALTERED is when a statement began, not when it was committed; it says nothing
   reliable of tables that Snowflake itself fills; and a schema or a database that changed may have been swapped for another. #}
{% macro _touched_sql(database, t, since, of_prod=false) %}
    {% set catalog = dbt_ghost._quoted([database]) ~ '.information_schema' %}
    {% set plain = "t.table_type = 'BASE TABLE' and t.is_dynamic = 'NO' and t.is_iceberg = 'NO' and t.is_hybrid = 'NO'" %}
    {% set t_sql = dbt_ghost._time_sql(t) %}
    {{ return(
        'select ' ~ dbt_ghost._object_sql({
            'schema': 't.table_schema', 'table': 't.table_name', 'at': 'case when ' ~ plain ~ ' and t.last_altered > ' ~ t_sql
                ~ " then to_char(convert_timezone('UTC', t.last_altered), 'YYYY-MM-DD" ~ '"T"HH24:MI:SS.FF6"+00:00"' ~ "') end",
        }) ~ ' as answer\nfrom ' ~ catalog ~ '.tables as t'
        ~ ('\nleft join ' ~ catalog ~ '.schemata as s on s.schema_name = t.table_schema'
            ~ '\nleft join ' ~ catalog ~ '.databases as d on d.database_name = t.table_catalog' if of_prod else '')
        ~ "\nwhere t.table_schema <> 'INFORMATION_SCHEMA' and (not (" ~ plain ~ ')\n    or coalesce(t.last_altered > ' ~ since
        ~ ', true)' ~ ('\n    or coalesce(s.last_altered > ' ~ t_sql ~ ', true) or coalesce(d.last_altered > ' ~ t_sql ~ ', true)'
            if of_prod else '') ~ ')'
    ) }}
{% endmacro %}


{% macro _time_sql(when) %}
    {{ return(dbt_ghost._text(when) ~ '::timestamp_tz') }}
{% endmacro %}


{% macro _an_hour_before(when) %}
    {{ return(dbt_ghost._time_sql((dbt_ghost._moment(when) - modules.datetime.timedelta(hours=1)).isoformat(timespec='milliseconds'))) }}
{% endmacro %}
