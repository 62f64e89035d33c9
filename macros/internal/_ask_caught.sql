{# Read what the role may not be able to: {answers} or {error, code}. `sql` has one column `answer`, an object. #}
{% macro _ask_caught(run, sql) %}
    {% do dbt_ghost._count(run, 1) %}
    {{ return(dbt_ghost._caught(['begin', 'let said variant := (select array_agg(answer) from (', sql, ') as answers);'])) }}
{% endmacro %}


{# The same for a procedure that returns JSON as text. #}
{% macro _call_caught(run, call) %}
    {% do dbt_ghost._count(run, 1) %}
    {% set answer = dbt_ghost._caught(['declare', 'said varchar;', 'begin', call ~ ' into :said;']) %}
    {{ return(answer if answer.error else {'answers': fromjson(answer.answers)}) }}
{% endmacro %}


{% macro _caught(lines) %}
    {% set said = fromjson(run_query(dbt_ghost._answering_sql(lines, "'answers', said")).rows[0][0]) %}
    {{ return({'answers': said.answers} if said.ok else {'error': said.message, 'code': said.code | int}) }}
{% endmacro %}
