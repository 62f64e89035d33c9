{# The procedure that hands a clone to the ghost's role: children of a clone still belong to prod's roles (F 7.4), their
   grants and prod's future grants came along (F 7.2, 7.5), and dbt can only replace what its role owns.
   Statements: 4 + types + schemas, and one for each pipe and each future grant; never one for each table. #}
{% macro _procedure_own_sql(config) %}
    {% set role = config.role | upper %}
    {% set lines = [] %}
    {% for kind in dbt_ghost._owned_types() %}
        {% do lines.append("    execute immediate 'grant ownership on all " ~ kind ~ " in database \"' || ghost_name || '\" to"
            ~ " role \"" ~ role ~ "\" revoke current grants';") %}
    {% endfor %}
    {{ return("create or replace procedure " ~ dbt_ghost._procedure(config, 'GHOST_OWN') ~ "(ghost_name varchar)
returns integer
language sql
execute as owner
as
$$
declare
    not_a_ghost exception (-20002, 'dbt-ghost: the name is not one that a ghost of this project may have');
    counted integer default " ~ (dbt_ghost._owned_types() | length + 4) ~ ";
    place varchar default '';
    name varchar default '';
begin
    if (not regexp_like(ghost_name, '" ~ dbt_ghost._ghost_pattern(config) ~ "')) then
        raise not_a_ghost;
    end if;
    let pipes resultset := (execute immediate 'show pipes in database \"' || ghost_name || '\"');
    for pipe in pipes do
        name := '\"' || replace(pipe.\"schema_name\", '\"', '\"\"') || '\".\"'
            || replace(pipe.\"name\", '\"', '\"\"') || '\"';
        execute immediate 'drop pipe \"' || ghost_name || '\".' || name;
        counted := counted + 1;
    end for;
    place := 'database \"' || ghost_name || '\"';
" ~ dbt_ghost._revoke_future_sql('database_grants') ~ "
    let schemas resultset := (execute immediate 'show schemas in database \"' || ghost_name || '\"');
    for schema_row in schemas do
        name := schema_row.\"name\";
        if (name <> 'INFORMATION_SCHEMA') then
            place := 'schema \"' || ghost_name || '\".\"' || replace(name, '\"', '\"\"') || '\"';
            counted := counted + 1;
" ~ dbt_ghost._revoke_future_sql('schema_grants') | indent(8) ~ "
        end if;
    end for;
" ~ lines | join('\n') ~ "
    execute immediate 'grant monitor, create schema on database \"' || ghost_name || '\" to role \"" ~ role ~ "\"';
    return counted;
end
$$") }}
{% endmacro %}


{# Pipes are dropped (F 7.9). Policies and tags stay with prod's roles: who owns a masking policy can take it off. #}
{% macro _owned_types() %}
    {{ return([
        'schemas', 'tables', 'views', 'dynamic tables', 'event tables', 'iceberg tables', 'sequences', 'file formats',
        'stages', 'streams', 'tasks', 'alerts', 'functions', 'procedures'
    ]) }}
{% endmacro %}


{% macro _revoke_future_sql(found) %}
    {{ return("    let " ~ found ~ " resultset := (execute immediate 'show future grants in ' || place);
    for future_grant in " ~ found ~ " do
        name := replace(future_grant.\"grant_on\", '_', ' ');
        execute immediate 'revoke ' || future_grant.\"privilege\" || ' on future '
            || iff(endswith(name, 'POLICY'), replace(name, 'POLICY', 'POLICIES'), name || 'S')
            || ' in ' || place || ' from '
            || iff(future_grant.\"grant_to\" = 'DATABASE_ROLE', 'database role ', 'role ')
            || '\"' || replace(future_grant.\"grantee_name\", '\"', '\"\"') || '\"';
        counted := counted + 1;
    end for;") }}
{% endmacro %}
