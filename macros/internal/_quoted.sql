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
