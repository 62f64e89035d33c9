{# The procedures are made by the role that owns them, since they run with its rights. #}
{% macro _setup_procedures(config) %}
    {% set dev, owner, warehouse = dbt_ghost._names_of(config.role, ['', '_OWNER', '_WH']) %}
    {% set home = (config.clone.procedure_schema | upper).split('.') %}
    {% set database, schema = dbt_ghost._quoted(home[:1]), dbt_ghost._quoted(home) %}
    {% set lines = [
        ['Where the procedures live.', 'create database if not exists ' ~ database],
        ['A schema for each project.', 'create schema if not exists ' ~ schema],
        ['The owner makes clones.', 'grant create database on account to role ' ~ owner],
        ['Handing a clone over, and taking prod\'s future grants out of it, needs this account-wide power. Only the'
            ~ ' procedures use it, on names of ghosts.', 'grant manage grants on account to role ' ~ owner],
        ['Procedures belong to the owner.', 'grant usage on database ' ~ database ~ ' to role ' ~ owner],
        ['And are made by it.', 'grant usage, create procedure on schema ' ~ schema ~ ' to role ' ~ owner],
        ['Branches call them.', 'grant usage on database ' ~ database ~ ' to role ' ~ dev],
        ['Only call.', 'grant usage on schema ' ~ schema ~ ' to role ' ~ dev],
        ['What follows is made as the owner, whom admins inherit.', 'use role ' ~ owner],
        ['Hands a clone to the ghosts\' role. Called by the next one only.', dbt_ghost._procedure_own_sql(config)],
        ['Clones one configured database to a ghost\'s name.', dbt_ghost._procedure_clone_sql(config)],
    ] %}
    {% if config.clone.ownership == 'procedure' %}
        {% do lines.extend([
            ['Lists the ghosts, also those that were interrupted.', dbt_ghost._procedure_find_sql(config)],
            ['Changes a ghost\'s record.', dbt_ghost._procedure_mark_sql(config)],
            ['Drops one database of one ghost.', dbt_ghost._procedure_drop_sql(config)],
        ]) %}
        {% for name, types in [
            ['GHOST_CLONE', 'varchar, varchar, varchar, varchar, varchar, varchar, varchar, integer, boolean,'
                ~ ' boolean, boolean, boolean'],
            ['GHOST_FIND', 'varchar'],
            ['GHOST_MARK', 'varchar, varchar, varchar'],
            ['GHOST_DROP', 'varchar, varchar'],
        ] %}
            {% do lines.append(['Branches may call it.', 'grant usage on procedure ' ~ dbt_ghost._procedure(config, name)
                ~ '(' ~ types ~ ') to role ' ~ dev]) %}
        {% endfor %}
    {% endif %}
    {{ return(['Procedures with their owner\'s rights', lines + [['Back.', 'use role accountadmin']]]) }}
{% endmacro %}


{# F 8.7: partial wildcards are not known to work, so all places are allowed but prod's, and the AWS role behind it can read
   nothing but ghost buckets. #}
{% macro _setup_integration(config, aws_role_arn) %}
    {% set blocked = [] %}
    {% for bucket in config.feed | map(attribute='bucket') | unique %}
        {% do blocked.append(dbt_ghost._text('s3://' ~ bucket ~ '/')) %}
    {% endfor %}
    {% set integration = dbt_ghost._quoted([dbt_ghost._integration(config)]) %}
    {{ return(['One storage integration for all ghosts', [
        ['Its role in AWS may read ghost-' ~ config.project ~ '-* and nothing else; prod\'s buckets are blocked here too.',
            'create storage integration if not exists ' ~ integration ~ ' type = external_stage storage_provider = \'S3\''
            ~ ' enabled = true storage_aws_role_arn = ' ~ dbt_ghost._text(aws_role_arn)
            ~ ' storage_allowed_locations = (\'*\') storage_blocked_locations = (' ~ blocked | join(', ') ~ ')'],
        ['The same where it is there from before.', 'alter storage integration ' ~ integration
            ~ ' set storage_aws_role_arn = ' ~ dbt_ghost._text(aws_role_arn)
            ~ ' storage_blocked_locations = (' ~ blocked | join(', ') ~ ')'],
        ['Stages of ghosts use it. `describe integration` says whom the AWS role must trust.',
            'grant usage on integration ' ~ integration ~ ' to role ' ~ dbt_ghost._quoted([config.role])],
    ]]) }}
{% endmacro %}
