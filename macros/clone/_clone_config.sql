{# `clone:` with its defaults, GHOST_CLONE__<KEY> over the file. Twin of CloneConfig in dbt_ghost/core/config/model.py: a
   test compares keys and values. #}
{% macro _clone_config(operation, config) %}
    {% set known = {
        'strategy': ['auto', 'database', 'schema', 'tables'], 'at': none, 'retention_days': [1, 0],
        'transient': [false, true], 'frozen_base': [false, true], 'ignore_hybrid_tables': [true, false],
        'ignore_insufficient_retention': [true, false], 'ownership': ['procedure', 'template'],
        'procedure_schema': none, 'templates': none
    } %}
    {% set given = config.get('clone') or {} %}
    {% if given is not mapping or (given.get('templates') or {}) is not mapping %}
        {% do dbt_ghost._refuse(
            operation, 'vars: ghost: clone: and its templates: are keys with values', 'write clone: {strategy: auto}'
        ) %}
    {% endif %}
    {% set given = dict(given) %}
    {% for key in known if env_var('GHOST_CLONE__' ~ key.upper(), '') %}
        {% set text = env_var('GHOST_CLONE__' ~ key.upper()) %}
        {% do given.update({key: text if key in ['at', 'procedure_schema'] else fromyaml(text)}) %}
    {% endfor %}
    {% set unknown = given | reject('in', known) | list %}
    {% if unknown %}
        {% do dbt_ghost._refuse(
            operation, 'vars: ghost: clone: has unknown keys: ' ~ unknown | join(', '),
            'the keys are: ' ~ known | join(', ')
        ) %}
    {% endif %}
    {% set clone = {'at': none, 'templates': {}, 'procedure_schema': 'DBT_GHOST.' ~ config.project} %}
    {% for key, values in known.items() %}
        {% set value = given.get(key) if given.get(key) is not none else (values[0] if values else clone[key]) %}
        {% if values and value not in values %}
            {% do dbt_ghost._refuse(
                operation, 'vars: ghost: clone: ' ~ key ~ ': ' ~ value ~ ' is not one of ' ~ values | join(', '),
                'correct it in dbt_project.yml'
            ) %}
        {% endif %}
        {% do clone.update({key: value}) %}
    {% endfor %}
    {% do dbt_ghost._refuse_odd_names(operation, config, clone) %}
    {% if clone.frozen_base and clone.ownership == 'template' %}
        {% do dbt_ghost._refuse(
            operation, 'vars: ghost: clone: frozen_base: a clone of a template belongs to the ghosts\' role, so it is not frozen',
            'take it out, or use ownership: procedure'
        ) %}
    {% endif %}
    {% set prod = config.databases | map('lower') | list %}
    {% for database, template in clone.templates.items() if template | lower in prod or database | lower not in prod %}
        {% do dbt_ghost._refuse(
            operation,
            'vars: ghost: clone: templates: ' ~ database ~ ': ' ~ template ~ ': the key must be one of `databases`, the'
                ~ ' template none of them',
            'a template is dropped and made anew each night: give it a name of its own'
        ) %}
    {% endfor %}
    {{ return(clone) }}
{% endmacro %}


{# Names that the admin's script and every statement are made of. #}
{% macro _refuse_odd_names(operation, config, clone) %}
    {% set names = config.databases + clone.templates.keys() | list + clone.templates.values() | list
        + ([config.role] if config.get('role') else []) + (clone.procedure_schema | string).split('.') %}
    {% for name in names if not modules.re.fullmatch('[A-Za-z_][A-Za-z0-9_$]*', name | string) %}
        {% do dbt_ghost._refuse(
            operation, 'vars: ghost: ' ~ tojson(name | string) ~ ' is not a name of letters, digits and _',
            'databases, role, clone: templates and procedure_schema take unquoted names'
        ) %}
    {% endfor %}
    {% if (clone.procedure_schema | string).split('.') | length != 2 %}
        {% do dbt_ghost._refuse(
            operation, 'vars: ghost: clone: procedure_schema: ' ~ clone.procedure_schema ~ ' is not a schema\'s name',
            'write database.schema, for example DBT_GHOST.' ~ config.project
        ) %}
    {% endif %}
{% endmacro %}
