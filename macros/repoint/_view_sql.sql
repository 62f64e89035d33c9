{# The statement that makes a view again at `place` (a quoted name), with its names rewritten and all else as it was;
   none where the text is no plain `create view`, or makes a name of a string. #}
{% macro _view_sql(view, place, mapping) %}
    {% set head = dbt_ghost._view_head_re() %}
    {% set found = modules.re.findall(head, view.text) %}
    {% if not found or dbt_ghost._named_by_string(view.text, mapping) %}
        {{ return(none) }}
    {% endif %}
    {% set before, how = found[0] %}
    {% set rest = modules.re.sub(head, '', view.text).rstrip().rstrip(';') %}
    {% set secure = 'secure ' if view.secure and 'secure' not in how | lower else '' %}
    {% set sql = before ~ 'create or replace ' ~ secure ~ how ~ 'view ' ~ place ~ dbt_ghost._rewritten(rest, mapping) %}
    {{ return(sql) }}
{% endmacro %}


{# CREATE [OR REPLACE | OR ALTER] [SECURE] [RECURSIVE] VIEW [IF NOT EXISTS] name; groups: what is before, how. #}
{% macro _view_head_re() %}
    {% set gap, name = dbt_ghost._gap_re(), dbt_ghost._identifier_re() %}
    {% set dot = gap ~ '\\.' ~ gap ~ '(?:\\.' ~ gap ~ ')?' %}
    {{ return(
        '(?is)^(' ~ gap ~ ')create\\b' ~ gap ~ '(?:or\\b' ~ gap ~ '(?:replace|alter)\\b' ~ gap ~ ')?'
        ~ '((?:(?:secure|recursive)\\b' ~ gap ~ ')*)view\\b' ~ gap
        ~ '(?:if\\b' ~ gap ~ 'not\\b' ~ gap ~ 'exists\\b' ~ gap ~ ')?'
        ~ name ~ '(?:' ~ dot ~ name ~ '){0,2}'
    ) }}
{% endmacro %}


{# What the DDL of a view says of policies and tags, or an empty text. Those of columns stand in the column list;
   those of the view before the first AS outside of parentheses. A table may be called policy, so words alone prove
   nothing. #}
{% macro _guard_in(ddl) %}
    {% set code = dbt_ghost._code_of(modules.re.sub(dbt_ghost._view_head_re(), '', ddl or '')) %}
    {% set on_columns = '\\b(?:masking|projection)\\s+policy\\b|\\btag\\s*\\([^()=]*=|#unknown_\\w+' %}
    {% set flat = namespace(code=code) %}
    {% for depth in range(30) %}
        {% set flat.code = modules.re.sub('\\([^()]*\\)', ' ', flat.code) %}
    {% endfor %}
    {% set head = modules.re.findall('(?is)^.*?\\bas\\b', flat.code) %}
    {% set found = modules.re.findall('(?i)' ~ on_columns, code)
        + modules.re.findall('(?i)\\b(?:\\w+\\s+policy|tag)\\b', head[0] if head else flat.code) %}
    {{ return('it has a policy or a tag, which would be lost' if found else '') }}
{% endmacro %}
