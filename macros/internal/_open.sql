{# Before anything else: who asks, on which account, and which databases there are. One look serves the operation. #}
{% macro _open(run) %}
    {% do adapter.dispatch('open', 'dbt_ghost')(run) %}
{% endmacro %}

{% macro default__open(run) %}
{% endmacro %}

{% macro snowflake__open(run) %}
    {% set role = run.config.role | default('', true) | upper %}
    {% if not role or role in ['ACCOUNTADMIN', 'SYSADMIN', 'SECURITYADMIN', 'USERADMIN', 'ORGADMIN'] %}
        {% do dbt_ghost._refuse(
            run.operation,
            'vars: ghost: role ' ~ ('must not be ' ~ role if role else 'is not set') ~ ': on Snowflake ghosts belong'
                ~ ' to a restricted role',
            'role: GHOST_DEV; dbt run-operation ghost_setup_sql prints what makes it'
        ) %}
    {% endif %}
    {% do dbt_ghost._ask(run, dbt_ghost._query_tag_sql(run)) %}
    {% set databases = {} %}
    {% set look = dbt_ghost._ask_caught(run, dbt_ghost._look_sql(run)) %}
    {% do dbt_ghost._refuse(run.operation, look.error, dbt_ghost._hint_for(run, look.code)) if look.error %}
    {% for answer in look.answers if answer.name %}
        {% do databases.update({answer.name: answer}) %}
    {% endfor %}
    {% do run.update(session=look.answers[0], databases=databases) %}
    {% do dbt_ghost._refuse_wrong_role(run, role) %}
    {% do dbt_ghost._find_unseen(run) if run.config.clone.ownership == 'procedure' %}
{% endmacro %}


{# A clone whose making was interrupted may not be visible yet to the ghosts' role; its owner sees it. Not asked where the
   ghost is ready and stays. #}
{% macro _find_unseen(run) %}
    {% set there = dbt_ghost._provenance_of(run.databases.get(run.database, {}).get('comment')) or {} %}
    {% if there.get('state') != 'ready' or run.operation in ['ghost_drop', 'ghost_gc'] %}
        {% set prefix = run.database or 'GHOST_' ~ run.project | upper ~ '_' %}
        {% set found = dbt_ghost._call_caught(run, dbt_ghost._call_sql(run, 'GHOST_FIND', [prefix])) %}
        {% do dbt_ghost._refuse(run.operation, found.error, dbt_ghost._hint_for(run, found.code)) if found.error %}
        {% do run.cost.update(in_procedures=run.cost.in_procedures + 1) %}
        {% for name, comment in found.answers.items() if name not in run.databases %}
            {% do run.databases.update({name: {'name': name, 'type': 'STANDARD', 'comment': comment}}) %}
        {% endfor %}
    {% endif %}
{% endmacro %}


{# Secondary roles add what they may do to the ghost's role (F 8.9), so nothing is changed while they are active. #}
{% macro _refuse_wrong_role(run, role) %}
    {% if run.session.role != role %}
        {% do dbt_ghost._refuse(
            run.operation,
            'the session runs as ' ~ run.session.role ~ ', and vars: ghost: role is ' ~ role,
            'set `role: ' ~ role ~ '` in the target ' ~ target.name ~ ' of profiles.yml'
        ) %}
    {% endif %}
    {% set secondary = fromjson(run.session.secondary_roles or '{}').get('roles') %}
    {% if secondary and run.operation not in ['ghost_status', 'ghost_prove'] %}
        {% do dbt_ghost._refuse(
            run.operation,
            'secondary roles are active (' ~ secondary ~ '): the session may do more than ' ~ role,
            'alter user ' ~ run.session.user ~ ' set default_secondary_roles = ();'
        ) %}
    {% endif %}
{% endmacro %}


{# Every statement of the operation carries it; `ghost_status` adds up the credits by it. #}
{% macro _query_tag_sql(run) %}
    {% set tag = {'dbt_ghost': {'project': run.project, 'branch': run.branch, 'operation': run.operation}} %}
    {{ return('alter session set query_tag = ' ~ dbt_ghost._text(tojson(tag, sort_keys=true))) }}
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
    {% set prefix = run.database or 'GHOST_' ~ run.project | upper ~ '_' %}
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
