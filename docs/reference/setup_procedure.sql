use role accountadmin;

-- Roles, and the user of CI
-- What branches run as: owns what is in its ghosts, and writes nothing else.
create role if not exists "GHOST_DEV";
-- May read production. Granted to the two others, so that it is granted once.
create role if not exists "GHOST_DEV_READER";
-- Owns the clones and the procedures that make them. Nobody logs in with it.
create role if not exists "GHOST_DEV_OWNER";
-- The clone is as complete as what its maker may read.
grant role "GHOST_DEV_READER" to role "GHOST_DEV_OWNER";
-- Branches compare with production.
grant role "GHOST_DEV_READER" to role "GHOST_DEV";
-- Admins keep their view of all three.
grant role "GHOST_DEV_OWNER" to role sysadmin;
-- The same for what ghosts own.
grant role "GHOST_DEV" to role sysadmin;
-- No secondary roles: they would add to what it may do. Give it a key, or the workload identity of your CI.
create user if not exists "GHOST_DEV_CI" type = service default_role = "GHOST_DEV" default_secondary_roles = () default_warehouse = "GHOST_DEV_WH";
-- CI runs as the ghosts' role and nothing else.
grant role "GHOST_DEV" to user "GHOST_DEV_CI";

-- What ghosts may read of production
-- Read PROD_DB, what is there and what will be.
grant usage on database "PROD_DB" to role "GHOST_DEV_READER";
-- Schemas that are there.
grant usage on all schemas in database "PROD_DB" to role "GHOST_DEV_READER";
-- Schemas that will be.
grant usage on future schemas in database "PROD_DB" to role "GHOST_DEV_READER";
-- Tables that are there.
grant select on all tables in database "PROD_DB" to role "GHOST_DEV_READER";
-- Tables that will be, where their schema has no future grants of its own.
grant select on future tables in database "PROD_DB" to role "GHOST_DEV_READER";
-- Views that are there.
grant select on all views in database "PROD_DB" to role "GHOST_DEV_READER";
-- Views that will be.
grant select on future views in database "PROD_DB" to role "GHOST_DEV_READER";
-- Materialized views that are there.
grant select on all materialized views in database "PROD_DB" to role "GHOST_DEV_READER";
-- Materialized views that will be.
grant select on future materialized views in database "PROD_DB" to role "GHOST_DEV_READER";
-- Dynamic tables that are there.
grant select on all dynamic tables in database "PROD_DB" to role "GHOST_DEV_READER";
-- Dynamic tables that will be.
grant select on future dynamic tables in database "PROD_DB" to role "GHOST_DEV_READER";
-- Event tables that are there.
grant select on all event tables in database "PROD_DB" to role "GHOST_DEV_READER";
-- Event tables that will be.
grant select on future event tables in database "PROD_DB" to role "GHOST_DEV_READER";
-- External tables that are there.
grant select on all external tables in database "PROD_DB" to role "GHOST_DEV_READER";
-- External tables that will be.
grant select on future external tables in database "PROD_DB" to role "GHOST_DEV_READER";
-- File formats that are there.
grant usage on all file formats in database "PROD_DB" to role "GHOST_DEV_READER";
-- File formats that will be.
grant usage on future file formats in database "PROD_DB" to role "GHOST_DEV_READER";
-- Functions that are there.
grant usage on all functions in database "PROD_DB" to role "GHOST_DEV_READER";
-- Functions that will be.
grant usage on future functions in database "PROD_DB" to role "GHOST_DEV_READER";
-- Sequences that are there. With these one could write, so only the maker of clones gets them.
grant usage on all sequences in database "PROD_DB" to role "GHOST_DEV_OWNER";
-- Sequences that will be.
grant usage on future sequences in database "PROD_DB" to role "GHOST_DEV_OWNER";
-- Stages that are there. With these one could write, so only the maker of clones gets them.
grant usage on all stages in database "PROD_DB" to role "GHOST_DEV_OWNER";
-- Stages that will be.
grant usage on future stages in database "PROD_DB" to role "GHOST_DEV_OWNER";
-- Procedures that are there. With these one could write, so only the maker of clones gets them.
grant usage on all procedures in database "PROD_DB" to role "GHOST_DEV_OWNER";
-- Procedures that will be.
grant usage on future procedures in database "PROD_DB" to role "GHOST_DEV_OWNER";
-- Read PROD_EU, what is there and what will be.
grant usage on database "PROD_EU" to role "GHOST_DEV_READER";
-- Schemas that are there.
grant usage on all schemas in database "PROD_EU" to role "GHOST_DEV_READER";
-- Schemas that will be.
grant usage on future schemas in database "PROD_EU" to role "GHOST_DEV_READER";
-- Tables that are there.
grant select on all tables in database "PROD_EU" to role "GHOST_DEV_READER";
-- Tables that will be, where their schema has no future grants of its own.
grant select on future tables in database "PROD_EU" to role "GHOST_DEV_READER";
-- Views that are there.
grant select on all views in database "PROD_EU" to role "GHOST_DEV_READER";
-- Views that will be.
grant select on future views in database "PROD_EU" to role "GHOST_DEV_READER";
-- Materialized views that are there.
grant select on all materialized views in database "PROD_EU" to role "GHOST_DEV_READER";
-- Materialized views that will be.
grant select on future materialized views in database "PROD_EU" to role "GHOST_DEV_READER";
-- Dynamic tables that are there.
grant select on all dynamic tables in database "PROD_EU" to role "GHOST_DEV_READER";
-- Dynamic tables that will be.
grant select on future dynamic tables in database "PROD_EU" to role "GHOST_DEV_READER";
-- Event tables that are there.
grant select on all event tables in database "PROD_EU" to role "GHOST_DEV_READER";
-- Event tables that will be.
grant select on future event tables in database "PROD_EU" to role "GHOST_DEV_READER";
-- External tables that are there.
grant select on all external tables in database "PROD_EU" to role "GHOST_DEV_READER";
-- External tables that will be.
grant select on future external tables in database "PROD_EU" to role "GHOST_DEV_READER";
-- File formats that are there.
grant usage on all file formats in database "PROD_EU" to role "GHOST_DEV_READER";
-- File formats that will be.
grant usage on future file formats in database "PROD_EU" to role "GHOST_DEV_READER";
-- Functions that are there.
grant usage on all functions in database "PROD_EU" to role "GHOST_DEV_READER";
-- Functions that will be.
grant usage on future functions in database "PROD_EU" to role "GHOST_DEV_READER";
-- Sequences that are there. With these one could write, so only the maker of clones gets them.
grant usage on all sequences in database "PROD_EU" to role "GHOST_DEV_OWNER";
-- Sequences that will be.
grant usage on future sequences in database "PROD_EU" to role "GHOST_DEV_OWNER";
-- Stages that are there. With these one could write, so only the maker of clones gets them.
grant usage on all stages in database "PROD_EU" to role "GHOST_DEV_OWNER";
-- Stages that will be.
grant usage on future stages in database "PROD_EU" to role "GHOST_DEV_OWNER";
-- Procedures that are there. With these one could write, so only the maker of clones gets them.
grant usage on all procedures in database "PROD_EU" to role "GHOST_DEV_OWNER";
-- Procedures that will be.
grant usage on future procedures in database "PROD_EU" to role "GHOST_DEV_OWNER";

-- A warehouse of their own, which cannot cost more than it should
-- Stops after a minute without work; no statement runs for more than an hour.
create warehouse if not exists "GHOST_DEV_WH" warehouse_size = xsmall auto_suspend = 60 auto_resume = true initially_suspended = true statement_timeout_in_seconds = 3600;
-- At most 10 credits a day.
create resource monitor if not exists "GHOST_DEV_MONITOR" with credit_quota = 10 frequency = daily start_timestamp = immediately triggers on 80 percent do notify on 100 percent do suspend;
-- The limit is the warehouse's.
alter warehouse "GHOST_DEV_WH" set resource_monitor = "GHOST_DEV_MONITOR";
-- Use it, not change it.
grant usage on warehouse "GHOST_DEV_WH" to role "GHOST_DEV";

-- Procedures with their owner's rights
-- Where the procedures live.
create database if not exists "DBT_GHOST";
-- A schema for each project.
create schema if not exists "DBT_GHOST"."SHOP";
-- The owner makes clones.
grant create database on account to role "GHOST_DEV_OWNER";
-- Handing a clone over, and taking prod's future grants out of it, needs this account-wide power. Only the procedures use it, on names of ghosts.
grant manage grants on account to role "GHOST_DEV_OWNER";
-- Procedures belong to the owner.
grant usage on database "DBT_GHOST" to role "GHOST_DEV_OWNER";
-- And are made by it.
grant usage, create procedure on schema "DBT_GHOST"."SHOP" to role "GHOST_DEV_OWNER";
-- Branches call them.
grant usage on database "DBT_GHOST" to role "GHOST_DEV";
-- Only call.
grant usage on schema "DBT_GHOST"."SHOP" to role "GHOST_DEV";
-- What follows is made as the owner, whom admins inherit.
use role "GHOST_DEV_OWNER";
-- Hands a clone to the ghosts' role. Called by the next one only.
create or replace procedure "DBT_GHOST"."SHOP"."GHOST_OWN"(ghost_name varchar)
returns integer
language sql
execute as owner
as
$$
declare
    not_a_ghost exception (-20002, 'dbt-ghost: the name is not one that a ghost of this project may have');
    counted integer default 18;
    place varchar default '';
    name varchar default '';
begin
    if (not regexp_like(ghost_name, '^(GHOST_SHOP_[A-Z0-9_]+)$')) then
        raise not_a_ghost;
    end if;
    let pipes resultset := (execute immediate 'show pipes in database "' || ghost_name || '"');
    for pipe in pipes do
        name := '"' || replace(pipe."schema_name", '"', '""') || '"."'
            || replace(pipe."name", '"', '""') || '"';
        execute immediate 'drop pipe "' || ghost_name || '".' || name;
        counted := counted + 1;
    end for;
    place := 'database "' || ghost_name || '"';
    let database_grants resultset := (execute immediate 'show future grants in ' || place);
    for future_grant in database_grants do
        name := replace(future_grant."grant_on", '_', ' ');
        execute immediate 'revoke ' || future_grant."privilege" || ' on future '
            || iff(endswith(name, 'POLICY'), replace(name, 'POLICY', 'POLICIES'), name || 'S')
            || ' in ' || place || ' from '
            || iff(future_grant."grant_to" = 'DATABASE_ROLE', 'database role ', 'role ')
            || '"' || replace(future_grant."grantee_name", '"', '""') || '"';
        counted := counted + 1;
    end for;
    let schemas resultset := (execute immediate 'show schemas in database "' || ghost_name || '"');
    for schema_row in schemas do
        name := schema_row."name";
        if (name <> 'INFORMATION_SCHEMA') then
            place := 'schema "' || ghost_name || '"."' || replace(name, '"', '""') || '"';
            counted := counted + 1;
    let schema_grants resultset := (execute immediate 'show future grants in ' || place);
            for future_grant in schema_grants do
                name := replace(future_grant."grant_on", '_', ' ');
                execute immediate 'revoke ' || future_grant."privilege" || ' on future '
                    || iff(endswith(name, 'POLICY'), replace(name, 'POLICY', 'POLICIES'), name || 'S')
                    || ' in ' || place || ' from '
                    || iff(future_grant."grant_to" = 'DATABASE_ROLE', 'database role ', 'role ')
                    || '"' || replace(future_grant."grantee_name", '"', '""') || '"';
                counted := counted + 1;
            end for;
        end if;
    end for;
    execute immediate 'grant ownership on all schemas in database "' || ghost_name || '" to role "GHOST_DEV" revoke current grants';
    execute immediate 'grant ownership on all tables in database "' || ghost_name || '" to role "GHOST_DEV" revoke current grants';
    execute immediate 'grant ownership on all views in database "' || ghost_name || '" to role "GHOST_DEV" revoke current grants';
    execute immediate 'grant ownership on all dynamic tables in database "' || ghost_name || '" to role "GHOST_DEV" revoke current grants';
    execute immediate 'grant ownership on all event tables in database "' || ghost_name || '" to role "GHOST_DEV" revoke current grants';
    execute immediate 'grant ownership on all iceberg tables in database "' || ghost_name || '" to role "GHOST_DEV" revoke current grants';
    execute immediate 'grant ownership on all sequences in database "' || ghost_name || '" to role "GHOST_DEV" revoke current grants';
    execute immediate 'grant ownership on all file formats in database "' || ghost_name || '" to role "GHOST_DEV" revoke current grants';
    execute immediate 'grant ownership on all stages in database "' || ghost_name || '" to role "GHOST_DEV" revoke current grants';
    execute immediate 'grant ownership on all streams in database "' || ghost_name || '" to role "GHOST_DEV" revoke current grants';
    execute immediate 'grant ownership on all tasks in database "' || ghost_name || '" to role "GHOST_DEV" revoke current grants';
    execute immediate 'grant ownership on all alerts in database "' || ghost_name || '" to role "GHOST_DEV" revoke current grants';
    execute immediate 'grant ownership on all functions in database "' || ghost_name || '" to role "GHOST_DEV" revoke current grants';
    execute immediate 'grant ownership on all procedures in database "' || ghost_name || '" to role "GHOST_DEV" revoke current grants';
    execute immediate 'grant monitor, create schema on database "' || ghost_name || '" to role "GHOST_DEV"';
    return counted;
end
$$;
-- Clones one configured database to a ghost's name.
create or replace procedure "DBT_GHOST"."SHOP"."GHOST_CLONE"(
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
    if (source_name not in ('PROD_DB', 'PROD_EU')) then
        raise not_configured;
    end if;
    if (not regexp_like(ghost_name, '^(GHOST_SHOP_[A-Z0-9_]+)$')) then
        raise not_a_ghost;
    end if;
    if (coalesce(try_parse_json(provenance):project::varchar, '') <> 'shop') then
        raise not_provenance;
    end if;
    if (try_to_timestamp_tz(as_of) is null) then
        raise not_a_time;
    end if;
    let at varchar := ' at (timestamp => ''' || as_of || '''::timestamp_tz)'
        || iff(skip_short_retention, ' ignore tables with insufficient data retention', '')
        || iff(skip_hybrid, ' ignore hybrid tables', '');
    execute immediate 'create ' || iff(is_transient, 'transient ', '') || 'database "' || ghost_name || '"'
        || iff(strategy = 'database', ' clone "' || source_name || '"' || at, '')
        || ' data_retention_time_in_days = ' || iff(retention = 0, '0', '1')
        || ' comment = ''' || replace(replace(provenance, '\\', '\\\\'), '''', '''''') || '''';
    execute immediate 'grant usage on database "' || ghost_name || '" to role "GHOST_DEV"';
    if (strategy <> 'database') then
        counted := counted + 2; -- to read the names
        block := 'begin ';
        let schema_rows resultset := (select value::varchar as name from table(flatten(input => parse_json(:schemas))));
        for schema_row in schema_rows do
            part := '"' || replace(schema_row.name, '"', '""') || '"';
            block := block || 'async (create or replace schema "' || ghost_name || '".' || part
                || iff(strategy = 'schema', ' clone "' || source_name || '".' || part || at, '') || '); ';
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
            part := '"' || replace(table_row.schema_name, '"', '""') || '"."'
                || replace(table_row.name, '"', '""') || '"';
            block := block || 'async (create ' || iff(table_row.is_transient, 'transient ', '') || 'table "'
                || ghost_name || '".' || part || ' clone "' || source_name
                || '".' || part || ' at (timestamp => ''' || as_of || '''::timestamp_tz)); ';
            counted := counted + 1;
        end for;
        if (block <> 'begin ') then
            execute immediate block || 'await all; end';
        end if;
    end if;
    if (not is_frozen) then
        call "DBT_GHOST"."SHOP"."GHOST_OWN"(:ghost_name) into :said;
        counted := counted + 1;
    elseif (strategy <> 'database') then
        execute immediate 'grant usage on all schemas in database "' || ghost_name || '" to role "GHOST_DEV"';
        execute immediate 'grant select on all tables in database "' || ghost_name || '" to role "GHOST_DEV"';
        counted := counted + 2;
    end if;
    return counted + said;
end
$$;
-- Lists the ghosts, also those that were interrupted.
create or replace procedure "DBT_GHOST"."SHOP"."GHOST_FIND"(prefix varchar)
returns varchar
language sql
execute as owner
as
$$
declare
    not_a_ghost exception (-20002, 'dbt-ghost: the name is not one that a ghost of this project may have');
    found object default object_construct();
begin
    if (not regexp_like(prefix, '^GHOST_SHOP_[A-Z0-9_]*$')) then
        raise not_a_ghost;
    end if;
    let databases resultset := (execute immediate 'show databases starts with ''' || prefix || '''');
    for database_row in databases do
        let name varchar := database_row."name";
        let said varchar := coalesce(database_row."comment", '');
        found := object_insert(found, name, said);
    end for;
    return to_json(found);
end
$$;
-- Changes a ghost's record.
create or replace procedure "DBT_GHOST"."SHOP"."GHOST_MARK"(ghost_name varchar, branch_name varchar, provenance varchar)
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
    if (not regexp_like(ghost_name, '^GHOST_SHOP_[A-Z0-9_]+$')) then
        raise not_a_ghost;
    end if;
    let databases resultset := (execute immediate 'show databases like ''' || ghost_name || '''');
    for database_row in databases do
        if (database_row."name" = ghost_name) then
            found := database_row."comment";
        end if;
    end for;
    if (coalesce(try_parse_json(found):project::varchar, '') <> 'shop'
        or coalesce(try_parse_json(found):branch::varchar, '') <> branch_name) then
        raise not_ours;
    end if;
    if (coalesce(try_parse_json(provenance):project::varchar, '') <> 'shop'
        or coalesce(try_parse_json(provenance):branch::varchar, '') <> branch_name) then
        raise not_ours;
    end if;
    execute immediate 'comment on database "' || ghost_name || '" is '''
        || replace(replace(provenance, '\\', '\\\\'), '''', '''''') || '''';
    return 2;
end
$$;
-- Drops one database of one ghost.
create or replace procedure "DBT_GHOST"."SHOP"."GHOST_DROP"(ghost_name varchar, branch_name varchar)
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
    if (not regexp_like(ghost_name, '^GHOST_SHOP_[A-Z0-9_]+$')) then
        raise not_a_ghost;
    end if;
    let databases resultset := (execute immediate 'show databases like ''' || ghost_name || '''');
    for database_row in databases do
        if (database_row."name" = ghost_name) then
            found := database_row."comment";
        end if;
    end for;
    if (coalesce(try_parse_json(found):project::varchar, '') <> 'shop'
        or coalesce(try_parse_json(found):branch::varchar, '') <> branch_name) then
        raise not_ours;
    end if;
    execute immediate 'alter database "' || ghost_name || '" set data_retention_time_in_days = 0';
    execute immediate 'drop database "' || ghost_name || '"';
    return 3;
end
$$;
-- Branches may call it.
grant usage on procedure "DBT_GHOST"."SHOP"."GHOST_CLONE"(varchar, varchar, varchar, varchar, varchar, varchar, varchar, integer, boolean, boolean, boolean, boolean) to role "GHOST_DEV";
-- Branches may call it.
grant usage on procedure "DBT_GHOST"."SHOP"."GHOST_FIND"(varchar) to role "GHOST_DEV";
-- Branches may call it.
grant usage on procedure "DBT_GHOST"."SHOP"."GHOST_MARK"(varchar, varchar, varchar) to role "GHOST_DEV";
-- Branches may call it.
grant usage on procedure "DBT_GHOST"."SHOP"."GHOST_DROP"(varchar, varchar) to role "GHOST_DEV";
-- Back.
use role accountadmin;

-- One storage integration for all ghosts
-- Its role in AWS may read ghost-shop-* and nothing else; prod's buckets are blocked here too.
create storage integration if not exists "GHOST_DEV_S3" type = external_stage storage_provider = 'S3' enabled = true storage_aws_role_arn = 'arn:aws:iam::111111111111:role/ghost-snowflake' storage_allowed_locations = ('*') storage_blocked_locations = ('s3://shop-landing/');
-- The same where it is there from before.
alter storage integration "GHOST_DEV_S3" set storage_aws_role_arn = 'arn:aws:iam::111111111111:role/ghost-snowflake' storage_blocked_locations = ('s3://shop-landing/');
-- Stages of ghosts use it. `describe integration` says whom the AWS role must trust.
grant usage on integration "GHOST_DEV_S3" to role "GHOST_DEV";
