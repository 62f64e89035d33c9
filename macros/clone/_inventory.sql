{# Everything in it that the information schema lists: {kind, schema, name, transient}. One statement. #}
{% macro _inventory(run, database) %}
    {{ return(dbt_ghost._ask_json(run, dbt_ghost._inventory_sql(database))) }}
{% endmacro %}


{% macro _inventory_sql(database) %}
    {% set within = dbt_ghost._quoted([database]) ~ '.information_schema.' %}
    {% set table_kind = 'case when is_iceberg = \'YES\' then \'ICEBERG TABLE\''
        ~ ' when is_dynamic = \'YES\' then \'DYNAMIC TABLE\' when is_hybrid = \'YES\' then \'HYBRID TABLE\''
        ~ ' when table_type = \'BASE TABLE\' then \'TABLE\' else table_type end' %}
    {% set sources = [
        ['\'SCHEMA\'', 'schema_name', 'schema_name', 'schemata'],
        [table_kind, 'table_schema', 'table_name', 'tables'],
        ['\'SEQUENCE\'', 'sequence_schema', 'sequence_name', 'sequences'],
        ['\'FILE FORMAT\'', 'file_format_schema', 'file_format_name', 'file_formats'],
        ['stage_type', 'stage_schema', 'stage_name', 'stages'],
        ['\'PIPE\'', 'pipe_schema', 'pipe_name', 'pipes'],
        ['\'FUNCTION\'', 'function_schema', 'function_name || argument_signature', 'functions'],
        ['\'PROCEDURE\'', 'procedure_schema', 'procedure_name || argument_signature', 'procedures'],
    ] %}
    {% set selects = [] %}
    {% for kind, schema, name, view in sources %}
        {% do selects.append('select ' ~ kind ~ ' as kind, ' ~ schema ~ ' as schema_name, ' ~ name ~ ' as name, '
            ~ ('is_transient' if view == 'tables' else '\'NO\'') ~ ' as transient from ' ~ within ~ view) %}
    {% endfor %}
    {{ return(
        'select to_json(object_construct(\'kind\', kind, \'schema\', schema_name, \'name\', name, '
        ~ '\'transient\', transient = \'YES\')) as answer\n'
        ~ 'from (\n    ' ~ selects | join('\n    union all ') ~ '\n) as objects\nwhere schema_name <> \'INFORMATION_SCHEMA\''
    ) }}
{% endmacro %}
