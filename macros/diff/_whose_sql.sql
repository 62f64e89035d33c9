{# Whose a differing row is. Where only one side changed since T it is that side's, and production at T need not be read.
   Otherwise the row's three states decide: what the ghost has not touched is the world's, what production has not touched
   is yours; a row that is new to both came the same way through other code, so it is yours too. #}
{% macro _whose_sql(pair, values) %}
    {% do pair.update(three_way=false) %}
    {% if pair.touched.prod is false %}
        {{ return("'yours'") }}
    {% elif pair.touched.ghost is false %}
        {{ return("'world'") }}
    {% elif not pair.knows_base %}
        {{ return("'unknown'") }}
    {% endif %}
    {% do pair.update(three_way=true) %}
    {% set as_ghost, as_prod = ['b.there is not distinct from in_ghost'], ['b.there is not distinct from in_prod'] %}
    {% for number in range(1, values + 1) %}
        {% do as_ghost.append('b.v' ~ number ~ ' is not distinct from g' ~ number) %}
        {% do as_prod.append('b.v' ~ number ~ ' is not distinct from p' ~ number) %}
    {% endfor %}
    {{ return(
        'case when ' ~ as_ghost | join(' and ') ~ " then 'world'\n    when " ~ as_prod | join(' and ') ~ " then 'yours'"
        ~ "\n    when b.there is null and in_prod and in_ghost then 'yours' else 'both' end"
    ) }}
{% endmacro %}


{# The differing rows by whose they are, with a sample that is the same whenever the rows are. #}
{% macro _judged_sql(run, keys, values) %}
    {% set named, key, prod, ghost, differs = {}, {}, {}, {}, {} %}
    {% for column in values %}
        {% set unlike = dbt_ghost._unlike_sql('p' ~ loop.index, 'g' ~ loop.index, column.tolerance) %}
        {% do named.update({column.name: "count_if(change = 'changed' and " ~ unlike ~ ')'}) %}
        {% do differs.update({column.name: '(' ~ unlike ~ ')'}) %}
        {% do prod.update({column.name: dbt_ghost._shown_sql('p' ~ loop.index, column.shown)}) %}
        {% do ghost.update({column.name: dbt_ghost._shown_sql('g' ~ loop.index, column.shown)}) %}
    {% endfor %}
    {% for column in keys %}
        {% do key.update({column.name: dbt_ghost._shown_sql('k' ~ loop.index, column.shown)}) %}
    {% endfor %}
    {% set sample = dbt_ghost._object_sql({
        'key': dbt_ghost._object_sql(key), 'differs': dbt_ghost._object_sql(differs),
        'prod': 'case when in_prod then ' ~ dbt_ghost._object_sql(prod) ~ ' end',
        'ghost': 'case when in_ghost then ' ~ dbt_ghost._object_sql(ghost) ~ ' end',
    }) %}
    {% set order = 'hash(' ~ dbt_ghost._each(keys, 'k#') ~ ')' %}
    {% set samples = 'min_by(' ~ sample ~ ', ' ~ order ~ ', ' ~ run.observe.samples ~ ')' if run.observe.samples else 'null' %}
    {{ return(
        'select ' ~ dbt_ghost._object_sql({
            'what': "'change'", 'whose': 'whose', 'change': 'change', 'rows': 'count(*)',
            'columns': dbt_ghost._object_sql(named), 'samples': samples,
        }) ~ ' as answer\nfrom judged\ngroup by whose, change'
    ) }}
{% endmacro %}


{# A value as it is shown: text of at most 200 characters. #}
{% macro _shown_sql(value, type) %}
    {{ return('left(' ~ dbt_ghost._as_text_sql(value, type) ~ ', 200)') }}
{% endmacro %}


{% macro _check_sql(keys) %}
    {{ return(
        'select ' ~ dbt_ghost._object_sql({
            'what': "'check'", 'distinct_keys': 'count(distinct hash(' ~ dbt_ghost._each(keys, 'k#') ~ '))',
            'null_keys': 'count_if(' ~ dbt_ghost._each(keys, 'k# is null', ' or ') ~ ')',
        }) ~ ' as answer\nfrom judged'
    ) }}
{% endmacro %}


{# Of what production did nobody asks what it has in common. #}
{% macro _top_sql(name, value) %}
    {{ return(
        'select answer from (select ' ~ dbt_ghost._object_sql({
            'what': "'top'", 'column': dbt_ghost._text(name), 'value': 'held', 'rows': 'rows_of_it'
        }) ~ ' as answer\nfrom (select cast(' ~ value ~ ' as varchar) as held, count(*) as rows_of_it from judged where whose <> \'world\' group by 1)'
        ~ ' as valued\norder by rows_of_it desc, held limit 1) as topped'
    ) }}
{% endmacro %}
