{# The cheap question first, of all tables at once: are all rows the same? What two sides hash to alike is equal; where types
   differ, a hash says nothing. #}
{% macro _compare_hashes(run, pairs) %}
    {% set statements, asked = [], [] %}
    {% for pair in pairs if not pair.state %}
        {% for side in ['prod', 'ghost'] %}
            {% set values = pair.columns | map(attribute=side) | list %}
            {% do asked.append([pair, side]) %}
            {% do statements.append(dbt_ghost._fingerprint_sql(loop.index, side, pair['from'][side], values)) %}
        {% endfor %}
    {% endfor %}
    {% for answer in dbt_ghost._ask_all(run, statements) %}
        {% set pair, side = asked[loop.index0] %}
        {% if answer.error %}
            {% do pair.update(state='unreadable', schema=[], note=side ~ ' cannot be read: ' ~ answer.error) %}
        {% else %}
            {% do pair.rows.update({side: answer.answers[0].rows}) %}
            {% do pair.setdefault('hashes', {}).update({side: answer.answers[0].hash}) %}
        {% endif %}
    {% endfor %}
    {% for pair in pairs if not pair.state %}
        {% set same_types = pair.columns | rejectattr('same_type') | list | length == 0 %}
        {% if pair.hashes.prod == pair.hashes.ghost and same_types %}
            {% do pair.update(state='differs' if pair.schema else 'equal', by='hash') %}
        {% endif %}
    {% endfor %}
{% endmacro %}
