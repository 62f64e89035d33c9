{# The template set-up: an admin's task keeps a clone of production that already belongs to the ghosts' role; branches clone
   that, with no rights but CREATE DATABASE. #}
{% macro _setup_templates(config) %}
    {% set dev, owner, warehouse = dbt_ghost._names_of(config.role, ['', '_OWNER', '_WH']) %}
    {% set procedure = dbt_ghost._procedure(config, 'GHOST_TEMPLATES') %}
    {{ return(['Templates', [
        ['Branches make their own clones, of the templates.', 'grant create database on account to role ' ~ dev],
        ['The owner runs the task.', 'grant execute task on account to role ' ~ owner],
        ['The task runs on the ghosts\' warehouse.', 'grant usage on warehouse ' ~ warehouse ~ ' to role ' ~ owner],
        ['And lives beside the procedures.', 'grant create task on schema '
            ~ dbt_ghost._quoted((config.clone.procedure_schema | upper).split('.')) ~ ' to role ' ~ owner],
        ['As the owner.', 'use role ' ~ owner],
        ['Makes every template anew, all as of one time.', dbt_ghost._procedure_templates_sql(config)],
        ['The first time at once.', 'call ' ~ procedure ~ '()'],
        ['Then every night.', 'create task if not exists ' ~ procedure ~ ' warehouse = ' ~ warehouse
            ~ ' schedule = \'using cron 0 3 * * * UTC\' as call ' ~ procedure ~ '()'],
        ['Tasks are made suspended.', 'alter task ' ~ procedure ~ ' resume'],
        ['Back.', 'use role accountadmin'],
    ]]) }}
{% endmacro %}


{% macro _procedure_templates_sql(config) %}
    {% set make, swap = [], [] %}
    {% for database, template in config.clone.templates.items() %}
        {% set next = template | upper ~ '__NEXT' %}
        {% do make.append('    drop database if exists ' ~ dbt_ghost._quoted([next]) ~ ';
    provenance := \'{"dbt_ghost": 1, "project": "' ~ config.project ~ '", "source": "' ~ database | upper
            ~ '", "snapshot_at": "\' || as_of || \'"}\';
    call ' ~ dbt_ghost._procedure(config, 'GHOST_CLONE') ~ '(' ~ dbt_ghost._text(database | upper) ~ ', '
            ~ dbt_ghost._text(next) ~ ', :as_of, :provenance, \'database\', \'[]\', \'[]\', 1, false, true, true, false)'
            ~ ' into :said;') %}
        {% do swap.append('    drop database if exists ' ~ dbt_ghost._quoted([template | upper]) ~ ';
    alter database ' ~ dbt_ghost._quoted([next]) ~ ' rename to ' ~ dbt_ghost._quoted([template | upper]) ~ ';') %}
    {% endfor %}
    {{ return('create or replace procedure ' ~ dbt_ghost._procedure(config, 'GHOST_TEMPLATES') ~ '()
returns varchar
language sql
execute as owner
as
$$
declare
    said integer default 0;
    provenance varchar default \'\';
    as_of varchar default \'\';
begin
    as_of := (select to_char(convert_timezone(\'UTC\', current_timestamp()), \'YYYY-MM-DD"T"HH24:MI:SS.FF3"+00:00"\'));
' ~ (make + swap) | join('\n') ~ '
    return as_of;
end
$$') }}
{% endmacro %}
