{# Where hashes differ: one full outer join on the key, or rows counted by their hash where there is no key. #}
{% macro _compare_rows(run, pairs) %}
    {% set left = pairs | rejectattr('state') | list %}
    {% for keyed in [true, false] %}
        {% set now, statements = [], [] %}
        {% for pair in left if not pair.state and (keyed == (pair.key | length > 0)) %}
            {% set sql = dbt_ghost._joined_sql(run, pair) if keyed else dbt_ghost._counted_sql(run, pair) %}
            {% do now.append(pair) %}
            {% do statements.append(sql) %}
        {% endfor %}
        {% for answer in dbt_ghost._ask_all(run, statements) %}
            {% do dbt_ghost._take_rows(now[loop.index0], answer) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}


{# A key that is none leaves the pair without a state and without the key, for the second round. #}
{% macro _take_rows(pair, answer) %}
    {% if answer.error %}
        {% do pair.update(state='unreadable', note='cannot be compared: ' ~ answer.error) %}
        {{ return('') }}
    {% endif %}
    {% set changes, tops, check = [], [], namespace(of=none) %}
    {% for row in answer.answers %}
        {% if row.what == 'change' %}
            {% do changes.append(row) %}
        {% elif row.what == 'top' %}
            {% do tops.append(row) %}
        {% elif row.what == 'total' %}
            {% do pair.rows.update({row.side: row.rows}) %}
        {% else %}
            {% set check.of = row %}
        {% endif %}
    {% endfor %}
    {% set refused = dbt_ghost._refused_key(pair, changes, check.of) if pair.key else '' %}
    {% if refused %}
        {% do pair.update(key_refused=pair.key | join(', ') ~ ' ' ~ refused, key=[], key_from='') %}
    {% else %}
        {% set said = [] %}
        {% for change in changes | sort(attribute='change') | sort(attribute='whose', reverse=true) %}
            {% do said.append(dbt_ghost._change_of_row(pair, change)) %}
        {% endfor %}
        {% do pair.update(
            state='differs' if said or pair.schema else 'equal', by='join' if pair.key else 'rows', changes=said,
            tops=tops | sort(attribute='column'),
            differing=changes | rejectattr('whose', 'equalto', 'world') | sum(attribute='rows')
        ) %}
        {% do pair.update(note=pair.base_note) if 'unknown' in said | map(attribute='whose') | list %}
        {% set guessed = not pair.key and pair.three_way and said %}
        {% do pair.update(note='without a key, a row that production brought and the branch changed counts as two rows, one of'
            ~ ' them of both: set observe.tables.' ~ pair.table ~ '.key') if guessed %}
    {% endif %}
{% endmacro %}


{# A key that is not unique multiplies rows, which the counts show without another scan: as many rows of production as of the
   ghost must have found each other. #}
{% macro _refused_key(pair, changes, check) %}
    {% if check.null_keys %}
        {{ return('is NULL in ' ~ check.null_keys ~ ' rows that differ') }}
    {% endif %}
    {% set removed = changes | selectattr('change', 'equalto', 'removed') | sum(attribute='rows') %}
    {% set added = changes | selectattr('change', 'equalto', 'added') | sum(attribute='rows') %}
    {% set all = changes | sum(attribute='rows') %}
    {% if pair.rows.prod - removed != pair.rows.ghost - added or check.distinct_keys != all %}
        {{ return('is not unique') }}
    {% endif %}
    {{ return('') }}
{% endmacro %}


{# Of a changed row's sample only what differs is kept. #}
{% macro _change_of_row(pair, row) %}
    {% set columns, samples = {}, [] %}
    {% for name, rows in row.columns.items() if rows %}
        {% do columns.update({name: rows}) %}
    {% endfor %}
    {% for sample in row.samples or [] %}
        {% set kept = {'key': sample.key, 'prod': none, 'ghost': none} %}
        {% for side in ['prod', 'ghost'] if sample[side] is not none %}
            {% set values = {} %}
            {% for name, value in sample[side].items() if row.change != 'changed' or sample.differs[name] %}
                {% do values.update({name: value}) %}
            {% endfor %}
            {% do kept.update({side: values}) %}
        {% endfor %}
        {% do samples.append(kept) %}
    {% endfor %}
    {{ return({
        'whose': row.whose, 'change': row.change, 'rows': row.rows, 'columns': columns, 'samples': samples
    }) }}
{% endmacro %}
