{# Statements as one anonymous block that returns {ok} or {ok: false, code, message} instead of failing. #}
{% macro _block_sql(statements, concurrent=false) %}
    {% set lines = ['begin'] %}
    {% for statement in statements %}
        {% if concurrent %}
            {% do lines.append('async (' ~ statement ~ ');') %}
        {% else %}
            {% do lines.append(statement ~ ';') %}
        {% endif %}
    {% endfor %}
    {% do lines.append('await all;') if concurrent %}
    {% set called = statements | length == 1 and statements[0].startswith('call ') %}
    {% if called %}
        {% set lines = ['declare', 'said integer default 0;', 'begin', statements[0] ~ ' into :said;'] %}
    {% endif %}
    {% do lines.extend([
        'return object_construct(\'ok\', true' ~ (', \'in_procedures\', said' if called else '') ~ ');',
        'exception',
        'when other then',
        'return object_construct(\'ok\', false, \'code\', sqlcode, \'message\', sqlerrm);',
        'end',
    ]) %}
    {{ return(dbt_ghost._immediate_sql(lines)) }}
{% endmacro %}


{# A block as one statement: the connector would cut a bare one at its semicolons. #}
{% macro _immediate_sql(lines) %}
    {% set block = lines | join('\n') %}
    {{ return('execute immediate ' ~ (dbt_ghost._text(block) if '$$' in block else '$$\n' ~ block ~ '\n$$')) }}
{% endmacro %}


{# A name of one to three parts as the catalog has it: quoted, so that no case is folded and no word is reserved. #}
{% macro _quoted(parts) %}
    {% set quoted = [] %}
    {% for part in parts %}
        {% do quoted.append('"' ~ part | string | replace('"', '""') ~ '"') %}
    {% endfor %}
    {{ return(quoted | join('.')) }}
{% endmacro %}


{# A SQL string. Snowflake reads a backslash in it, DuckDB does not. #}
{% macro _text(value) %}
    {% set escaped = value | string | replace("'", "''") %}
    {{ return("'" ~ (escaped | replace('\\', '\\\\') if adapter.type() == 'snowflake' else escaped) ~ "'") }}
{% endmacro %}
