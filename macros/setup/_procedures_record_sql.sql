{# What ghosts there are, with their comments: the owner also sees one whose making was interrupted before the ghosts' role
   was let in. #}
{% macro _procedure_find_sql(config) %}
    {{ return("create or replace procedure " ~ dbt_ghost._procedure(config, 'GHOST_FIND') ~ "(prefix varchar)
returns varchar
language sql
execute as owner
as
$$
declare
    not_a_ghost exception (-20002, 'dbt-ghost: the name is not one that a ghost of this project may have');
    found object default object_construct();
begin
    if (not regexp_like(prefix, '^" ~ dbt_ghost._ghost_prefix(config.project) ~ "[A-Z0-9_]*$')) then
        raise not_a_ghost;
    end if;
    let databases resultset := (execute immediate 'show databases starts with ''' || prefix || '''');
    for database_row in databases do
        let name varchar := database_row.\"name\";
        let said varchar := coalesce(database_row.\"comment\", '');
        found := object_insert(found, name, said);
    end for;
    return to_json(found);
end
$$") }}
{% endmacro %}


{# The procedures that change a ghost's record and drop a ghost: both want its name and its provenance to be right. #}
{% macro _procedure_mark_sql(config) %}
    {{ return("create or replace procedure " ~ dbt_ghost._procedure(config, 'GHOST_MARK')
        ~ "(ghost_name varchar, branch_name varchar, provenance varchar)" ~ dbt_ghost._checked_start_sql(config)
        ~ "
    if (coalesce(try_parse_json(provenance):project::varchar, '') <> '" ~ config.project ~ "'
        or coalesce(try_parse_json(provenance):branch::varchar, '') <> branch_name) then
        raise not_ours;
    end if;
    execute immediate 'comment on database \"' || ghost_name || '\" is '''
        || replace(replace(provenance, '\\\\', '\\\\\\\\'), '''', '''''') || '''';
    return 2;
end
$$") }}
{% endmacro %}


{% macro _procedure_drop_sql(config) %}
    {{ return("create or replace procedure " ~ dbt_ghost._procedure(config, 'GHOST_DROP')
        ~ "(ghost_name varchar, branch_name varchar)" ~ dbt_ghost._checked_start_sql(config)
        ~ "
    execute immediate 'alter database \"' || ghost_name || '\" set data_retention_time_in_days = 0';
    execute immediate 'drop database \"' || ghost_name || '\"';
    return 3;
end
$$") }}
{% endmacro %}


{# SHOW ... LIKE takes `_` for any character, so the name is compared again. #}
{% macro _checked_start_sql(config) %}
    {{ return("
returns integer
language sql
execute as owner
as
$$
declare
    not_a_ghost exception (-20002, 'dbt-ghost: the name is not one that a ghost of this project may have');
    not_ours exception (-20005, 'dbt-ghost: there is no such ghost of this branch');
    found varchar default '{}';
begin
    if (not regexp_like(ghost_name, '^" ~ dbt_ghost._ghost_re(config.project) ~ "$')) then
        raise not_a_ghost;
    end if;
    let databases resultset := (execute immediate 'show databases like ''' || ghost_name || '''');
    for database_row in databases do
        if (database_row.\"name\" = ghost_name) then
            found := database_row.\"comment\";
        end if;
    end for;
    if (coalesce(try_parse_json(found):project::varchar, '') <> '" ~ config.project ~ "'
        or coalesce(try_parse_json(found):branch::varchar, '') <> branch_name) then
        raise not_ours;
    end if;") }}
{% endmacro %}
