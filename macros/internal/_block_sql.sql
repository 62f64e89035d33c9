{# Statements as one anonymous block that returns {ok}, or {ok: false, code, message} instead of failing. #}
{% macro _block_sql(statements, concurrent=false) %}
    {% if statements | length == 1 and statements[0].startswith('call ') %}
        {{ return(dbt_ghost._answering_sql(
            ['declare', 'said integer default 0;', 'begin', statements[0] ~ ' into :said;'], "'in_procedures', said"
        )) }}
    {% endif %}
    {% set lines = ['begin'] %}
    {% for statement in statements %}
        {% do lines.append('async (' ~ statement ~ ');' if concurrent else statement ~ ';') %}
    {% endfor %}
    {% do lines.append('await all;') if concurrent %}
    {{ return(dbt_ghost._answering_sql(lines)) }}
{% endmacro %}


{# A block's lines up to its end, ended so that it answers {ok, ...more} or {ok: false, code, message}. As one statement:
   the connector would cut a bare block at its semicolons. #}
{% macro _answering_sql(lines, more='') %}
    {% set block = (lines + [
        "return object_construct('ok', true" ~ (', ' ~ more if more else '') ~ ');',
        'exception',
        'when other then',
        "return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);",
        'end',
    ]) | join('\n') %}
    {{ return('execute immediate ' ~ (dbt_ghost._text(block) if '$$' in block else '$$\n' ~ block ~ '\n$$')) }}
{% endmacro %}
