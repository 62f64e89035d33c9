{# For the project's `generate_database_name`. On the ghost target every configured production database becomes its
   clone, and any other is an error: dbt would write to it (F 9.1). On other targets it is what dbt does. #}
{% macro ghost_database_name(custom_database_name=none, node=none) %}
    {% set asked = (custom_database_name or target.database) | trim %}
    {% if not dbt_ghost._on_ghost_target() %}
        {{ return(asked) }}
    {% endif %}
    {% set config = dbt_ghost._names_config() %}
    {% if not custom_database_name %}
        {{ return(dbt_ghost._own_database(asked, config)) }}
    {% endif %}
    {% if asked | lower not in config.databases | map('lower') | list %}
        {% do exceptions.raise_compiler_error(
            (node.unique_id ~ ': ' if node else '')
            ~ 'the database ' ~ asked ~ ' has no clone, so the ghost would write to it\n'
            ~ 'add it to `vars: ghost: databases:`, or take it out of the node\'s configuration'
        ) %}
    {% endif %}
    {{ return(dbt_ghost._clone_of(asked, config)) }}
{% endmacro %}


{# Leaf: the database that stands in for a production database. #}
{% macro _clone_of(database, config) %}
    {{ return(adapter.dispatch('clone_of', 'dbt_ghost')(database, config)) }}
{% endmacro %}

{# A run-operation that is about no one branch parses the project too: it gets a name that no database has. #}
{% macro default__clone_of(database, config) %}
    {% if flags.WHICH == 'run-operation' and not dbt_ghost._named_branch(none, none).name %}
        {{ return(dbt_ghost._ghost_prefix(config.project) ~ 'NO_BRANCH') }}
    {% endif %}
    {% set branch = dbt_ghost._branch(none, none, config.get('protected', [])) %}
    {{ return(dbt_ghost._clone_name(config, branch, database)) }}
{% endmacro %}

{# One alias for prod and every ghost: the plugin opens the right catalog, and views and manifests stay valid. #}
{% macro duckdb__clone_of(database, config) %}
    {{ return(target.database) }}
{% endmacro %}


{# Leaf: the database of the ghost target itself, where it is one that a ghost may write. #}
{% macro _own_database(database, config) %}
    {{ return(adapter.dispatch('own_database', 'dbt_ghost')(database, config)) }}
{% endmacro %}

{% macro default__own_database(database, config) %}
    {{ return(database) }}
{% endmacro %}

{# Sources without a `database` follow the target too, so it must be the ghost's own name and not prod's (F 9.3). #}
{% macro snowflake__own_database(database, config) %}
    {% set own = dbt_ghost._clone_of(config.databases[0], config) %}
    {% if database | upper != own and flags.WHICH != 'run-operation' %}
        {% do exceptions.raise_compiler_error(
            'the target ' ~ target.name ~ ' has the database ' ~ database ~ ', and the branch\'s ghost is ' ~ own ~ '\n'
            ~ 'set GHOST_DATABASE=' ~ own ~ ', with `database: "{{ env_var(\'GHOST_DATABASE\', \'GHOST_UNKNOWN\') }}"`'
            ~ ' in profiles.yml'
        ) %}
    {% endif %}
    {{ return(own) }}
{% endmacro %}
