{# Sections of the set-up: (title, [(why, statement)]). Names are made of the role's: GHOST_DEV_READER, _OWNER, _CI, ... #}
{% macro _setup_roles(config) %}
    {% set role = config.role %}
    {% set dev, reader, owner, user = dbt_ghost._names_of(role, ['', '_READER', '_OWNER', '_CI']) %}
    {{ return(['Roles, and the user of CI', [
        ['What branches run as: owns what is in its ghosts, and writes nothing else.', 'create role if not exists ' ~ dev],
        ['May read production. Granted to the two others, so that it is granted once.',
            'create role if not exists ' ~ reader],
        ['Owns the clones and the procedures that make them. Nobody logs in with it.',
            'create role if not exists ' ~ owner],
        ['The clone is as complete as what its maker may read.', 'grant role ' ~ reader ~ ' to role ' ~ owner],
        ['Branches compare with production.', 'grant role ' ~ reader ~ ' to role ' ~ dev],
        ['Admins keep their view of all three.', 'grant role ' ~ owner ~ ' to role sysadmin'],
        ['The same for what ghosts own.', 'grant role ' ~ dev ~ ' to role sysadmin'],
        ['No secondary roles: they would add to what it may do. Give it a key, or the workload identity of your CI.',
            'create user if not exists ' ~ user ~ ' type = service default_role = ' ~ dev
            ~ ' default_secondary_roles = () default_warehouse = ' ~ dbt_ghost._names_of(role, ['_WH'])[0]],
        ['CI runs as the ghosts\' role and nothing else.', 'grant role ' ~ dev ~ ' to user ' ~ user],
    ]]) }}
{% endmacro %}


{% macro _names_of(role, suffixes) %}
    {% set names = [] %}
    {% for suffix in suffixes %}
        {% do names.append(dbt_ghost._quoted([role ~ suffix])) %}
    {% endfor %}
    {{ return(names) }}
{% endmacro %}


{% macro _setup_reading(config) %}
    {% set reader, owner = dbt_ghost._names_of(config.role, ['_READER', '_OWNER']) %}
    {% set lines = [] %}
    {% for database in config.databases %}
        {% set within = ' in database ' ~ dbt_ghost._quoted([database]) ~ ' to role ' %}
        {% do lines.append(['Read ' ~ database ~ ', what is there and what will be.',
            'grant usage on database ' ~ dbt_ghost._quoted([database]) ~ ' to role ' ~ reader]) %}
        {% for privilege, kinds, who in dbt_ghost._readable_kinds(reader, owner) %}
            {% for kind in kinds %}
                {% do lines.append([kind | capitalize ~ ' that are there'
                    ~ ('. With these one could write, so only the maker of clones gets them.' if who == owner else '.'),
                    'grant ' ~ privilege ~ ' on all ' ~ kind ~ within ~ who]) %}
                {% do lines.append([kind | capitalize ~ ' that will be'
                    ~ (', where their schema has no future grants of its own.' if kind == 'tables' else '.'),
                    'grant ' ~ privilege ~ ' on future ' ~ kind ~ within ~ who]) %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
    {{ return(['What ghosts may read of production', lines]) }}
{% endmacro %}


{# (privilege, kinds, role). A procedure runs with its owner's rights, a stage can be unloaded to, a sequence counts on: usage
   of them is more than reading. #}
{% macro _readable_kinds(reader, owner) %}
    {{ return([
        ['usage', ['schemas'], reader],
        ['select', ['tables', 'views', 'materialized views', 'dynamic tables', 'event tables', 'external tables'], reader],
        ['usage', ['file formats', 'functions'], reader],
        ['usage', ['sequences', 'stages', 'procedures'], owner],
    ]) }}
{% endmacro %}


{% macro _setup_warehouse(config, credit_quota) %}
    {% set dev, warehouse, monitor = dbt_ghost._names_of(config.role, ['', '_WH', '_MONITOR']) %}
    {{ return(['A warehouse of their own, which cannot cost more than it should', [
        ['Stops after a minute without work; no statement runs for more than an hour.',
            'create warehouse if not exists ' ~ warehouse ~ ' warehouse_size = xsmall auto_suspend = 60'
            ~ ' auto_resume = true initially_suspended = true statement_timeout_in_seconds = 3600'],
        ['At most ' ~ credit_quota ~ ' credits a day.',
            'create resource monitor if not exists ' ~ monitor ~ ' with credit_quota = ' ~ credit_quota
            ~ ' frequency = daily start_timestamp = immediately'
            ~ ' triggers on 80 percent do notify on 100 percent do suspend'],
        ['The limit is the warehouse\'s.', 'alter warehouse ' ~ warehouse ~ ' set resource_monitor = ' ~ monitor],
        ['Use it, not change it.', 'grant usage on warehouse ' ~ warehouse ~ ' to role ' ~ dev],
    ]]) }}
{% endmacro %}
