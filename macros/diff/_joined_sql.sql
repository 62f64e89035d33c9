{# One statement that compares a pair by its key. Its rows: {what: change, whose, change, rows, columns, samples}, one {what:
   check, distinct_keys, null_keys}, for each label the value that most differing rows have, {what: top, column, value, rows},
   and what `_totals_sql` asks. In it k1.. are the key and v1.. the other columns, p1.. and g1.. those of production and of the
   ghost. #}
{% macro _joined_sql(run, pair) %}
    {% set keys, values, states = [], [], ['prod', 'ghost'] %}
    {% for column in pair.columns %}
        {% do (keys if column.name in pair.key else values).append(column) %}
    {% endfor %}
    {% set whose = dbt_ghost._whose_sql(pair, values | length) %}
    {% do states.append('base') if pair.three_way %}
    {% set parts = [] %}
    {% for state in states %}
        {% do parts.append(state ~ '_rows as (\n' ~ dbt_ghost._side_sql(pair, state, keys, values) ~ '\n)') %}
    {% endfor %}
    {% do parts.append('pairs as (\n' ~ dbt_ghost._pairs_sql(keys, values) ~ '\n)') %}
    {% set base = '\nleft join base_rows as b on ' ~ dbt_ghost._each(keys, 'b.k# = pairs.k#', ' and ') if pair.three_way else '' %}
    {% do parts.append(
        "judged as (\nselect pairs.*, case when in_prod is null then 'added' when in_ghost is null then 'removed' else 'changed'"
        ~ ' end as change,\n    ' ~ whose ~ ' as whose\nfrom pairs' ~ base ~ '\n)'
    ) %}
    {% set asked = [dbt_ghost._judged_sql(run, keys, values), dbt_ghost._check_sql(keys)] + dbt_ghost._totals_sql() %}
    {% set most = asked | length + 12 %}
    {% for column in values if column.is_label and run.observe.samples %}
        {% set position = values.index(column) + 1 %}
        {% do asked.append(dbt_ghost._top_sql(column.name, 'coalesce(g' ~ position ~ ', p' ~ position ~ ')')) if asked | length < most %}
    {% endfor %}
    {{ return('with ' ~ parts | join(',\n') ~ '\n' ~ asked | join('\nunion all\n')) }}
{% endmacro %}


{# Text for each column, `#` being its number. #}
{% macro _each(columns, text, between=', ') %}
    {% set parts = [] %}
    {% for column in columns %}
        {% do parts.append(text | replace('#', loop.index)) %}
    {% endfor %}
    {{ return(parts | join(between)) }}
{% endmacro %}


{# A side's rows. Production at T may lack a column, or the whole table: then nothing is there. #}
{% macro _side_sql(pair, state, keys, values) %}
    {% set selected, there = [], pair['from'][state] is not none %}
    {% set source = state if there else 'ghost' %}
    {% for letter, columns in [('k', keys), ('v', values)] %}
        {% for column in columns %}
            {% do selected.append(column[source] ~ ' as ' ~ letter ~ loop.index) %}
        {% endfor %}
    {% endfor %}
    {{ return(
        'select ' ~ selected | join(', ') ~ ', true as there\nfrom ' ~ pair['from'][source] ~ ('' if there else '\nwhere false')
    ) }}
{% endmacro %}


{# The rows that differ. NULLs never meet by `=`, which the check sees; `is not distinct from` would be slow on Snowflake. #}
{% macro _pairs_sql(keys, values) %}
    {% set unlike = [] %}
    {% for column in values %}
        {% do unlike.append(dbt_ghost._unlike_sql('p.v' ~ loop.index, 'g.v' ~ loop.index, column.tolerance)) %}
    {% endfor %}
    {% set columns = [dbt_ghost._each(keys, 'coalesce(p.k#, g.k#) as k#'), dbt_ghost._each(values, 'p.v# as p#, g.v# as g#')] %}
    {{ return(
        'select p.there as in_prod, g.there as in_ghost, ' ~ columns | select | join(', ')
        ~ '\nfrom prod_rows as p\nfull outer join ghost_rows as g on ' ~ dbt_ghost._each(keys, 'p.k# = g.k#', ' and ')
        ~ '\nwhere ' ~ (['p.there is null', 'g.there is null'] + unlike) | join(' or ')
    ) }}
{% endmacro %}


{% macro _unlike_sql(one, other, tolerance) %}
    {% set unlike = one ~ ' is distinct from ' ~ other %}
    {% if tolerance is none %}
        {{ return(unlike) }}
    {% endif %}
    {{ return('(' ~ unlike ~ ' and not coalesce(abs(' ~ one ~ ' - ' ~ other ~ ') <= ' ~ tolerance ~ ', false))') }}
{% endmacro %}
