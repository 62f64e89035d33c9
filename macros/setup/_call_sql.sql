{# A call of one of the procedures that the admin installed (procedure set-up). #}
{% macro _call_sql(run, procedure, arguments) %}
    {% set values = [] %}
    {% for argument in arguments %}
        {% set plain = argument is boolean or argument is number %}
        {% do values.append(argument | string | lower if plain else dbt_ghost._text(argument)) %}
    {% endfor %}
    {{ return('call ' ~ dbt_ghost._procedure(run.config, procedure) ~ '(' ~ values | join(', ') ~ ')') }}
{% endmacro %}


{% macro _procedure(config, name) %}
    {{ return(dbt_ghost._quoted((config.clone.procedure_schema | upper).split('.') + [name])) }}
{% endmacro %}


{% macro _call_clone_sql(run, part) %}
    {% set clone = run.config.clone %}
    {% set schemas, tables = [], [] %}
    {% if part.strategy != 'database' %}
        {% do schemas.extend(part.objects | map(attribute='schema') | unique) %}
    {% endif %}
    {% for object in part.objects if part.strategy == 'tables' and object.kind == 'TABLE' %}
        {% do tables.append([object.schema, object.name, object.transient]) %}
    {% endfor %}
    {{ return(dbt_ghost._call_sql(run, 'GHOST_CLONE', [
        part.prod, part.ghost, run.t, dbt_ghost._comment_of(run, part), part.strategy, tojson(schemas), tojson(tables),
        clone.retention_days, clone.transient, clone.ignore_insufficient_retention, clone.ignore_hybrid_tables,
        part.frozen
    ])) }}
{% endmacro %}
