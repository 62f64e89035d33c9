{# The action that makes one clone, by the strategy that its size asks for. Thresholds are a judgement from what others
   published, not measured: one statement is the cheapest, and the slowest where there are many objects (F 7.14). #}
{% macro _creation(run, part) %}
    {% set objects = dbt_ghost._inventory(run, part.source) %}
    {% do part.update(objects=objects, strategy=dbt_ghost._strategy(run.config.clone.strategy, objects)) %}
    {% set how = {'database': 'in one statement', 'schema': 'schema by schema', 'tables': 'table by table'} %}
    {{ return({
        'op': 'create',
        'part': part,
        'text': 'clone ' ~ part.source ~ ' as ' ~ part.ghost ~ ', ' ~ how[part.strategy] ~ ', as of ' ~ run.t,
    }) }}
{% endmacro %}


{% macro _strategy(asked, objects) %}
    {% if asked != 'auto' %}
        {{ return(asked) }}
    {% endif %}
    {% set schemas = objects | map(attribute='schema') | unique | list | length %}
    {% if objects | length <= 1000 %}
        {{ return('database') }}
    {% endif %}
    {{ return('schema' if schemas >= 8 else 'tables') }}
{% endmacro %}


{# [{statements, concurrent}], round trip by round trip. A clone of a template is of the template as it is: no AT. #}
{% macro _creation_steps(run, part) %}
    {% if run.config.clone.ownership == 'procedure' %}
        {{ return([{'statements': [dbt_ghost._call_clone_sql(run, part)], 'concurrent': false}]) }}
    {% endif %}
    {% set clone = run.config.clone %}
    {% set options = ' data_retention_time_in_days = ' ~ clone.retention_days ~ ' comment = '
        ~ dbt_ghost._text(dbt_ghost._comment_of(run, part)) %}
    {% set create = 'create ' ~ ('transient ' if clone.transient else '') ~ 'database '
        ~ dbt_ghost._quoted([part.ghost]) %}
    {% if part.strategy == 'database' %}
        {{ return([{'statements': [
            create ~ ' clone ' ~ dbt_ghost._quoted([part.source]) ~ dbt_ghost._ignored(clone) ~ options
        ], 'concurrent': false}]) }}
    {% endif %}
    {% set schemas, tables = [], [] %}
    {# OR REPLACE: the database was made just before, and has its PUBLIC schema already. #}
    {% for schema in part.objects | map(attribute='schema') | unique %}
        {% do schemas.append('create or replace schema ' ~ dbt_ghost._quoted([part.ghost, schema])
            ~ (' clone ' ~ dbt_ghost._quoted([part.source, schema]) ~ dbt_ghost._ignored(clone)
                if part.strategy == 'schema' else '')) %}
    {% endfor %}
    {% for object in part.objects if part.strategy == 'tables' and object.kind == 'TABLE' %}
        {% do tables.append('create ' ~ ('transient ' if object.transient else '') ~ 'table '
            ~ dbt_ghost._quoted([part.ghost, object.schema, object.name])
            ~ ' clone ' ~ dbt_ghost._quoted([part.source, object.schema, object.name])) %}
    {% endfor %}
    {{ return([
        {'statements': [create ~ options], 'concurrent': false},
        {'statements': schemas, 'concurrent': true},
        {'statements': tables, 'concurrent': true},
    ] | selectattr('statements') | list) }}
{% endmacro %}


{# In the order of Snowflake's grammar. #}
{% macro _ignored(clone) %}
    {{ return(
        (' ignore tables with insufficient data retention' if clone.ignore_insufficient_retention else '')
        ~ (' ignore hybrid tables' if clone.ignore_hybrid_tables else '')
    ) }}
{% endmacro %}
