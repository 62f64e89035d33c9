{# Read with one statement: a list of rows, each {column: value}. What the warehouse refuses ends dbt with its words. #}
{% macro _ask(run, sql) %}
    {% do dbt_ghost._count(run, 1) %}
    {% set rows = [] %}
    {% set table = run_query(sql) %}
    {% if sql.startswith('show ') and table.rows | length >= 10000 %}
        {% do dbt_ghost._refuse(
            run.operation, 'Snowflake shows 10,000 rows at most, and cut this: ' ~ sql,
            'a ghost of so many objects cannot be looked at whole yet', changed=true
        ) %}
    {% endif %}
    {% for row in table.rows %}
        {% set named = {} %}
        {% for column in row.keys() %}
            {% do named.update({column | lower: row[column]}) %}
        {% endfor %}
        {% do rows.append(named) %}
    {% endfor %}
    {{ return(rows) }}
{% endmacro %}


{# The same for a query whose only column `answer` is JSON: dbt would take text that looks like a number for one. #}
{% macro _ask_json(run, sql) %}
    {% set answers = [] %}
    {% for row in dbt_ghost._ask(run, sql) %}
        {% do answers.append(fromjson(row.answer)) %}
    {% endfor %}
    {{ return(answers) }}
{% endmacro %}


{# Change with statements, in one round trip: {result: what the block returned} or {error: {code, message, hint}}.
   Concurrent ones run side by side. Jinja cannot catch an error, so the block does. #}
{% macro _send(run, statements, concurrent=false) %}
    {% set answer = {} %}
    {% for part in statements | batch(500) if not answer.error %}
        {% do dbt_ghost._count(run, part | length) %}
        {% set rows = run_query(dbt_ghost._block_sql(part, concurrent)).rows %}
        {% set said = fromjson(rows[0][0]) %}
        {% if said.ok %}
            {% do run.cost.update(in_procedures=run.cost.in_procedures + said.get('in_procedures', 0)) %}
            {% do answer.update(result=said) %}
        {% else %}
            {% do answer.update(error={
                'code': said.code | int, 'message': said.message, 'hint': dbt_ghost._hint_for(run, said.code | int),
                'changed': part | length > 1 or part[0].startswith('call ')
            }) %}
        {% endif %}
    {% endfor %}
    {{ return(answer) }}
{% endmacro %}


{% macro _count(run, statements, round_trips=1) %}
    {% do run.cost.update(
        statements=run.cost.statements + statements, round_trips=run.cost.round_trips + round_trips
    ) %}
{% endmacro %}


{# What helps against the errors that teams meet first. #}
{% macro _hint_for(run, code) %}
    {% if code in [3001, 3003, 2003, 2043, 2140] %}
        {{ return('the role ' ~ run.config.role ~ ' lacks a privilege, or there is no such object: '
            ~ 'dbt run-operation ghost_setup_sql prints the grants that ghosts need') }}
    {% elif code in [707, 2002] %}
        {{ return('production was changed while it was cloned: run it again, between two builds of production') }}
    {% endif %}
    {{ return('nothing of production was changed; run it again, or ghost_drop removes what is there') }}
{% endmacro %}
