{# `vars: ghost:`, checked as far as the macros need it; the CLI checks every value. Twin of dbt_ghost/core/config. #}
{% macro _config(operation=none) %}
    {% set config = var('ghost', none) %}
    {% set smallest = 'vars: {ghost: {project: shop, databases: [PROD_DB]}}' %}
    {% set hint = 'the smallest that works, in dbt_project.yml:  ' ~ smallest %}
    {% if config is not mapping %}
        {% do dbt_ghost._refuse(operation, 'the project has no `vars: ghost:`', hint) %}
    {% endif %}
    {% set known = dbt_ghost._config_keys() %}
    {% set unknown = config | reject('in', known) | list %}
    {% if unknown %}
        {% do dbt_ghost._refuse(
            operation,
            'vars: ghost: has unknown keys: ' ~ unknown | join(', '),
            'the keys are: ' ~ known | join(', ')
        ) %}
    {% endif %}
    {% set config = dbt_ghost._with_overrides(config) %}
    {% if not modules.re.fullmatch('[a-z][a-z0-9]{1,9}', config.get('project') | string) %}
        {% do dbt_ghost._refuse(
            operation,
            'vars: ghost: project: ' ~ (config.get('project') | string) ~ ' cannot be part of a ghost\'s names',
            'use 2 to 10 lower-case letters and digits, a letter first, for example `project: shop`'
        ) %}
    {% endif %}
    {% for key, required in [('databases', true), ('protected', false), ('feed', false)] %}
        {% set value = config.get(key, none if required else []) %}
        {% if value is string or value is mapping or value is not iterable or (required and not value) %}
            {% do dbt_ghost._refuse(operation, 'vars: ghost: ' ~ key ~ ' must be a list', hint) %}
        {% endif %}
    {% endfor %}
    {% set config = dict({'target': 'ghost', 'ttl': '3d', 'protected': [], 'feed': []}, **config) %}
    {% if not modules.re.fullmatch('[1-9][0-9]{0,4}[mhdw]', config.ttl | string)
        or dbt_ghost._seconds_of(config.ttl) > 366 * 86400 %}
        {% do dbt_ghost._refuse(
            operation, 'vars: ghost: ttl: \'' ~ config.ttl ~ '\' is no duration of at most a year', 'write a number and m, h, d or w: ttl: 3d'
        ) %}
    {% endif %}
    {{ return(dict(config, clone=dbt_ghost._clone_config(operation, config))) }}
{% endmacro %}


{# What names are made of, and nothing more: a project is parsed before an operation can say what is wrong elsewhere. #}
{% macro _names_config() %}
    {% set config = var('ghost', {}) %}
    {% set known = config is mapping and config.get('project') and config.get('databases') is sequence %}
    {{ return(dbt_ghost._with_overrides(config) if known else dbt_ghost._config()) }}
{% endmacro %}


{% macro _config_keys() %}
    {{ return([
        'project', 'databases', 'role', 'ttl', 'scope', 'state', 'clone', 'prove', 'feed', 'protected', 'target',
        'prod_target', 'tags', 'idle_after', 'observe', 'cutover', 'ingestion'
    ]) }}
{% endmacro %}


{# GHOST_<KEY> over the file, for the keys that the macros read. Empty is unset, as CI systems have it. #}
{% macro _with_overrides(config) %}
    {% set over = {} %}
    {% for key in ['project', 'role', 'ttl', 'target'] if env_var('GHOST_' ~ key.upper(), '') %}
        {% do over.update({key: env_var('GHOST_' ~ key.upper())}) %}
    {% endfor %}
    {% for key in ['databases', 'protected', 'feed'] if env_var('GHOST_' ~ key.upper(), '') %}
        {% do over.update({key: fromyaml(env_var('GHOST_' ~ key.upper()))}) %}
    {% endfor %}
    {{ return(dict(config, **over)) }}
{% endmacro %}
