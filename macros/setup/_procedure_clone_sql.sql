{# The procedure that clones with the owner's rights. Its statements are made of arguments that it has checked, so whoever
   may call it can clone the configured databases to names of ghosts, hand them to the ghosts' role, and nothing else. #}
{% macro _procedure_clone_sql(config) %}
    {% set sources = [] %}
    {% for database in config.databases %}
        {% do sources.append(dbt_ghost._text(database | upper)) %}
    {% endfor %}
    {{ return("create or replace procedure " ~ dbt_ghost._procedure(config, 'GHOST_CLONE') ~ "(
    source_name varchar, ghost_name varchar, as_of varchar, provenance varchar, strategy varchar, schemas varchar,
    tables varchar, retention integer, is_transient boolean, skip_short_retention boolean, skip_hybrid boolean,
    is_frozen boolean
)
returns integer
language sql
execute as owner
as
$$
declare
    not_configured exception (-20001, 'dbt-ghost: only the configured databases are cloned');
    not_a_ghost exception (-20002, 'dbt-ghost: the name is not one that a ghost of this project may have');
    not_provenance exception (-20003, 'dbt-ghost: the comment is not the provenance of a ghost of this project');
    not_a_time exception (-20004, 'dbt-ghost: the time to clone at is not a timestamp');
    counted integer default 2;
    said integer default 0;
    part varchar default '';
    block varchar default '';
begin
    if (source_name not in (" ~ sources | join(', ') ~ ")) then
        raise not_configured;
    end if;
    if (not regexp_like(ghost_name, '" ~ dbt_ghost._ghost_pattern(config) ~ "')) then
        raise not_a_ghost;
    end if;
    if (coalesce(try_parse_json(provenance):project::varchar, '') <> '" ~ config.project ~ "') then
        raise not_provenance;
    end if;
    if (try_to_timestamp_tz(as_of) is null) then
        raise not_a_time;
    end if;
    let at varchar := ' at (timestamp => ''' || as_of || '''::timestamp_tz)'
        || iff(skip_short_retention, ' ignore tables with insufficient data retention', '')
        || iff(skip_hybrid, ' ignore hybrid tables', '');
    execute immediate 'create ' || iff(is_transient, 'transient ', '') || 'database \"' || ghost_name || '\"'
        || iff(strategy = 'database', ' clone \"' || source_name || '\"' || at, '')
        || ' data_retention_time_in_days = ' || iff(retention = 0, '0', '1')
        || ' comment = ''' || replace(replace(provenance, '\\\\', '\\\\\\\\'), '''', '''''') || '''';
    execute immediate 'grant usage on database \"' || ghost_name || '\" to role \"" ~ config.role | upper ~ "\"';
    if (strategy <> 'database') then
        counted := counted + 2; -- to read the names
        block := 'begin ';
        let schema_rows resultset := (select value::varchar as name from table(flatten(input => parse_json(:schemas))));
        for schema_row in schema_rows do
            part := '\"' || replace(schema_row.name, '\"', '\"\"') || '\"';
            block := block || 'async (create or replace schema \"' || ghost_name || '\".' || part
                || iff(strategy = 'schema', ' clone \"' || source_name || '\".' || part || at, '') || '); ';
            counted := counted + 1;
        end for;
        if (block <> 'begin ') then
            execute immediate block || 'await all; end';
        end if;
        block := 'begin ';
        let table_rows resultset := (
            select value[0]::varchar as schema_name, value[1]::varchar as name, value[2]::boolean as is_transient
            from table(flatten(input => parse_json(:tables))));
        for table_row in table_rows do
            part := '\"' || replace(table_row.schema_name, '\"', '\"\"') || '\".\"'
                || replace(table_row.name, '\"', '\"\"') || '\"';
            block := block || 'async (create ' || iff(table_row.is_transient, 'transient ', '') || 'table \"'
                || ghost_name || '\".' || part || ' clone \"' || source_name
                || '\".' || part || ' at (timestamp => ''' || as_of || '''::timestamp_tz)); ';
            counted := counted + 1;
        end for;
        if (block <> 'begin ') then
            execute immediate block || 'await all; end';
        end if;
    end if;
    if (not is_frozen) then
        call " ~ dbt_ghost._procedure(config, 'GHOST_OWN') ~ "(:ghost_name) into :said;
        counted := counted + 1;
    elseif (strategy <> 'database') then
        execute immediate 'grant usage on all schemas in database \"' || ghost_name || '\" to role \"" ~ config.role | upper ~ "\"';
        execute immediate 'grant select on all tables in database \"' || ghost_name || '\" to role \"" ~ config.role | upper ~ "\"';
        counted := counted + 2;
    end if;
    return counted + said;
end
$$") }}
{% endmacro %}


{# What ghosts of the project, and the templates of their clones, may be called. #}
{% macro _ghost_pattern(config) %}
    {% set templates = [] %}
    {% for template in config.clone.templates.values() %}
        {% do templates.append('|' ~ template | upper ~ '__NEXT') %}
    {% endfor %}
    {{ return('^(' ~ dbt_ghost._ghost_re(config.project) ~ templates | join ~ ')$') }}
{% endmacro %}
