{# The ghost's first database goes last: as long as it is there, a drop that was interrupted can be run again. #}
{% macro snowflake__drop_plan(run, found) %}
    {% do dbt_ghost._refuse_held(run) %}
    {% set ours = dbt_ghost._ghost_databases(run, run.branch, run.database) %}
    {% for name in run.databases | sort | reverse if name not in ours and name.startswith(run.database ~ '_') %}
        {% do log(name ~ ' is left alone: it does not have the provenance of this ghost', info=true) %}
    {% endfor %}
    {% set plan = [] %}
    {% for name in ours | list | reverse %}
        {% do plan.append({
            'op': 'drop', 'database': name, 'text': 'drop the database ' ~ name ~ ', out of Time Travel too'
        }) %}
    {% endfor %}
    {% if plan | length > 1 and plan[-1].database == run.database %}
        {{ return([{'op': 'doom', 'text': 'mark the ghost as being dropped'}] + plan) }}
    {% endif %}
    {{ return(plan) }}
{% endmacro %}


{# Time Travel first: a dropped database is paid for as long as it could be brought back (F 7.20). #}
{% macro _drop_sql(run, database) %}
    {% if run.config.clone.ownership == 'procedure' %}
        {{ return([dbt_ghost._call_sql(run, 'GHOST_DROP', [database, run.branch])]) }}
    {% endif %}
    {% set name = dbt_ghost._quoted([database]) %}
    {{ return([
        'alter database ' ~ name ~ ' set data_retention_time_in_days = 0',
        'drop database ' ~ name,
    ]) }}
{% endmacro %}


{% macro _perform_drop(run, database) %}
    {% set answer = dbt_ghost._send(run, dbt_ghost._drop_sql(run, database)) %}
    {% if not answer.error %}
        {% do run.databases.pop(database) %}
    {% endif %}
    {{ return(answer) }}
{% endmacro %}
