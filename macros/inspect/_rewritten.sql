{# SQL text with the database parts of its names replaced: {'PROD_DB': 'GHOST_X', ...}. Only names of three parts or
   more (and db..name) have one, so an alias `prod_db.column` stays; strings and comments stay as they are. #}
{% macro _rewritten(text, mapping) %}
    {% set pieces = [] %}
    {% for database, other in dbt_ghost._split_at(text, mapping) %}
        {% if not database %}
            {% do pieces.append(other) %}
        {% elif database[0] == '"' %}
            {% do pieces.append(dbt_ghost._quoted([mapping[database[1:-1]]])) %}
        {% else %}
            {% do pieces.append(mapping[database | upper]) %}
        {% endif %}
    {% endfor %}
    {{ return(pieces | join) }}
{% endmacro %}


{# Which of the names (as the catalog has them: upper-case, safe unquoted) a text has as a database in its code, and
   which as a whole word in its strings and comments. #}
{% macro _named_in(text, names) %}
    {% set code, literals = [], [] %}
    {% for database, other in dbt_ghost._split_at(text, names) %}
        {% do code.append(database.strip('"') | upper) if database %}
        {% do literals.append(other) if other[:1] == "'" or other[:2] in ['$$', '--', '//', '/*'] %}
    {% endfor %}
    {% do code.extend(dbt_ghost._named_by_string(text, names)) %}
    {{ return({
        'code': code | unique | sort,
        'literals': dbt_ghost._mentioned(literals | join('\n'), names),
    }) }}
{% endmacro %}


{# Which of the names identifier('..') or table('..') make of a string: code, though it stands in quotes. #}
{% macro _named_by_string(text, names) %}
    {% set gap = dbt_ghost._gap_re() %}
    {% set strings = modules.re.findall(
        "(?is)\\b(?:identifier|table)" ~ gap ~ '\\(' ~ gap ~ "('(?:[^']|'')*'|\\$\\$.*?\\$\\$)", text or ''
    ) %}
    {{ return(dbt_ghost._mentioned(strings | join('\n'), names)) }}
{% endmacro %}


{# Which of the names a text has as a whole word anywhere: for code that makes SQL from strings. #}
{% macro _mentioned(text, names) %}
    {% set found = [] %}
    {% for name in modules.re.findall('(?<![\\w$])(?i:' ~ dbt_ghost._any_of_re(names) ~ ')(?![\\w$])', text or '') %}
        {% do found.append(name | upper) %}
    {% endfor %}
    {{ return(found | unique | sort) }}
{% endmacro %}


{# [(database, other)]: the text in pieces, each either a database part that is one of the names, or anything else. #}
{% macro _split_at(text, names) %}
    {% if not dbt_ghost._mentioned(text, names) %}
        {{ return([('', text or '')]) }}
    {% endif %}
    {% set any, gap = dbt_ghost._any_of_re(names), dbt_ghost._gap_re() %}
    {% set more = '(?=' ~ gap ~ '\\.' ~ gap ~ '(?:' ~ dbt_ghost._identifier_re() ~ gap ~ ')?\\.)' %}
    {{ return(modules.re.findall(
        '(?s)((?:"(?:' ~ any ~ ')"|(?i:' ~ any ~ ')(?![\\w$]))' ~ more ~ ')|('
        ~ [dbt_ghost._literal_re(), dbt_ghost._inner_re(), dbt_ghost._chain_re()] | join('|')
        ~ '|"(?:[^"]|"")*(?:"|$)|\\w[\\w$]*|::|[^\\w\'"$/.:()\\[\\]-]+|.)', text
    )) }}
{% endmacro %}


{# No name at all where there are none: (?!) matches nothing. #}
{% macro _any_of_re(names) %}
    {{ return(names | map('replace', '$', '\\$') | join('|') or '(?!)') }}
{% endmacro %}
