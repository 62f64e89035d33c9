{# Who asks and which databases there are at this moment: {session, databases: {name: row}}, or {error, code}. #}
{% macro _look(run) %}
    {% set look = dbt_ghost._ask_caught(run, dbt_ghost._look_sql(run)) %}
    {% if look.error %}
        {{ return(look) }}
    {% endif %}
    {% set databases = {} %}
    {% for answer in look.answers if answer.name %}
        {% do databases.update({answer.name: answer}) %}
    {% endfor %}
    {% set session = dict(look.answers[0], told_at=modules.datetime.datetime.now(modules.pytz.utc)) %}
    {{ return({'session': session, 'databases': databases}) }}
{% endmacro %}


{# One row of JSON for each database that is configured, or has the ghost's name before `_`; one row where there is
   none. Read from the information schema: SHOW ... LIKE takes `_` for any character, and says nothing of the session. #}
{% macro _look_sql(run) %}
    {% set names = [] %}
    {% for database in run.config.databases + run.config.clone.templates.values() | list %}
        {% do names.append(dbt_ghost._text(database | upper)) %}
    {% endfor %}
    {% set format = '\'YYYY-MM-DD"T"HH24:MI:SS.FF3"+00:00"\'' %}
    {% set at = run.config.clone.at if run.operation == 'ghost_clone' else none %}
    {% set at = dbt_ghost._text(at) ~ '::timestamp_tz' if at else 'current_timestamp()' %}
    {% set first = dbt_ghost._quoted([run.config.databases[0] | upper]) %}
    {% set prefix = run.database or dbt_ghost._ghost_prefix(run.project) %}
    {{ return(
        'select object_construct('
        ~ '\'user\', current_user(), \'role\', current_role(), \'secondary_roles\', current_secondary_roles(), '
        ~ '\'now\', to_char(convert_timezone(\'UTC\', current_timestamp()), ' ~ format ~ '), '
        ~ '\'t\', to_char(convert_timezone(\'UTC\', ' ~ at ~ '), ' ~ format ~ '), '
        ~ '\'name\', d.database_name, \'owner\', d.database_owner, \'type\', d.type, \'comment\', d.comment) '
        ~ 'as answer\n'
        ~ 'from (select 1 as one) as session\n'
        ~ 'left join ' ~ first ~ '.information_schema.databases as d\n'
        ~ '    on d.database_name in (' ~ names | join(', ') ~ ')\n'
        ~ '    or startswith(d.database_name, ' ~ dbt_ghost._text(prefix) ~ ')'
    ) }}
{% endmacro %}
