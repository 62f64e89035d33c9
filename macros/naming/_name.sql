{# Every name a ghost gives, from project and branch. Twin of core/naming.py; a property test compares them. #}

{# The readable part: a-z, 0-9 and single inner hyphens, at most `length` characters. #}
{% macro _slug(branch, length) %}
    {{ return(modules.re.sub('[^a-z0-9]+', '-', branch.lower()).strip('-')[:length].strip('-')) }}
{% endmacro %}

{% macro _name(project, branch, limit) %}
    {% set readable = dbt_ghost._slug(branch, [limit - ('ghost--' ~ project) | length - 7, 0] | max) %}
    {{ return(['ghost-' ~ project, readable, local_md5(branch)[:6]] | select | join('-')) }}
{% endmacro %}

{# 64 for a function or a rule, less a hyphen and a step's name. #}
{% macro _id_name(project, branch) %}
    {{ return(dbt_ghost._name(project, branch, 64 - 16 - 1)) }}
{% endmacro %}

{# 63 less the longest account-regional suffix, less a digest of the prod bucket and a hyphen. #}
{% macro _bucket_name(project, branch, prod_bucket) %}
    {{ return(dbt_ghost._name(project, branch, 31 - 4 - 1) ~ '-' ~ local_md5(prod_bucket)[:4]) }}
{% endmacro %}

{# Upper case and safe unquoted; no prod database for the first of the configured ones. #}
{% macro _database_name(project, branch, prod_database='') %}
    {% set readable = dbt_ghost._slug(branch, 40).replace('-', '_') %}
    {{ return(['ghost', project, readable, local_md5(branch)[:6], prod_database] | select | join('_') | upper) }}
{% endmacro %}

{# The clone of one of the configured databases: the first one's has the ghost's own name. #}
{% macro _clone_name(config, branch, database) %}
    {% set first = database | lower == config.databases[0] | lower %}
    {{ return(dbt_ghost._database_name(config.project, branch, '' if first else database)) }}
{% endmacro %}

{# What the names of all databases of the project's ghosts start with. #}
{% macro _ghost_prefix(project) %}
    {{ return('GHOST_' ~ project | upper ~ '_') }}
{% endmacro %}

{# The pattern of those names, for Python and Snowflake alike. #}
{% macro _ghost_re(project) %}
    {{ return(dbt_ghost._ghost_prefix(project) ~ '[A-Z0-9_]+') }}
{% endmacro %}
