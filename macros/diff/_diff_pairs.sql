{# Each table of production beside the one of that name in the ghost: what columns alone tell, and what is to be compared. #}
{% macro _diff_pairs(run, sides) %}
    {% set pairs, known, keys = [], [], dbt_ghost._declared_keys() %}
    {% for side in sides %}
        {% set there, names = {}, [] %}
        {% for state in ['prod', 'ghost', 'base'] if side[state] %}
            {% do there.update({state: dbt_ghost._relations(run, side[state])}) %}
            {% do names.extend(there[state]) if state != 'base' %}
        {% endfor %}
        {% for name in names | unique | sort %}
            {% set one = there.prod.get(name) or there.ghost.get(name) %}
            {% set said = (one.schema ~ '.' ~ one.table) | lower %}
            {% do known.append(said) %}
            {% if run.observe.only is none or said in run.observe.only %}
                {% do pairs.append(dbt_ghost._diff_pair(run, side, name, there, keys.get(said))) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {% for name in run.observe.only or [] if name not in known %}
        {% do dbt_ghost._refuse(
            run.operation, 'neither production nor the ghost has ' ~ name, 'name tables and views as schema.name'
        ) %}
    {% endfor %}
    {{ return(pairs) }}
{% endmacro %}


{# {name: {schema, table, kind, columns}}, by `_pair_name`. #}
{% macro _relations(run, database) %}
    {% set found = {} %}
    {% for relation in dbt_ghost._ask_json(run, dbt_ghost._relations_sql(database)) %}
        {% do found.update({dbt_ghost._pair_name(relation.schema, relation.table): relation}) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}


{# `state` stays empty where rows are to be compared. `from` are the relations, `columns` those that both sides have. #}
{% macro _diff_pair(run, side, name, there, declared) %}
    {% set prod, ghost = there.prod.get(name), there.ghost.get(name) %}
    {% set one = prod or ghost %}
    {% set table = one.schema ~ '.' ~ one.table %}
    {% set config = dbt_ghost._table_config(run, table) %}
    {% set pair = {
        'name': name, 'table': table, 'database': side.database, 'kind': 'view' if 'VIEW' in one.kind else 'table',
        'state': none, 'whose': none, 'by': 'catalog', 'touched': {}, 'changed_at': {}, 'rows': {'prod': none, 'ghost': none}, 'schema': [],
        'changes': [], 'narrowed': [], 'ignored': config.ignore, 'key': [], 'key_from': '', 'key_refused': '', 'note': '',
    } %}
    {% for which in ['prod', 'ghost'] %}
        {% set known = side.touched[which] is not none and pair.kind == 'table' %}
        {% do pair.touched.update({which: name in side.touched[which] if known else none}) %}
        {% do pair.changed_at.update({which: side.touched[which].get(name) if known else none}) %}
    {% endfor %}
    {% set base, knows_base = there.get('base', {}).get(name), side.base is not none %}
    {% if not prod or not ghost %}
        {% set states = {'prod': prod and true, 'ghost': ghost and true, 'base': base and true} %}
        {% do pair.update(
            state='only_in_prod' if prod else 'only_in_ghost', whose=dbt_ghost._whose_it_is(states, knows_base),
            note='' if prod else side.get('unseen', '')
        ) %}
        {{ return(pair) }}
    {% endif %}
    {% set before = base.columns if base else [] %}
    {% do pair.update(
        schema=dbt_ghost._schema_changes(prod.columns, ghost.columns, before, config.ignore, knows_base, pair.touched)
    ) %}
    {% if pair.touched.prod is false and pair.touched.ghost is false %}
        {% do pair.update(state='equal', by='untouched') %}
        {{ return(pair) }}
    {% endif %}
    {% do pair.update(
        columns=dbt_ghost._common_columns(prod.columns, ghost.columns, before, config),
        from={
            'prod': dbt_ghost._quoted([side.prod, prod.schema, prod.table]),
            'ghost': dbt_ghost._quoted([side.ghost, ghost.schema, ghost.table]),
            'base': dbt_ghost._quoted([side.base, base.schema, base.table]) if base else none,
        },
        knows_base=knows_base and not (side.get('no_base_of_views') and pair.kind == 'view'),
        base_note=side.get('no_base_of_views', '') if pair.kind == 'view' else ''
    ) %}
    {% do pair.update(dbt_ghost._key_of(pair, config, declared or {'key': [], 'from': ''})) %}
    {{ return(pair) }}
{% endmacro %}
