{# Leaf: ask several statements, each with one column `answer` of JSON: for each {answers} or {error}, in order. #}
{% macro _ask_all(run, statements) %}
    {{ return(adapter.dispatch('ask_all', 'dbt_ghost')(run, statements) if statements else []) }}
{% endmacro %}

{% macro default__ask_all(run, statements) %}
    {% do dbt_ghost._not_built('compare a ghost with production') %}
{% endmacro %}

{% macro duckdb__ask_all(run, statements) %}
    {{ return(dbt_ghost._answer_of_plugin(run, 'ask', {'statements': statements})) }}
{% endmacro %}


{# Many in one statement, which reads their tables side by side: one session's statements wait for each other. #}
{% macro snowflake__ask_all(run, statements) %}
    {% set answers, parts, size = {}, [[]], namespace(of=0) %}
    {% for sql in statements %}
        {% if parts[-1] and (parts[-1] | length == 50 or size.of + sql | length > 100000) %}
            {% do parts.append([]) %}
            {% set size.of = 0 %}
        {% endif %}
        {% do parts[-1].append({'n': loop.index0, 'sql': sql}) %}
        {% set size.of = size.of + sql | length %}
    {% endfor %}
    {% for part in parts %}
        {% do dbt_ghost._ask_jointly(run, part, answers) %}
    {% endfor %}
    {% set said = [] %}
    {% for sql in statements %}
        {% do said.append(answers[loop.index0]) %}
    {% endfor %}
    {{ return(said) }}
{% endmacro %}


{# One that fails fails all: then each has its turn. An error of compilation read no rows yet, so halves find who is to blame
   with fewer statements. #}
{% macro _ask_jointly(run, asked, answers) %}
    {% set parts = [] %}
    {% for each in asked %}
        {% do parts.append(
            "select object_construct('n', " ~ each.n ~ ", 'answer', answer) as answer from (\n" ~ each.sql ~ '\n) as q' ~ each.n
        ) %}
    {% endfor %}
    {% set said = dbt_ghost._ask_caught(run, parts | join('\nunion all\n')) %}
    {% if not said.error %}
        {% for each in asked %}
            {% do answers.update({each.n: {'answers': []}}) %}
        {% endfor %}
        {% for row in said.answers %}
            {% do answers[row.n].answers.append(row.answer) %}
        {% endfor %}
    {% elif asked | length == 1 %}
        {% do answers.update({asked[0].n: {'error': said.error.split() | join(' ')}}) %}
    {% else %}
        {% set size = (asked | length + 1) // 2 if 'compilation error' in said.error else 1 %}
        {% for some in asked | batch(size) %}
            {% do dbt_ghost._ask_jointly(run, some, answers) %}
        {% endfor %}
    {% endif %}
{% endmacro %}
