{# What differs between a branch's ghost and production, table by table, and whose it is: three states are compared, production
   at T, production now and the ghost now. Nothing but counts and bounded samples leaves the warehouse. Changes nothing. #}
{% macro ghost_diff(branch=none, tables=none, samples=none) %}
    {% set run = dbt_ghost._start('ghost_diff', branch) %}
    {% set ghost = dbt_ghost._ready_ghost(run) %}
    {% do run.update(observe=dbt_ghost._observe_config(run, tables, samples)) %}
    {% set sides = dbt_ghost._diff_sides(run, ghost) %}
    {% set pairs = dbt_ghost._diff_pairs(run, sides) %}
    {% do dbt_ghost._compare_hashes(run, pairs) %}
    {% do dbt_ghost._compare_rows(run, pairs) %}
    {% do dbt_ghost._narrow(run, pairs) %}
    {% set facts = dbt_ghost._ghost_facts(run, ghost) %}
    {% do dbt_ghost._add_costs(run, [facts]) %}

    {% set told, differ = [], [] %}
    {% for pair in pairs %}
        {% do told.append(dbt_ghost._diff_facts(pair)) %}
        {% if told[-1].state != 'equal' %}
            {% do differ.append(pair.table) %}
            {% do log(dbt_ghost._diff_line(told[-1]), info=true) %}
        {% endif %}
    {% endfor %}
    {% set message = told | length ~ ' table' ~ ('' if told | length == 1 else 's') ~ ' compared: '
        ~ (differ | length ~ ' differ' ~ ('s' if differ | length == 1 else '') if differ else 'nothing differs') %}
    {% do dbt_ghost._done(run, message, changed=false, more={
        't': facts.t,
        'base': sides | rejectattr('base') | list | length == 0,
        'notes': sides | map(attribute='note') | select | unique | list,
        'tables': told,
        'cost': {'size_bytes': facts.size_bytes, 'credits': facts.credits} if 'size_bytes' in facts else none,
    }) %}
{% endmacro %}


{# One line for a person; the machine line has all of it. #}
{% macro _diff_line(told) %}
    {% set said = [] %}
    {% for change in told.changes %}
        {% set whose = {'yours': 'by the branch', 'world': 'by production', 'both': 'by both', 'unknown': 'by whom is unknown'} %}
        {% set where = ' in ' ~ change.columns | join(', ') if change.columns else '' %}
        {% do said.append(change.rows ~ ' row' ~ ('' if change.rows == 1 else 's') ~ ' ' ~ change.change ~ where ~ ' (' ~ whose[change.whose] ~ ')') %}
    {% endfor %}
    {% for change in told.schema %}
        {% do said.append(('column ' ~ change.column if change.column else 'columns') ~ ': ' ~ change.change) %}
    {% endfor %}
    {% do said.append(told.state | replace('_', ' ')) if told.state in ['only_in_prod', 'only_in_ghost', 'unreadable'] %}
    {% do said.append(told.note) if told.note %}
    {{ return(told.table ~ ': ' ~ said | join('; ')) }}
{% endmacro %}
