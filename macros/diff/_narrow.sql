{# What most differing rows have in common, and other rows have not: `98 % of them have carrier = UA, and 21 % of all`. #}
{% macro _narrow(run, pairs) %}
    {% set asked, statements = [], [] %}
    {% for pair in pairs if pair.differing is defined and pair.differing >= 10 %}
        {% for top in pair.tops if top.value is not none and top.rows >= 0.8 * pair.differing %}
            {% set column = pair.columns | selectattr('name', 'equalto', top.column) | first %}
            {% do asked.append([pair, top]) %}
            {% do statements.append(
                'select ' ~ dbt_ghost._object_sql({
                    'rows': 'count_if(cast(' ~ column.ghost ~ ' as varchar) = ' ~ dbt_ghost._text(top.value) ~ ')'
                }) ~ ' as answer\nfrom ' ~ pair['from'].ghost
            ) %}
        {% endfor %}
    {% endfor %}
    {% for answer in dbt_ghost._ask_all(run, statements) %}
        {% set pair, top = asked[loop.index0] %}
        {% set share = 1 if answer.error or not pair.rows.ghost else answer.answers[0].rows / pair.rows.ghost %}
        {% do pair.narrowed.append({
            'column': top.column, 'value': top.value, 'rows': top.rows, 'of': pair.differing,
            'share_of_all': share | round(4),
        }) if share < 0.75 * top.rows / pair.differing %}
    {% endfor %}
{% endmacro %}


{# What the machine line says of a pair. #}
{% macro _diff_facts(pair) %}
    {% set told = {} %}
    {% for name in [
        'table', 'database', 'kind', 'state', 'whose', 'by', 'touched', 'changed_at', 'rows', 'schema', 'key', 'key_from', 'key_refused', 'changes',
        'narrowed', 'ignored', 'note'
    ] %}
        {% do told.update({name: pair[name]}) %}
    {% endfor %}
    {{ return(told) }}
{% endmacro %}
