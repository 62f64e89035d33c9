{# Leaf: the three states of each cloned database: [{database, prod, ghost, base, touched, note}]. `database` is production's
   name of it; the others are databases that this session reads, `base` is none where production as of T is not to be had.
   `touched` says for prod and ghost which tables changed since T, as {name by `_pair_name`: when last, or none}, or is none
   where nobody knows. If there, `unseen` is what else it may mean that production has not what the ghost has, and
   `no_base_of_views` why views have no state of T. #}
{% macro _diff_sides(run, ghost) %}
    {{ return(adapter.dispatch('diff_sides', 'dbt_ghost')(run, ghost)) }}
{% endmacro %}

{% macro default__diff_sides(run, ghost) %}
    {% do dbt_ghost._not_built('compare a ghost with production') %}
{% endmacro %}

{# Production's catalog is copied, so that a comparison neither waits for its writers nor keeps them out. #}
{% macro duckdb__diff_sides(run, ghost) %}
    {% set beside = dbt_ghost._answer_of_plugin(run, 'beside', {'database': target.database}) %}
    {{ return([{
        'database': target.database, 'prod': beside.prod, 'ghost': target.database, 'base': beside.base,
        'touched': beside.touched, 'note': beside.note,
    }]) }}
{% endmacro %}
