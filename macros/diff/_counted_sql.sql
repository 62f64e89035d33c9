{# One statement that compares a pair without a key: how often each row is there, by its hash. A changed row is one that was
   removed and one that was added. Same answers as with a key, but for the check. #}
{% macro _counted_sql(run, pair) %}
    {% set whose = dbt_ghost._whose_of_count_sql(pair) %}
    {% set parts, states = [], ['prod', 'ghost'] + (['base'] if pair.three_way else []) %}
    {% for state in states %}
        {% do parts.append(
            state ~ '_rows as (\nselect ' ~ dbt_ghost._row_hash_sql(pair, state) ~ ' as h, count(*) as times\nfrom '
            ~ (pair['from'][state] or pair['from'].ghost) ~ ('' if pair['from'][state] else '\nwhere false') ~ '\ngroup by 1\n)'
        ) %}
    {% endfor %}
    {% do parts.append(
        'judged as (\nselect coalesce(p.h, g.h) as h, abs(coalesce(g.times, 0) - coalesce(p.times, 0)) as times,\n'
        ~ "    case when coalesce(g.times, 0) > coalesce(p.times, 0) then 'added' else 'removed' end as change,\n    "
        ~ whose ~ ' as whose\nfrom prod_rows as p\nfull outer join ghost_rows as g on p.h = g.h'
        ~ ('\nleft join base_rows as b on b.h = coalesce(p.h, g.h)' if pair.three_way else '')
        ~ '\nwhere coalesce(p.times, 0) <> coalesce(g.times, 0)\n)'
    ) %}
    {% do parts.append(
        'chosen as (\nselect * from judged\nqualify row_number() over (partition by whose, change order by h) <= '
        ~ run.observe.samples ~ '\n)'
    ) %}
    {% for state, change in [('prod', 'removed'), ('ghost', 'added')] %}
        {% do parts.append(state ~ '_shown as (\n' ~ dbt_ghost._shown_rows_sql(pair, state, change) ~ '\n)') %}
    {% endfor %}
    {{ return(
        'with ' ~ parts | join(',\n') ~ '\nselect ' ~ dbt_ghost._object_sql({
            'what': "'change'", 'whose': 'j.whose', 'change': 'j.change', 'rows': 'cast(sum(j.times) as bigint)',
            'columns': dbt_ghost._object_sql({}), 'samples': dbt_ghost._list_sql('s.shown', 'j.h'),
        }) ~ ' as answer\nfrom judged as j\nleft join (select * from prod_shown union all select * from ghost_shown) as s'
        ~ ' on s.h = j.h\ngroup by j.whose, j.change'
    ) }}
{% endmacro %}


{% macro _row_hash_sql(pair, state) %}
    {% set values = [] %}
    {% for column in pair.columns %}
        {% do values.append(column[state if pair['from'][state] else 'ghost']) %}
    {% endfor %}
    {{ return('hash(' ~ (values | join(', ') or '1') ~ ')') }}
{% endmacro %}


{# What the ghost has as often as production at T had it is the world's, what production has so is yours. A row that only
   production gained may be one that the branch's code wrote otherwise: without a key that is nobody's alone. #}
{% macro _whose_of_count_sql(pair) %}
    {% set simple = dbt_ghost._whose_sql(pair, 0) %}
    {% if not pair.three_way %}
        {{ return(simple) }}
    {% endif %}
    {% set p, g, b = 'coalesce(p.times, 0)', 'coalesce(g.times, 0)', 'coalesce(b.times, 0)' %}
    {{ return(
        'case when ' ~ g ~ ' = ' ~ b ~ ' and ' ~ p ~ ' > ' ~ b ~ " then 'both'\n    when " ~ g ~ ' = ' ~ b
        ~ " then 'world' when " ~ p ~ ' = ' ~ b ~ " then 'yours' else 'both' end"
    ) }}
{% endmacro %}


{# One whole row for each chosen hash. #}
{% macro _shown_rows_sql(pair, state, change) %}
    {% set values = {} %}
    {% for column in pair.columns %}
        {% do values.update({column.name: dbt_ghost._shown_sql(column[state], column.shown)}) %}
    {% endfor %}
    {% set whole, nothing = dbt_ghost._object_sql(values), dbt_ghost._object_sql({}) %}
    {% set shown = {'key': nothing, 'differs': nothing, 'prod': 'null', 'ghost': 'null'} %}
    {% do shown.update({state: whole}) %}
    {{ return(
        'select ' ~ dbt_ghost._row_hash_sql(pair, state) ~ ' as h, any_value(' ~ dbt_ghost._object_sql(shown) ~ ') as shown\nfrom '
        ~ pair['from'][state] ~ '\nwhere ' ~ dbt_ghost._row_hash_sql(pair, state) ~ " in (select h from chosen where change = '"
        ~ change ~ "')\ngroup by 1"
    ) }}
{% endmacro %}
