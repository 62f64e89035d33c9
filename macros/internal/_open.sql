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
    {% set look = dbt_ghost._look(run) %}
    {% do dbt_ghost._refuse(run.operation, look.error, dbt_ghost._hint_for(run, look.code)) if look.error %}
    {% do run.update(session=look.session, databases=look.databases) %}
    {% do dbt_ghost._refuse_wrong_role(run, role) %}
    {% do dbt_ghost._find_unseen(run) if run.config.clone.ownership == 'procedure' %}
{% endmacro %}


{# A clone whose making was interrupted may not be visible yet to the ghosts' role; its owner sees it. Not asked where the
   ghost is ready and stays. #}
{% macro _find_unseen(run) %}
    {% set there = dbt_ghost._provenance_of(run.databases.get(run.database, {}).get('comment')) or {} %}
    {% if there.get('state') != 'ready' or run.operation in ['ghost_drop', 'ghost_gc'] %}
        {% set prefix = run.database or dbt_ghost._ghost_prefix(run.project) %}
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
