{# Does a grant only read, or reach nothing but the project's own ghosts? A list of what does: all else counts as a
   write, also what Snowflake may add. SELECT on a stream is not on it (who reads it in a DML statement moves it on),
   nor USAGE on a sequence, an external stage (COPY INTO writes there) or a procedure (it may run with its owner's
   rights). #}
{% macro _is_harmless(run, grant) %}
    {% set part = '^"?(?:' ~ dbt_ghost._own_databases_re(run) ~ ')"?' %}
    {% if modules.re.search(part ~ ('$' if grant.kind == 'DATABASE' else '\\.'), grant.object) %}
        {{ return(true) }}
    {% endif %}
    {% if grant.privilege in dbt_ghost._reading().get(grant.kind, []) %}
        {{ return(true) }}
    {% endif %}
    {% set name = grant.object.strip('"') | upper %}
    {% if grant.kind == 'WAREHOUSE' %}
        {{ return(grant.privilege == 'OPERATE' and name == target.warehouse | default('', true) | upper) }}
    {% elif grant.kind == 'INTEGRATION' %}
        {{ return(grant.privilege == 'USAGE' and name == dbt_ghost._integration(run.config)) }}
    {% elif grant.kind == 'PROCEDURE' %}
        {% set home = (run.config.clone.procedure_schema | upper).split('.') | join('"?\\."?') %}
        {{ return(grant.privilege == 'USAGE' and modules.re.search(
            '^"?' ~ home ~ '"?\\."?GHOST_(CLONE|MARK|DROP|FIND)"?\\(', grant.object
        ) is not none) }}
    {% elif grant.kind == 'ACCOUNT' %}
        {{ return(
            grant.privilege.startswith('MONITOR')
            or grant.privilege == 'CREATE DATABASE' and run.config.clone.ownership == 'template'
        ) }}
    {% elif grant.kind == 'DATABASE ROLE' %} {# those of SNOWFLAKE, of which PUBLIC has some in every account #}
        {{ return(grant.privilege == 'USAGE' and modules.re.search(
            '^(?:SNOWFLAKE\\.)?[A-Z_]+_(?:VIEWER|USER)$', grant.object
        ) is not none) }}
    {% endif %}
    {{ return(false) }}
{% endmacro %}


{# The databases of the project's ghosts, and the templates of their clones, which belong to the ghosts' role too. #}
{% macro _own_databases_re(run) %}
    {% set names = [dbt_ghost._ghost_re(run.project)] %}
    {% for template in run.config.clone.templates.values() if run.config.clone.ownership == 'template' %}
        {% do names.append((template | upper | replace('$', '\\$')) ~ '(?:__NEXT)?') %}
    {% endfor %}
    {{ return(names | join('|')) }}
{% endmacro %}


{% macro _reading() %}
    {% set rows, use = ['SELECT', 'REFERENCES', 'MONITOR'], ['USAGE', 'MONITOR'] %}
    {{ return({
        'DATABASE': use, 'SCHEMA': use, 'WAREHOUSE': use, 'COMPUTE POOL': use, 'FUNCTION': use, 'FILE FORMAT': use,
        'TABLE': rows, 'VIEW': rows, 'MATERIALIZED VIEW': rows, 'EXTERNAL TABLE': rows, 'DYNAMIC TABLE': rows,
        'ICEBERG TABLE': rows, 'HYBRID TABLE': rows, 'EVENT TABLE': rows,
        'STAGE': ['READ'], 'PIPE': ['MONITOR'], 'TASK': ['MONITOR'], 'ALERT': ['MONITOR'],
    }) }}
{% endmacro %}
