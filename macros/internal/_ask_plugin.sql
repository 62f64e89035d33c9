{# Python's side of the embedded warehouse: dbt_ghost/duckdb_plugin.py, which may touch files. Returns {result} or
   {error}. store_relation is the one call from Jinja into a dbt-duckdb plugin; its relation means nothing here. #}
{% macro _ask_plugin(run, op, arguments={}) %}
    {% if 'dbt_ghost.duckdb_plugin' not in (target.plugins or []) | map(attribute='module') | list %}
        {{ return({'error': {
            'message': 'the target ' ~ target.name ~ ' does not name the plugin of dbt-ghost',
            'hint': 'add to it in profiles.yml: plugins: [{module: dbt_ghost.duckdb_plugin, config: {'
                ~ 'home: /absolute/folder, side: ghost, project: ' ~ run.project ~ '}}]',
        }}) }}
    {% endif %}
    {% do run_query('select 1') %} {# opens the connection, with which the plugin comes to life #}
    {% set question = dict(project=run.project, branch=run.branch, ttl=run.config.ttl, **arguments) %}
    {% set nothing = api.Relation.create(database=target.database, schema='ghost', identifier='ghost') %}
    {% set exchange = {'question': question, 'answer': none} %}
    {% do adapter.store_relation('duckdb_plugin', nothing, [], '', op, exchange) %}
    {{ return(exchange.answer) }}
{% endmacro %}


{# The same where no answer is an error of the operation. #}
{% macro _answer_of_plugin(run, op, arguments={}) %}
    {% set answer = dbt_ghost._ask_plugin(run, op, arguments) %}
    {% if answer.error %}
        {% do dbt_ghost._refuse(run.operation, answer.error.message, answer.error.hint) %}
    {% endif %}
    {{ return(answer.result) }}
{% endmacro %}
