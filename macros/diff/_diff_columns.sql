{# What differs in the columns themselves, and whose it is. Of the order only that of the columns on both sides counts. #}
{% macro _schema_changes(prod, ghost, base, ignored, knows_base, touched) %}
    {% set found, types = [], {'prod': {}, 'ghost': {}, 'base': {}} %}
    {% set orders = {'prod': [], 'ghost': [], 'base': []} %}
    {% for which, columns in [('prod', prod), ('ghost', ghost), ('base', base)] %}
        {% for column in columns if column.name | lower not in ignored %}
            {% do types[which].update({column.name: column.type}) %}
        {% endfor %}
    {% endfor %}
    {% for name, type in types.prod.items() %}
        {% set other = types.ghost.get(name) %}
        {% do orders.prod.append(name) if other is not none %}
        {% if other != type %}
            {% do found.append({
                'column': name, 'change': 'dropped' if other is none else 'type', 'prod': type, 'ghost': other
            }) %}
        {% endif %}
    {% endfor %}
    {% for name, type in types.ghost.items() %}
        {% if name in types.prod %}
            {% do orders.ghost.append(name) %}
        {% else %}
            {% do found.append({'column': name, 'change': 'added', 'prod': none, 'ghost': type}) %}
        {% endif %}
    {% endfor %}
    {% for name in types.base if name in types.prod and name in types.ghost %}
        {% do orders.base.append(name) %}
    {% endfor %}
    {% for each in found %}
        {% set states = {'prod': each.prod, 'ghost': each.ghost, 'base': types.base.get(each.column)} %}
        {% do each.update(whose=dbt_ghost._whose_it_is(states, knows_base, touched)) %}
    {% endfor %}
    {% if orders.prod != orders.ghost %}
        {% do found.append({
            'column': '', 'change': 'order', 'prod': orders.prod | join(', '), 'ghost': orders.ghost | join(', '),
            'whose': dbt_ghost._whose_it_is(orders, knows_base, touched),
        }) %}
    {% endif %}
    {{ return(found) }}
{% endmacro %}


{# The columns that both sides have: [{name, prod, ghost, base, shown, tolerance, same_type, is_label}], with what is compared
   on each side as SQL, and its type. Where types differ, numbers are compared as numbers and all else as text. #}
{% macro _common_columns(prod, ghost, base, config) %}
    {% set common, others, before = [], {}, {} %}
    {% for column in ghost %}
        {% do others.update({column.name: column.type}) %}
    {% endfor %}
    {% for column in base %}
        {% do before.update({column.name: column.type}) %}
    {% endfor %}
    {% for column in prod if column.name in others and column.name | lower not in config.ignore %}
        {% set types = [column.type, others[column.name], before.get(column.name, column.type)] %}
        {% set as_text = not dbt_ghost._are_comparable(types) %}
        {% set name = dbt_ghost._quoted([column.name]) %}
        {% set values = [] %}
        {% for type in types %}
            {% set value = name if not loop.last or column.name in before else 'cast(null as ' ~ type ~ ')' %}
            {% do values.append(dbt_ghost._as_text_sql(value, type) if as_text else dbt_ghost._value_sql(value, type)) %}
        {% endfor %}
        {% set is_number = dbt_ghost._is_number(column.type) %}
        {% set largest = config.tolerance.get(column.name | lower, config.tolerance.get(column.type.split('(')[0] | lower)) %}
        {% do common.append({
            'name': column.name, 'prod': values[0], 'ghost': values[1], 'base': values[2],
            'shown': 'VARCHAR' if as_text else column.type,
            'tolerance': largest if is_number and not as_text else none, 'same_type': types[0] == types[1],
            'is_label': modules.re.match('VARCHAR|TEXT|STRING|CHAR|BOOL|DATE$|ENUM|UUID', column.type | upper) is not none,
        }) %}
    {% endfor %}
    {{ return(common) }}
{% endmacro %}


{% macro _are_comparable(types) %}
    {% if types | unique | list | length == 1 %}
        {{ return(true) }}
    {% endif %}
    {% for type in types if not dbt_ghost._is_number(type) %}
        {{ return(false) }}
    {% endfor %}
    {{ return(true) }}
{% endmacro %}


{% macro _is_number(type) %}
    {{ return(modules.re.match(
        'U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$|U?BIGNUM$|NUMBER|DECIMAL|NUMERIC|FLOAT|DOUBLE|REAL', type | upper
    ) is not none) }}
{% endmacro %}
