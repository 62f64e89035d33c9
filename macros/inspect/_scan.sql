{# The regular expressions that read SQL text. Each is linear: no alternative begins as another one does, and what is
   not closed runs to the text's end. #}
{% macro _identifier_re() %}
    {{ return('(?:"(?:[^"]|"")+"|[^\\W\\d][\\w$]*)') }}
{% endmacro %}


{# What may stand between the parts of a name. #}
{% macro _gap_re() %}
    {{ return('(?:\\s|--[^\\n]*\\n|//[^\\n]*\\n|/\\*(?:[^*]|\\*(?!/))*\\*/)*') }}
{% endmacro %}


{# a, a.b, a..b, a.b.c and so on. #}
{% macro _dotted_re() %}
    {% set name, gap = dbt_ghost._identifier_re(), dbt_ghost._gap_re() %}
    {{ return(name ~ '(?:' ~ gap ~ '\\.' ~ gap ~ '(?:\\.' ~ gap ~ ')?' ~ name ~ ')*') }}
{% endmacro %}


{# '..' with '' and backslashes, $$..$$, and comments. #}
{% macro _literal_re() %}
    {{ return(
        "'(?:[^'\\\\]|''|\\\\.)*(?:'|\\\\?$)" ~ '|\\$\\$.*?(?:\\$\\$|$)' ~ '|--[^\\n]*|//[^\\n]*|/\\*.*?(?:\\*/|$)'
    ) }}
{% endmacro %}


{# What follows a dot, or is a path into JSON: no name begins there. #}
{% macro _inner_re() %}
    {% set gap, dotted = dbt_ghost._gap_re(), dbt_ghost._dotted_re() %}
    {% set path = gap ~ ':(?!:)' ~ gap ~ dotted %}
    {{ return('\\.' ~ gap ~ dotted ~ '(?:' ~ path ~ ')?|(?:\\$\\w+|[\\])])' ~ path) }}
{% endmacro %}


{# A dotted name, with the path into JSON that may follow. #}
{% macro _chain_re() %}
    {% set gap, dotted = dbt_ghost._gap_re(), dbt_ghost._dotted_re() %}
    {{ return('(?:' ~ dotted ~ ')(?:' ~ gap ~ ':(?!:)' ~ gap ~ dotted ~ ')?') }}
{% endmacro %}


{# The text of an object after the head that says what it is: a clone's head has production's name of it. #}
{% macro _body_of(object) %}
    {% set gap, name = dbt_ghost._gap_re(), dbt_ghost._identifier_re() %}
    {% set dot = gap ~ '\\.' ~ gap ~ '(?:\\.' ~ gap ~ ')?' %}
    {{ return(modules.re.sub(
        '(?is)^' ~ gap ~ 'create\\b' ~ gap ~ '(?:[a-z]+\\b' ~ gap ~ '){0,8}?(?:view|table)\\b' ~ gap
        ~ '(?:if\\b' ~ gap ~ 'not\\b' ~ gap ~ 'exists\\b' ~ gap ~ ')?' ~ name ~ '(?:' ~ dot ~ name ~ '){0,2}',
        '', object.text
    )) }}
{% endmacro %}


{# The code of a SQL text: without its strings and comments, in whose place is a space. #}
{% macro _code_of(text) %}
    {{ return(modules.re.sub('(?s)("(?:[^"]|"")*(?:"|$)|\\w[\\w$]*)|' ~ dbt_ghost._literal_re(), '\\1 ', text or '')) }}
{% endmacro %}
